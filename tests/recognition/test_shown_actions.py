"""Several actions at once, from folders, tables and files whose clips have classes."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.recognition.shown_actions import shown_actions

Write = Callable[[str], Path]


@pytest.fixture
def write(toy_store: Store, tmp_path: Path) -> Write:
    """Writes a clip under a name."""

    def one(name: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        np.savez(path, joints=toy_store.sequence(0).joints, layout="kinect-v1")
        return path

    return one


def test_sub_folders_are_actions(write: Write, tmp_path: Path) -> None:
    for name in ("wave/2.npz", "wave/10.npz", "bow/1.npz"):
        write(name)
    shown = shown_actions(tmp_path)
    assert {action: [clip.name for clip in clips] for action, clips in shown.items()} == {
        "bow": ["bow/1"],
        "wave": ["wave/2", "wave/10"],
    }


def test_a_table_names_files_beside_it(write: Write, tmp_path: Path) -> None:
    write("clips/a.npz"), write("b.npz")
    table = tmp_path / "shown.csv"
    table.write_text(
        "\ufeffaction,clip,by\nwave,clips/a.npz,Ann\nbow,b.npz,\nwave,b.npz,\n", "utf-8"
    )
    shown = shown_actions(table)
    assert {action: [clip.name for clip in clips] for action, clips in shown.items()} == {
        "wave": ["a", "b"],
        "bow": ["b"],
    }


def test_a_store_has_classes_of_its_own(toy_store: Store) -> None:
    shown = shown_actions(toy_store.path)
    assert set(shown) == set(toy_store.class_names)
    assert sum(map(len, shown.values())) == len(toy_store)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("clip,action\n", "found no row"),
        ("clip,action\na.npz,\n", "line 2: .* the action '', expected both"),
        ("clip,action\na.npz\n", "line 2: found the clip 'a.npz' and the action ''"),
        ("clip,action\na.npz,wave\nnone.npz,wave\n", "line 3: .*none.npz: no such file"),
        ("clip,action\na.npz,wave\n\n\nnone.npz,wave\n", "line 5: .*none.npz: no such file"),
        (b"clip,action\na.npz,\xff\n", "line 2.*not UTF-8 text"),
        ("file;label\n", "shown.csv"),
    ],
)  # fmt: skip
def test_bad_tables_are_told_by_line(
    write: Write, tmp_path: Path, content: str | bytes, told: str
) -> None:
    write("a.npz")
    table = tmp_path / "shown.csv"
    table.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(SkelshotError, match=told) as raised:
        shown_actions(table)
    assert str(raised.value).startswith(str(table))
    assert "\n" not in str(raised.value)


def test_what_nothing_tells_the_action_of_is_refused(write: Write, tmp_path: Path) -> None:
    write("wave/1.npz"), write("stray.npz")
    with pytest.raises(SkelshotError, match=r"stray.npz: nothing tells its action.* sub-folder"):
        shown_actions(tmp_path)
    with pytest.raises(SkelshotError, match="no such file or folder, expected a folder with"):
        shown_actions(tmp_path / "gone")
