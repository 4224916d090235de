"""A grid on submitit's own executors, and what is refused of their settings."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from skelshot.ground import SkelshotError
from skelshot.tables.cluster import USUAL, cluster_settings
from skelshot.tables.placement import placement

pytest.importorskip("submitit", reason="submitit is not installed: the extra `cluster` brings it")

PROGRAM = """
import json, sys
from pathlib import Path
from test_engine import *
from skelshot.tables.cluster import cluster_executor, cluster_settings
from skelshot.tables.live import Watch
import submitit
submitit.core.core.Job._results_timeout_s = 1
kind, calls, root, dies = sys.argv[1], *map(Path, sys.argv[2:])
grid = toy_grid(calls)
if kind == "local":
    grid += [entry(SECOND, "x", calls, entry(FIRST, "bad", calls, dies=str(dies)))]
pool = cluster_executor(kind, cluster_settings(kind, ["timeout_min=5"]), root / "jobs", 2)
made = make_entries(grid, StageCache(root), pool, Watch(log=root / "log"))
print(json.dumps([len(made.made), list(made.errors.values())]))
"""


def run(*words: object) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *map(str, words)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    count, errors = json.loads(done.stdout)
    return count, errors


def test_a_grid_on_the_debug_executor(tmp_path: Path) -> None:
    words = ("debug", tmp_path / "calls", tmp_path / "cache", tmp_path / "dies")
    assert run(*words) == (5, [])
    assert run(*words) == (0, [])
    assert sorted((tmp_path / "calls").read_text().split()) == ["a", "bb", "ccc", "other", "shared"]
    log = (tmp_path / "cache" / "log").read_text()
    assert (log.count(" begun"), log.count(" made")) == (5, 5)


def test_a_grid_on_the_local_executor_and_a_job_that_is_lost(tmp_path: Path) -> None:
    words = ("local", tmp_path / "calls", tmp_path / "cache", tmp_path / "dies")
    (tmp_path / "dies").touch()
    count, errors = run(*words)
    assert count == 5
    assert len(errors) == 2  # the one that is lost, and what needs it
    assert "on the cluster ended without an answer (job " in errors[0]
    assert "the last words" in errors[0]
    (tmp_path / "dies").unlink()
    assert run(*words) == (2, [])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["mem_gb"], "--executor-set mem_gb: expected KEY=VALUE"),
        (["=4"], "expected KEY=VALUE"),
        (["mem_bg=4"], "did you mean 'mem_gb'?"),
        (["slurm_partitoin=gpu"], "did you mean 'slurm_partition'?"),
        (["mem_gb=much"], "mem_gb"),
        (["mem_gb={"], "--executor-set mem_gb"),
    ],
)
def test_settings_that_do_not_fit_are_refused(words: list[str], told: str, tmp_path: Path) -> None:
    kind = "slurm" if "slurm" in words[0] else "local"
    with pytest.raises(SkelshotError) as refused:
        placement(kind, words, "cpu", 1, tmp_path)
    assert told in str(refused.value)
    assert "\n" not in str(refused.value)


def test_settings_are_read_as_numbers_and_texts() -> None:
    found = cluster_settings("slurm", ["gpus_per_node=1", "slurm_partition=gpu", "timeout_min=30"])
    assert found == USUAL | {"gpus_per_node": 1, "slurm_partition": "gpu", "timeout_min": 30}


def test_slurm_that_is_not_there_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SkelshotError, match="--executor slurm: "):
        placement("slurm", [], "cuda", None, tmp_path)


def test_an_absent_submitit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(SkelshotError, match="submitit is missing, expected the extra `cluster`"):
        placement("debug", [], "cpu", 1, tmp_path)
