"""The house: rooms import only from rooms above them, and files stay small."""

import ast
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_rooms_import_only_from_rooms_above_them() -> None:
    program = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert "1 kept, 0 broken" in done.stdout


def test_every_room_stands_in_the_contract_and_in_the_page() -> None:
    rooms = sorted(p.parent.name for p in (ROOT / "src/skelshot").glob("*/__init__.py"))
    contract = (ROOT / "pyproject.toml").read_text()
    page = (ROOT / "docs/architecture.md").read_text()
    for room in rooms:
        assert f'"skelshot.{room}"' in contract
        assert f"`{room}/`" in page


def code_lines(text: str) -> int:
    """Count the lines that hold code: no blank ones, comments or docstrings."""
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docs: set[int] = set()
    for node in ast.walk(ast.parse(text)):
        body = node.body if isinstance(node, documented) else []
        for each in body:
            value = each.value if isinstance(each, ast.Expr) else None
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                docs |= set(range(each.lineno, (each.end_lineno or each.lineno) + 1))
    return sum(
        number not in docs and bool(line.strip()) and not line.lstrip().startswith("#")
        for number, line in enumerate(text.splitlines(), start=1)
    )


def test_no_file_holds_more_than_one_concept_is_likely_to_need() -> None:
    long = [
        f"{file.relative_to(ROOT)}: {count} lines of code"
        for file in sorted((ROOT / "src").rglob("*.py"))
        if (count := code_lines(file.read_text())) > 250
    ]
    assert not long


def test_no_two_classes_share_a_name() -> None:
    """One word has one meaning; private classes may repeat a name that nobody else reads."""
    files: dict[str, list[str]] = defaultdict(list)
    for file in sorted((ROOT / "src/skelshot").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                files[node.name].append(file.name)
    assert not {name: found for name, found in files.items() if len(found) > 1}


def test_no_pickle_is_loaded() -> None:
    """Only the writer of PYSKL files imports pickle; only the safe reader follows its steps."""
    users = {
        str(file.relative_to(ROOT / "src/skelshot"))
        for file in (ROOT / "src").rglob("*.py")
        if "import pickle" in file.read_text()
    }
    reader = {"datasets/safe_pickle.py", "datasets/pickle_steps.py"}
    assert users <= {"datasets/pyskl_export.py", *reader}
    for file in (ROOT / "src").rglob("*.py"):
        text = file.read_text()
        assert "pickle.load(" not in text
        assert "allow_pickle=True" not in text
        assert "weights_only=False" not in text
