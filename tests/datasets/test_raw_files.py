import gzip
import pickle
import tarfile

import pytest

from skelshot.datasets.clips import BadClip
from skelshot.datasets.raw_files import RawFiles, gunzipped, path_of
from skelshot.ground import SkelshotError


@pytest.fixture
def folder(tmp_path):
    raw = tmp_path / "raw"
    (raw / "day").mkdir(parents=True)
    for name in ("day/c_10.csv", "day/c_9.csv", "a.csv.gz", "README.txt", "day/.hidden.csv"):
        content = f"{name}\n".encode()
        (raw / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return raw


@pytest.fixture
def archive(folder, tmp_path):
    with tarfile.open(tmp_path / "raw.tar", "w") as made:
        made.add(folder, ".")
    return tmp_path / "raw.tar"


def wanted(name):
    return ".csv" in name


def test_a_folder_and_its_archive_list_and_read_alike(folder, archive):
    files = RawFiles()
    there, packed = (files.listed(raw, wanted, "CSV files") for raw in (folder, archive))
    paths = ["a.csv.gz", "day/c_9.csv", "day/c_10.csv"]
    assert [path_of(source) for source in there.sources] == paths
    assert [path_of(source) for source in packed.sources] == paths
    assert there.others == ("README.txt",)
    assert packed.others == ("raw.tar#README.txt",)
    for one, other in zip(there.sources, packed.sources, strict=True):
        assert files.read(one, 100) == files.read(other, 100) == f"{path_of(one)}\n".encode()


def test_it_pickles_without_the_open_archive(archive):
    files = RawFiles()
    sources = files.listed(archive, wanted, "CSV files").sources
    again = pickle.loads(pickle.dumps(files))  # noqa: S301 - our own bytes
    assert again.read(sources[1], 100) == b"day/c_9.csv\n"


def test_what_is_no_such_folder_or_archive_is_refused(folder, archive, tmp_path):
    (tmp_path / "raw.zip").touch()
    cases = {
        tmp_path / "none": "no such folder, expected CSV files",
        tmp_path / "raw.zip": r"found a file, expected a folder .* or an archive that ends in",
    }
    for raw, reason in cases.items():
        with pytest.raises(SkelshotError, match=reason):
            RawFiles().listed(raw, wanted, "CSV files")
    with pytest.raises(SkelshotError, match=r"the archive holds no CSV files; it holds raw\.tar#"):
        RawFiles().listed(archive, lambda name: False, "CSV files")


WHOLE = gzip.compress(b"1,2,3\n" * 100)


BAD = {
    "cut": (WHOLE[:-4], "not a whole gzip file"),
    "followed": (WHOLE + b"more", "not a whole gzip file"),
    "text": (b"1,2,3", "not a whole gzip file"),
    "empty": (b"", "not a whole gzip file"),
    "bomb": (gzip.compress(bytes(1 << 20)), "unpacks to more than 600 bytes"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_is_no_gzip_or_too_large_is_refused(case):
    content, reason = BAD[case]
    assert len(gunzipped(WHOLE, 600)) == 600
    with pytest.raises(BadClip, match=reason):
        gunzipped(content, 600)
