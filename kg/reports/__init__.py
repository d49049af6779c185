"""A store to the answers that an analyst asks for: tables whose every row leads to sentences.

Each report is a function `(store, …) -> Report` in the module of its name, a `kg` command, and
saved queries (kg.queries) that give what it rests on to whoever holds only the exported graph.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Listed:
    """A report that there is."""

    name: str  # of its module and of its function there: kg.reports.compare.compare
    command: str  # how it is asked for on the command line, behind kg
    queries: tuple[str, ...]  # the saved queries that it rests on
    answers: str


REPORTS = (
    Listed(
        "compare",
        "compare --indicator INDICATOR",
        ("compare", "plan-targets"),
        "which place promised how much of it, in which year; who is silent, who has no plan",
    ),
    Listed("pledges", "pledges", ("pledges",), "what became of promises in the next plan"),
    Listed("cascade", "cascade", ("cascade",), "whose target is stricter than that above"),
    Listed("due", "due", ("due", "undated"), "what is due when, and what has no date"),
    Listed("who", "who NAME", ("who",), "who answers for a task; what an agency answers for"),
    Listed("matrix", "who --matrix", ("who",), "tasks by agencies, with the gaps"),
    Listed("pairs", "who --pairs", ("pairs",), "which agencies work together"),
    Listed("unowned", "who --unowned", ("unowned",), "what nobody is said to lead"),
    Listed("support_only", "who --support-only", ("support-only",), "who is never named to lead"),
    Listed("check", "check", ("check",), "whether the figures and dates of a document agree"),
    Listed("originality", "originality", ("originality",), "what documents are made of"),
    Listed("uptake", "trace", ("uptake",), "what was taken up most"),
    Listed("trace", "trace NAME", ("trace",), "who took up a document or a program, and when"),
    Listed(
        "adoption", "trace NAME --by level", ("adoption",), "how many took it up, by level or year"
    ),
    Listed("answers", "trace NAME --by place", ("trace",), "which places took it up, which not"),
    Listed("origins", "trace NAME --up", ("origins",), "what a document took up itself"),
    Listed("passages", "trace NAME --by passage", ("passages",), "which words were copied"),
    Listed("missing", "missing", ("missing",), "which documents are cited and not held"),
    Listed("corrections", "corrections", ("corrections",), "what was corrected by hand"),
)
