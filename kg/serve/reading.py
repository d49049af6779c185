"""Uploaded files to a copy of the store: what a process of its own does for the server.

It writes a line of JSON for each step, and at the end what became of each file. Whoever kills it
has killed nothing but a copy.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kg.build import BuildReport, Progress, build
from kg.store import Store

# Not -m kg.serve.reading: the process has the same paths as the server, however that was started.
PROGRAM = """
import json, sys
sys.path[:] = json.loads(sys.argv[1])
from kg.serve.reading import read_into
read_into(sys.argv[2], sys.argv[3])
"""


def read_into(copy: str, folder: str) -> None:
    """Read the files in a folder, each in a folder of its own, into a copy of the store."""
    files = sorted(file for file in Path(folder).glob("*/*") if file.is_file())
    with Store(copy) as store:
        report = build(files, store, report=_tell)
        account = {"files": list(_account(report, store, folder)), "unread": list(report.unread)}
    _write({"account": account})


def _tell(progress: Progress) -> None:
    _write({"done": progress.done, "total": progress.total, "comparing": progress.comparing})


def _write(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _account(report: BuildReport, store: Store, folder: str) -> Iterator[dict[str, Any]]:
    """Yield what became of each file, and where its document is."""
    contents = {claim.path: claim.sha256 for claim in store.claims()}
    held = {one.sha256: one for one in store.sources().values()}
    own = re.compile(re.escape(folder) + r"/\d+/")
    for one in report.files:
        # What was given before under another name has the same content; it is no concern here.
        if not one.path.startswith(folder + "/"):
            continue
        document = held.get(contents.get(one.path, ""))
        yield {
            "name": own.sub("", one.path),
            "outcome": one.outcome,
            "remarks": [own.sub("", remark) for remark in one.remarks],
            "title": document.title if document else "",
            "source": document.source if document else "",
        }
