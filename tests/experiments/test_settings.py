"""Settings: every preset loads, every change is checked."""

from pathlib import Path

import pytest

from skelshot.experiments.settings import load_settings, preset_names
from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName


@pytest.mark.parametrize("preset", preset_names())
@pytest.mark.parametrize(("layout", "coordinates"), [("kinect-v2", 3), ("coco-17", 2)])
def test_every_preset_fits_every_layout(preset: str, layout: str, coordinates: int) -> None:
    settings = load_settings(preset, layout=layout, coordinates=coordinates)
    if coordinates == 2:
        assert settings.pretrain.input.align == "root"
        assert settings.pretrain.augmentation.rotate_degrees[:2] == (0, 0)
        assert not any(view.turn for view in settings.evaluate.views)
    spec = settings.pretrain.encoder_spec
    assert spec.layout.name == layout
    assert spec.channels == coordinates * len(settings.pretrain.input.streams)


def test_the_paper_preset_holds_the_printed_numbers() -> None:
    """Section V.B of the paper."""
    chosen = {"pretrain.strategy": "transfer"}
    options = load_settings("paper", layout="kinect-v2", changes=chosen).pretrain
    transfer, episodic = options.strategy, options.episodic
    assert (transfer.optimizer.name, transfer.optimizer.lr) == ("adam", 0.1)
    assert (transfer.optimizer.weight_decay, transfer.predictor_lr_factor) == (0.01, 10)
    assert (transfer.epochs, transfer.batch, transfer.decay) == (100, 128, 0.99)
    assert (transfer.hidden, transfer.embedding) == (4096, 256)
    assert (transfer.loss, transfer.projector, transfer.ce_weight) == ("regression", "mlp", 0)
    assert (episodic.optimizer.name, episodic.optimizer.lr) == ("sgd", 0.001)
    assert (episodic.optimizer.momentum, episodic.optimizer.weight_decay) == (0.9, 0.0001)
    assert episodic.optimizer.schedule == "cosine"
    cosine = load_settings("paper", layout="kinect-v2").evaluate.classifiers["cosine"]
    assert (cosine["lr"], cosine["epochs"], cosine["scale"]) == (0.0005, 20, 1.0)


def test_changes_reach_their_place() -> None:
    settings = load_settings(
        "smoke",
        layout="kinect-v1",
        changes={"pretrain.seed": 3, "pretrain.encoder.name": None},
        assignments=["strategy.optimizer.lr=0.5", "evaluate.readout=joints"],
    )
    assert settings.pretrain.seed == 3
    assert settings.pretrain.encoder.name == "agcn"
    assert settings.pretrain.strategy.optimizer.lr == 0.5
    assert settings.evaluate.readout == "joints"


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("strategy.epochs", "expected KEY=VALUE"),
        (
            "strategy.epoch=3",
            "settings, strategy supervised: found the unknown option 'epoch', .* mean 'epochs'",
        ),
        ("strategy.epochs=many", "settings, strategy supervised, epochs: found 'many'"),
        ("seed.a=1", "seed is a single value, it has no parts"),
        ("encoder.width=-1", "width"),
        ("strategies.transfer.decay=2", "settings, strategy transfer, decay: found 2"),
        ("strategy.epochs=[", "not valid YAML"),
    ],
)
def test_bad_changes_are_named(assignment: str, message: str) -> None:
    changes = {"pretrain.seed": 1}
    with pytest.raises(SkelshotError, match=message):
        load_settings("smoke", layout="kinect-v1", changes=changes, assignments=[assignment])


def test_absent_persons_can_be_masked_by_a_run() -> None:
    asked = ["input.persons=2", "encoder.mask_absent_persons=true"]
    spec = load_settings("smoke", layout="kinect-v1", assignments=asked).pretrain.encoder_spec
    assert spec.mask_absent_persons


def test_a_preset_of_ones_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("pretrain: {input: {frames: 10}}\n")
    assert load_settings(str(file), layout="kinect-v1").pretrain.input.frames == 10
    file.write_text("evaluate: {}\n")
    with pytest.raises(SkelshotError, match="expected a mapping with the key 'pretrain'"):
        load_settings(str(file), layout="kinect-v1")
    with pytest.raises(SkelshotError, match="expected one of cpu, paper, smoke"):
        load_settings("fast", layout="kinect-v1")


