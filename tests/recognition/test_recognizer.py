"""Showing, recognising, forgetting: what the recogniser says and refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

import skelshot as sk
from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.recognition import MatchOptions, Recognizer
from skelshot.recognition.gallery import Gallery
from skelshot.recognition.gallery.database import Database
from skelshot.skeletons import SkeletonLayout, SkeletonSequence
from skelshot.skeletons.layouts import COCO_17, KINECT_V1, KINECT_V2, OPENNI_15, layout_from
from skelshot.skeletons.mappings import map_layout

TOO_FEW = layout_from({"name": "stick", "joints": ["a", "b"], "bones": [["b", "a"]]})


def still(layout: SkeletonLayout = KINECT_V1, channels: int = 3) -> SkeletonSequence:
    joints = np.random.default_rng(1).normal(0, 0.4, (1, 12, layout.num_joints, channels))
    return SkeletonSequence(joints.astype(np.float32), np.ones((1, 12), bool), layout)


def test_an_exemplar_is_recognised_and_named(
    three: Recognizer, toy_clips, toy_store: Store
) -> None:
    action = toy_store.class_names[1]
    answer = three.predict(toy_clips(action)[0])
    assert (answer.label, answer.nearest) == (action, f"{action} 1")
    assert answer.confidence > 0.5
    assert answer.known >= answer.threshold == 0.5
    assert answer.runner_up in three.actions
    assert set(answer.scores) == set(three.actions) == set(toy_store.class_names[:3])


def test_one_batch_gives_what_single_clips_give(three: Recognizer, toy_clips, toy_store) -> None:
    asked = [toy_clips(action)[5] for action in toy_store.class_names[:5]]
    batch = three.predict_many(asked)
    for clip, together in zip(asked, batch, strict=True):
        alone = three.predict(clip)
        assert (alone.label, alone.nearest) == (together.label, together.nearest)
        assert alone.known == pytest.approx(together.known, abs=1e-4)


def test_a_forgotten_action_is_not_named_any_more(three: Recognizer, toy_store, toy_clips) -> None:
    gone, *rest = three.actions
    assert three.forget(gone) == 3
    assert list(three.actions) == rest
    assert gone not in three.predict(toy_clips(gone)[0]).scores
    with pytest.raises(SkelshotError, match=f"forget: found no action '{gone}', expected one of"):
        three.forget(gone)
    with pytest.raises(SkelshotError, match=f"did you mean '{rest[0]}'"):
        three.forget(rest[0][:-1])


def test_one_action_answers_known_or_unknown_only(toy_store: Store, toy_clips) -> None:
    recognizer = Recognizer()
    action = toy_store.class_names[0]
    recognizer.enroll(action, toy_clips(action)[:1])
    known, other = recognizer.predict_many([toy_clips(action)[0], still()])
    assert (known.label, known.runner_up) == (action, None)
    assert other.label is None
    assert "one action is enrolled, so answers say known or unknown only" in str(other.why)


@pytest.mark.parametrize("unknown", ["nearest-distance", "leave-one-out", "negatives"])
def test_one_clip_an_action_is_enough(toy_store: Store, toy_clips, unknown: str) -> None:
    recognizer = Recognizer(unknown=unknown)
    for action in toy_store.class_names[:3]:
        recognizer.enroll(action, toy_clips(action)[0])
    for action in toy_store.class_names[:3]:
        assert recognizer.predict(toy_clips(action)[0]).label == action
    assert 0 <= recognizer.predict(still()).known <= 1


def test_one_clip_under_two_names_is_warned_of(three: Recognizer, toy_clips) -> None:
    first, second, _ = three.actions
    clip = toy_clips(first)[0]
    done = three.enroll(second, [clip, toy_clips(second)[4], toy_clips(second)[4]])
    assert done.added == (f"{second} 4", f"{second} 5")
    assert f"is enrolled as {first} too, so that it speaks for both" in done.warnings[0]
    assert f"is enrolled as {second} already, left out" in done.warnings[1]


def test_numbers_of_clips_without_a_name_are_given_once(toy_store: Store, toy_clips) -> None:
    clips, recognizer = toy_clips(toy_store.class_names[0]), Recognizer()
    for some in (clips[:2], [clips[1], clips[2]], [clips[3]]):
        recognizer.enroll("w", some)
    assert [one.name for one in recognizer.exemplars] == ["w 1", "w 2", "w 4", "w 5"]


def test_verdicts_say_what_to_do(toy_store: Store, toy_clips) -> None:
    recognizer = Recognizer()
    first, second = toy_store.class_names[:2]
    (alone,) = recognizer.enroll(first, toy_clips(first)[0]).verdicts
    assert (alone.tried, alone.recognised) == (0, 0)
    assert alone.next_step == f"add a second clip of {first} to have it tried"
    (still_alone,) = recognizer.enroll(first, toy_clips(first)[1:4]).verdicts
    assert (still_alone.exemplars, still_alone.tried) == (4, 0)
    assert "enrol another action" in str(still_alone)
    mixed = recognizer.enroll(second, [*toy_clips(second)[:3], toy_clips(first)[5]])
    verdict = next(each for each in mixed.verdicts if each.action == second)
    assert verdict.tried == 4
    assert verdict.recognised + verdict.unknown + sum(verdict.confused.values()) == 4
    assert verdict.recognised < 4
    assert verdict.next_step != "nothing to do"


def test_other_layouts_are_mapped_and_said(three: Recognizer, toy_clips) -> None:
    action = next(iter(three.actions))
    seen = map_layout(toy_clips(action)[0], OPENNI_15)
    answer = three.predict(SkeletonSequence(seen.joints, seen.present, OPENNI_15))
    assert answer.label == action
    assert "joints mapped from openni-15 to kinect-v1" in answer.remarks[0]
    three.enroll("another", map_layout(toy_clips(action)[1], KINECT_V2))
    assert three.predict(toy_clips(action)[0]).nearest == f"{action} 1"


@pytest.mark.parametrize(
    ("clip", "told"),
    [
        (still(TOO_FEW), "clip given: its joints cannot be mapped to those that the encoder"),
        (still(COCO_17, 2), "found 2 coordinates a joint, the encoder skelshot-base reads 3"),
        (np.zeros((1, 9, 20, 3), np.float32), "all coordinates are zero"),
        (np.ones((1, 1, 20, 3), np.float32), "one frame: no movement"),
        (np.full((1, 9, 20, 3), np.nan, np.float32), "found no finite joint in any of 9 frames"),
        (np.ones((4, 7), np.float32), r"found an array of shape \(4, 7\)"),
        (np.ones((1, 9, 25, 3), np.float32), "kinect-v2, openpose-25 has 25 joints"),
        ([], "clips: found none"),
    ],
)  # fmt: skip
def test_clips_that_do_not_fit_are_refused_and_nothing_is_enrolled(clip, told: str) -> None:
    recognizer = Recognizer("skelshot-base")
    with pytest.raises(SkelshotError, match=told) as raised:
        recognizer.enroll("wave", clip)
    assert "\n" not in str(raised.value)
    assert recognizer.actions == {}


def test_gaps_are_repaired(three: Recognizer, toy_clips) -> None:
    action = next(iter(three.actions))
    clip = toy_clips(action)[0]
    clip.joints[0, 3:5, 7] = np.nan
    assert three.predict(clip).label == action


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"threshold": 1.0}, "recogniser, threshold"),
        ({"conformal": 0}, "recogniser, conformal"),
        ({"threshold": 0.5, "conformal": 0.4}, "--threshold 0.5: found --conformal 0.4 beside it"),
        ({"unknown": "nearest-dist"}, r"--unknown: found .* did you mean 'nearest-distance'"),
        ({"encoder": "skelshot-bass"}, "did you mean 'skelshot-base'"),
        ({"options": MatchOptions(raw="none"), "encoder": "nowhere/run"}, "no such file"),
    ],
)  # fmt: skip
def test_bad_settings_are_refused(settings, told: str) -> None:
    with pytest.raises(SkelshotError, match=told):
        Recognizer(**settings)


def test_nothing_to_compare_by_is_refused() -> None:
    with pytest.raises(SkelshotError, match="match: expected encoder_weight or raw_weight above 0"):
        MatchOptions(encoder_weight=0, raw="none")


def test_nothing_enrolled_is_said() -> None:
    with pytest.raises(SkelshotError, match="gallery: found nothing enrolled"):
        Recognizer().predict(still())


def test_saved_and_loaded_answers_are_the_same(
    three: Recognizer, toy_clips, toy_store: Store, tmp_path: Path
) -> None:
    three.save(tmp_path / "g")
    loaded = Recognizer.load(tmp_path / "g")
    assert loaded.settings == three.settings
    asked = [toy_clips(action)[6] for action in toy_store.class_names[:5]]
    assert loaded.predict_many(asked) == three.predict_many(asked)
    with Gallery.open(tmp_path / "g") as gallery:
        assert gallery.fingerprint == loaded.engine.fingerprint
        assert len(gallery.features(loaded.engine.fingerprint)) == 9
    with pytest.raises(SkelshotError, match=r"found a gallery with .* expected none"):
        three.save(tmp_path / "g")


def test_a_threshold_takes_the_place_of_a_kept_promise(three: Recognizer, tmp_path: Path) -> None:
    three.save(tmp_path / "g")
    promising = Recognizer.load(tmp_path / "g", conformal=0.4)
    promising.keep_settings()
    assert promising.settings.threshold == 0.5
    with pytest.raises(SkelshotError, match="expected one or the other"):
        Recognizer.load(tmp_path / "g", threshold=0.3, conformal=0.2)
    with pytest.warns(Notice, match="--threshold 0.3: takes the place of .* --conformal 0.4"):
        told = Recognizer.load(tmp_path / "g", threshold=0.3)
    assert told.predict(three.exemplars[0].sequence).threshold == 0.3
    assert Recognizer.load(tmp_path / "g").settings.conformal == 0.4
    told.keep_settings()
    assert Recognizer.load(tmp_path / "g").settings == told.settings


def test_another_encoder_reads_the_exemplars_anew(
    three: Recognizer, toy_clips, tmp_path: Path
) -> None:
    three.save(tmp_path / "g")
    own = Recognizer.load(tmp_path / "g")
    own.verdicts()
    other = Recognizer.load(tmp_path / "g", options=MatchOptions(readout="pooled"))
    clip = toy_clips(next(iter(three.actions)))[6]
    fresh = Recognizer(options=MatchOptions(readout="pooled"))
    for one in three.exemplars:
        fresh.enroll(one.action, one.sequence)
    assert other.predict(clip).scores == pytest.approx(fresh.predict(clip).scores, abs=1e-4)
    with Gallery.open(tmp_path / "g") as gallery:
        assert gallery.fingerprint == own.engine.fingerprint  # who only asks replaces nothing
        other.keep_settings()
        assert gallery.fingerprint is None
        Recognizer.on(gallery).predict(clip)
        assert gallery.fingerprint == other.engine.fingerprint
        own.enroll("another", toy_clips(next(iter(three.actions)))[7])
        assert gallery.fingerprint == own.engine.fingerprint


def test_a_gallery_that_may_only_be_read_answers(
    three: Recognizer, toy_clips, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    three.save(tmp_path / "g")

    @contextmanager
    def refusing(database: Database) -> Iterator[None]:
        raise SkelshotError(f"{database.place}: cannot be opened or written")
        yield

    monkeypatch.setattr(Database, "writing", refusing)
    clip = toy_clips(next(iter(three.actions)))[6]
    recognizer = Recognizer.load(tmp_path / "g")
    assert recognizer.predict(clip).label == next(iter(three.actions))
    with pytest.raises(SkelshotError, match="cannot be opened or written"):
        recognizer.enroll("another", clip)


def test_features_of_another_shape_are_made_anew(three: Recognizer, toy_clips, tmp_path) -> None:
    three.save(tmp_path / "g")
    clip = toy_clips(next(iter(three.actions)))[6]
    with Gallery.open(tmp_path / "g") as gallery:
        short = {number: np.ones(5, np.float32) for number in gallery.ids}
        gallery.keep_features(three.engine.fingerprint, short)
        assert Recognizer.on(gallery).predict(clip) == three.predict(clip)
        assert {one.shape for one in gallery.features(three.engine.fingerprint).values()} == {
            three.engine.encoder.shape
        }


def test_sides_are_respected_unless_told(three: Recognizer, toy_clips) -> None:
    views = three.engine.terms([still()])[0].path.views
    assert [view.mirror for view in views] == [False]
    mirrored = Recognizer(options=MatchOptions(mirrored=True)).engine.terms([still()])[0]
    assert [view.mirror for view in mirrored.path.views] == [False, True]


def beside(clip: SkeletonSequence) -> np.ndarray:
    """A clip's joints with a still body a metre beside them, for the first eight frames."""
    still = np.repeat(clip.joints[:, :1], clip.frames, axis=1) + np.float32([1, 0, 0])
    still[:, 8:] = 0
    return np.concatenate([clip.joints, still])


