"""Prompt templates and class texts: data read from YAML files."""

import warnings
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Protocol

from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName
from skelshot.ground.suggestions import did_you_mean, nearest
from skelshot.ground.yaml_text import parse_yaml, read_yaml

SLOT = "{}"
"""Where a template takes the class name."""

_RENAMED = {"both-ways": "time-reversed"}
"""Today's names of shipped prompts by those they had before."""


def prompt_names() -> tuple[str, ...]:
    """Return the names of the prompt files that come with the package.

    Example:
        >>> prompt_names()
        ('actionclip', 'descriptive', 'plain', 'time-reversed')
    """
    folder = resources.files("skelshot.teachers") / "prompts"
    names = (entry.name for entry in folder.iterdir())
    return tuple(sorted(name.removesuffix(".yaml") for name in names if name.endswith(".yaml")))


def load_templates(name_or_file: str | Path) -> tuple[str, ...]:
    """Read prompt templates by name or from a file of the user's own.

    Args:
        name_or_file: A name of `prompt_names()`, or a YAML file with the key `templates` that
            holds a list of texts, each with `{}` where the class name goes.

    Returns:
        R templates.

    Raises:
        SkelshotError: No such name or file, not YAML, no list of texts, a template without `{}`.

    Example:
        >>> load_templates("plain")
        ('{}',)
    """
    if today := _RENAMED.get(str(name_or_file)):
        warnings.warn(
            f"--prompts {name_or_file} is --prompts {today} now; the old name is read in this "
            "version only",
            OldName,
            stacklevel=2,
        )
        name_or_file = today
    named = str(name_or_file) in prompt_names()
    if named:
        source = resources.files("skelshot.teachers") / "prompts" / f"{name_or_file}.yaml"
        document = parse_yaml(source.read_text(encoding="utf-8"), str(name_or_file))
    else:
        path = Path(name_or_file)
        if not path.is_file():
            raise SkelshotError(
                f"--prompts {name_or_file}: no such prompts, expected "
                f"{', '.join(prompt_names())} or a YAML file with a list `templates`"
                f"{did_you_mean(str(name_or_file), prompt_names())}"
            )
        document = read_yaml(path)
    templates = document.get("templates") if isinstance(document, dict) else None
    if not isinstance(templates, list) or not templates:
        raise SkelshotError(
            f"{name_or_file}: found no list `templates`, expected `templates:` followed by lines "
            f'such as `- "a person who is going to {SLOT}"`'
        )
    for number, template in enumerate(templates, start=1):
        check_template(template, f"{name_or_file}, template {number}")
    return tuple(templates)


def check_template(template: object, place: str) -> None:
    """Refuse a template that does not say where the class name goes.

    Args:
        template: What should be a text with `{}` in it.
        place: Where it stands, for the message.

    Raises:
        SkelshotError: It is no text, or has no `{}`.
    """
    if not isinstance(template, str) or SLOT not in template:
        raise SkelshotError(
            f"{place}: found {template!r}, expected a text with {SLOT} where the class name goes"
        )


def render(class_names: Sequence[str], templates: Sequence[str]) -> list[list[str]]:
    """Put every class name into every template.

    Args:
        class_names: Names (or fuller descriptions) of the classes.
        templates: R texts with `{}` in each; other braces are left as they are.

    Returns:
        R prompts for each class, in the order of `class_names`.

    Raises:
        SkelshotError: There is no template, or one without `{}`.

    Example:
        >>> render(["throw", "carry"], ["{}", "watch them {}"])
        [['throw', 'watch them throw'], ['carry', 'watch them carry']]
    """
    if not templates:
        raise SkelshotError("templates: found none, expected at least one such as '{}'")
    for number, template in enumerate(templates, start=1):
        check_template(template, f"template {number}")
    return [[template.replace(SLOT, name) for template in templates] for name in class_names]


def description_names() -> tuple[str, ...]:
    """Return the names of the class descriptions that come with the package.

    Example:
        >>> description_names()[:2]
        ('kinder-gator-descriptions', 'ntu-descriptions')
    """
    folder = resources.files("skelshot.teachers") / "descriptions"
    stems = (entry.name.removesuffix(".yaml") for entry in folder.iterdir())
    return tuple(sorted(f"{stem}-descriptions" for stem in stems))


