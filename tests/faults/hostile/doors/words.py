"""Words of the command line: numbers, names, paths and changes that make no sense."""

from collections.abc import Iterator
from pathlib import Path

from ..cases import Case, Write

STORE = "{shared}/store"
SMOKE = ("--protocol", "toy", "--preset", "smoke")
PRETRAIN = ("pretrain", STORE, *SMOKE, "--out", "{out}")
EVALUATE = ("evaluate", STORE, *SMOKE, "--method", "raw-nearest")
NPZ = ("prepare", "npz", "{shared}/raw", "--out", "{out}")
TEACH = ("teach", STORE, "--teacher", "random-code", "--out", "{out}")
RENDERED = ("teach", STORE, "--teacher", "mini", "--videos", "rendered", "--out", "{out}")
SYNTH = ("synth", "--out", "{out}", "--classes", "1", "--performers", "1")
CROP = ("crop", STORE, "a", "--videos", "{in}", "--out", "{out}")
DRAW = ("draw", STORE, "--out", "{out}")
MINI = ("train-mini", "--out", "{out}")
DEMO = ("demo", "--out", "{out}")

NUMBERS = {
    "square": "²", "arabic": "\u0663x", "empty": "", "negative": "-7", "fraction": "1.5",
    "not a number": "nan", "beyond all": "1e999", "5000 digits": "9" * 5000,
    "beyond 64 bits": "9" * 30, "control characters": "\x1b[31m", "surrogate": "\udcff",
}  # fmt: skip

COUNTS = (
    ("--split", PRETRAIN), ("--seed", PRETRAIN), ("--threads", PRETRAIN),
    ("--split", EVALUATE), ("--shots", EVALUATE), ("--threads", EVALUATE),
    ("--workers", NPZ), ("--seed", TEACH), ("--threads", TEACH), ("--draws", RENDERED),
    ("--batch", RENDERED), ("--decoders", RENDERED), ("--frames", RENDERED),
    ("--performers", SYNTH), ("--cameras", SYNTH), ("--replications", SYNTH),
    ("--workers", SYNTH), ("--frames", CROP), ("--size", CROP), ("--moments", DRAW),
    ("--most", DRAW), ("--clips", MINI), ("--actions", MINI), ("--seeing", MINI),
    ("--ntu-clips", MINI), ("--threads", MINI), ("--threads", DEMO),
)  # fmt: skip
"""Options that take whole numbers, and what is called with them."""

FINE = {("--seed", "negative")}
SHARES = (("--margin", CROP), ("--every", CROP), ("--min-confidence", NPZ), ("--score-scale", NPZ))

MANY = (
    ("--draws", RENDERED), ("--workers", NPZ), ("--threads", EVALUATE), ("--performers", SYNTH),
    ("--frames", CROP), ("--size", CROP), ("--moments", DRAW), ("--most", DRAW),
    ("--workers", SYNTH), ("--shots", EVALUATE), ("--batch", RENDERED), ("--decoders", RENDERED),
)  # fmt: skip

TEXTS = {
    "empty": "", "spaces": "  ", "control characters": "\x1b[31m\n", "without end": "x" * 99_999,
    "surrogate": "\udcff", "zero-width": "\u200b", "a path": "../../etc/passwd",
}  # fmt: skip

NAMES = (
    ("method", (*EVALUATE[:-2], "--method"), ()),
    ("protocol", ("evaluate", STORE, "--protocol"), ()),
    ("preset", ("pretrain", STORE, "--protocol", "toy", "--out", "{out}", "--preset"), ()),
    ("preset to show", ("config",), ()),
    ("section of a preset", ("config", "smoke"), ()),
    ("teacher", ("teach", STORE, "--out", "{out}", "--teacher"), ()),
    ("prompts", (*TEACH, "--prompts"), ()),
    ("layout", ("layouts",), ()),
    ("layout of clips", (*NPZ, "--layout"), ()),
    ("axes", (*NPZ, "--axes"), ()),
    ("units", (*NPZ, "--units"), ()),
    ("format", ("prepare",), ("{shared}/raw", "--out", "{out}")),
    ("clip to draw", (*DRAW,), ()),
    ("clip to crop", ("crop", STORE), ("--videos", "{in}", "--out", "{out}")),
    ("encoder", (*PRETRAIN, "--encoder"), ()),
    ("strategy", (*PRETRAIN, "--strategy"), ()),
    ("classes", (*SYNTH[:3], "--performers", "1", "--classes"), ()),
    ("video size", (*SYNTH, "--video-size"), ()),
    ("sensor", (*CROP, "--sensor"), ()),
    ("device", (*RENDERED, "--device"), ()),
    ("flaws", ("prepare", "ntu", "{in}", "--out", "{out}", "--legacy"), ()),
    ("split of NTU", ("export", "ctr-gcn", STORE, "--out", "{out}", "--split"), ()),
    ("command", (), ()),
)

