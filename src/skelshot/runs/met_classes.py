"""Classes that encoders have met in training, by the data that they are of."""

import json
from collections.abc import Mapping
from typing import Any

MetClasses = dict[str, list[str] | None]
"""Names of classes by the hash of their data; None where there are too many to be told."""

TRAINED_ON, CLASSES, MET = "trained_on", "classes", "met"
"""Notes of an encoder's file: the data, in words, the names of all classes as a JSON list, and
`MetClasses` as a JSON object."""

MOST = 2**18
"""How many characters the names take in the header of an encoder's file at most."""

NOT_KNOWN = "what it was trained on is not known, so novel classes may have been among it"


def classes_before(config: Mapping[str, Any]) -> list[str]:
    """List the classes that an encoder has met through those that it began or learnt from.

    Args:
        config: The configuration of its run.

    Returns:
        Their names, where they are known.

    Example:
        >>> classes_before({"base": ["walk"], "learns_from": [{"classes": ["jump"]}]})
        ['jump']
    """
    return [name for one in _before(config) for name in one.get("classes", ())]


def met_classes(config: Mapping[str, Any]) -> MetClasses:
    """List the classes that an encoder has met, itself and through those that it began from.

    Args:
        config: The configuration of its run, or of its file.

    Returns:
        Those of its own data first; data whose hash is not known is left out.

    Example:
        >>> start = {"met": {"f00d": ["walk"], "abad": ["sit"]}}
        >>> met_classes({"data_hash": "f00d", "base": ["jump"], "start": start})
        {'f00d': ['jump', 'walk'], 'abad': ['sit']}
    """
    own = config.get("data_hash")
    found: MetClasses = {} if own is None else {own: list(config.get("base") or ())}
    for one in (config, *_before(config)):
        for data, names in one.get("met", {}).items():
            known = found.get(data, [])
            both = None if known is None or names is None else [*known, *names]
            found[data] = None if both is None else list(dict.fromkeys(both))
    return found


def training_notes(config: Mapping[str, Any], store: str) -> dict[str, str]:
    """Write down what an encoder was trained on, for the header of its file.

    Args:
        config: The configuration of its run.
        store: Name of the store.

    Returns:
        Texts by the names of the notes. Names that would take more than `MOST` characters are
        left out.

    Example:
        >>> training_notes({"data_hash": "f00d", "base": ["walk"]}, "mine")
        {'trained_on': 'mine', 'classes': '["walk"]', 'met': '{"f00d": ["walk"]}'}
    """
    met = met_classes(config)
    names = list(dict.fromkeys([*(config.get("base") or ()), *classes_before(config)]))
    told = {CLASSES: json.dumps(names), MET: json.dumps(met)}
    if sum(map(len, told.values())) > MOST:
        told = {MET: json.dumps(dict.fromkeys(met))}
    return {TRAINED_ON: store, **told}


def _before(config: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    """Gather what an encoder began and learnt from."""
    return (config.get("start") or {}, *config.get("learns_from", ()))