class NamedClasses(Protocol):
    """Facts about a store that its texts need."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """Class names in label order."""
        ...

    @property
    def bare_class_names(self) -> tuple[str, ...]:
        """The same without the set that they are of, where several stores became one."""
        ...


def class_texts_of(
    store: NamedClasses, files: str | Path | Sequence[str | Path] = ()
) -> tuple[str, ...]:
    """Collect what a teacher is told of each class of a store.

    Args:
        store: The store.
        files: Fuller descriptions, as `load_class_texts` takes them; the names unless told.

    Returns:
        One text a class, in label order. A class of several stores in one, `SET/CLASS`, is
        described under that name or under `CLASS`, and without a description called `CLASS`.

    Raises:
        SkelshotError: See `load_class_texts`.
    """
    if not files:
        return store.bare_class_names
    return load_class_texts(files, store.class_names, store.bare_class_names)


def load_class_texts(
    files: str | Path | Sequence[str | Path],
    class_names: Sequence[str],
    bare_names: Sequence[str] | None = None,
) -> tuple[str, ...]:
    """Read fuller descriptions of the classes, to be put into the templates for the names.

    Args:
        files: One or several of `description_names()`, which may describe more classes than the
            store has, or YAML mappings from class names of the store to their descriptions. The
            first that describes a class is taken.
        class_names: The store's class names in label order.
        bare_names: Other names under which the files may describe them, such as those without
            the set that they are of.

    Returns:
        One description a class, in label order.

    Raises:
        SkelshotError: A file cannot be read, is no mapping of texts or names classes that the
            store does not have, or classes are described in none.

    Example:
        >>> load_class_texts("ntu-descriptions", ["gator/drop"], ["drop"])
        ('a person holds a thing out in front and lets it fall to the floor',)
    """
    files = [files] if isinstance(files, str | Path) else list(files)
    other_names = class_names if bare_names is None else bare_names
    known = {*class_names, *other_names}
    found: dict[str, str] = {}
    strangers: list[object] = []
    for file in files:
        described, shipped = _descriptions(file)
        unknown = [] if shipped else [name for name in described if name not in known]
        strangers += unknown
        for full, bare in zip(class_names, other_names, strict=True):
            for name in (full, bare):
                if name in described and full not in found:
                    found[full] = _checked_text(described[name], f"{file}, class {name!r}")
    place = ", ".join(str(file) for file in files)
    missing = [name for name in class_names if name not in found]
    if missing:
        pairs = ((name, nearest(str(name), missing)) for name in strangers)
        near = [f"; found {name!r:.80}, did you mean {meant!r}?" for name, meant in pairs if meant]
        raise SkelshotError(
            f"{place}: lacks {len(missing)} of {len(class_names)} classes ({_listed(missing)}); "
            f"add a line for each{''.join(near[:1])}"
        )
    if strangers:
        raise SkelshotError(
            f"{place}: names classes that the store does not have ({_listed(strangers)}); the "
            f"store has {_listed(class_names)}"
        )
    return tuple(found[name] for name in class_names)


def _descriptions(name_or_file: str | Path) -> tuple[dict[object, object], bool]:
    """Read descriptions by class name, and say whether they ship with the package."""
    path = Path(name_or_file)
    shipped = str(name_or_file) in description_names() and not path.is_file()
    if shipped:
        stem = str(name_or_file).removesuffix("-descriptions")
        source = resources.files("skelshot.teachers") / "descriptions" / f"{stem}.yaml"
        document = parse_yaml(source.read_text(encoding="utf-8"), str(path))
    else:
        document = read_yaml(path)
    if not isinstance(document, dict):
        raise SkelshotError(
            f"{path}: found {type(document).__name__}, expected a mapping from class name to text"
        )
    return document, shipped


def _checked_text(text: object, place: str) -> str:
    """Refuse what is no text, or a blank one."""
    if not isinstance(text, str) or not text.strip():
        raise SkelshotError(
            f"{place}: found {text!r}, expected a text (in quotes if YAML reads it as something "
            "else)"
        )
    return text


def _listed(names: Sequence[object], most: int = 5) -> str:
    """Return the first few names in quotes, and how many more there are."""
    shown = ", ".join(repr(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
