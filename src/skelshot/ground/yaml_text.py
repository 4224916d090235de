"""YAML from anywhere, parsed within bounds; dates stay text."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

from skelshot.ground.documents import MOST_DEPTH, BadDocument, check_values, utf8_text
from skelshot.ground.errors import SkelshotError
from skelshot.ground.options import OptionError
from skelshot.ground.printable import printable
from skelshot.ground.regular import read_regular

MOST_BYTES = 1 << 20
"""The largest YAML file that is read."""

MOST_VALUES = 100_000
"""How many values a document may hold, counted each time that an alias repeats them."""

_DATE = "tag:yaml.org,2002:timestamp"
_LONGEST_NUMBER = 64
_MISTOLD = (ValueError, LookupError, AttributeError, TypeError)
"""What a value brings about that is not of the kind that its own tag tells."""


def read_yaml(path: Path) -> Any:
    """Read a YAML file.

    Args:
        path: The file.

    Returns:
        What it holds: mappings, lists, texts, numbers, booleans and None.

    Raises:
        SkelshotError: It cannot be read, or as for `parse_yaml`.
    """
    return parse_yaml(yaml_text(path), str(path))


def yaml_text(path: Path) -> str:
    """Read the text of a YAML file.

    Args:
        path: The file.

    Returns:
        The text, not yet parsed.

    Raises:
        SkelshotError: It cannot be read, is larger than `MOST_BYTES`, or is not UTF-8.
    """
    return utf8_text(read_regular(path, MOST_BYTES), str(path))


def parse_yaml(text: str, place: str) -> Any:
    """Parse YAML.

    Args:
        text: The text.
        place: Where it comes from, for the message.

    Returns:
        What it holds: mappings, lists, texts, numbers, booleans and None.

    Raises:
        BadDocument: It is no YAML, has a key twice, holds too much or other things than these,
            is nested too deeply, or a whole number is beyond 64 bits.

    Example:
        >>> parse_yaml("{a: [1, 2.5], b: 2001-99-99}", "x")
        {'a': [1, 2.5], 'b': '2001-99-99'}
    """
    try:
        document = _document(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise BadDocument(
            place, f"not valid YAML ({error.problem!s:.200})", mark.line + 1 if mark else None
        ) from error
    except yaml.reader.ReaderError as error:
        line = 1 + text.count("\n", 0, error.position)
        raise BadDocument(place, f"not valid YAML ({error.reason})", line) from error
    except (yaml.YAMLError, *_MISTOLD) as error:
        raise BadDocument(place, f"not valid YAML ({printable(str(error), 200)})") from error
    check_values(document, place)
    return document


def line_of(text: str, keys: Iterable[str | int]) -> int:
    r"""Find the line of an entry of YAML that was parsed.

    Args:
        text: The text.
        keys: What leads to the entry: keys of mappings, and places in lists. One that is not there
            is passed over.

    Returns:
        The line of its key or, in a list, of itself; counted from 1.

    Example:
        >>> line_of("{a: [1, 2,\n 3], b: 4}", ["a", 2])
        2
    """
    return _line(text, keys) or 1


def _line(text: str, keys: Iterable[str | int]) -> int | None:
    """Find the line of an entry; None where not even the first key is there."""
    node = yaml.compose(text, Loader=yaml.SafeLoader)
    line = None
    for key in keys:
        for entry, value in _entries(node):
            if str(key) == str(entry):  # a number that is a key is text here
                node, line = value
    return None if line is None else line + 1


def place_of(file: Path | str, text: str, fault: SkelshotError) -> str:
    r"""Say where a fault of a file's options stands.

    Args:
        file: The file.
        text: Its text.
        fault: The refusal of its options.

    Returns:
        The file, and the line where the fault tells what leads to it and that is there.

    Example:
        >>> fault = OptionError("ways: found 'two'", ("ways",))
        >>> place_of("own.yaml", "novel: [wave, bow]\nways: two\n", fault)
        'own.yaml, line 2'
    """
    keys = fault.keys if isinstance(fault, OptionError) else ()
    line = _line(text, keys) if keys and _line(text, keys[:1]) else None
    return f"{file}" if line is None else f"{file}, line {line}"


def _entries(node: yaml.Node | None) -> Iterator[tuple[str | int, tuple[yaml.Node, int]]]:
    """List the entries of a mapping or a list by key or place, with their lines from 0."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.value, (value, key.start_mark.line)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            yield place, (value, value.start_mark.line)


def _document(text: str) -> Any:
    """Parse by libyaml, which is eight times as fast; Python's parser tells faults and places."""
    if yaml.__with_libyaml__:
        try:
            return _Loader(yaml.CSafeLoader(text)).get_single_data()
        except (yaml.YAMLError, *_MISTOLD):
            pass
    return _Loader(yaml.SafeLoader(text)).get_single_data()


class _Loader(Composer, SafeConstructor, Resolver):
    """A safe loader of a parser's events that counts before it builds and takes each key once."""

    yaml_implicit_resolvers = {  # noqa: RUF012 - as PyYAML has it
        first: [(tag, pattern) for tag, pattern in resolvers if tag != _DATE]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, events: Any) -> None:
        Composer.__init__(self)
        SafeConstructor.__init__(self)
        Resolver.__init__(self)
        self.peek_event, self.check_event = events.peek_event, events.check_event
        self.get_event = events.get_event
        self._depth = self._count = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Compose a node and count its values; an alias counts as all that it repeats."""
        event: yaml.Event = self.peek_event()
        before = self._count
        self._depth += 1
        self._count += 1
        self._refuse_if(self._depth > MOST_DEPTH + 1, f"nested more than {MOST_DEPTH} deep", event)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is not None and isinstance(event, yaml.AliasEvent):
            self._refuse_if(node not in self._sizes, "an alias of what it stands in", event)
            self._count = before + self._sizes[node]
        elif node is not None:
            self._sizes[node] = self._count - before
        self._refuse_if(self._count > MOST_VALUES, f"more than {MOST_VALUES} values", event)
        return node

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        """Compose a mapping whose keys stand once each."""
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                self._refuse_if(key.value in seen, f"the key {key.value!r:.80} stands twice", key)
                seen.add(key.value)
        return node

    def construct_number(self, node: yaml.ScalarNode) -> int | float:
        """Read a number whose length is bounded, as reading a long one takes for ever."""
        size = len(node.value)
        self._refuse_if(size > _LONGEST_NUMBER, f"a number of {size} characters", node)
        whole = node.tag.endswith(":int")
        number: int | float = (self.construct_yaml_int if whole else self.construct_yaml_float)(
            node
        )
        return number

    @staticmethod
    def _refuse_if(wrong: bool, problem: str, there: yaml.Event | yaml.Node) -> None:
        if wrong:
            mark: Any = there.start_mark
            raise yaml.constructor.ConstructorError(None, None, problem, mark)


for _kind in ("int", "float"):
    # The stubs list PyYAML's own loaders.
    _Loader.add_constructor(  # type: ignore[type-var]
        f"tag:yaml.org,2002:{_kind}", _Loader.construct_number
    )
