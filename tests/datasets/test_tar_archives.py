import io
import lzma
import tarfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from skelshot.datasets import tar_archives
from skelshot.datasets.clips import BadClip
from skelshot.datasets.tar_archives import TarArchive
from skelshot.ground import SkelshotError

TEXT = b"1,2,3\n" * 300


def member(name, content=TEXT, kind=tarfile.REGTYPE, **more):
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    for field, value in more.items():
        setattr(info, field, value)
    return info, content


def packed(*members, form=tarfile.GNU_FORMAT):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


LONG = "Adults/" + "far-" * 40 + "away.csv"


@pytest.fixture
def whole():
    return packed(
        member("day", b"", tarfile.DIRTYPE), member("./day/a.csv"), member(LONG, TEXT[:60])
    )


@pytest.mark.parametrize("ending", [".tar", ".tar.xz"])
@pytest.mark.parametrize("form", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_read_in_any_order_and_nothing_is_unpacked(tmp_path, ending, form):
    whole = packed(member("./day/a.csv"), member(LONG, TEXT[:60]), form=form)
    path = tmp_path / f"all{ending}"
    path.write_bytes(lzma.compress(whole) if ending == ".tar.xz" else whole)
    archive = TarArchive(path)
    assert archive.names == ["day/a.csv", LONG]
    assert archive.read(LONG, 60) == TEXT[:60]
    assert archive.read("day/a.csv", len(TEXT)) == TEXT
    archive.close()
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


REFUSED = {
    "../a.csv": (member("../a.csv"), "leads out of the archive"),
    "/etc/passwd": (member("/etc/passwd"), "leads out of the archive"),
    "C:/a.csv": (member("C:/a.csv"), "leads out of the archive"),
    "a\\b.csv": (member("a\\b.csv"), "a backslash or a control character"),
    "a\nb.csv": (member("a\nb.csv"), "a backslash or a control character"),
    "link": (member("link", b"", tarfile.SYMTYPE, linkname="/etc/passwd"), "is a link, a device"),
    "hard": (member("hard", b"", tarfile.LNKTYPE, linkname="b.csv"), "is a link, a device"),
    "pipe": (member("pipe", b"", tarfile.FIFOTYPE), "is a link, a device"),
    "none.csv": (member("other.csv"), "no such member"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_members_that_are_no_plain_files_are_refused(tmp_path, name):
    entry, reason = REFUSED[name]
    (tmp_path / "a.tar").write_bytes(packed(entry, member("good.csv")))
    archive = TarArchive(tmp_path / "a.tar")
    with pytest.raises(BadClip, match=reason):
        archive.read(name, 10_000)
    assert archive.read("good.csv", 10_000) == TEXT
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.tar"]


def test_two_members_of_one_name_and_large_ones_are_refused(tmp_path):
    (tmp_path / "a.tar").write_bytes(packed(member("a"), member("./a"), member("b")))
    archive = TarArchive(tmp_path / "a.tar")
    with pytest.raises(BadClip, match="two members of this name"):
        archive.read("a", 10_000)
    with pytest.raises(BadClip, match="found 1800 bytes, expected at most 1799 a clip"):
        archive.read("b", 1799)


@pytest.mark.parametrize("cut", [1, 500, 512, 1024, 1536, 2100, 2600])
@pytest.mark.parametrize("ending", [".tar", ".tar.xz"])
def test_a_truncated_archive_is_a_one_line_error(tmp_path, whole, cut, ending):
    squeezed = lzma.compress(whole)
    content = whole[:cut] if ending == ".tar" else squeezed[: len(squeezed) * cut // 2610]
    path = tmp_path / f"a{ending}"
    path.write_bytes(content)
    with pytest.raises(SkelshotError, match=r"not a whole tar archive .*fetch it again") as found:
        TarArchive(path)
    assert "\n" not in str(found.value)


def test_a_damaged_header_in_the_midst_is_no_end(tmp_path, whole):
    place = whole.index(b"./day/a.csv")
    content = bytearray(whole)
    content[place + 150] ^= 0x55
    (tmp_path / "a.tar").write_bytes(content)
    with pytest.raises(SkelshotError, match="its end is missing, or a header is damaged"):
        TarArchive(tmp_path / "a.tar")


def test_bombs_are_refused_before_they_are_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(tar_archives, "MOST_UNPACKED", 1 << 22)
    (tmp_path / "a.tar.xz").write_bytes(lzma.compress(bytes(8 << 20)))
    with pytest.raises(SkelshotError, match="holds more than 4194304 bytes; unpack it"):
        TarArchive(tmp_path / "a.tar.xz")
    monkeypatch.setattr(tar_archives, "MOST_MEMBERS", 2)
    (tmp_path / "a.tar").write_bytes(packed(*(member(f"{n}", b"") for n in range(3))))
    with pytest.raises(SkelshotError, match="found more than 2 members"):
        TarArchive(tmp_path / "a.tar")


def test_a_header_that_claims_a_long_name_is_not_believed(tmp_path):
    info, _ = member("././@LongLink", b"", tarfile.GNUTYPE_LONGNAME)
    info.size = 1 << 30
    (tmp_path / "a.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(1 << 20))
    with pytest.raises(SkelshotError, match="a header claims 1073741824 bytes"):
        TarArchive(tmp_path / "a.tar")


@pytest.mark.parametrize("kind", ["folder", "text"])
def test_other_files_are_refused(tmp_path, kind):
    path = tmp_path / "a.tar"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_text("1,2,3\n" * 200)
    with pytest.raises(SkelshotError, match=r"a\.tar: (found a folder|not a whole tar archive)"):
        TarArchive(path)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.integers(0, 6000), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_mutated_archive_is_read_or_refused(tmp_path, whole, changes):
    content = bytearray(whole)
    for at, byte in changes:
        content[at % len(content)] = byte
    (tmp_path / "m.tar").write_bytes(content)
    try:
        archive = TarArchive(tmp_path / "m.tar")
    except SkelshotError:
        return
    for name in archive.names:
        try:
            assert len(archive.read(name, 2000)) <= 2000
        except BadClip as error:
            assert str(error)  # noqa: PT017
    archive.close()
