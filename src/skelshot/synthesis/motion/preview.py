"""A strip of moments of a performance, to see what a motion program does.

Run `python -m skelshot.synthesis.motion.preview 1 --performer 3 --out drink.png`.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from skelshot.ground.files import whole_file
from skelshot.ground.seeding import rng_for
from skelshot.skeletons.layouts import KINECT_V2
from skelshot.synthesis.motion.body import performer_of
from skelshot.synthesis.motion.perform import perform
from skelshot.synthesis.motion.program import Program, load_program, read_programs
from skelshot.synthesis.performance import Performance

COLOURS = (("#1f77b4", "#d62728", "#444444"), ("#17becf", "#ff7f0e", "#999999"))
"""Left limbs, right limbs and trunk, of the first and of the second person."""


def preview(performance: Performance, title: str, out: Path, moments: int = 9) -> None:
    """Draw moments of a performance from the front (as camera 1 sees it) and from the side.

    Args:
        performance: What to draw.
        title: Text above it.
        out: PNG file to write.
        moments: How many frames, evenly spread.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    picture = Figure(figsize=(2.0 * moments, 6.6))
    FigureCanvasAgg(picture)
    picture.suptitle(title, fontsize=11)
    frames = np.linspace(0, performance.frames - 1, moments).round().astype(int)
    views = ((0, -1, "front"), (2, 1, "from the person's left"))
    spans = [_span(performance, axis, sign) for axis, sign, _ in views]
    for row, (axis, sign, name) in enumerate(views):
        for column, frame in enumerate(frames):
            axes = picture.add_subplot(2, moments, row * moments + column + 1)
            _draw(axes, performance, int(frame), axis, sign)
            axes.set_xlim(*spans[row])
            axes.set_ylim(-0.05, 2.0)
            axes.set_aspect("equal")
            axes.set_xticks([])
            axes.set_yticks([])
            axes.set_title(f"{frame / 30:.1f} s" if row == 0 else name * (column == 0), fontsize=8)
            axes.axhline(0.0, color="#cccccc", linewidth=0.8, zorder=0)
    picture.tight_layout()
    with whole_file(out) as partial:
        picture.savefig(partial, format="png", dpi=72)


def _span(performance: Performance, axis: int, sign: int) -> tuple[float, float]:
    flat = sign * performance.joints[..., axis]
    return float(flat.min()) - 0.15, max(float(flat.max()) + 0.15, float(flat.min()) + 0.75)


def _draw(axes: Any, performance: Performance, frame: int, axis: int, sign: int) -> None:
    for track, colour in [
        *((track, "#b8a07a") for track in performance.furniture),
        *((track, "#2ca02c") for track in performance.objects),
    ]:
        if track.shown[frame]:
            place = track.place[frame]
            axes.plot(sign * place[axis], place[1], "o", color=colour, markersize=5, zorder=1)
    for person, joints in enumerate(performance.joints[:, frame]):
        for child, parent in KINECT_V2.bones:
            name = KINECT_V2.joints[child]
            side = 0 if name.startswith("left") else 1 if name.startswith("right") else 2
            wanted = performance.purpose[person, frame, child]
            axes.plot(
                sign * joints[[child, parent], axis],
                joints[[child, parent], 1],
                color=COLOURS[person % 2][side],
                linewidth=2.6 if wanted else 1.2,
                solid_capstyle="round",
            )
        head = joints[KINECT_V2.joints.index("head")]
        axes.plot(sign * head[axis], head[1], "o", color=COLOURS[person % 2][2], markersize=7)


def program_from(path: Path, number: int) -> Program:
    """Read one program from a file that is still being written.

    Args:
        path: A YAML file of programs.
        number: The class number.

    Returns:
        The program.
    """
    return read_programs(path.read_text("utf-8"), path.name)[number]


def main(arguments: list[str] | None = None) -> None:
    """Draw one performance; bold bones move with purpose.

    Args:
        arguments: The command line, for tests; otherwise the process's own.
    """
    parser = argparse.ArgumentParser(description="Draw a motion program's performance.")
    parser.add_argument("number", type=int, help="class number")
    parser.add_argument("--performer", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--heading", type=float, default=0.0)
    parser.add_argument("--file", type=Path, help="read the program from this file alone")
    parser.add_argument("--out", type=Path, default=None)
    told = parser.parse_args(arguments)
    program = program_from(told.file, told.number) if told.file else load_program(told.number)
    people = tuple(
        performer_of(told.performer + place, told.seed) for place in range(len(program.roles))
    )
    rng = rng_for("preview", told.number, told.performer, told.seed)
    performance = perform(program, people, rng, told.heading)
    out = told.out or Path(f"preview-{told.number:03d}.png")
    title = f"{program.number} {program.name}: P{told.performer:03d}, {performance.frames} frames"
    preview(performance, title, out)


if __name__ == "__main__":
    main()
