"""Results say what their intervals are over, and what they are not."""

import json
from typing import get_args

import pytest

from skelshot.cli import main
from skelshot.datasets.protocols.contract import IntervalOver
from skelshot.datasets.store import Store
from skelshot.evaluation.interval_notes import DIFFERENCE_NOTES, INTERVAL_NOTES


def test_every_kind_of_interval_has_its_sentence() -> None:
    assert INTERVAL_NOTES.keys() == {*get_args(IntervalOver), "seeds"}
    for note in (*INTERVAL_NOTES.values(), *DIFFERENCE_NOTES.values()):
        assert " not " in note
        assert "\n" not in note
    assert "another draw of random codes" in INTERVAL_NOTES["splits"]
    assert "which the splits share" in INTERVAL_NOTES["splits"]
    assert "those of one performer are alike" in INTERVAL_NOTES["queries"]


@pytest.mark.parametrize(
    ("protocol", "over", "printed"),
    [
        ("toy", "splits", " over 3 splits, which share clips)"),
        ("ntu60-one-shot", "queries", " over 30 queries; "),
    ],
)
def test_results_and_lines_carry_it(
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    protocol: str,
    over: IntervalOver,
    printed: str,
) -> None:
    store: Store = request.getfixturevalue("toy_store" if over == "splits" else "ntu_like_store")
    words = ["evaluate", str(store.path), "--protocol", protocol, "--method", "raw-nearest"]
    main([*words, "--shots", "1", "--json"])
    found = json.loads(capsys.readouterr().out)["accuracy"]["1"]
    assert (found["interval"], found["interval_note"]) == (over, INTERVAL_NOTES[over])
    main([*words, "--shots", "1"])
    assert printed in capsys.readouterr().out
