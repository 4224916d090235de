"""ELAN's own files: one tier a person, one annotation an event."""

from collections.abc import Sequence
from xml.etree import ElementTree

from skelshot.recognition.streams.event import ActionEvent


def eaf_bytes(events: Sequence[ActionEvent]) -> bytes:
    """Write events as an annotation document of ELAN (EAF 3.0), which ELAN opens.

    Events of a second recording, whose clock was set back, have tiers of their own.

    Args:
        events: In the order of their beginning; times count from the beginning of the medium.

    Returns:
        The file, UTF-8.

    Example:
        >>> b'TIER_ID="7"' in eaf_bytes([ActionEvent(1.0, 2.5, "wave", 0.9, "7", None, 3.0)])
        True
    """
    root = ElementTree.Element(
        "ANNOTATION_DOCUMENT",
        {"AUTHOR": "", "DATE": "1970-01-01T00:00:00+00:00", "FORMAT": "3.0", "VERSION": "3.0"},
    )
    ElementTree.SubElement(root, "HEADER", {"MEDIA_FILE": "", "TIME_UNITS": "milliseconds"})
    order = ElementTree.SubElement(root, "TIME_ORDER")
    tiers: dict[str, ElementTree.Element] = {}
    for number, event in enumerate(events, 1):
        slots = (f"ts{2 * number - 1}", f"ts{2 * number}")
        for slot, seconds in zip(slots, (event.start, event.end), strict=True):
            told = {"TIME_SLOT_ID": slot, "TIME_VALUE": str(max(0, round(1000 * seconds)))}
            ElementTree.SubElement(order, "TIME_SLOT", told)
        if event.who not in tiers:
            tiers[event.who] = ElementTree.Element(
                "TIER", {"LINGUISTIC_TYPE_REF": "action", "TIER_ID": event.who}
            )
        outer = ElementTree.SubElement(tiers[event.who], "ANNOTATION")
        about = {"ANNOTATION_ID": f"a{number}"}
        about |= {"TIME_SLOT_REF1": slots[0], "TIME_SLOT_REF2": slots[1]}
        inner = ElementTree.SubElement(outer, "ALIGNABLE_ANNOTATION", about)
        ElementTree.SubElement(inner, "ANNOTATION_VALUE").text = event.label
    root.extend(tiers.values())
    kind = {"LINGUISTIC_TYPE_ID": "action", "TIME_ALIGNABLE": "true", "GRAPHIC_REFERENCES": "false"}
    ElementTree.SubElement(root, "LINGUISTIC_TYPE", kind)
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, "UTF-8", xml_declaration=True)
    return written + b"\n"
