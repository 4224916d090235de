"""BVH: forward kinematics, names and units, and files that are none."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import BadClip, Clip, Rejected
from skelshot.datasets.exports import bvh_file
from skelshot.datasets.exports.bvh_file import parse_bvh
from skelshot.datasets.reader_family import reader_named
from skelshot.ground import SkelshotError
from skelshot.skeletons.layouts import KINECT_V1

ARM = "{side}Arm 0 0 0|{side}ForeArm {x} 0 0|{side}Hand {x} 0 0|tip {f} 0 0"
LEG = "{side}UpLeg {h} 0 0|{side}Leg 0 -42 0|{side}Foot 0 -41 0|{side}ToeBase 0 -5 12|tip 0 0 4"


def limb(chain: str, depth: str) -> str:
    name, *offset = chain.partition("|")[0].split(" ")
    if name == "tip":
        return f"End Site\n{{\nOFFSET {' '.join(offset)}\n}}\n"
    return (
        f"JOINT {depth}{name}\n{{\nOFFSET {' '.join(offset)}\nCHANNELS 3 Zrotation Xrotation "
        f"Yrotation\n{limb(chain.partition('|')[2], depth)}}}\n"
    )


def bvh(
    prefix: str = "", scale: float = 1.0, frames: int = 8, turn: float = 0.0, z_up: bool = False
) -> str:
    """A body in centimetres whose left arm is lifted from frame to frame."""
    arms = {
        side: limb(
            ARM.format(side=side, x=28 * sign, f=18 * sign).replace(
                f"{side}Arm 0 0 0", f"{side}Arm {18 * sign} 0 0"
            ),
            prefix,
        )
        for side, sign in (("Left", 1), ("Right", -1))
    }
    legs = [limb(LEG.format(side=s, h=9 * n), prefix) for s, n in (("Left", 1), ("Right", -1))]
    head = limb("Neck 0 8 0|Head 0 10 2|tip 0 16 0", prefix)
    spine = (
        f"JOINT {prefix}Spine\n{{\nOFFSET 0 20 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        f"JOINT {prefix}Chest\n{{\nOFFSET 0 28 0\nCHANNELS 3 Zrotation Xrotation Yrotation\n"
        f"{head}{arms['Left']}{arms['Right']}}}\n}}\n"
    )
    text = (
        f"HIERARCHY\nROOT {prefix}Hips\n{{\nOFFSET 0 0 0\nCHANNELS 6 Xposition Yposition "
        f"Zposition Zrotation Xrotation Yrotation\n{spine}{legs[0]}{legs[1]}}}\n"
    )
    joints = [line.split()[1] for line in text.splitlines() if line.startswith(("ROOT", "JOINT"))]
    rows = []
    for n in range(frames):
        row = {joint: [0.0, 0.0, 0.0] for joint in joints}
        row[f"{prefix}LeftArm"][0] = -80 + 20.0 * n
        row[f"{prefix}RightArm"][0] = 80
        row[f"{prefix}Hips"][1:] = [90.0 if z_up else 0.0, turn]
        turns = [angle for angles in row.values() for angle in angles]
        place = [0, -3.0 * n, 90] if z_up else [0, 90, 3.0 * n]
        rows.append(" ".join(map(str, [*(x * scale for x in place), *turns])))
    scaled = "\n".join(
        " ".join(["OFFSET", *(str(float(x) * scale) for x in line.split()[1:])])
        if line.startswith("OFFSET")
        else line
        for line in text.splitlines()
    )
    return scaled + f"\nMOTION\nFrames: {frames}\nFrame Time: 0.0083333\n" + "\n".join(rows) + "\n"


def read(raw: Path, text: str, **options: object) -> Clip | Rejected:
    (raw / "wave").mkdir(exist_ok=True)
    (raw / "wave/a.bvh").write_text(text)
    reader = reader_named("bvh", **options)
    [source] = reader.sources(raw)
    [clip] = reader.read(source)
    return clip


@pytest.mark.parametrize("prefix", ["", "mixamorig:"])
@pytest.mark.parametrize("scale", [1.0, 0.01, 10.0, 1 / 2.54, 0.45 / 2.54])
def test_a_body_in_any_unit(prefix: str, scale: float, tmp_path: Path) -> None:
    clip = read(tmp_path, bvh(prefix, scale))
    assert isinstance(clip, Clip)
    assert (clip.label, clip.sequence.rate) == (0, pytest.approx(120, rel=1e-3))
    joints = clip.sequence.joints[0]
    at = {joint: joints[:, place] for place, joint in enumerate(KINECT_V1.joints)}
    assert at["hip centre"][0] == pytest.approx([0, 0.9, 0], abs=0.01)
    assert at["left ankle"][0] == pytest.approx([-0.09, 0.07, 0], abs=0.01)
    arm = np.radians(-80 + 20 * np.arange(8))
    hand = at["left hand"] - at["left shoulder"]
    assert hand[:, 0] == pytest.approx(-0.74 * np.cos(arm), abs=0.01)
    assert hand[:, 1] == pytest.approx(0.74 * np.sin(arm), abs=0.01)
    assert at["head"][0, 1] - at["shoulder centre"][0, 1] == pytest.approx(0.1, abs=0.01)


def test_turns_of_the_root_carry_all_limbs(tmp_path: Path) -> None:
    plain, turned = (read(tmp_path, bvh(turn=turn)) for turn in (0.0, 90.0))
    assert isinstance(plain, Clip)
    assert isinstance(turned, Clip)
    before, after = (clip.sequence.joints[0] for clip in (plain, turned))
    x, y, z = np.moveaxis(before - before[:, :1], -1, 0)
    assert after - after[:, :1] == pytest.approx(np.stack([z, y, -x], -1), abs=1e-4)


def test_told_units_are_taken(tmp_path: Path) -> None:
    clip = read(tmp_path, bvh(scale=0.5), units="centimetres", body_check="ignore")
    assert isinstance(clip, Clip)
    assert clip.sequence.joints[0, 0, 0] == pytest.approx([0, 0.45, 0], abs=0.01)


def test_bodies_along_z_are_refused_together_and_read_with_the_axes_advised(tmp_path: Path) -> None:
    (tmp_path / "wave").mkdir()
    for n in range(4):
        (tmp_path / f"wave/{n}.bvh").write_text(bvh(z_up=True, frames=8 + n))
        if n == 0:
            alone = reader_named("bvh")
            alone.sources(tmp_path)
            [doubt] = alone.remarks().doubts
            assert doubt.startswith("upright: found")
    with pytest.raises(SkelshotError, match=r"upright: .* say --axes x,z,-y; if"):
        reader_named("bvh").sources(tmp_path)
    reader = reader_named("bvh", axes="x,z,-y")
    [turned] = reader.read(reader.sources(tmp_path)[0])
    (tmp_path / "plain").mkdir()
    plain = read(tmp_path / "plain", bvh())
    assert isinstance(plain, Clip)
    assert isinstance(turned, Clip)
    assert turned.sequence.joints == pytest.approx(plain.sequence.joints, abs=1e-5)
    assert reader.options()["half_turn"] == "after axes"
    assert "half_turn" not in reader_named("bvh", axes="-x,y,z").options()


def test_metres_that_are_told_are_another_reading() -> None:
    guessed, told = reader_named("bvh"), reader_named("bvh", units="metres")
    assert {**guessed.options(), "units": "metres"} == told.options()
    assert "units" not in guessed.options()


@pytest.mark.parametrize(
    ("scale", "unit"), [(45 / 83, "centimetres"), (4.5 / 0.83, "millimetres"), (0.45, "inches")]
)
def test_the_unit_is_one_in_which_somebody_has_such_legs(
    scale: float, unit: str, tmp_path: Path
) -> None:
    (tmp_path / "wave").mkdir()
    for n, (name, text) in enumerate({"child": bvh(scale=scale), "grown": bvh()}.items()):
        (tmp_path / f"wave/{n}-{name}.bvh").write_text(text)
    reader = reader_named("bvh")
    [child] = reader.read(reader.sources(tmp_path)[0])
    assert isinstance(child, Clip)
    found = reader.remarks().guessed["units"]
    if unit == "centimetres":
        assert found.startswith("centimetres in 2 of 2 files; nearest to a left leg of 0.82 m")
        assert child.sequence.joints[0, 0, 0, 1] == pytest.approx(0.9 * scale, abs=1e-3)
    else:
        assert f"{unit} in 1 of 2 files" in found


def test_channels_are_multiplied_in_the_files_order() -> None:
    text = (
        "HIERARCHY\nROOT a\n{\nOFFSET 0 0 0\nCHANNELS 2 Zrotation Xrotation\nEnd Site\n{\n"
        "OFFSET 0 1 0\n}\n}\nMOTION\nFrames: 2\nFrame Time: 0.01\n90 90\n90 0\n"
    )
    found = parse_bvh(text).positions()[:, 1]
    assert found == pytest.approx(np.array([[0, 0, 1], [-1, 0, 0]]), abs=1e-9)


def test_frames_are_placed_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    file = parse_bvh(bvh())
    whole = file.positions()
    monkeypatch.setattr(bvh_file, "_AT_ONCE", 3 * len(file.joints))
    assert (file.positions() == whole).all()


GOOD = bvh()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "line 1: found nothing, expected HIERARCHY"),
        ("x" * 99, "expected HIERARCHY"),
        (GOOD[:200], "found no MOTION; the file is cut short"),
        (GOOD[: GOOD.index("MOTION")], "found no MOTION"),
        (GOOD[: GOOD.index("Frames")], "expected Frames: and a number"),
        (GOOD.replace("Frames: 8", "Frames: 9"), "found 8 of 9 frames; the file is cut short"),
        (GOOD.replace("Frames: 8", "Frames: 7"), "expected 7 rows of"),
        (
            GOOD.replace("Frames: 8", "Frames: 500000"),
            "Frames: found 500000 of 24 joints, expected at most 11184810 joints together",
        ),
        (GOOD.replace("Frames: 8", "Frames: 99999999999"), "Frames: found 99999999999 of"),
        (GOOD.replace("Frames: 8", "Frames: nan"), "found a number that is not finite"),
        (GOOD.replace("Frames: 8", "Frames: 0"), "Frames: found 0 of"),
        (GOOD.replace("Frame Time: 0.0083333", "Frame Time: 0"), "Frame Time: found 0 s"),
        (GOOD.replace("Zrotation", "Wrotation", 1), "found the channel 'Wrotation', expected Xpos"),
        (GOOD.replace("OFFSET 0.0 20.0 0.0", "OFFSET 0 nan 0"), "not finite"),
        (GOOD.replace("OFFSET 0.0 20.0 0.0", "OFFSET 0 20"), "found 'OFFSET 0 20', expected"),
        (GOOD.replace("CHANNELS 6", "CHANNELS 5"), "found 'CHANNELS 5"),
        (GOOD.replace("LeftUpLeg", "Wing"), "found no joint that is the left hip, expected one of"),
        (GOOD.replace("}\nMOTION", "MOTION"), "expected the skeleton to be whole"),
        ("HIERARCHY\nROOT a\n{\n" + "JOINT b\n{\n" * 2000, "at most 1000 joints"),
        (GOOD.rsplit("\n", 2)[0] + "\n1 2 x\n", "found 3 numbers in row 8"),
        ("\x00" * 50, "HIERARCHY"),
    ],
)
def test_what_is_no_bvh_is_rejected_in_one_line(text: str, reason: str, tmp_path: Path) -> None:
    clip = read(tmp_path, text)
    assert isinstance(clip, Rejected)
    assert reason in clip.reason
    assert "\n" not in clip.reason


def test_one_bad_joint_names_the_line() -> None:
    with pytest.raises(BadClip) as caught:
        parse_bvh(GOOD.replace("JOINT Spine", "JOIN Spine"))
    assert caught.value.line == 6
