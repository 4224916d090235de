"""Files of events: what others read of them is what was told."""

import csv
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest

from skelshot.ground import SkelshotError
from skelshot.recognition.streams import ActionEvent
from skelshot.recognition.streams.event_files import GrowingEventsFile, write_events

EVENTS = [
    ActionEvent(1.0, 2.5, "wave & <smile>", 0.912345, "7", "A.json", 3.0),
    ActionEvent(2.0, 4.0, "=SUM(A1)", 0.5, "8", None, 4.5),
    ActionEvent(5.0, 6.25, "wave & <smile>", 0.7, "7", "B.json", 7.0),
]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def test_json_lines(tmp_path: Path) -> None:
    write_events(EVENTS[::-1], tmp_path / "e.jsonl")
    read = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert read == [event.as_json() for event in EVENTS]
    assert read[0] == {
        "start": 1.0,
        "end": 2.5,
        "label": "wave & <smile>",
        "confidence": 0.9123,
        "person": "7",
        "nearest": "A.json",
        "told": 3.0,
        "recording": 1,
    }


def test_csv_runs_no_formula(tmp_path: Path) -> None:
    write_events(EVENTS, tmp_path / "e.csv")
    with (tmp_path / "e.csv").open(newline="") as handle:
        rows = list(csv.DictReader(handle))
    assert [row["label"] for row in rows] == ["wave & <smile>", "'=SUM(A1)", "wave & <smile>"]
    assert [float(row["start"]) for row in rows] == [1.0, 2.0, 5.0]


def test_elan_has_a_tier_a_person(tmp_path: Path) -> None:
    write_events(EVENTS, tmp_path / "e.eaf")
    root = ElementTree.parse(tmp_path / "e.eaf").getroot()  # noqa: S314 - written above
    slots = {one.get("TIME_SLOT_ID"): one.get("TIME_VALUE") for one in root.iter("TIME_SLOT")}
    found = [
        (tier.get("TIER_ID"), slots[one.get("TIME_SLOT_REF1")], slots[one.get("TIME_SLOT_REF2")])
        for tier in root.iter("TIER")
        for one in tier.iter("ALIGNABLE_ANNOTATION")
    ]
    assert found == [("7", "1000", "2500"), ("7", "5000", "6250"), ("8", "2000", "4000")]
    assert next(one.text for one in root.iter("ANNOTATION_VALUE")) == "wave & <smile>"
    types = {one.get("LINGUISTIC_TYPE_ID") for one in root.iter("LINGUISTIC_TYPE")}
    assert {tier.get("LINGUISTIC_TYPE_REF") for tier in root.iter("TIER")} <= types


def test_boris_has_the_columns_that_it_asks_for(tmp_path: Path) -> None:
    write_events(EVENTS, tmp_path / "e.xlsx")
    with zipfile.ZipFile(tmp_path / "e.xlsx") as archive:
        assert archive.testzip() is None
        sheet = ElementTree.fromstring(  # noqa: S314 - written above
            archive.read("xl/worksheets/sheet1.xml")
        )
    rows = [["".join(cell.itertext()) for cell in row] for row in sheet.iter(f"{SHEET}row")]
    assert rows[0] == ["time", "subject", "code", "modifier", "comment"]
    assert [row[:3] for row in rows[1:4]] == [
        ["1.0", "7", "wave & <smile>"],
        ["2.0", "8", "=SUM(A1)"],
        ["2.5", "7", "wave & <smile>"],
    ]
    assert len(rows) == 1 + 2 * len(EVENTS)


def test_recordings_of_a_stream_are_kept_apart(tmp_path: Path) -> None:
    later = [replace(event, recording=2) for event in EVENTS[:2]]
    for ending in (".jsonl", ".eaf"):
        write_events([*later, *EVENTS], tmp_path / f"e{ending}")
    read = [json.loads(line) for line in (tmp_path / "e.jsonl").read_text().splitlines()]
    assert [(one["recording"], one["start"]) for one in read] == [
        (1, 1.0), (1, 2.0), (1, 5.0), (2, 1.0), (2, 2.0),
    ]  # fmt: skip
    tiers = ElementTree.parse(tmp_path / "e.eaf").getroot().iter("TIER")  # noqa: S314
    assert [tier.get("TIER_ID") for tier in tiers] == [
        "7", "8", "7 (recording 2)", "8 (recording 2)",
    ]  # fmt: skip


@pytest.mark.parametrize("ending", [".jsonl", ".csv", ".eaf", ".xlsx"])
def test_no_event_is_a_file_too(tmp_path: Path, ending: str) -> None:
    write_events([], tmp_path / f"e{ending}")
    assert (tmp_path / f"e{ending}").exists()


def test_a_file_of_events_grows_with_the_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr("skelshot.recognition.streams.event_files.time.monotonic", lambda: now[0])
    (tmp_path / "e.jsonl").write_text("of yesterday\n")
    kept, counts = GrowingEventsFile(tmp_path / "e.jsonl", every=2.0), []
    for moment, told in ((100, 0), (101, 1), (102, 2), (103, 2), (104, 2)):
        now[0] = moment
        kept.hold(EVENTS[:told])
        counts.append((tmp_path / "e.jsonl").read_text().count("label"))
    assert counts == [0, 1, 1, 2, 2]
    kept.hold(EVENTS, ended=True)
    assert (tmp_path / "e.jsonl").read_text().count("label") == 3
    with pytest.raises(SkelshotError, match="found no folder"):
        GrowingEventsFile(tmp_path / "none/e.csv")


def test_what_is_read_meanwhile_is_never_replaced(tmp_path: Path) -> None:
    source, other = tmp_path / "r.jsonl", tmp_path / "other.jsonl"
    source.write_text("frames\n")
    other.hardlink_to(source)
    read = [tmp_path / "gone.backup", source]
    for path in (source, tmp_path / "." / "r.jsonl", other):
        with pytest.raises(SkelshotError, match=r"--events .*: found the stream, the gallery"):
            GrowingEventsFile(path, read=read)
        with pytest.raises(SkelshotError, match="expected a file of events alone"):
            write_events(EVENTS, path, read)
    write_events(EVENTS, tmp_path / "e.jsonl", read)
    assert source.read_text() == "frames\n"


@pytest.mark.parametrize(
    ("name", "expected"),
    [("e.txt", "expected .jsonl, .csv"), ("none/e.csv", "found no folder")],
)
def test_a_file_that_cannot_be_written_is_refused(tmp_path: Path, name: str, expected: str) -> None:
    with pytest.raises(SkelshotError, match=expected):
        write_events(EVENTS, tmp_path / name)
