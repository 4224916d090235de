"""Protocols by name: how splits and tasks are drawn, as data."""

from importlib.resources import files
from pathlib import Path

from skelshot.datasets.protocols.camera_splits import CameraSplitProtocol
from skelshot.datasets.protocols.class_splits import ClassSplitProtocol
from skelshot.datasets.protocols.clip_choice import with_lists_read
from skelshot.datasets.protocols.exemplars import ExemplarProtocol
from skelshot.datasets.protocols.grouped import GroupedProtocol
from skelshot.datasets.protocols.named import NamedProtocol
from skelshot.datasets.protocols.within_set import WithinSet
from skelshot.ground import SkelshotError
from skelshot.ground.file_names import check_file_name
from skelshot.ground.suggestions import did_you_mean
from skelshot.ground.yaml_text import parse_yaml, place_of, yaml_text

_SHIPPED = files("skelshot.datasets.protocols") / "files"


_ENDINGS = (".yaml", ".yml")


def protocol_names() -> list[str]:
    """List the shipped protocols.

    Returns:
        Their names.

    Example:
        >>> [name for name in protocol_names() if name.startswith("nw-ucla-")]
        ['nw-ucla-cross-subject', 'nw-ucla-cross-view', 'nw-ucla-same-camera']
    """
    return sorted(Path(entry.name).stem for entry in _SHIPPED.iterdir())


Protocol = (
    ClassSplitProtocol
    | CameraSplitProtocol
    | ExemplarProtocol
    | NamedProtocol
    | GroupedProtocol
    | WithinSet
)


def protocol_named(name: str | Path) -> Protocol:
    """Load a protocol by its name, or from a YAML file of one's own.

    A file whose `novel` or `base` are names describes a `NamedProtocol`, one with the key
    `groups` a `GroupedProtocol`, one with `auxiliary` an `ExemplarProtocol`, one with `cameras`
    a `CameraSplitProtocol`, any other a `ClassSplitProtocol`.

    Args:
        name: `nw-ucla`, `ntu120-one-shot`, ..., or a path that ends in `.yaml`. A shipped
            exemplar protocol with `-aux20` or the like behind its name trains on so many of its
            auxiliary classes. With `@SET` behind either, it draws within that set of a store of
            several.

    Returns:
        The protocol.

    Raises:
        SkelshotError: No such protocol, or the file's fields are wrong.

    Example:
        >>> protocol_named("nw-ucla").interval_over, protocol_named("ntu60-one-shot").interval_over
        ('splits', 'queries')
        >>> protocol_named("ntu120-one-shot-aux40").auxiliary_classes
        40
    """
    name, known = str(name), protocol_names()
    stem, _, count = name.partition("-aux")
    if name in known:
        return _shipped(name)
    if stem in known and count.isdecimal():
        protocol = _shipped(stem)
        if isinstance(protocol, ExemplarProtocol):
            return protocol.with_auxiliary(int(count))
    if name.endswith(_ENDINGS) and Path(name).is_file():
        return _protocol_of(name, yaml_text(Path(name)), Path(name).parent)
    inner, _, set_name = name.rpartition("@")
    if inner and not name.endswith(_ENDINGS) and ("@" not in inner or inner.endswith(_ENDINGS)):
        return _within(inner, set_name)
    raise SkelshotError(
        f"protocol: found {name!r:.80}, expected one of {', '.join(known)}, a one-shot "
        "protocol with -aux20 or the like behind its name, or a .yaml file of your own"
        f"{did_you_mean(name, known)}"
    )


def _within(name: str, set_name: str) -> WithinSet:
    """Let a protocol draw within one set of a store of several."""
    protocol = protocol_named(name)
    if isinstance(protocol, NamedProtocol):
        raise SkelshotError(
            f"protocol {name}@{set_name}: found a protocol that names its classes, expected one "
            f"that draws them; write their names as {set_name}/CLASS, and leave @{set_name} out"
        )
    try:
        return WithinSet(protocol, check_file_name(set_name))
    except ValueError:
        raise SkelshotError(
            f"protocol {name}@{set_name:.80}: expected the name of a set behind @, as the store's "
            "clips begin"
        ) from None


def _shipped(name: str) -> Protocol:
    text = (_SHIPPED / f"{name}.yaml").read_text(encoding="utf-8")
    return _protocol_of(name, text, Path())


def _protocol_of(name: str, text: str, folder: Path) -> Protocol:
    """Make a protocol of what its file holds; lists of clips that it names lie in the folder."""
    document = parse_yaml(text, name)
    if not isinstance(document, dict):
        raise SkelshotError(
            f"{name}: found {document!r:.80}, expected a protocol: keys such as name and novel"
        )
    try:
        if not all(isinstance(document.get(part, 0), int) for part in ("novel", "base")):
            return NamedProtocol.model_validate(with_lists_read(document, folder))
        if "groups" in document:
            return GroupedProtocol.model_validate(document)
        if "auxiliary" in document:
            return ExemplarProtocol.model_validate(document)
        kind = CameraSplitProtocol if "cameras" in document else ClassSplitProtocol
        return kind.model_validate(document)
    except SkelshotError as error:
        raise SkelshotError(f"{place_of(name, text, error)}: {error}") from error
