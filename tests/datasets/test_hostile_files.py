"""Files that strangers wrote: one line or one rejection, in bounded time and memory.

Each case is a folder of files that a function writes and words for the real command line, which a
server process calls in a child of its own.
"""

import json
import os
import pickle
import subprocess
import sys
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save_file

from skelshot.datasets.npz import NpzReader
from skelshot.datasets.prepare import prepare
from skelshot.ground import SkelshotError

SECONDS, MEGABYTES = 10, 1000

SERVER = """
import json, os, resource, signal, sys, time, traceback
import torch
from skelshot.cli import main
from skelshot.datasets import npz, ntu, nw_ucla, pyskl, prepare
from skelshot.teachers.models import precomputed

for line in sys.stdin:
    start = time.monotonic()
    end, begin = os.pipe()
    child = os.fork()
    if not child:
        os.dup2(begin, 1), os.dup2(begin, 2)
        sys.stdout, sys.stderr = (open(number, "w", closefd=False) for number in (1, 2))
        signal.alarm(30)
        held = int(open("/proc/self/statm").read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
        resource.setrlimit(resource.RLIMIT_AS, (held + (3 << 30),) * 2)
        code = 0
        try:
            main(json.loads(line))
        except SystemExit as leave:
            code = leave.code or 0
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code)
    os.close(begin)
    with open(end, errors="replace") as said:
        text = said.read()
    status, used = os.wait4(child, 0)[1:]
    code = os.waitstatus_to_exitcode(status)
    print(json.dumps([code, text, time.monotonic() - start, used.ru_maxrss / 1024]), flush=True)
"""


