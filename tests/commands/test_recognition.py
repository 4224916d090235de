"""`enroll`, `recognize`, `forget` and `gallery`, as a user calls them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground.errors import Notice

from ..pose.stand_ins import ScriptedEstimator, body

Run = Callable[..., Any]


@pytest.fixture
def files(toy_store: Store, tmp_path: Path) -> Callable[[str], list[Path]]:
    """Writes the clips of a toy action as files, and names them."""

    def of(action: str) -> list[Path]:
        label = toy_store.class_names.index(action)
        paths = []
        for index in np.flatnonzero(toy_store.labels == label):
            path = tmp_path / f"{toy_store.clips[index].name.replace('/', '-')}.npz"
            np.savez(path, joints=toy_store.sequence(int(index)).joints, layout="kinect-v1")
            paths.append(path)
        return paths

    return of


def test_shown_today_recognised_tomorrow(
    run: Run, files: Any, toy_store: Store, tmp_path: Path
) -> None:
    gallery = tmp_path / "g"
    first, second, third = toy_store.class_names[:3]
    for action in (first, second):
        done = run("enroll", action, *files(action)[:3], "--gallery", gallery, "--json").json
        assert done["added"] == [path.stem for path in files(action)[:3]]
    assert done["actions"] == {first: 3, second: 3}
    assert {each["action"] for each in done["verdicts"]} == {first, second}
    told = run("recognize", files(first)[4], files(third)[4], "--gallery", gallery, "--json").json
    assert told["label"] == first == told["clips"][0]["label"]
    assert told["nearest"] in [path.stem for path in files(first)[:3]]
    assert (told["runner_up"], told["events"]) == (second, [])
    assert 0 < told["confidence"] <= 1
    printed = run("recognize", files(first)[4], "--gallery", gallery).out
    assert printed.startswith(f"{files(first)[4].stem}: {first}, ")
    assert f"then {second}; nearest {told['nearest']}" in printed
    listed = run("gallery", gallery, "--json").json
    assert listed["actions"] == {first: 3, second: 3}
    assert len(listed["exemplars"]) == 6
    assert listed["settings"]["encoder"] == "skelshot-base"
    assert run("forget", first, "--gallery", gallery, "--json").json == {
        "action": first, "forgotten": 3, "actions": {second: 3}, "gallery": str(gallery),
    }  # fmt: skip
    one = run("recognize", files(second)[4], "--gallery", gallery)
    assert "one action is enrolled, so answers say known or unknown only" in one.out


def test_it_travels_as_one_file(run: Run, files: Any, toy_store: Store, tmp_path: Path) -> None:
    action = toy_store.class_names[0]
    run("enroll", action, *files(action)[:2], "--gallery", tmp_path / "g", "--threshold", 0.3)
    carried = tmp_path / "g.zip"
    assert run("gallery", tmp_path / "g", "--export", carried).code == 0
    there = run("gallery", tmp_path / "h", "--import", carried, "--json").json
    assert (there["actions"], there["settings"]["threshold"]) == ({action: 2}, 0.3)
    asked = files(action)[5]
    ours, theirs = (
        run("recognize", asked, "--gallery", tmp_path / place, "--json").json["clips"]
        for place in ("g", "h")
    )
    assert ours == theirs


def test_how_clips_are_compared_is_kept(
    run: Run, files: Any, toy_store: Store, tmp_path: Path
) -> None:
    first, second = toy_store.class_names[:2]
    words = ("--gallery", tmp_path / "g")
    run("enroll", first, files(first)[0], *words, "--match", "raw=none", "--match", "to=mean")
    run("enroll", second, files(second)[0], *words)
    match = run("gallery", tmp_path / "g", "--json").json["settings"]["match"]
    assert (match["raw"], match["to"], match["readout"]) == ("none", "mean", "flat")
    told = run("recognize", files(first)[1], *words, "--threshold", 0.999999, "--json").json
    assert told["clips"][0]["threshold"] == 0.999999
    assert run("gallery", tmp_path / "g", "--json").json["settings"]["threshold"] == 0.5


def test_several_actions_at_once_and_folders_of_clips(
    run: Run, files: Any, toy_store: Store, tmp_path: Path
) -> None:
    first, second = toy_store.class_names[:2]
    for action in (first, second):
        (tmp_path / "shown" / action).mkdir(parents=True)
        for path in files(action)[:2]:
            path.rename(tmp_path / "shown" / action / path.name)
    (tmp_path / "shown" / first / "notes.txt").write_text("of no use")
    words = ("--gallery", tmp_path / "g")
    with pytest.warns(Notice, match=f"shown: skipped, .* clips: {first}/notes.txt"):
        done = run("enroll", "--from", tmp_path / "shown", *words, "--json").json
    assert done["actions"] == {first: 2, second: 2}
    asked = tmp_path / "asked"
    for folder in ("1", "2"):
        (asked / folder).mkdir(parents=True)
        files(first)[4].rename(asked / folder / "same.npz")
    (asked / "cut.npz").write_bytes(b"PK")
    answer = run("recognize", asked, *words, "--json")
    assert (answer.code, answer.err) == (2, "")
    assert [told["clip"] for told in answer.json["clips"]] == ["same", "same"]
    (unreadable,) = answer.json["unreadable"]
    assert unreadable["source"] == str(asked / "cut.npz")
    printed = run("recognize", asked, *words)
    assert printed.code == 2
    assert f"{asked / '1/same.npz'}, same: {first}, " in printed.out
    assert f"not read: {asked / 'cut.npz'}: " in printed.out
    (asked / "cut.npz").unlink()
    (asked / "notes.txt").write_text("of no use")
    whole = run("recognize", asked, *words, "--json")
    assert (whole.code, whole.json["unreadable"]) == (0, [])
    assert whole.json["skipped"] == [str(asked / "notes.txt")]
    assert "skipped, since no reader takes them for clips: " in run("recognize", asked, *words).out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("recognize", "{clip}", "--gallery", "{tmp}/none"), "none"),
        (("forget", "wavee", "--gallery", "{g}"), "did you mean 'wave'"),
        (("enroll", "wave", "{tmp}/gone.npz", "--gallery", "{g}"), "gone.npz: no such file"),
        (("recognize", "{clip}", "--gallery", "{clip}"), "clip.npz"),
        (("recognize", "{clip}", "--gallery", "{g}", "--match", "raw"), "expected KEY=VALUE"),
        (("recognize", "{clip}", "--gallery", "{g}", "--match", "rw=1"), "unknown option 'rw'"),
        (("recognize", "{clip}", "--gallery", "{g}", "--threshold", "2"), "recogniser, threshold"),
        (("recognize", "{clip}", "--gallery", "{g}", "--unknown", "x"), "--unknown: found 'x'"),
        (("recognize", "{clip}", "--gallery", "{g}", "--encoder", "x"), "x: no such file"),
        (("recognize", "{clip}", "--gallery", "{g}", "--conformal", "0.1"), "--conformal 0.1"),
        (("enroll", "", "{clip}", "--gallery", "{g}"), "NAME"),
        (("gallery", "{g}", "--import", "{clip}"), "clip.npz"),
        (("gallery", "{g}", "--export", "{g}"), "found the gallery itself"),
        (("enroll", "--gallery", "{g}"), "expected NAME CLIP"),
        (("enroll", "wave", "--gallery", "{g}"), "expected NAME CLIP"),
        (("enroll", "wave", "--from", "{tmp}", "--gallery", "{g}"), "leave NAME and CLIP out"),
        (("enroll", "--from", "{tmp}/none", "--gallery", "{g}"), "none: no such file or folder"),
    ],
)  # fmt: skip
def test_bad_calls_are_one_line(
    run: Run, toy_store: Store, tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    clip, gallery = tmp_path / "clip.npz", tmp_path / "g"
    np.savez(clip, joints=toy_store.sequence(0).joints, layout="kinect-v1")
    run("enroll", "wave", clip, "--gallery", gallery)
    places = {"clip": clip, "g": gallery, "tmp": tmp_path}
    answer = run(*(word.format(**places) for word in words))
    assert answer.code == 2
    assert told in answer.err
    assert answer.err.count("\n") == 1
    assert run("gallery", gallery, "--json").json["actions"] == {"wave": 1}


def test_nothing_is_made_for_a_clip_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.npz").write_bytes(b"")
    assert run("enroll", "wave", tmp_path / "a.npz", "--gallery", tmp_path / "g").code == 2
    assert not (tmp_path / "g").exists()


def test_how_videos_are_read_is_said_of_videos_alone(
    run: Run, files: Any, toy_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from skelshot.videos.encode import write_video

    film, gallery = tmp_path / "duet.mp4", tmp_path / "g"
    write_video(film, [np.full((90, 160, 3), 9 * t, np.uint8) for t in range(24)])
    duet = ScriptedEstimator(lambda n: [body(0, 40 + 4.0 * n), body(1, 120 - n)])
    monkeypatch.setattr("skelshot.pose.video_reading.estimator_named", lambda name: duet)
    action = files(toy_store.class_names[0])
    said = ("--gallery", gallery, "--persons", 2, "--mirrored", "no")
    refused = run("enroll", "wave", *action[:2], *said)
    assert "--persons: says how videos are read, and none is among the clips" in refused.err
    assert (refused.code, gallery.exists()) == (2, False)
    done = run("enroll", "dance", film, *said, "--json").json
    assert any("as no mirror image: as the caller said" in told for told in done["remarks"])
    assert not any("--persons" in told for told in done["remarks"])
    told = run("recognize", film, *said, "--json").json
    assert (told["clips"][0]["nearest"], told["unreadable"]) == ("duet", [])
    assert run("recognize", action[0], *said).code == 2