def test_somebody_beside_is_passed_over_and_said(three: Recognizer, toy_clips) -> None:
    clip = toy_clips(next(iter(three.actions)))[6]
    alone, together = three.predict(clip), three.predict(beside(clip))
    assert (together.label, together.scores) == (alone.label, pytest.approx(alone.scores, abs=1e-4))
    assert together.known == pytest.approx(alone.known, abs=1e-4)
    assert alone.remarks == ()
    assert together.remarks == (
        "people: 2 in the clip, 1 in the exemplars; the first one is compared",
    )


def test_people_whom_exemplars_show_are_compared(toy_store: Store, toy_clips) -> None:
    recognizer = Recognizer()
    for action in toy_store.class_names[:2]:
        recognizer.enroll(action, [beside(clip) for clip in toy_clips(action)[:2]])
    clip = toy_clips(toy_store.class_names[0])[5]
    assert [term.path.spec.persons for term in recognizer._ready().support.terms] == [1, 2]
    assert recognizer.predict(beside(clip)).remarks == ()
    (told,) = recognizer.predict(clip).remarks
    assert told == (
        "people: 1 in the clip, 2 in the exemplars; that alone makes a clip look less known"
    )


def test_front_door_gives_it() -> None:
    assert sk.Recognizer is Recognizer