def test_options_for_the_cosine_do_not_reach_other_methods(tmp_path: Path) -> None:
    def options(preset: str, episodes: str, *assignments: str) -> dict[str, object]:
        changes = {"pretrain.episodes": episodes}
        settings = load_settings(
            preset, layout="kinect-v2", changes=changes, assignments=assignments
        )
        return settings.pretrain.episodic.method_options

    assert options("paper", "cosine")
    assert options("paper", "feat") == {}
    told = options("paper", "feat", "episodic.method_options.lr_factor=2")
    assert told == {"lr_factor": 2}
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "pretrain: {input: {frames: 8}, episodes: feat, episodic: {method_options: {lr_factor: 3}}}"
    )
    assert options(str(mine), "feat") == {"lr_factor": 3}
    assert options(str(mine), "protonet") == {}


def test_what_a_preset_gives_up_for_flat_clips_is_said() -> None:
    flat = load_settings("cpu", layout="coco-17", coordinates=2)
    assert [change.partition(" ")[0] for change in flat.adapted] == [
        "input.align=root",
        "augmentation.rotate_degrees=[0,0,11.5]",
        "evaluate.views:",
        "evaluate.classifiers.jeanie.each_side=0",
    ]
    assert len(flat.evaluate.views) == 2
    assert load_settings("cpu", layout="kinect-v1").adapted == ()
    paper = load_settings("paper", layout="coco-17", coordinates=2)
    assert paper.pretrain.input.torso_scale
    assert "input.torso_scale=true (pixels have no common scale)" in paper.adapted


def test_clips_that_are_seen_as_pictures_may_turn_before() -> None:
    seen = load_settings(
        "cpu",
        layout="kinect-v1",
        changes={"pretrain.episodes": "jeanie"},
        assignments=["input.coordinates=2"],
    )
    assert seen.pretrain.input.coordinates == 2
    assert (seen.pretrain.input.align, seen.pretrain.input.torso_scale) == ("root", True)
    assert seen.pretrain.augmentation.rotate_degrees == (11.5, 57.3, 11.5)
    assert not any(view.turn for view in seen.evaluate.views)
    assert seen.pretrain.episodic.method_options["each_side"] == 0
    read = {"layout": "kinect-v1", "frames": 8, "coordinates": 2, "align": "root"}
    given = {"pretrain.input": read}
    assert load_settings("cpu", layout="kinect-v1", changes=given).pretrain.input.coordinates == 2


