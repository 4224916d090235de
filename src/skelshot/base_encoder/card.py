"""The page of a model card: what a trained encoder is, how it was made, what it can do."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from skelshot.base_encoder.recipe import how_compared
from skelshot.encoders.packaged import WeightsCard
from skelshot.runs.matching import Matching

_PAGE = """---
license: apache-2.0
tags: [skeleton, few-shot, action-recognition]
---

# {name}

{about} {encoder} with {parameters:,} parameters.

    skelshot evaluate STORE --protocol PROTOCOL --run {name}

    encoder, inputs = Encoder.from_pretrained("{name}")

SHA-256 of `{name}.safetensors`: `{sha256}`

Beside it, to tell movements that nobody enrolled: `background.safetensors`, movements of other
kinds (`--unknown background`), and `residual.safetensors`, the weights of a discriminator, learnt
on tasks of the same clips with classes held out of each (`--unknown residual`).

## Trained on

| set | what | clips | classes | people | terms | SHA-256 of the clips |
|---|---|---|---|---|---|---|
{data}

{left_out}

## Recipe

`{command}`

| setting | value |
|---|---|
{recipe}

Labels of all classes, each set's own; left and right are different actions, so nothing is mirrored.
The epochs of a set that is repeated show its clips so often.{learnt_from}

## Numbers

In percent, with the 95 % interval; without the encoder, raw matching beside. `default` is
what `skelshot evaluate` does with these weights where nothing else is asked for: {compared}.

| task | method | shots | accuracy |
|---|---|---|---|
{measured}

## Bad at

{bad_at}

## Licence

{licence}; the sets keep their own terms.
"""


def card_page(card: WeightsCard) -> str:
    """Write the page of a card.

    Args:
        card: The card as data.

    Returns:
        Markdown with the front matter of a model hub.
    """
    data = [
        f"| {one.name} | {one.about} | {one.clips} | {one.classes} | {one.people} | {one.terms} | "
        f"`{one.data_hash}` |"
        for one in card.data
    ]
    measured = [
        f"| {one.task} | {one.method} | {one.shots} | {100 * one.mean:.1f}"
        + ("" if one.ci95 is None else f" ({100 * one.ci95[0]:.1f} to {100 * one.ci95[1]:.1f})")
        + " |"
        for one in card.measured
    ]
    left_out = ", ".join(card.left_out)
    return _PAGE.format(
        name=card.name,
        about=card.about,
        encoder=card.encoder,
        parameters=card.parameters,
        sha256=card.sha256,
        licence=card.licence,
        command=card.command,
        data="\n".join(data),
        learnt_from=_learnt_from(card),
        left_out=f"Not given, so left out: {left_out}." if left_out else "No set was left out.",
        recipe="\n".join(f"| {key} | {_shown(value)} |" for key, value in _settings(card)),
        compared=_compared(how_compared(card.recipe.get("coordinates", 3))),
        measured="\n".join(measured) or "| not measured | | | |",
        bad_at="\n".join(f"- {line}" for line in card.bad_at),
    )


def _learnt_from(card: WeightsCard) -> str:
    if not card.learnt_from:
        return ""
    named = ", ".join(f"`{name}` (SHA-256 `{digest}`)" for name, digest in card.learnt_from.items())
    return f"\nBeside the labels it learnt how alike {named} finds two clips."


def _compared(how: Matching) -> str:
    readout, views = how.evaluate["readout"], len(how.evaluate["views"])
    beside = zip(how.beside, how.weights[1:], strict=True)
    others = ", ".join(f"{method} beside with weight {weight:g}" for method, weight in beside)
    return f"{readout} read-out, {views} view{'s' * (views != 1)}, {others}"


def _settings(card: WeightsCard) -> Iterator[tuple[str, object]]:
    """Yield the recipe with where it was followed; a setting of many parts has a row for each."""
    for key, value in (card.recipe | {"seed": card.seed, **card.environment}).items():
        if isinstance(value, Mapping) and any(isinstance(one, Mapping) for one in value.values()):
            for name, parts in value.items():
                yield from ((f"{key}.{name}.{part}", one) for part, one in parts.items() if one)
        else:
            yield key, value


def _shown(value: object) -> str:
    """Write a value as a cell of a table."""
    if isinstance(value, Mapping):
        return _listed(f"{key} {_shown(one)}" for key, one in value.items())
    if isinstance(value, tuple | list):
        return "; ".join(map(_shown, value)) if _of_mappings(value) else _listed(value)
    return str(value)


def _of_mappings(values: Sequence[object]) -> bool:
    return any(isinstance(value, Mapping) for value in values)


def _listed(values: Iterable[object]) -> str:
    return ", ".join(map(_shown, values)) or "none"
