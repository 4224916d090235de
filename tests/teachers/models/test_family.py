"""The model table, teachers by name, and finding folders with and without a hub."""

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.teachers import (
    TEACHERS,
    FrameAverageTeacher,
    Teacher,
    VideoTeacher,
    XCLIPTeacher,
    load_models,
    teacher_named,
    teacher_names,
)
from skelshot.teachers.models.loading import model_folder
from skelshot.teachers.models.table import entry_of

TABLE = load_models()


def test_families_name_models_of_their_own() -> None:
    for family, short in TABLE.families.items():
        assert TABLE.models[short].family == family
    assert len({entry.id for entry in TABLE.models.values()}) == len(TABLE.models)
    assert not set(TABLE.models) & set(TEACHERS.names)


def test_licences_that_forbid_commercial_use_say_so() -> None:
    forbidding = {name for name, entry in TABLE.models.items() if "NC" in entry.licence}
    assert forbidding == {name for name, entry in TABLE.models.items() if not entry.commercial}
    assert "videomae-b" in forbidding


@pytest.mark.teachers
def test_sizes_in_the_table_are_those_of_the_architectures() -> None:
    """Short names tell patch and size; the default X-CLIP is the paper's."""
    assert entry_of("xclip", "xclip") == entry_of("xclip-b16", "xclip")
    entry = entry_of("microsoft/xclip-base-patch16", "xclip")
    assert entry is not None
    assert (entry.name, entry.frames, entry.size, entry.dim) == ("xclip-b16", 8, 224, 512)
    assert entry_of("somebody/else", "xclip") is None
    with pytest.raises(SkelshotError, match="a model of the teacher frame-average, not xclip"):
        entry_of("clip-b16", "xclip")


class Hub:
    """In place of huggingface_hub.snapshot_download: a cache, and a hub that may be away."""

    def __init__(self, cache: Path | None = None, hub: Path | None = None) -> None:
        self.cache, self.hub = cache, hub
        self.calls: list[tuple[str, Any, bool]] = []
        self.knocks: list[tuple[str, float]] = []
        self.network_down = False

    def __call__(
        self,
        repo: str,
        *,
        revision: str | None,
        allow_patterns: Any,
        local_files_only: bool = False,
    ) -> str:
        assert "*.bin" not in allow_patterns
        self.calls.append((repo, revision, local_files_only))
        found = self.cache if local_files_only else self.hub
        if found is None:
            raise OSError("cannot connect\nafter three tries")
        return str(found)

    def session(self) -> Any:
        """A client whose first knock fails where there is no network."""

        def head(url: str, timeout: float) -> None:
            self.knocks.append((url, timeout))
            if self.network_down:
                raise OSError("no such host")

        return SimpleNamespace(head=head)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    huggingface_hub = pytest.importorskip("huggingface_hub")
    hub = Hub()
    monkeypatch.setattr(huggingface_hub, "snapshot_download", hub)
    monkeypatch.setattr(huggingface_hub, "get_session", hub.session)
    return hub


@pytest.mark.teachers
def test_without_a_network_the_hub_is_asked_once(hub: Hub) -> None:
    hub.network_down = True
    with pytest.raises(SkelshotError, match=r"\(no such host\)"):
        teacher_named("xclip-b16")
    assert [seconds for _, seconds in hub.knocks] == [10.0]
    assert all(local_files_only for _, _, local_files_only in hub.calls)


@pytest.mark.teachers
def test_without_a_hub_one_line_says_what_to_do(hub: Hub) -> None:
    entry = TABLE.models["xclip-b16"]
    with pytest.raises(SkelshotError) as caught:
        teacher_named("xclip-b16")
    message = str(caught.value)
    assert f"`hf download {entry.id} --revision {entry.revision}`" in message
    assert "--model FOLDER" in message
    assert "after three tries" not in message
    assert hub.calls == [(entry.id, entry.revision, True), (entry.id, entry.revision, False)]


