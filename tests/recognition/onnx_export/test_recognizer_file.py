"""Exported recognisers: the file's answers are torch's, whatever the clip."""

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, EncoderSpec
from skelshot.ground import SkelshotError
from skelshot.recognition import Answer, MatchOptions, Recognizer
from skelshot.recognition.clip_files import FoundClip
from skelshot.recognition.onnx_export.graph import OUTPUTS, RecognitionGraph
from skelshot.recognition.onnx_export.recognizer_file import export_recognizer
from skelshot.skeletons import SkeletonSequence
from skelshot.skeletons.layout_reading import read_layout
from skelshot.skeletons.layouts import COCO_17, KINECT_V1
from skelshot.skeletons.mappings import map_layout

pytest.importorskip("onnx")
runtime = pytest.importorskip("onnxruntime")
Clips = Callable[[str], list[SkeletonSequence]]
CLOSE = 1e-4
NEARLY = 5e-4
"""Where cosines are nearly equal, standardising them multiplies the error of torch itself."""


def session_of(file: Path) -> Any:
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    return runtime.InferenceSession(file, options, providers=["CPUExecutionProvider"])


def run(session: Any, clip: SkeletonSequence) -> dict[str, Any]:
    feed = {"joints": clip.joints, "present": clip.present}
    return dict(zip(OUTPUTS, session.run(list(OUTPUTS), feed), strict=True))


def assert_same(found: Mapping[str, Any], told: Answer, close: float = CLOSE) -> None:
    actions = list(told.scores)
    for name in ("known", "confidence"):
        assert found[name] == pytest.approx(getattr(told, name), abs=close), name
    np.testing.assert_allclose(found["scores"], list(told.scores.values()), atol=close)
    for output, name in (("label", told.label), ("runner_up", told.runner_up)):
        assert found[output] == (-1 if name is None else actions.index(name)), output


def part(clip: SkeletonSequence, frames: slice) -> SkeletonSequence:
    return SkeletonSequence(clip.joints[:, frames], clip.present[:, frames], clip.layout)


