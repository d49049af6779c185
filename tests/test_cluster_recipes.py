"""What docs/cluster.md gives to copy: it can be read, and its arrays leave nothing out."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "cluster.md").read_text(encoding="utf-8")
PLAN = (ROOT / "docs" / "cluster_plan.md").read_text(encoding="utf-8")
STAND_IN = """#!/bin/bash
cat "${2#@}" | sed "s,^,$4 ," >> "$SEEN"
"""


def recipes(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.M | re.S)


SCRIPTS = [text for text in recipes("sh") if text.startswith("#!")]
ARRAY = next(text for text in SCRIPTS if "--array" in text)
MANIFESTS = [one for text in recipes("yaml") for one in yaml.safe_load_all(text)]

# -- they can be read --------------------------------------------------------------------------


@pytest.mark.parametrize("script", recipes("sh"))
def test_shell(script: str) -> None:
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("program", recipes("python"))
def test_python(program: str) -> None:
    compile(program, "docs/cluster.md", "exec")


@pytest.mark.parametrize("script", SCRIPTS)
def test_slurm_reads_its_settings(script: str) -> None:
    """Slurm looks no further than the first command."""
    head, _, rest = script.partition("set -eu")
    settings = [line for line in head.splitlines()[1:] if line]
    assert settings
    assert all(re.fullmatch(r"#SBATCH --[a-z-]+=\S+", line) for line in settings)
    assert "#SBATCH" not in rest


def test_manifests_name_what_is_there() -> None:
    named = {(one["kind"], one["metadata"]["name"]): one for one in MANIFESTS}
    assert len(named) == len(MANIFESTS) == 5
    pods = {"kg-scheduler": "Deployment", "kg-worker": "Deployment"}
    for name, kind in pods.items():
        spec = named[kind, name]["spec"]
        assert spec["selector"]["matchLabels"] == spec["template"]["metadata"]["labels"]
    service = named["Service", "kg-scheduler"]["spec"]
    scheduler = _container(named["Deployment", "kg-scheduler"])
    assert service["selector"] == {"app": "kg-scheduler"}
    assert service["ports"][0]["targetPort"] == scheduler["ports"][0]["containerPort"]
    address = f"tcp://kg-scheduler:{service['ports'][0]['port']}"
    others = [_container(named["Deployment", "kg-worker"]), _container(named["Job", "kg-parts"])]
    assert all(address in one["args"] for one in others)
    assert {one["image"] for one in (scheduler, *others)} == {scheduler["image"]}
    policy = named["NetworkPolicy", "kg-scheduler"]["spec"]
    assert policy["podSelector"]["matchLabels"] == {"app": "kg-scheduler"}


def _container(manifest: dict[str, Any]) -> dict[str, Any]:
    (container,) = manifest["spec"]["template"]["spec"]["containers"]
    assert all(isinstance(argument, str) for argument in container["args"])
    return dict(container)


def test_the_job_is_a_command_that_there_is() -> None:
    from kg.cli import cli

    job = next(one for one in MANIFESTS if one["kind"] == "Job")
    program, name, *arguments = _container(job)["args"]
    command = cli.commands[name]
    with command.make_context(name, arguments) as context:
        assert program == "kg"
        assert context.params["inputs"] == ("s3://papers",)
        assert context.params["engine_name"] == "dask"


# -- an array ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("first", "jobs"), [(0, 1), (0, 3), (1, 3), (5, 9)])
def test_each_entry_is_in_one_job(first: int, jobs: int, tmp_path: Path) -> None:
    if shutil.which("awk") is None:
        pytest.skip("no awk here")
    entries = {f"{word} {number}" for number in range(3) for word in ("云陵市", "青禾县")} | {
        "a.txt"
    }
    (tmp_path / "documents").mkdir()
    for entry in entries:
        (tmp_path / "documents" / entry).mkdir()
    (tmp_path / "kg").write_text(STAND_IN)
    (tmp_path / "kg").chmod(0o755)
    environ = {
        **os.environ,
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SEEN": str(tmp_path / "seen"),
        "DOCUMENTS": str(tmp_path / "documents"),
        "OUT": "/parts",
        "SLURM_ARRAY_TASK_MIN": str(first),
        "SLURM_ARRAY_TASK_COUNT": str(jobs),
    }
    for job in range(first, first + jobs):
        environ["SLURM_ARRAY_TASK_ID"] = str(job)
        subprocess.run(["bash", "-c", ARRAY], env=environ, check=True)
    seen = [line.split(" ", 1) for line in (tmp_path / "seen").read_text().splitlines()]
    assert sorted(path for _, path in seen) == sorted(
        str(tmp_path / "documents" / entry) for entry in entries
    )
    assert len({place for place, _ in seen}) == min(jobs, len(entries))


# -- the plan ----------------------------------------------------------------------------------


def planning() -> ModuleType:
    """Load scripts/plan_cluster, which has no suffix."""
    loader = importlib.machinery.SourceFileLoader(
        "plan_cluster", str(ROOT / "scripts" / "plan_cluster")
    )
    spec = importlib.util.spec_from_loader("plan_cluster", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


plan_cluster = planning()


def test_the_tables_follow_from_the_assumptions() -> None:
    assert plan_cluster.plan(PLAN) == PLAN, "run scripts/plan_cluster"
    faster = PLAN.replace("| reading, MB/s a process | ", "| reading, MB/s a process | 1")
    planned = plan_cluster.plan(faster)
    assert planned != faster
    assert plan_cluster.plan(planned) == planned


def test_every_assumption_is_used() -> None:
    assumed = plan_cluster.assumptions(PLAN)
    used = set()

    class Noted(dict[str, float]):
        def __getitem__(self, name: str) -> float:
            used.add(name)
            return super().__getitem__(name)

    for rows in plan_cluster.TABLES.values():
        plan_cluster.table(Noted(assumed), rows)
    assert used == set(assumed)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (plan_cluster.amount(0.034), "0.034"),
        (plan_cluster.amount(5_612), "5,600"),
        (plan_cluster.amount(99.6), "100"),
        (plan_cluster.amount(1.84e13, "B"), "18 TB"),
        (plan_cluster.amount(1_000, "B"), "1 kB"),
        (plan_cluster.hours(90), "1.5 min"),
        (plan_cluster.hours(7_200), "2 h"),
        (plan_cluster.hours(86_400 * 60), "60 days"),
        (plan_cluster.dollars(279.9), "280 $"),
    ],
)
def test_how_figures_are_written(written: str, meant: str) -> None:
    assert written == meant


@settings(max_examples=200)
@given(st.floats(0.001, 1e15))
def test_two_figures_count(number: float) -> None:
    shown = plan_cluster.amount(number)
    assert float(shown.replace(",", "")) == pytest.approx(number, rel=0.051)