def test_a_preset_of_ones_own_may_see_pictures(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("pretrain: {input: {coordinates: 2, align: root}}")
    assert load_settings(mine, layout="kinect-v1").pretrain.input.coordinates == 2


def test_pixels_are_not_read_as_metres() -> None:
    with pytest.raises(SkelshotError, match=r"input.coordinates: found 3, the clips have 2; leave"):
        load_settings("cpu", layout="coco-17", coordinates=2, assignments=["input.coordinates=3"])


def test_a_hand_is_not_turned_to_the_camera() -> None:
    hand = load_settings("cpu", layout="hand-21")
    assert hand.pretrain.input.align == "root"
    assert hand.adapted == (
        "input.align=root (hand-21 has no hips or shoulders and cannot be turned to the camera)",
    )


@pytest.mark.parametrize(("layout", "align"), [("kinect-v2", "facing"), ("hand-21", "root")])
def test_a_preset_that_says_view_is_read_with_a_warning(
    tmp_path: Path, layout: str, align: str
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("pretrain: {input: {view: view}}")
    with pytest.warns(OldName, match="pretrain.input.view is pretrain.input.align now"):
        assert load_settings(str(mine), layout=layout).pretrain.input.align == align


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("augmentation.rotate_degrees=[5,10,20]", r"set augmentation.rotate_degrees=\[0,0,20\]"),
        ("input.align=facing", "expected 'root' or 'none'; 2-D clips cannot be turned"),
        ("evaluate.views=[{turn: 30}]", "settings: evaluate.views: found a view turned by 30 deg"),
    ],
)
def test_turns_that_are_asked_for_are_refused_for_flat_clips(assignment: str, message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        load_settings("cpu", layout="coco-17", coordinates=2, assignments=[assignment])


@pytest.mark.parametrize("strategy", ["byol", "aimclr"])
def test_strategies_that_draw_views_take_no_confidence(strategy: str) -> None:
    asked = [f"strategy={strategy}", "input.confidence=true"]
    with pytest.raises(SkelshotError, match=f"the strategy {strategy} draws views of joints alone"):
        load_settings("smoke", layout="coco-17", coordinates=2, assignments=asked)


def test_where_sides_matter_nothing_is_mirrored() -> None:
    options = load_settings("cpu", layout="kinect-v1").pretrain
    assert options.with_sides("matter").augmentation.mirror == 0
    assert options.augmentation.mirror == 0.5
    for strategy in ("byol", "aimclr"):
        options = load_settings("cpu", layout="kinect-v1", changes={"pretrain.strategy": strategy})
        before, there = options.pretrain, options.pretrain.with_sides("matter")
        assert any(each.mirror for each in before.strategy.augmentations.values())
        assert not any(each.mirror for each in there.strategy.augmentations.values())
        assert (there.input.sides, before.with_sides("ignore")) == ("matter", before)


def test_a_methods_options_are_found_by_the_name_in_papers() -> None:
    asked = ["evaluate.classifiers.fully-connected.width=8", "evaluate.classifiers.cc.scale=3"]
    found = load_settings("paper", layout="kinect-v2", assignments=asked).evaluate.classifiers
    plain = load_settings("paper", layout="kinect-v2").evaluate.classifiers
    assert found["fc-readout"] == {"width": 8}
    assert found["cosine"] == plain["cosine"] | {"scale": 3}
    assert not {"fully-connected", "cc"} & found.keys()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("pretrain: {input: }", "pretrain.input: found None"),
        ("pretrain: {input: [1]}", r"pretrain.input: found \[1\]"),
        ("pretrain: {augmentation: {rotate_degrees: 30}}", "rotate_degrees: found 30"),
        (
            "pretrain: {augmentation: {rotate_degrees: [1, 2]}}",
            "rotate_degrees.2: .*field required",
        ),
        ("pretrain: {}\nevaluate: ", "evaluate: found None"),
        ("pretrain: {}\nevaluate: {views: [30]}", "evaluate.views.0: found 30"),
        ("pretrain: {}\nevaluate: {views: {turn: 3}}", "evaluate.views: "),
        ("pretrain: {}\nevaluate: {classifiers: {jeanie: }}", "classifiers.jeanie: found None"),
        (
            "pretrain: {}\nevaluate: {classifiers: {protnet: {scale: 2}}}",
            "evaluate.classifiers: found 'protnet', expected one of .*; did you mean 'protonet'",
        ),
        ("pretrain: {nonsense: 1}", "pretrain: found the unknown option 'nonsense'"),
    ],
)
@pytest.mark.parametrize(("layout", "coordinates"), [("kinect-v2", 3), ("coco-17", 2)])
def test_presets_of_another_form_are_refused_in_one_line(
    tmp_path: Path, text: str, message: str, layout: str, coordinates: int
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(text)
    with pytest.raises(SkelshotError, match=message) as told:
        load_settings(str(mine), layout=layout, coordinates=coordinates)
    assert str(told.value).startswith(f"preset {mine}, ")
    assert "\n" not in str(told.value)


def test_what_is_refused_is_not_printed_whole() -> None:
    asked = ["strategy=byol", "input.confidence=true"]
    with pytest.raises(SkelshotError) as told:
        load_settings("cpu", layout="kinect-v1", assignments=asked)
    assert str(told.value).endswith("set input.confidence=false or choose another strategy")


def test_flat_clips_change_no_more_of_a_preset_than_they_must(tmp_path: Path) -> None:
    """Only turned views go, each counted, and JEANIE keeps its other options."""
    preset = tmp_path / "mine.yaml"
    preset.write_text(
        "pretrain: {episodes: jeanie, episodic: {method_options: {degrees: 10, each_side: 2}}}\n"
        "evaluate: {views: [{turn: 10}, {turn: 20}]}\n"
    )
    settings = load_settings(str(preset), layout="coco-17", coordinates=2)
    assert settings.pretrain.episodic.method_options == {"degrees": 10, "each_side": 0}
    assert [view.turn for view in settings.evaluate.views] == [0]
    assert "evaluate.views: 2 turned ones left out" in settings.adapted


def test_a_preset_may_name_its_strategy(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text(
        "pretrain:\n  strategy: {name: byol, epochs: 3}\n"
        "  strategies: {byol: {epochs: 7, batch: 9}, aimclr: {epochs: 5}}"
    )
    own = load_settings(str(mine), layout="kinect-v1").pretrain.strategy
    assert own is not None
    assert (own.epochs, own.batch) == (3, 9)  # what stands with the choice goes first
    asked = {"pretrain.strategy": "aimclr"}
    other = load_settings(str(mine), layout="kinect-v1", changes=asked).pretrain.strategy
    assert other is not None
    assert other.epochs == 5
