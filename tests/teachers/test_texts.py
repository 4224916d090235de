"""Prompts and class texts: files of the package, files of the user, and bad ones."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName
from skelshot.teachers import load_class_texts, load_templates, prompt_names, render

NAMES = ("throw", "carry")


@pytest.mark.parametrize("name", prompt_names())
def test_every_packaged_file_has_distinct_templates(name: str) -> None:
    templates = load_templates(name)
    assert len(set(templates)) == len(templates)
    assert all(template.count("{}") == 1 for template in templates)


def test_plain_is_the_name_alone() -> None:
    assert render(["eat meal/snack"], load_templates("plain")) == [["eat meal/snack"]]


def test_a_file_of_the_user(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text('templates:\n  - "{} slowly"\n  - "{}, then {} again"\n')
    assert render(NAMES, load_templates(file)) == [
        ["throw slowly", "throw, then throw again"],
        ["carry slowly", "carry, then carry again"],
    ]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=12))
def test_any_name_goes_in_as_it_is(name: str) -> None:
    assert render([name], ["{}", "a {} b"]) == [[name, f"a {name} b"]]


def test_other_braces_stay() -> None:
    assert render(["throw"], ["{x} {} {0}"]) == [["{x} throw {0}"]]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("templates:\n  - 'a person'\n", "template 1: found 'a person', expected a text with {}"),
        ("templates:\n  - '{}'\n  - 7\n", "template 2: found 7, expected a text"),
        ("templates: []\n", "found no list `templates`"),
        ("- '{}'\n", "found no list `templates`"),
        ("", "found no list `templates`"),
        ("templates: [\n", "line 2: not valid YAML"),
        ("templates: '\x07'\n", "not valid YAML"),
    ],
)
def test_bad_prompt_files(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text(content)
    with pytest.raises(SkelshotError, match=message) as caught:
        load_templates(file)
    assert str(file) in str(caught.value)


def test_unknown_prompts_name_those_there_are() -> None:
    with pytest.raises(
        SkelshotError,
        match="fancy: no such prompts, expected actionclip, descriptive, plain, time-reversed",
    ):
        load_templates("fancy")


def test_prompts_by_the_name_they_had_are_read_with_a_note() -> None:
    with pytest.warns(OldName, match="--prompts both-ways is --prompts time-reversed now"):
        old = load_templates("both-ways")
    assert old == load_templates("time-reversed") == ("{}", "{} played backwards")


@pytest.mark.parametrize(
    ("templates", "message"),
    [([], "found none"), (["{}", "a person"], "template 2: found 'a person'")],
)
def test_render_checks_its_templates(templates: list[str], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        render(NAMES, templates)


def test_class_texts_come_in_label_order(tmp_path: Path) -> None:
    file = tmp_path / "texts.yaml"
    file.write_text("carry: carry a box\nthrow: throw a ball\n")
    assert load_class_texts(file, NAMES) == ("throw a ball", "carry a box")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"throw: throw a ball\n", "lacks 1 of 2 classes .'carry'"),
        (
            b"throw: a\ncarry: b\ncary: c\n",
            "does not have .'cary'.; the store has 'throw', 'carry'",
        ),
        (b"throw: yes\ncarry: b\n", "class 'throw': found True, expected a text"),
        (b"throw: ' '\ncarry: b\n", "class 'throw': found ' ', expected a text"),
        (b"- throw\n", "found list, expected a mapping"),
        (b"throw: [\n", "not valid YAML"),
        (b"throw: \xff\n", "not UTF-8 text at byte 7"),
    ],
)
def test_bad_class_texts(tmp_path: Path, content: bytes, message: str) -> None:
    file = tmp_path / "texts.yaml"
    file.write_bytes(content)
    with pytest.raises(SkelshotError, match=message) as caught:
        load_class_texts(file, NAMES)
    assert str(file) in str(caught.value)


def test_absent_class_texts(tmp_path: Path) -> None:
    with pytest.raises(SkelshotError, match="cannot be read"):
        load_class_texts(tmp_path / "none.yaml", NAMES)
