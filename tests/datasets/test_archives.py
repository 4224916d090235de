import stat
import zipfile
from zipfile import ZipFile, ZipInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets.archives import Archive, refusal
from skelshot.datasets.clips import BadClip
from skelshot.ground import SkelshotError

TEXT = b"103\n1\n72057594037931101 0\n" * 40


@pytest.fixture
def path(tmp_path):
    """An archive with two good members in a folder."""
    with ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("skeletons")
        archive.writestr("skeletons/a.skeleton", TEXT)
        archive.writestr("skeletons/b.skeleton", TEXT[:50], zipfile.ZIP_STORED)
    return tmp_path / "a.zip"


def test_members_are_read_without_unpacking(path):
    archive = Archive(path)
    assert archive.names == ["skeletons/a.skeleton", "skeletons/b.skeleton"]
    assert archive.read("skeletons/a.skeleton", len(TEXT)) == TEXT
    assert archive.read("skeletons/b.skeleton", 50) == TEXT[:50]
    archive.close()
    assert [entry.name for entry in path.parent.iterdir()] == ["a.zip"]


def test_what_is_too_large_is_refused_before_it_is_unpacked(path):
    with ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    archive = Archive(path)
    with pytest.raises(BadClip, match="found more than 1000 bytes, expected at most 1000 a clip"):
        archive.read("bomb", 1000)


def test_a_size_that_the_archive_understates_is_found_out(path):
    content = bytearray(path.read_bytes())
    for mark, place in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.index(b"skeletons/a.skeleton", content.index(mark))
        at = content.rindex(mark, 0, at)
        content[at + place : at + place + 4] = (5).to_bytes(4, "little")
    path.write_bytes(content)
    with pytest.raises(BadClip, match="damaged in the archive"):
        Archive(path).read("skeletons/a.skeleton", len(TEXT))


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../a.skeleton", "x/../../a.skeleton", "C:/a.skeleton", "..\\a", "C:\\a"],
)
def test_names_that_lead_out_are_refused(tmp_path, name):
    with ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(ZipInfo(name), TEXT)
    archive = Archive(tmp_path / "a.zip")
    (listed,) = archive.names
    with pytest.raises(BadClip, match="the member's name leads out of the archive"):
        archive.read(listed, 10_000)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["a.zip"]


def info(name="a.skeleton", mode=0, flags=0):
    entry = ZipInfo(name)
    entry.external_attr, entry.flag_bits = mode << 16, flags
    return entry


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (info(mode=stat.S_IFLNK | 0o777), "a link or a device"),
        (info(mode=stat.S_IFIFO), "a link or a device"),
        (info(flags=1), "encrypted: unpack the archive with its password"),
        (info("more.zip"), "an archive within the archive"),
        (info("x/S001.skeleton.GZ"), "an archive within the archive"),
        (info("a\\b.skeleton"), "holds a backslash or a control character"),
        (info("a\nb.skeleton"), "holds a backslash or a control character"),
        (info("a.skeleton\0.txt"), "holds a backslash or a control character"),
        (info(mode=stat.S_IFREG | 0o644), ""),
        (info(), ""),
    ],
)
def test_members_that_are_no_plain_files_are_refused(entry, reason):
    assert reason in refusal(entry)
    assert bool(reason) == bool(refusal(entry))


def test_two_members_of_one_name_are_refused(path):
    with ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("skeletons/b.skeleton", TEXT)
    with pytest.raises(BadClip, match="two members of this name"):
        Archive(path).read("skeletons/b.skeleton", 10_000)


def test_a_damaged_member_is_refused_and_the_others_are_read(path):
    content = bytearray(path.read_bytes())
    content[content.index(b"72057594037931101", content.index(b"b.skeleton"))] ^= 1
    path.write_bytes(content)
    archive = Archive(path)
    with pytest.raises(BadClip, match=r"damaged in the archive \(Bad CRC-32"):
        archive.read("skeletons/b.skeleton", 10_000)
    assert archive.read("skeletons/a.skeleton", 10_000) == TEXT
    with pytest.raises(BadClip, match=r"no such member in a\.zip"):
        archive.read("c", 10_000)


@pytest.mark.parametrize("size", [0, 10, 100, -30, -1])
def test_a_truncated_archive_is_a_one_line_error(path, size):
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(SkelshotError, match=r"a\.zip: not a whole zip archive .*fetch it again"):
        Archive(path)


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), min_size=1, max_size=8),
    st.integers(0, 500),
)
def test_a_mutated_archive_is_read_or_refused(path, changes, cut):
    whole = path.read_bytes()
    content = bytearray(whole)
    for at, byte in changes:
        content[at % len(content)] = byte
    other = path.with_name("mutated.zip")
    other.write_bytes(content[: len(content) - cut if cut < 40 else None])
    try:
        archive = Archive(other)
    except SkelshotError:
        return
    for name in archive.names:
        try:
            assert len(archive.read(name, 2000)) <= 2000
        except BadClip as error:
            assert str(error)  # noqa: PT017
    archive.close()
