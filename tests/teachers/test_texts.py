"""Prompts and class texts: files of the package, files of the user, and bad ones."""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skelshot.datasets.reader_family import reader_named
from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName
from skelshot.ground.yaml_text import parse_yaml
from skelshot.teachers import (
    class_texts_of,
    description_names,
    load_class_texts,
    load_templates,
    prompt_names,
    render,
)

NAMES = ("throw", "carry")
SHIPPED = description_names()


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


def test_several_files_describe_the_classes_of_several_sets(tmp_path: Path) -> None:
    """A class of a set is described under its full name or without the set's, first file first."""
    own = tmp_path / "own.yaml"
    own.write_text("gator/bow: bends forward\ndrop: lets it fall\n")
    names = ("ntu/drop", "gator/bow", "rehab/deep squat")
    bare = ("drop", "bow", "deep squat")
    texts = load_class_texts([own, "ntu-descriptions", "ui-prmd-descriptions"], names, bare)
    assert texts[:2] == ("lets it fall", "bends forward")
    assert texts[2].startswith("a person bends both knees, sinks down deeply")
    with pytest.raises(SkelshotError, match=r"lacks 1 of 3 classes .'rehab/deep squat'"):
        load_class_texts([own, "ntu-descriptions"], names, bare)
    own.write_text("ntu/drip: a\n")
    with pytest.raises(SkelshotError, match=r"not have .'ntu/drip'.; the store has 'ntu/drop'"):
        load_class_texts([own, *SHIPPED], names, bare)


@dataclass(frozen=True)
class Named:
    class_names: tuple[str, ...]
    bare_class_names: tuple[str, ...]


def test_a_teacher_is_not_told_of_which_set_a_class_is() -> None:
    store = Named(("ntu/drop", "gator/bow"), ("drop", "bow"))
    assert class_texts_of(store) == ("drop", "bow")
    assert class_texts_of(store, SHIPPED)[1].startswith("a person bends the upper body forward")


@pytest.mark.parametrize(
    ("described", "reader"),
    [
        ("ntu-descriptions", "ntu"),
        ("kinder-gator-descriptions", "kinder-gator"),
        ("ui-prmd-descriptions", "ui-prmd"),
        ("nw-ucla-descriptions", "nw-ucla"),
    ],
)
def test_shipped_descriptions_are_of_the_classes_that_readers_name(
    described: str, reader: str
) -> None:
    names = reader_named(reader).class_names
    texts = load_class_texts(described, names)
    assert len(set(texts)) == len(names)
    folder = resources.files("skelshot.teachers") / "descriptions"
    text = (folder / f"{described.removesuffix('-descriptions')}.yaml").read_text("utf-8")
    assert set(parse_yaml(text, described)) == set(names)


def test_shipped_descriptions_can_be_used_together() -> None:
    folder = resources.files("skelshot.teachers") / "descriptions"
    files = [f"{name.removesuffix('-descriptions')}.yaml" for name in SHIPPED]
    texts = [
        text
        for file in files
        for text in parse_yaml((folder / file).read_text("utf-8"), file).values()
    ]
    assert len(set(texts)) == len(texts)
