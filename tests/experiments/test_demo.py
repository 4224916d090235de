"""The demo: both accuracies, a report and a picture."""

from pathlib import Path

import pytest

from skelshot.experiments import demo


def test_the_demo_leaves_a_report_and_goes_on_from_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "PERFORMERS", 4)
    monkeypatch.setattr(demo, "REPETITIONS", 2)
    small = ("encoder.width=0.125", "transfer.epochs=1", "episodic.epochs=1", "input.frames=8")
    monkeypatch.setattr(demo, "ASSIGNMENTS", small)
    document = demo.run_demo(tmp_path)
    assert {"with_transfer", "without_transfer", "report", "seconds"} <= document.keys()
    assert 0 <= document["with_transfer"] <= 1
    report = Path(document["report"]).read_text()
    assert "| with transfer |" in report
    assert (tmp_path / "clips.png").read_bytes()[:4] == b"\x89PNG"
    again = demo.run_demo(tmp_path)
    assert again["with_transfer"] == document["with_transfer"]
