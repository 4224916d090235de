"""Clips in pixels: which encoder recognises them, and what becomes of 3-D ones beside them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from skelshot.datasets.store import Store
from skelshot.front_door import prepare, pretrain
from skelshot.ground import SkelshotError
from skelshot.ground.errors import Notice
from skelshot.recognition import MatchOptions, Recognizer
from skelshot.recognition.gallery import Gallery
from skelshot.recognition.sklearn_face import FewShotSkeletonClassifier
from skelshot.skeletons import COCO_17, SkeletonSequence
from skelshot.skeletons.as_picture import camera_view
from skelshot.skeletons.mappings import map_layout

Clips = Callable[[str], list[SkeletonSequence]]


@pytest.fixture
def pixels(toy_clips: Clips) -> Clips:
    """The clips of a toy action as a pose model of webcam pictures would give them."""
    return lambda action: [camera_view(map_layout(clip, COCO_17)) for clip in toy_clips(action)]


def enrolled(actions: tuple[str, ...], clips: Clips, **settings: object) -> Recognizer:
    recognizer = Recognizer(**settings)  # type: ignore[arg-type]
    for action in actions:
        recognizer.enroll(action, clips(action)[:3])
    return recognizer


def test_the_first_clips_choose_the_encoder(
    toy_store: Store, toy_clips: Clips, pixels: Clips
) -> None:
    actions = toy_store.class_names[:3]
    flat = enrolled(actions, pixels)
    assert flat.settings.encoder == flat.engine.called == "skelshot-2d"
    asked = [clip for action in actions for clip in pixels(action)[3:5]]
    named = [action for action in actions for _ in range(2)]
    answers = flat.predict_many(asked)
    best = [max(one.scores, key=one.scores.__getitem__) for one in answers]
    assert sum(a == b for a, b in zip(best, named, strict=True)) >= 5
    assert enrolled(actions, toy_clips).settings.encoder == "skelshot-base"


def test_an_encoder_that_is_named_stays(toy_store: Store, pixels: Clips) -> None:
    told = r"reads 3; name one of 2-D clips with --encoder, such as skelshot-2d"
    with pytest.raises(SkelshotError, match=told):
        enrolled(toy_store.class_names[:1], pixels, encoder="skelshot-base")


def test_a_gallery_keeps_what_was_chosen(toy_store: Store, pixels: Clips, tmp_path: Path) -> None:
    first, second = toy_store.class_names[:2]
    with Gallery.open(tmp_path / "g.db", create=True) as gallery:
        recognizer = Recognizer.on(gallery)
        remarks = recognizer.enroll(first, pixels(first)[:2]).remarks
        told = "compared by skelshot-2d, since the clips are pixels; --encoder names another"
        assert remarks[0] == told
        recognizer.keep_settings()
    again = Recognizer.load(tmp_path / "g.db")
    assert again.settings.encoder == "skelshot-2d"
    assert told not in again.enroll(second, pixels(second)[:2]).remarks
    assert list(again.actions) == [first, second]


def test_exemplars_choose_where_a_gallery_does_not_say(
    toy_store: Store, pixels: Clips, tmp_path: Path
) -> None:
    action = toy_store.class_names[0]
    with Gallery.open(tmp_path / "g.db", create=True) as gallery:
        gallery.add(enrolled((action,), pixels).exemplars)
    assert Recognizer.load(tmp_path / "g.db").settings.encoder == "skelshot-2d"


def test_the_fewest_coordinates_choose(
    toy_store: Store, toy_clips: Clips, pixels: Clips, tmp_path: Path
) -> None:
    first, second = toy_store.class_names[:2]
    with Gallery.open(tmp_path / "g.db", create=True) as gallery:
        for action, clips in ((first, toy_clips), (second, pixels)):
            gallery.add(enrolled((action,), clips).exemplars)
    assert Recognizer.load(tmp_path / "g.db").settings.encoder == "skelshot-2d"


def test_nothing_enrolled_leaves_the_choice_open(
    toy_store: Store, pixels: Clips, tmp_path: Path
) -> None:
    Recognizer(threshold=0.4).save(tmp_path / "g.db")
    again = Recognizer.load(tmp_path / "g.db")
    assert again.settings.threshold == 0.4
    again.keep_settings()
    again.enroll(toy_store.class_names[0], pixels(toy_store.class_names[0])[:2])
    assert again.settings.encoder == "skelshot-2d"
    Recognizer("skelshot-small").save(tmp_path / "named.db")
    assert Recognizer.load(tmp_path / "named.db").settings.encoder == "skelshot-small"


def test_scikit_learn_chooses_as_well(toy_store: Store, toy_clips: Clips, pixels: Clips) -> None:
    actions = toy_store.class_names[:2]
    y = [action for action in actions for _ in range(2)]
    few = FewShotSkeletonClassifier()
    with pytest.warns(Notice, match="compared by skelshot-2d, since X holds pixels; encoder= "):
        few.fit([clip for action in actions for clip in pixels(action)[:2]], y)
    assert few.settings_.encoder == few.engine_.called == "skelshot-2d"
    few.fit([clip for action in actions for clip in toy_clips(action)[:2]], y)
    assert few.settings_.encoder == "skelshot-base"
    assert few.get_params()["encoder"] is None


def test_a_depth_sensor_asks_a_gallery_of_pixels(
    toy_store: Store, toy_clips: Clips, pixels: Clips
) -> None:
    actions = toy_store.class_names[:3]
    flat = enrolled(actions, pixels)
    answers = [flat.predict(toy_clips(action)[3]) for action in actions]
    best = [max(one.scores, key=one.scores.__getitem__) for one in answers]
    assert sum(a == b for a, b in zip(best, actions, strict=True)) >= 2
    assert answers[0].remarks[0] == "3-D joints seen as by a camera before the person"


@pytest.mark.parametrize("unknown", ["background", "residual", "negatives", "agreement"])
def test_unknown_clips_are_told_by_every_strategy(
    toy_store: Store, pixels: Clips, unknown: str
) -> None:
    flat = enrolled(toy_store.class_names[:3], pixels, unknown=unknown)
    known = flat.predict(pixels(toy_store.class_names[0])[3])
    assert 0 <= known.known <= 1
    assert flat.engine.background(flat.engine.terms([])) is not None


def test_raw_positions_alone_need_no_depth(toy_store: Store, pixels: Clips) -> None:
    flat = enrolled(toy_store.class_names[:3], pixels, options=MatchOptions(encoder_weight=0))
    action = toy_store.class_names[1]
    scores = flat.predict(pixels(action)[3]).scores
    assert max(scores, key=scores.__getitem__) == action


@pytest.mark.parametrize("depth", [False, True])
def test_a_decision_is_drawn(
    toy_store: Store, toy_clips: Clips, pixels: Clips, tmp_path: Path, depth: bool
) -> None:
    """Exemplars have other joints than the encoder, and the clip may have a depth."""
    flat = enrolled(toy_store.class_names[:2], pixels)
    clip = (toy_clips if depth else pixels)(toy_store.class_names[0])[3]
    told = flat.explain(clip, tmp_path / "why")
    assert told.attribution.values.shape[0] == 2
    assert len(list((tmp_path / "why").glob("*.png"))) == 2


def test_a_file_for_other_programs_takes_pixels(
    toy_store: Store, toy_clips: Clips, pixels: Clips, tmp_path: Path
) -> None:
    pytest.importorskip("onnxruntime")
    flat = enrolled(toy_store.class_names[:2], pixels)
    flat.enroll(toy_store.class_names[2], toy_clips(toy_store.class_names[2])[:2])
    written = flat.export(tmp_path / "flat.onnx")
    assert (written.compared, written.agree) == (8, 8)


def test_pixels_and_metres_stand_in_one_gallery(
    toy_store: Store, toy_clips: Clips, pixels: Clips
) -> None:
    """The fewest coordinates choose, in any order; negatives are spliced of both."""
    first, second = toy_store.class_names[:2]
    mixed = Recognizer(unknown="negatives")
    mixed.enroll(first, [toy_clips(first)[0], pixels(first)[1]])
    mixed.enroll(second, [pixels(second)[0], toy_clips(second)[1]])
    assert mixed.settings.encoder == "skelshot-2d"
    assert 0 <= mixed.predict(toy_clips(first)[3]).known <= 1


@pytest.mark.parametrize("unknown", ["background", "residual"])
def test_movements_that_an_encoder_of_pixels_cannot_see_are_done_without(
    toy_store: Store, toy_clips: Clips, unknown: str, tmp_path: Path
) -> None:
    """Without the trunk's scale metres are no pixels."""
    store = prepare("store", toy_store.path, tmp_path / "pixels", coordinates="pixels")
    changes = ["input.torso_scale=false", "strategy.epochs=1"]
    run = pretrain(
        store, tmp_path / "run", protocol="toy", preset="smoke", splits=[0], changes=changes
    )
    recognizer = Recognizer.from_run(run, unknown=unknown)
    for action in toy_store.class_names[:2]:
        recognizer.enroll(action, [camera_view(clip) for clip in toy_clips(action)[:2]])
    answer = recognizer.predict(camera_view(toy_clips(toy_store.class_names[0])[3]))
    assert 0 <= answer.known <= 1
    assert recognizer.engine.background(recognizer.engine.terms([])) is None
