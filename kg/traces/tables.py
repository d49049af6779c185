"""The tables of what is known of the papers whose traces a store holds (kg.traces.standing)."""

from __future__ import annotations

from kg.traces import bands

TABLES = ("held", "passages", "places", "chunks", "late", "meetings", "cites", "known")
SCHEMA = f"""
CREATE TABLE IF NOT EXISTS held (
    number INTEGER PRIMARY KEY, source TEXT UNIQUE, digest TEXT, traces TEXT, document TEXT,
    named TEXT, stem TEXT, province TEXT, record TEXT, letters BLOB, names BLOB, text BLOB,
    spans BLOB
);
CREATE INDEX IF NOT EXISTS held_by_document ON held (document);
CREATE INDEX IF NOT EXISTS held_by_name ON held (named);
CREATE INDEX IF NOT EXISTS held_by_stem ON held (stem, number, province);
CREATE TABLE IF NOT EXISTS passages (
    id INTEGER PRIMARY KEY, name BLOB UNIQUE, length INTEGER, phrase INTEGER, formula INTEGER
);
CREATE TABLE IF NOT EXISTS places (
    passage INTEGER, paper INTEGER, begin INTEGER, PRIMARY KEY (passage, paper, begin)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS pairs_by_other ON pairs (other, one);
CREATE TABLE IF NOT EXISTS meetings (paper INTEGER PRIMARY KEY, met BLOB);
CREATE TABLE IF NOT EXISTS cites (
    key TEXT, paper INTEGER, document TEXT, PRIMARY KEY (key, paper, document)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS known (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
{bands.SCHEMA}
"""
