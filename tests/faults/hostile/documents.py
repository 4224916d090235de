"""Hostile JSON and YAML: what is wrong with any such document, whatever it should hold."""

from collections.abc import Iterator

from .cases import Case, Door, content

SPACES = 100 << 20

BOTH = {
    "empty": (b"", ""),
    "spaces only": (b" " * 4096, ""),
    "null": (b"null", ""),
    "list in place of mapping": (b"[1, 2, 3]", ""),
    "text in place of mapping": (b'"what"', ""),
    "number in place of mapping": (b"17", ""),
    "truth in place of mapping": (b"true", ""),
    "strange keys": (b'{"strange": {"\\u001b[31m": 1}}', ""),
    "latin-1": (b'{"a": "\xe9"}', "not UTF-8 text at byte 7 (found 0xe9)"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8 text at byte 0 (found 0xff)"),
    "UTF-32": ('{"a": 1}'.encode("utf-32"), "not UTF-8 text at byte 0 (found 0xff)"),
    "lone surrogate": (b'{"a": "\xed\xa0\x80"}', "not UTF-8 text at byte 7 (found 0xed)"),
    "byte order mark alone": (b"\xef\xbb\xbf", ""),
    "byte order mark twice": (b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}', ""),
    "zero bytes": (bytes(4096), "not valid"),
    "a zero byte inside": (b'{"a": "\0"}', "not valid"),
    "escape character": (b'{"a": "\x1b[31m"}', "not valid"),
    "deep list": (b"[" * 3000 + b"]" * 3000, "nested"),
    "deeper list": (b"[" * 400_000, "nested"),
    "deep mapping": (b'{"a":' * 200 + b"1" + b"}" * 200, "nested"),
    "key twice": (b'{"a": 1, "a": 2}', "'a' stands twice"),
    "key twice inside": (b'{"a": {"b": 1, "b": 2}}', "'b' stands twice"),
    "number of 5000 digits": (b'{"a": ' + b"9" * 5000 + b"}", "number"),
    "number of 65 bits": (b'{"a": 36893488147419103232}', "beyond 64 bits"),
    "truncated": (b'{"a": [1, 2', "not valid"),
    "truncated in a text": (b'{"a": "b', "not valid"),
    "two documents": (b'{"a": 1}\n---\n{"a": 1}', "not valid"),
    "gzip": (b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "not UTF-8"),
    "pickle": (b"\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94.", "not UTF-8"),
    "bad escape": (b'{"a": "\\q"}', "not valid"),
}
"""Content, and a piece of the message where every door says the same."""

JSON = {
    "half a character": (b'{"a": "\\ud800"}', ""),
    "NaN": (b'{"a": NaN}', ""),
    "infinity": (b'{"a": [1e999, -Infinity]}', ""),
    "single quotes": (b"{'a': 1}", "not valid JSON"),
    "comment": (b'{"a": 1} // why', "not valid JSON"),
    "comma at the end": (b'{"a": 1,}', "not valid JSON"),
    "many values": (b"[" + b"0," * 4_100_000 + b"0]", "values, expected at most"),
    "many empty lists": (b"[" + b"[]," * 4_100_000 + b"0]", "values, expected at most"),
}
"""What JSON alone can hold."""

YAML = {
    "alias bomb": (
        b"a: &a ["
        + b"x," * 9
        + b"x]\n"
        + b"".join(
            b"%c: &%c [" % (to, to) + b"*%c," % (to - 1) * 9 + b"x]\n" for to in b"bcdefghi"
        ),
        "more than 100000 values",
    ),
    "alias of itself": (b"a: &a [*a]", "an alias of what it stands in"),
    "merge bomb": (
        b"a: &a {x: 1}\n"
        + b"".join(
            b"%c: &%c {<<: [%s]}\n" % (to, to, b",".join([b"*%c" % (to - 1)] * 12))
            for to in b"bcdefg"
        ),
        "more than 100000 values",
    ),
    "unknown alias": (b"a: *b", "not valid YAML (found undefined alias"),
    "python object": (b"!!python/object/apply:os.system [echo pwned]", "not valid YAML"),
    "python name": (b"a: !!python/name:os.system ''", "not valid YAML"),
    "binary": (b"a: !!binary aGVsbG8=", "found bytes"),
    "bad binary": (b"a: !!binary '\xc3\xa9'", "not valid YAML"),
    "set": (b"a: !!set {b, c}", "found set"),
    "pairs": (b"a: !!pairs [b: 1]", "found tuple"),
    "list for a key": (b"? [a]\n: b", "not valid YAML"),
    "mapping for a key": (b"{{a: 1}: b}", "not valid YAML"),
    "tabs": (b"a:\n\t- b", "not valid YAML"),
    "unknown directive": (b"%YAML 9.9\n---\na: 1", "not valid YAML"),
    "unknown tag": (b"a: !nonsense 1", "not valid YAML"),
    "bad timestamp": (b"a: !!timestamp 2001-99-99", "not valid YAML"),
    "date of a tag": (b"a: !!timestamp 2001-01-01", "found date"),
    "sexagesimal of thousands": (b"a: " + b"1" + b":59" * 9000, "a number of"),
    "float of a tag": (b"a: !!float nothing", "not valid YAML"),
    "truth of a tag": (b"a: !!bool nothing", "not valid YAML"),
    "time of a tag": (b"a: !!timestamp nothing", "not valid YAML"),
    "number of a tag": (b"a: !!int {b: 1}", "not valid YAML"),
    "text of a tag": (b"a: !!str [b]", "not valid YAML"),
    "list of a tag": (b"a: !!seq b", "not valid YAML"),
    "mapping of a tag": (b"a: !!map [b]", "not valid YAML"),
    "ordered mapping": (b"a: !!omap [b, c]", "not valid YAML"),
    "100 kB of text": (b"a: " + b"x" * 100_000, ""),
    "many keys": (b"".join(b"k%d: 1\n" % number for number in range(60_000)), "more than"),
    "above a megabyte": (b"# " + b"x" * (1 << 20), "expected at most 1048576"),
}
"""What YAML alone can hold."""


def json_cases(door: Door, *leave_out: str) -> Iterator[Case]:
    """List every hostile JSON document at a door."""
    yield from _cases(door, BOTH | JSON, leave_out)


def yaml_cases(door: Door, *leave_out: str) -> Iterator[Case]:
    """List every hostile YAML document at a door."""
    both = {name: case for name, case in BOTH.items() if name != "a zero byte inside"}
    yield from _cases(door, both | YAML, leave_out)


def _cases(
    door: Door, kinds: dict[str, tuple[bytes, str]], leave_out: tuple[str, ...]
) -> Iterator[Case]:
    for kind, (data, says) in kinds.items():
        if kind not in leave_out:
            yield door.case(kind, content(data), *([says] if says else []))