CHANGES = {
    "no value": "epochs",
    "no key": "=5",
    "unknown key": "nonsense.epochs=5",
    "a value with parts": "seed.a.b=5",
    "beyond bounds": "input.frames=100000000",
    "negative": "strategy.epochs=-5",
    "not a number": "strategy.learning_rate=.nan",
    "infinite": "strategy.learning_rate=.inf",
    "text": "strategy.epochs=many",
    "list": "strategy.epochs=[1, 2]",
    "mapping": "strategy={}={}",
    "null": "episodic=null",
    "deep": "input.frames=" + "[" * 3000,
    "long number": "seed=" + "9" * 5000,
    "long number of words": "seed=" + "9" * 60,
    "python": "seed=!!python/object/apply:os.system [true]",
    "truth of a tag": "seed=!!bool nothing",
    "date": "seed=2001-99-99",
    "alias": "seed=*a",
    "control characters": "\x1b[31m=\x1b[31m",
    "surrogate": "seed=\udcff",
    "layout": "input.layout=nonsense",
    "layout of a file": "input.layout=/dev/zero.yaml",
    "many dots": "." * 5000 + "=1",
    "without end": "seed=" + "x" * 500_000,
    "widths without bound": "encoder.widths=[1000000000]",
}

OUTS = (
    ("prepare", ("prepare", "npz", "{shared}/raw", "--workers", "1", "--out")),
    ("teach", ("teach", STORE, "--teacher", "random-code", "--out")),
    ("evaluate", (*EVALUATE, "--out")),
    ("draw", ("draw", STORE, "--out")),
    ("export", ("export", "pyskl", STORE, "--out")),
    ("synth", (*SYNTH[:1], *SYNTH[3:], "--out")),
    ("train-mini", ("train-mini", "--clips", "8", "--threads", "1", "--out")),
    ("demo", ("demo", "--out")),
)

NOWHERE = {
    "empty": "", "spaces": "   ", "a device": "/dev/null", "within a device": "/dev/null/x",
    "within a file": "{in}/file/x", "a pipe": "{in}/pipe", "a link to itself": "{in}/loop",
    "zero byte": "{in}/a\0b", "too long": "{in}/" + "x" * 300, "much too long": "x/" * 5000,
}  # fmt: skip


def _nothing(folder: Path, shared: Path) -> None:
    pass


def _in_the_way(folder: Path, shared: Path) -> None:
    import os

    (folder / "file").write_text("mine")
    os.mkfifo(folder / "pipe")
    (folder / "loop").symlink_to("loop")


def _told(option: str) -> str:
    """Return a piece of an option's name that its message holds, with or without dashes."""
    return option.rpartition("-")[2][:6]


def _case(
    kind: str, name: str, words: tuple[str, ...], *says: str, write: Write = _nothing
) -> Case:
    return Case("words", kind, name, words, write, says, leaves=("in",) if "ntu" in words else ())


def cases() -> Iterator[Case]:
    """List the cases."""
    for kind, number in NUMBERS.items():
        for option, words in COUNTS:
            if (option, kind) not in FINE:
                called = (*words, f"{option}={number}")
                yield _case(f"number, {kind}", f"{words[0]} {option}", called, _told(option))
    for kind in ("not a number", "beyond all", "negative", "square"):
        for option, words in SHARES:
            called = (*words, f"{option}={NUMBERS[kind]}")
            yield _case(f"share, {kind}", f"{words[0]} {option}", called, _told(option))
    for option, words in MANY:
        yield _case("a billion", f"{words[0]} {option}", (*words, f"{option}=1000000000"),
                    _told(option))  # fmt: skip
    for what, before, after in NAMES:
        for kind, text in TEXTS.items():
            yield _case(f"name, {kind}", what, (*before, text, *after))
    for kind, change in CHANGES.items():
        for name, words in (("pretrain", PRETRAIN), ("evaluate", EVALUATE)):
            key = change if name == "pretrain" else f"pretrain.{change}"
            yield _case(f"change, {kind}", name, (*words, f"--set={key}"))
    for kind, out in NOWHERE.items():
        for name, words in OUTS:
            yield _case(f"output, {kind}", name, (*words, out), write=_in_the_way)
