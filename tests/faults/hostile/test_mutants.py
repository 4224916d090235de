"""Good files with bytes flipped, cut and spliced: one line, one rejection or no harm."""

import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .doors.features import CACHE, DOOR, TENSORS, header
from .doors.json_files import CLIP, DOORS
from .doors.pickles import DOOR as PICKLE
from .doors.texts import INDEX
from .doors.videos import DOOR as VIDEO
from .doors.yaml_files import DOORS as YAML_DOORS
from .inputs import annotated, npz, write_ucla
from .server import Server
from .skeletons import SKELETON, skeleton
from .test_doors import MEGABYTES, SECONDS, check_nothing_escapes, filled

Good = Callable[[Path, Path], bytes]


def _npz(folder: Path, shared: Path) -> bytes:
    npz(folder / "good.npz")
    return (folder / "good.npz").read_bytes()


def _pickle(folder: Path, shared: Path) -> bytes:
    annotated()(folder, shared)
    return (folder / "x.pkl").read_bytes()


def _ucla(folder: Path, shared: Path) -> bytes:
    write_ucla(folder / "a01_s01_e00_v01.json")
    return (folder / "a01_s01_e00_v01.json").read_bytes()


def _shared(name: str) -> Good:
    return lambda folder, shared: (shared / name).read_bytes()


ONE = ("--out", "{out}", "--workers", "1")
PARSERS: dict[str, tuple[tuple[str, ...], str, Good]] = {
    "clip's arrays": (("prepare", "npz", "{in}/raw", *ONE), "raw/a.npz", _npz),
    "pickle": (PICKLE.words, "x.pkl", _pickle),
    "NW-UCLA": (CLIP.words, CLIP.file, _ucla),
    "NTU": (("prepare", "ntu", "{in}/raw", *ONE), f"raw/{SKELETON}", lambda *_: skeleton()),
    "video": (VIDEO.words, VIDEO.file, _shared("videos/good_rgb.avi")),
    "tensors": (TENSORS.words, TENSORS.file, _shared("features/features.safetensors")),
    "tensors of a cache": (CACHE.words, CACHE.file, _shared("features/features.safetensors")),
    "features": (DOORS[1].words, DOORS[1].file, _shared("features/features.json")),
    "store": (DOORS[0].words, DOORS[0].file, _shared("store/store.json")),
    "index": (INDEX.words, INDEX.file, _shared("store/index.parquet")),
    "layout": (YAML_DOORS[4].words, YAML_DOORS[4].file,
               lambda *_: b"name: mine\njoints: [a, b, c]\nbones: [[a, b], [a, c]]\n"),
    "features of an archive": (DOOR.words, DOOR.file, _npz),
    "header": (TENSORS.words, TENSORS.file, lambda *_: header(b'{"video":{"dtype":"F32"}}')),
}  # fmt: skip
READY = {door.file: door.ready for door in (CACHE, DOORS[0], DOORS[1], INDEX)}


def _mutant(good: bytes, places: list[tuple[float, int, int]]) -> bytes:
    """Flip, cut, double or move bytes at places told as shares of the length."""
    data = bytearray(good)
    for share, kind, value in places:
        at = int(share * len(data))
        if kind == 0:
            data[at : at + 1] = bytes([value])
        elif kind == 1:
            del data[at : at + value]
        elif kind == 2:
            data[at:at] = data[max(0, at - value) : at]
        elif kind == 3:
            data[at : at + 4] = value.to_bytes(1, "little") * 4
        else:
            del data[at + value :]
    return bytes(data)


MUTATIONS = st.lists(
    st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 4), st.integers(0, 255)),
    min_size=1,
    max_size=4,
)


@pytest.mark.faults
@pytest.mark.parametrize("parser", PARSERS)
def test_mutants_do_no_harm(call: Server, shared: Path, parser: str) -> None:
    words, file, make = PARSERS[parser]

    @settings(
        max_examples=25, derandomize=True, database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(MUTATIONS)
    def run(places: list[tuple[float, int, int]]) -> None:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            for part in ("in", "work", "made"):
                (folder / part).mkdir()
            READY.get(file, lambda *_: None)(folder / "in", shared)
            path = folder / "in" / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            path.write_bytes(_mutant(make(folder / "made", shared), places))
            answer = call([filled(word, folder, shared) for word in words], folder / "work")
            assert "Traceback" not in answer.out + answer.err, answer.err[-3000:]
            assert answer.code in (0, 2), answer
            if answer.code == 2:
                assert answer.err.count("\n") == 1, answer.err
            check_nothing_escapes(folder)
            assert answer.seconds < SECONDS
            assert answer.megabytes < MEGABYTES

    run()
