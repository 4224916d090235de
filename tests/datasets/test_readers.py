import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skelshot.datasets.readers import fingerprint, list_raw, list_sources, natural_key
from skelshot.ground import SkelshotError


def test_files_come_in_natural_order_from_all_folders(tmp_path):
    for name in ("b/clip_2.x", "clip_10.x", "clip_9.x", ".hidden.x", ".git/clip.x", "other.y"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    found = list_sources(tmp_path, lambda name: name.endswith(".x"), "clips")
    assert [source.name for source in found] == ["b/clip_2.x", "clip_9.x", "clip_10.x"]
    assert all(source.path.is_file() for source in found)


def test_linked_folders_are_searched_once_and_circles_end(tmp_path):
    raw, away = tmp_path / "raw", tmp_path / "away"
    for path in (raw / "z" / "own.x", away / "inner" / "far.x", away / "near.x"):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    links = {"a": away, "b": raw / "z", "z/up": raw, "z/out": tmp_path, "c": away / "inner"}
    for name, target in links.items():
        (raw / name).symlink_to(target, target_is_directory=True)
    listing = list_raw(raw, lambda name: name.endswith(".x"), "clips")
    assert [source.name for source in listing.sources] == ["a/inner/far.x", "a/near.x", "z/own.x"]
    assert listing.others == ("b/", "c/", "z/out/", "z/up/")


def test_one_file_stands_for_a_folder_that_holds_it_alone(tmp_path):
    for name in ("a.x", "b.x"):
        (tmp_path / name).touch()
    (source,) = list_sources(tmp_path / "a.x", lambda name: name.endswith(".x"), "clips")
    assert (source.name, source.path) == ("a.x", tmp_path / "a.x")
    with pytest.raises(SkelshotError, match="found a file, expected a folder"):
        list_sources(tmp_path / "a.x", lambda name: name.endswith(".y"), "clips")


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_names_can_be_ordered(names):
    assert sorted(sorted(names, key=natural_key)) == sorted(names)


def test_missing_empty_and_wrong_folders_are_refused(tmp_path):
    (tmp_path / "file").touch()
    cases = {"absent": "no such folder", "file": "found a file", ".": "holds no clips of mine"}
    for name, reason in cases.items():
        with pytest.raises(SkelshotError, match=reason):
            list_sources(tmp_path / name, lambda name: False, "clips of mine")


def test_the_fingerprint_sees_content_time_and_absence(tmp_path):
    path = tmp_path / "a.x"
    path.write_text("1")
    sources = list_sources(tmp_path, lambda name: True, "clips")
    first = fingerprint(sources)
    assert fingerprint(sources) == first
    path.write_text("12")
    longer = fingerprint(sources)
    os.utime(path, ns=(1, 1))
    older = fingerprint(sources)
    path.unlink()
    assert len({first, longer, older, fingerprint(sources), fingerprint([])}) == 5
