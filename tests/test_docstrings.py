"""Docstrings open with the thing that they are about, not with a question about it."""

import ast
from pathlib import Path

import pytest

SOURCES = Path(__file__).resolve().parents[1] / "src/skelshot"
QUESTIONS = ("How", "What", "When", "Where", "Whether", "Which", "Who", "Whose", "Why")


def openings(text: str) -> list[tuple[int, str]]:
    """Return line and first line of every docstring that opens with a question word."""
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    found = []
    for node in ast.walk(ast.parse(text)):
        told = (ast.get_docstring(node) or "") if isinstance(node, kinds) else ""
        if told.startswith(tuple(f"{word} " for word in QUESTIONS)):
            found.append((getattr(node, "lineno", 1), told.splitlines()[0]))
    return found


@pytest.mark.parametrize("word", QUESTIONS)
def test_a_question_is_found(word: str) -> None:
    text = f'"""{word} it is."""\nclass A:\n    def f(self):\n        """{word} he is."""\n'
    assert openings(text) == [(1, f"{word} it is."), (3, f"{word} he is.")]
    assert not openings(f'"""{word}ever opens with another word."""')


def test_docstrings_open_with_the_thing() -> None:
    """The plain words for it stand first, so that a list of modules reads as an index."""
    questions = [
        f"{file.relative_to(SOURCES)}:{line}: {told}"
        for file in sorted(SOURCES.rglob("*.py"))
        for line, told in openings(file.read_text("utf-8"))
    ]
    assert not questions