def table(clip: SkeletonSequence) -> dict[str, SkeletonSequence]:
    """One clip in every form that a reader may give it."""
    gaps = clip.present.copy()
    gaps[:, [0, 5, 6, 7, -1]] = False
    holes = np.where(gaps[..., None, None], clip.joints, np.float32(np.nan))
    absent = np.zeros_like(clip.present)
    pair = np.concatenate([clip.joints, clip.joints[:, ::-1] + np.float32(0.7)])
    late = np.concatenate([clip.present, clip.present])
    late[1, :9] = False
    return {
        "as it is": clip,
        "a third": part(clip, slice(3, clip.frames // 3)),
        "two frames": part(clip, slice(4, 6)),
        "one frame": part(clip, slice(4, 5)),
        "four times as long": SkeletonSequence(
            np.repeat(clip.joints, 4, axis=1), np.repeat(clip.present, 4, axis=1), clip.layout
        ),
        "gaps": replace(clip, joints=np.where(gaps[..., None, None], clip.joints, 0), present=gaps),
        "no numbers where nobody is": replace(clip, joints=holes, present=gaps),
        "a second person who comes late": replace(clip, joints=pair, present=late),
        "three persons, the second never there": replace(
            clip,
            joints=np.concatenate([pair, clip.joints]),
            present=np.concatenate([gaps, absent, late[1:]]),
        ),
        "lying on one side": replace(clip, joints=clip.joints[..., [1, 0, 2]]),
    }


@pytest.fixture
def three(knows_three: Callable[[str], Recognizer]) -> Recognizer:
    """A recogniser with three actions of three clips each, by the small encoder, for speed."""
    return knows_three("skelshot-small")


@pytest.fixture(scope="module")
def exported(
    toy_store: Store, toy_clips: Clips, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Recognizer, Path]:
    recognizer = Recognizer("skelshot-small")
    for action in toy_store.class_names[:3]:
        recognizer.enroll(action, toy_clips(action)[:3])
    file = tmp_path_factory.mktemp("onnx") / "moves.onnx"
    done = recognizer.export(file)
    assert done.bytes == file.stat().st_size
    assert (done.compared, done.agree) == (9, 9)
    assert done.difference < CLOSE
    return recognizer, file


def test_answers_are_those_of_torch(
    exported: tuple[Recognizer, Path], toy_store: Store, toy_clips: Clips
) -> None:
    recognizer, file = exported
    session = session_of(file)
    clips = [clip for action in toy_store.class_names for clip in toy_clips(action)[3:5]]
    clips += table(toy_clips(toy_store.class_names[0])[4]).values()
    names = [one.name for one in recognizer.exemplars]
    told = recognizer.answers([FoundClip(None, clip) for clip in clips])
    assert {each.label is None for each in told} == {True, False}
    for clip, each in zip(clips, told, strict=True):
        found = run(session, clip)
        assert_same(found, each)
        assert names[int(found["nearest"])] == each.nearest


def test_nobody_and_no_numbers_are_unknown(
    exported: tuple[Recognizer, Path], toy_store: Store, toy_clips: Clips
) -> None:
    session = session_of(exported[1])
    clip = toy_clips(toy_store.class_names[0])[0]
    for strange in (
        replace(clip, present=np.zeros_like(clip.present)),
        replace(clip, joints=np.full_like(clip.joints, np.nan)),
        replace(
            clip,
            joints=np.repeat(clip.joints, 2, axis=0),
            present=np.concatenate([np.zeros_like(clip.present), clip.present]),
        ),
    ):
        found = run(session, strange)
        assert (found["label"], found["known"], found["confidence"]) == (-1, 0, 1)


def test_the_file_describes_itself(exported: tuple[Recognizer, Path], toy_store: Store) -> None:
    recognizer, file = exported
    raw = session_of(file).get_modelmeta().custom_metadata_map
    notes = {name: json.loads(text) for name, text in raw.items()}
    assert notes["actions"] == list(toy_store.class_names[:3])
    assert read_layout(notes["layout"]).layout == KINECT_V1
    assert (notes["units"], notes["axes"].split(":")[0]) == ("metres", "camera")
    assert notes["fingerprint"] == recognizer.engine.fingerprint
    assert notes["encoder"]["sha256"] == recognizer.engine.trained.weights
    assert (notes["licence"], notes["threshold"], notes["int8"]) == ("Apache-2.0", 0.5, False)
    assert [one["sha256"] for one in notes["exemplars"]] == [
        one.digest for one in recognizer.exemplars
    ]


@pytest.mark.parametrize("layout", [COCO_17], ids=lambda layout: layout.name)
def test_clips_of_other_joints_are_mapped_within(
    three: Recognizer, toy_store: Store, toy_clips: Clips, tmp_path: Path, layout: Any
) -> None:
    done = three.export(tmp_path / "a.onnx", layout=layout.name)
    assert done.layout == layout.name
    session = session_of(tmp_path / "a.onnx")
    for action in toy_store.class_names[:4]:
        clip = map_layout(toy_clips(action)[4], layout)
        clip = SkeletonSequence(clip.joints, clip.present, layout)
        assert_same(run(session, clip), three.predict(clip))


@pytest.mark.parametrize(
    "settings",
    [
        {"options": MatchOptions(raw="none", mirrored=True), "unknown": "leave-one-out"},
        {
            "options": MatchOptions(
                readout="joints", distance="euclid", to="mean", raw="raw-nearest"
            ),
            "unknown": "negatives",
        },
        {"options": MatchOptions(encoder_weight=0), "conformal": 0.4},
        {"options": MatchOptions(readout="pooled"), "unknown": "max-softmax"},
        {"encoder": "skelshot-base", "unknown": "background"},
        {"encoder": "skelshot-base", "unknown": "residual"},
    ],
    ids=["encoder alone", "means", "raw alone", "pooled", "background", "residual"],
)
def test_every_way_of_comparing_can_be_exported(
    toy_store: Store, toy_clips: Clips, tmp_path: Path, settings: dict[str, Any]
) -> None:
    recognizer = Recognizer(**{"encoder": "skelshot-small", **settings})
    for number, action in enumerate(toy_store.class_names[:3]):
        recognizer.enroll(action, toy_clips(action)[: 2 + number])
    recognizer.export(tmp_path / "a.onnx")
    session = session_of(tmp_path / "a.onnx")
    for action in toy_store.class_names[:4]:
        clip = toy_clips(action)[5]
        assert_same(run(session, clip), recognizer.predict(clip), NEARLY)


def test_as_many_people_are_compared_as_exemplars_show(
    toy_store: Store, toy_clips: Clips, tmp_path: Path
) -> None:
    recognizer = Recognizer(options=MatchOptions(encoder_weight=0))
    for action in toy_store.class_names[:3]:
        for clip in toy_clips(action)[:2]:
            recognizer.enroll(action, table(clip)["a second person who comes late"])
    recognizer.export(tmp_path / "a.onnx")
    session = session_of(tmp_path / "a.onnx")
    for clip in table(toy_clips(toy_store.class_names[0])[4]).values():
        assert_same(run(session, clip), recognizer.answers([FoundClip(None, clip)])[0])


def test_one_action_says_known_or_unknown(
    toy_store: Store, toy_clips: Clips, tmp_path: Path
) -> None:
    recognizer = Recognizer("skelshot-small")
    recognizer.enroll("wave", toy_clips(toy_store.class_names[0])[:2])
    recognizer.export(tmp_path / "a.onnx")
    session = session_of(tmp_path / "a.onnx")
    for action in toy_store.class_names[:3]:
        clip = toy_clips(action)[4]
        assert_same(run(session, clip), recognizer.predict(clip))


LOSS = 0.05
"""The most accuracy that 8-bit integers may cost on the toy clips (docs/guide/export.md)."""


def test_eight_bits_cost_little(
    exported: tuple[Recognizer, Path], toy_store: Store, toy_clips: Clips, tmp_path: Path
) -> None:
    recognizer, _ = exported
    done = recognizer.export(tmp_path / "a.onnx", int8=True)
    assert done.quantised
    session = session_of(tmp_path / "a.onnx")
    right = {"torch": 0, "int8": 0}
    asked = [
        (number, clip)
        for number, action in enumerate(toy_store.class_names[:3])
        for clip in toy_clips(action)[3:]
    ]
    for number, clip in asked:
        scores = recognizer.predict(clip).scores
        right["torch"] += int(np.argmax(list(scores.values())) == number)
        right["int8"] += int(run(session, clip)["scores"].argmax() == number)
    assert right["torch"] > len(asked) / 2
    assert right["int8"] >= right["torch"] - LOSS * len(asked), right


class Wayward(Encoder):
    """Its feature map depends on the clip in a way that no graph holds."""

    name: ClassVar[str] = "wayward"

    def __init__(self, spec: EncoderSpec, how: str) -> None:
        super().__init__(spec)
        self.embed_dim, self.how = spec.channels, how

    def feature_map(self, x: torch.Tensor) -> torch.Tensor:
        maps = x.permute(0, 4, 1, 2, 3)
        if self.how == "numpy":
            return maps.roll(int(100 * x.abs().sum()) % maps.shape[3], dims=3)
        return torch.special.i1e(maps)


@pytest.mark.parametrize(
    ("how", "message"),
    [("operator", "cannot be written as ONNX"), ("numpy", "scores differ from torch's by")],
)
def test_an_encoder_that_cannot_be_exported_is_refused(
    three: Recognizer, tmp_path: Path, how: str, message: str
) -> None:
    judge, trained = three._ready(), three.engine.trained
    term = judge.support.terms[0]
    shape = {"channels": trained.inputs.channels, "frames": trained.inputs.frames}
    encoder = Wayward(EncoderSpec(name="wayward", layout="kinect-v1", **shape), how).eval()
    term = replace(term, path=replace(term.path, encoder=encoder), weight=1.0)
    features = (term.read([one.sequence for one in three.exemplars]),)
    support = replace(judge.support, terms=(term,), features=features)
    judge = replace(judge, support=support, measured=support, knownness=lambda e: e.nearness[0])
    with pytest.raises(SkelshotError, match=message) as told:
        export_recognizer(three.engine, three.settings, judge, three.exemplars, tmp_path / "a.onnx")
    assert "\n" not in str(told.value)
    assert not (tmp_path / "a.onnx").exists()


def test_what_cannot_be_exported_is_one_line(
    three: Recognizer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table: list[tuple[Callable[[], object], str]] = [
        (lambda: Recognizer().export(tmp_path / "a"), "found nothing enrolled"),
        (lambda: three.export(tmp_path), "found a folder, expected a regular file"),
        (lambda: three.export(tmp_path / "no/a"), "found no folder"),
        (lambda: three.export(tmp_path / "a", layout="kinect-v3"), "kinect-v3"),
        (lambda: three.export(tmp_path / "a", layout="hand-21"), "cannot be made from"),
    ]
    for call, message in table:
        with pytest.raises(SkelshotError, match=message) as told:
            call()
        assert "\n" not in str(told.value)
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(SkelshotError, match=r'pip install "skelshot\[onnx\]"'):
        three.export(tmp_path / "a")
    assert not list(tmp_path.iterdir())


def test_the_gallery_is_not_written_over(three: Recognizer, tmp_path: Path) -> None:
    three.save(tmp_path / "g")
    with pytest.raises(SkelshotError, match=r"g: found the gallery itself.*name another --out"):
        Recognizer.load(tmp_path / "g").export(tmp_path / "g")
    assert Recognizer.load(tmp_path / "g").actions == three.actions


def test_the_graph_is_one_module(three: Recognizer, toy_clips: Clips, toy_store: Store) -> None:
    clip = toy_clips(toy_store.class_names[1])[4]
    graph = RecognitionGraph(three._ready(), KINECT_V1).eval()
    with torch.no_grad():
        told = graph(torch.from_numpy(clip.joints), torch.from_numpy(clip.present))
    assert_same(dict(zip(OUTPUTS, told, strict=True)), three.predict(clip))