@pytest.fixture(scope="module")
def call():
    """The command line, called in a child process: code, what it says, seconds, megabytes."""
    with subprocess.Popen(
        [sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:

        def answer(*words):
            server.stdin.write(json.dumps([os.fspath(word) for word in words]) + "\n")
            server.stdin.flush()
            return json.loads(server.stdout.readline())

        yield answer
        server.stdin.close()


def body(seed=0, frames=12, joints=25):
    rng = np.random.default_rng(seed)
    pose = rng.normal(0, 0.3, (joints, 3)) + np.array([0, 0, 3])
    return (pose + rng.normal(0, 0.02, (frames, joints, 3)).cumsum(axis=0)).astype(np.float32)


def npz(path, **arrays):
    path.parent.mkdir(exist_ok=True)
    fields = {"joints": body(), "label": np.array("wave"), "layout": np.array("kinect-v2")}
    np.savez_compressed(path, **(fields | arrays))


def beside_good(**arrays):
    """A folder with one good clip and one that has other arrays."""

    def write(folder):
        npz(folder / "bad.npz", **arrays)
        npz(folder / "good.npz")

    return write


def zipped(name, method, content):
    def write(folder):
        folder.mkdir()
        with zipfile.ZipFile(folder / "a.zip", "w", method) as archive:
            for member, text in content.items():
                archive.writestr(member, text)
        (folder / "a.zip").rename(folder / name)

    return write


def pickled(*steps):
    """A pickle of protocol 2 with these steps."""

    def write(folder):
        folder.mkdir()
        (folder / "x.pkl").write_bytes(b"\x80\x02" + b"".join(steps) + b".")

    return write


def annotated(**fields):
    def write(folder):
        folder.mkdir()
        good = {
            "frame_dir": "one", "label": 0, "total_frames": 12, "keypoint": body()[None, ..., :],
        }  # fmt: skip
        document = {"annotations": [good, good | {"frame_dir": "two"} | fields]}
        (folder / "x.pkl").write_bytes(pickle.dumps(document, 4))

    return write


def text(name, content):
    def write(folder):
        folder.mkdir()
        (folder / name).write_bytes(content)

    return write


def ucla(skeletons):
    start = b'{"file_name": "a01_s01_e00_v01", "label": 1, "skeletons": '
    return text("a01_s01_e00_v01.json", start + skeletons + b"}")


SKELETON = "S001C001P001R001A002.skeleton"
JOINT = b"nan " * 11 + b"2\n"
DOUBLED = b"2\x86" * 40
"""Makes of any value a tuple whose parts are shared: 2 ** 40 of them when written out."""

ENCODES = b"c_codecs\nencode\nq\x01X\x00\x00\x40\x00" + b"a" * (4 << 20) + b"q\x02X\x06\x00\x00\x00"
ENCODES += b"latin1q\x03]" + b"h\x01h\x02h\x03\x86Ra" * 2000

REFUSED = {
    # A1: what is packed otherwise than by deflate
    "bzip2 member": ("ntu", zipped("a.zip", 12, {SKELETON: bytes(9 << 20)}), "compression bzip2"),
    "lzma member": ("ntu", zipped("a.zip", 14, {SKELETON: bytes(9 << 20)}), "compression lzma"),
    "deflate bomb": ("ntu", zipped("a.zip", 8, {SKELETON: bytes(300 << 20)}), "more than 67108864"),
    "bzip2 array": ("npz", zipped("a.npz", 12, {"joints.npy": bytes(100 << 20)}), "another compr"),
    "header bomb": (
        "npz",
        zipped("a.npz", 8, {"joints.npy": b"\x93NUMPY\x02\x00\0\0\0\x10" + b" " * (256 << 20)}),
        "its header claims 268435456 bytes",
    ),
    # A2: shared parts, where Python would walk each as often as it is used
    "tuple for a key": ("pyskl", pickled(b"}N", DOUBLED, b"Ns"), "a tuple for a key"),
    "tuple built upon": ("pyskl", pickled(b"}N", DOUBLED, b"NbNs"), "a tuple for a key"),
    "tuple put aside": ("pyskl", pickled(b"}N", DOUBLED, b"q\x000h\x00Ns"), "a tuple for a key"),
    "tuples in set": ("pyskl", pickled(b"\x8f(N", DOUBLED, b"\x90"), "a tuple for a key"),
    "frozen set": ("pyskl", pickled(b"(N", DOUBLED, b"\x91"), "a tuple for a key"),
    "set by name": (
        "pyskl", pickled(b"cbuiltins\nset\n]N", DOUBLED, b"a\x85R"), "a set with a tuple",
    ),
    "dictionary in pairs": (
        "pyskl", pickled(b"ccollections\nOrderedDict\n]N", DOUBLED, b"N\x86a\x85R"), "a tuple",
    ),
    "kind of numbers": ("pyskl", pickled(b"cnumpy\ndtype\nN", DOUBLED, b"R"), "arrays of a tuple"),
    "shared annotations": ("pyskl", pickled(b"]N", DOUBLED, b"a"), "used over and over"),
    "one hash for all": (
        "pyskl",
        pickled(b"}(", *(b"\x8a\x0b" + (k * (2**61 - 1)).to_bytes(11, "little") + b"N"
                         for k in range(9, 100_000)), b"u"),
        "a long number for a key",
    ),
    "text made bytes again": ("pyskl", pickled(ENCODES), "one text made bytes over and over"),
    "lists without end": ("pyskl", pickled(b"]" * 12_000_000), "more values than a file"),
    "numbers without end": ("pyskl", pickled(b"N0" * 2_500_000), "more values than a file"),
    # B8: little to read, much to hold
    "many small numbers": (
        "npz",
        lambda folder: npz(folder / "a.npz", joints=np.zeros((1, 3_500_000, 25, 6), np.uint8)),
        "decompresses to 525000436 bytes",
    ),
    "more numbers than a clip has": (
        "npz",
        lambda folder: npz(folder / "a.npz", joints=np.zeros((1, 300_000, 25, 3), np.uint8)),
        "at most 16777216 numbers",
    ),
    "no frames, long": (
        "npz", lambda folder: npz(folder / "a.npz", joints=np.zeros((0, 2**40, 25, 3))), "at most",
    ),
    "empty lists": ("nw-ucla", ucla(b"[" + b"[]," * 19_000_000 + b"[]]"), "expected at most"),
    "empty lists in bounds": ("nw-ucla", ucla(b"[" + b"[]," * 3_000_000 + b"[]]"), "values"),
    "one long text": (
        "nw-ucla", ucla(b'["' + b"x" * 4_000_000 + b'"' + b",1" * 4_000_000 + b"]"), "values",
    ),
    "not a number": (
        "ntu",
        text(SKELETON, b"5000\n" + 5000 * (b"1\n1" + b" 0" * 9 + b"\n25\n" + 25 * JOINT)),
        "more than 1048576 fields",
    ),
    "frames without bodies": ("ntu", text(SKELETON, b"30000000\n" + b"0\n" * 30_000_000), "no bod"),
    "a crowd": (
        "npz",
        lambda folder: npz(folder / "a.npz", joints=np.ones((100_000, 2, 25, 3), "f4")),
        "found 100000 persons",
    ),
}  # fmt: skip

REJECTED = {
    # A3: one clip's values stop neither the others nor later calls
    "frame_index without axis": ("npz", beside_good(frame_index=np.array(3)), "frame_index: "),
    "frame_index of 2**63": (
        "npz", beside_good(frame_index=np.arange(12, dtype="u8") + 2**63), "frame_index: ",
    ),
    "video_stop of 2**63": (
        "npz",
        beside_good(video_start=np.array(0), video_stop=np.array(2**63 + 5, "u8")),
        "video_stop: ",
    ),
    "surrogate": ("npz", beside_good(label=np.array("\ud800")), "label: "),
    "name of a long number": ("pyskl", annotated(frame_dir=10**5000), "frame_dir: found int"),
    "label of a long number": ("pyskl", annotated(label=10**5000), "label: "),
    "frames of a long number": ("pyskl", annotated(total_frames=10**5000), "total_frames: "),
    "field of a long number": ("pyskl", annotated(**{"x": 1}, label={2**62: 1}), "label: "),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_one_line_in_bounded_time_and_memory(call, tmp_path, case):
    kind, write, expected = REFUSED[case]
    write(tmp_path / "raw")
    code, said, seconds, megabytes = call(
        "prepare", kind, tmp_path / "raw", "--out", tmp_path / "store", "--workers", "1"
    )
    assert (code, said.count("\n")) == (2, 1), said[-2000:]
    assert expected in said
    assert len(said) < 3000
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


@pytest.mark.parametrize("case", REJECTED)
def test_one_clip_is_rejected_and_the_others_stay(call, tmp_path, case):
    kind, write, expected = REJECTED[case]
    write(tmp_path / "raw")
    words = ("prepare", kind, tmp_path / "raw", "--out", tmp_path / "store", "--json")
    for _ in range(2):  # a later call too
        code, said, seconds, megabytes = call(*words, "--workers", "1")
        assert code == 0, said
        document = json.loads(said)
        assert (document["clips"], document["rejected"]) == (1, 1)
        assert seconds < SECONDS
        assert megabytes < MEGABYTES
    assert expected in (tmp_path / "store" / "rejected.csv").read_text()


def test_an_unreadable_folder_is_said_and_strict_refuses(tmp_path, monkeypatch):
    """As root nothing is unreadable, so the system is asked to say so."""
    beside_good(frame_index=np.arange(12))(tmp_path / "raw")
    shut = tmp_path / "raw" / "shut"
    shut.mkdir()
    scandir = os.scandir

    def refusing(path="."):
        if path == str(shut):
            raise PermissionError(13, "Permission denied", str(shut))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refusing)
    report = prepare(NpzReader(), tmp_path / "raw", tmp_path / "store")
    assert report.remarks.unreadable == ("shut/ (Permission denied)",)
    assert report.as_json()["unreadable"] == 1
    for out in ("store", "other"):
        with pytest.raises(SkelshotError, match=r"1 sub-folders cannot be read: shut/ .Permission"):
            prepare(NpzReader(), tmp_path / "raw", tmp_path / out, strict=True)


@pytest.mark.parametrize("kind", ["npz", "pyskl"])
def test_names_that_are_not_utf_8_reject_their_clips_alone(call, tmp_path, kind):
    raw = tmp_path / "raw"
    if kind == "npz":
        beside_good()(raw)
        (raw / "bad.npz").rename(os.fsdecode(os.fsencode(raw) + b"/b\xffd.npz"))
    else:
        annotated()(raw)
        (raw / "x.pkl").rename(os.fsdecode(os.fsencode(raw) + b"/b\xffd.pkl"))
    code, said, *_ = call("prepare", kind, raw, "--out", tmp_path / "store", "--workers", "1")
    assert "Traceback" not in said
    if kind == "npz":
        assert code == 0, said
        assert "printable" in (tmp_path / "store" / "rejected.csv").read_text()
    else:
        assert (code, said.count("\n")) == (2, 1)
        assert "expected UTF-8; rename the file or its folder" in said


def claims(shape):
    """An archive whose table claims a shape that its bytes do not have."""

    def write(path):
        with zipfile.ZipFile(path, "w") as archive:
            head = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}".ljust(117)
            head = f"{head}\n".encode()
            start = b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head
            archive.writestr("video.npy", start + bytes(16))
            with archive.open("clips.npy", "w") as member:
                np.save(member, np.array(["a", "b"]))

    return write


def features(method=zipfile.ZIP_STORED, damage=lambda content: content):
    def write(path):
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("video.npy", b"nothing that anyone reads")
        path.write_bytes(damage(path.read_bytes()))

    return write


def header(text):
    return lambda path: path.write_bytes(len(text).to_bytes(8, "little") + text)


def with_names(names):
    def write(path):
        save_file({"video": np.ones((2, 2), np.float32)}, path, metadata={"clips": names})

    return write


def encrypted(content):
    flagged = bytearray(content)
    flagged[6] |= 1
    flagged[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(flagged)


FEATURES = {
    "80 GB": ("a.npz", claims((2, 10_000_000_000)), "expected at most"),
    "other rows": ("a.npz", claims((10_000_000_000, 2)), "2 clips for 10000000000 rows"),
    "fewer bytes": ("a.npz", claims((2, 2000)), "found 16 bytes for an array"),
    "bzip2": ("a.npz", features(zipfile.ZIP_BZIP2), "found the compression bzip2"),
    "unknown compression": (
        "a.npz",
        features(damage=lambda content: content.replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x63\0")),
        "found the compression of method 99",
    ),
    "encrypted": ("a.npz", features(damage=encrypted), "encrypted"),
    "junk array": ("a.npz", features(), "not a whole .npz file"),
    "npy": ("a.npz", lambda path: path.write_bytes(b"\x93NUMPY\x01\x00"), "not a whole .npz"),
    "empty": ("a.npz", lambda path: path.write_bytes(b""), "not a whole .npz file"),
    "junk header": ("a.safetensors", header(b"[" * 100), "not a whole .safetensors file"),
    "long header": ("a.safetensors", lambda path: path.write_bytes(b"\xff" * 99), "not a whole"),
    "deep names": ("a.safetensors", with_names("[" * 100_000), "not a whole .safetensors file"),
    "many names": ("a.safetensors", with_names("[" + "[]," * (6 << 20) + "0]"), "expected at most"),
    "long number": ("a.safetensors", with_names("[" + "9" * 5000 + "]"), "not a whole"),
    "nested names": ("a.safetensors", with_names("[[1], [2]]"), "clips holds a list of 1"),
}


@pytest.mark.parametrize("case", FEATURES)
def test_features_made_elsewhere_are_refused_in_one_line(call, tmp_path, store, case):
    name, write, expected = FEATURES[case]
    write(tmp_path / name)
    code, said, seconds, megabytes = call(
        "teach", store.path, "--teacher", "precomputed", "--model", tmp_path / name,
        "--out", tmp_path / "features",
    )  # fmt: skip
    assert (code, said.count("\n")) == (2, 1), said[-2000:]
    assert expected in said
    assert len(said) < 1500
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