@pytest.mark.parametrize("attribution", ["saliency", "occlusion"])
def test_a_decision_is_shared_out(
    three: Recognizer, toy_clips, tmp_path: Path, attribution: str
) -> None:
    action = next(iter(three.actions))
    clip = toy_clips(action)[5]
    told = three.explain(clip, tmp_path / "why", attribution=attribution)
    assert told.attribution.values.shape == (3, clip.frames, 20, 1)
    assert told.attribution.values.abs().sum() > 0
    assert list(told.exemplars) == list(three.actions)
    assert (tmp_path / "why" / "explanations.jsonl").is_file()
    with pytest.raises(SkelshotError, match="--label: found 'nothing'"):
        three.explain(clip, label="nothing")
    raw = Recognizer(options=MatchOptions(encoder_weight=0))
    for one in three.exemplars:
        raw.enroll(one.action, one.sequence)
    with pytest.raises(SkelshotError, match="the encoder's weight is 0"):
        raw.explain(clip)


def test_it_notices_what_others_enrol_and_forget(toy_store: Store, toy_clips, tmp_path) -> None:
    first, second, third = toy_store.class_names[:3]
    with Gallery.open(tmp_path / "g", create=True) as ours, Gallery.open(tmp_path / "g") as theirs:
        recognizer, other = Recognizer.on(ours), Recognizer.on(theirs)
        for action in (first, second):
            recognizer.enroll(action, toy_clips(action)[:2])
        asked = toy_clips(third)[4]
        assert set(recognizer.predict(asked).scores) == {first, second}
        before = recognizer.stamp
        other.enroll(third, toy_clips(third)[:2])
        assert recognizer.stamp != before
        assert set(recognizer.predict(asked).scores) == {first, second, third}
        other.forget(first)
        other.enroll(first, toy_clips(first)[2:4])  # as many as before
        assert recognizer.predict(toy_clips(first)[2]).nearest == f"{first} 1"
        other.forget(first)
        assert set(recognizer.predict(asked).scores) == {second, third}


def test_a_file_of_several_classes_is_no_single_action(toy_store: Store) -> None:
    recognizer = Recognizer()
    with pytest.raises(SkelshotError, match=r"found clips of \d+ classes .* --from"):
        recognizer.enroll("wave", toy_store.path)
    assert recognizer.actions == {}
