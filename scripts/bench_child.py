"""A section to its figures, in a process of its own that has the package of a checkout.

What is measured may be another checkout than the one that measures, so that before and after are
measured by the same bench, side by side. Its package is laid out as links, for `kg.ontology` does
not lie in `kg`, and is put before the one that is installed; the processes that it starts find it
there too. Nothing is written into the checkout.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench_tables import Figures

ROOT = Path(__file__).resolve().parent.parent
# Section → the module that has measure().
SECTIONS = {
    "stages": "bench_stages",
    "baselines": "bench_baselines",
    "store": "bench_store",
    "queries": "bench_queries",
    "reports": "bench_reports",
    "profile": "bench_profile",
}
# numpy else starts a thread for each core, as the workers of a build do not.
ALONE = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


class Package:
    """The package of a checkout, for processes that are started with `environment`."""

    def __init__(self, checkout: Path, place: Path) -> None:
        """Lay it out in a folder of its own within a place."""
        if not (checkout / "kg" / "__init__.py").is_file():
            raise SystemExit(f"{checkout}: no checkout of this project: it has no kg/__init__.py")
        self.checkout = checkout.resolve()
        folder = Path(tempfile.mkdtemp(prefix="package-", dir=place))
        (folder / "kg").mkdir()
        for entry in (*(self.checkout / "kg").iterdir(), self.checkout / "ontology"):
            if entry.name != "__pycache__":
                (folder / "kg" / entry.name).symlink_to(entry)
        self.environment = {
            **os.environ,
            **ALONE,
            "PYTHONPATH": str(folder),
            "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        }
        self._place = place
        self._compile()

    def _compile(self) -> None:
        """Let nothing that is measured later pay for compiling modules."""
        everything = "import kg.cli, kg.pipeline, kg.build, kg.workers"
        subprocess.run(self.python("-c", everything), env=self.environment, check=True)

    def measure(self, section: str, **options: Any) -> Figures:
        """Return a section's figures; of one that this package cannot give, the reason."""
        answer = Path(tempfile.mkstemp(suffix=".json", dir=self._place)[1])
        done = subprocess.run(
            [sys.executable, __file__, section, str(answer), json.dumps(options)],
            env=self.environment,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(done.stderr, file=sys.stderr)
            reason = done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "killed"
            return {section: {"not measured": {"why": reason}}}
        figures: Figures = json.loads(answer.read_text(encoding="utf-8"))
        return figures

    def kg(self, *arguments: str) -> list[str]:
        """Return the command line of `kg` with these arguments."""
        return self.python("-m", "kg", *arguments)

    def python(self, *arguments: str) -> list[str]:
        """Return the command line of Python, with no package of the folder it is started in."""
        return [sys.executable, "-P", *arguments]


def main() -> None:
    """Measure a section in this process, as one that reads documents."""
    section, answer, options = sys.argv[1:]
    # As a worker of this checkout does; an older one leaves it to Python.
    getattr(importlib.import_module("kg.workers"), "collect_seldom", lambda: None)()
    figures = importlib.import_module(SECTIONS[section]).measure(**json.loads(options))
    Path(answer).write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