@pytest.mark.teachers
def test_the_cache_comes_before_the_hub(hub: Hub, xclip_folder: Path) -> None:
    hub.cache = xclip_folder
    teacher = teacher_named("xclip-b16")
    assert isinstance(teacher, VideoTeacher)
    assert (teacher.name, teacher.licence, teacher.dim) == ("xclip-b16", "MIT", 24)
    assert [local for _, _, local in hub.calls] == [True]
    assert teacher_named("xclip").name == "xclip-b16"
    assert teacher_named("xclip", model="microsoft/xclip-base-patch16").name == "xclip-b16"
    other = teacher_named("xclip", model="somebody/else")
    assert isinstance(other, VideoTeacher)
    assert (other.name, other.licence) == ("xclip:somebody/else", "not stated")
    assert hub.calls[-1] == ("somebody/else", None, True)


@pytest.mark.teachers
def test_half_a_cache_is_fetched_again(hub: Hub, xclip_folder: Path, tmp_path: Path) -> None:
    hub.cache = Path(shutil.copytree(xclip_folder, tmp_path / "half"))
    (hub.cache / "model.safetensors").unlink()
    hub.hub = xclip_folder
    assert model_folder("microsoft/xclip-base-patch16", "a" * 40) == xclip_folder
    assert [local for _, _, local in hub.calls] == [True, False]


@pytest.mark.teachers
def test_a_hub_with_a_pickle_alone(hub: Hub, xclip_folder: Path, tmp_path: Path) -> None:
    hub.hub = Path(shutil.copytree(xclip_folder, tmp_path / "hub"))
    (hub.hub / "model.safetensors").unlink()
    with pytest.raises(
        SkelshotError, match="no safetensors weights of it, only a pickle"
    ) as caught:
        teacher_named("xclip-b16")
    command = str(caught.value).partition('`python -c "')[2].partition('"`')[0]
    compile(command, "advice", "exec")
    assert f"revision='{TABLE.models['xclip-b16'].revision}'" in command
    assert model_folder("a/b", weights=False) == hub.hub  # the tokeniser is there


@pytest.mark.teachers
def test_what_is_neither_folder_nor_id(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SkelshotError, match="found a file, expected a transformers model folder"):
        model_folder(tmp_path / "file")
    with pytest.raises(SkelshotError, match="found no such folder"):
        model_folder(tmp_path / "absent")
    assert hub.calls == []


@pytest.mark.teachers
def test_named_takes_folders_and_options(xclip_folder: Path, clip_folder: Path) -> None:
    teacher = teacher_named("xclip", model=xclip_folder, precision="bfloat16")
    assert isinstance(teacher, XCLIPTeacher)
    assert teacher.dtype == torch.bfloat16
    assert teacher_named("xclip", model=xclip_folder, frames=4).dim == 24
    with pytest.raises(SkelshotError, match="frames: found 8, the teacher xclip:xclip was built"):
        teacher_named("xclip", model=xclip_folder, frames=8)
    average = teacher_named("frame-average", model=clip_folder, frames=16)
    assert isinstance(average, FrameAverageTeacher)
    assert average.frames == 16


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"name": "bert"}, "bert: unknown teacher, expected minilm, random-code, xclip, .* or "),
        ({"name": "xclip-b16", "model": "x"}, "xclip-b16 is one model; use --teacher xclip"),
        ({"name": "actionclip"}, "--teacher actionclip: needs --model, an ActionCLIP checkpoint"),
        ({"name": "random-code", "model": "x"}, "random-code has no model"),
    ],
)
def test_names_that_do_not_work(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        teacher_named(**arguments)


def test_every_name_is_listed() -> None:
    with pytest.raises(SkelshotError) as caught:
        teacher_named("bert")
    assert all(name in str(caught.value) for name in teacher_names())


@pytest.mark.parametrize("kind", TEACHERS.shipped, ids=lambda kind: kind.name)
def test_every_teacher_refuses_an_unknown_option(kind: type[Teacher]) -> None:
    with pytest.raises(SkelshotError, match=f"teacher {kind.name}, options: found the unknown opt"):
        kind.from_options({"colour": 1})


def test_every_short_name_is_of_a_family_and_on_the_page() -> None:
    page = (Path(__file__).parents[3] / "docs" / "teachers.md").read_text("utf-8")
    families = {kind.name for kind in TEACHERS.shipped}
    for name, entry in TABLE.models.items():
        assert entry.family in families
        assert f"`{name}`" in page
