"""The model card: what the mini teacher is, how it was made, what it can do."""

from collections.abc import Mapping, Sequence
from typing import Any

from skelshot.mini_teacher.recipe import Recipe
from skelshot.mini_teacher.retrieval import Retrieval
from skelshot.teachers.mini.shipped import LICENCE

_HEAD = """---
license: apache-2.0
library_name: transformers
pipeline_tag: zero-shot-classification
tags: [video, skeleton, synthetic]
---

# Skelshot's mini teacher

A small video-text model: transformers' `XCLIPModel` with {parameters:,} parameters, stored in
float16. It reads {frames} frames of {size} x {size} pixels, cropped to the people, and English
texts of up to {context} tokens, and gives vectors of {dim} numbers (f_v and f_t) that can be
compared by their cosine and added. It exists so that Skelshot's transfer can be shown and
tested offline, on a machine without a network or a GPU:

    skelshot teach STORE --teacher mini --videos DIR --out FEATURES

## Made of

Nothing but pictures drawn by Skelshot: rendered people who perform composed actions, each with
captions that were composed with it. No real video, no person and no text of others went in. The
actions share no class with the 120 of NTU RGB+D, whose names and descriptions trained no weight.
The vocabulary was learnt by byte pairs from the captions and a list of everyday words.

## Recipe

`{command}`

| setting | value |
|---|---|
{settings}

Three stages, one after the other. Frame pre-training (`seeing`): from single frames the image
encoder learns where the joints are (`places`, and in which patch: `joints`) and which parts of an
action are going on (`frame_parts`); the renderer knows all that. Caption training
(`understanding`): the image encoder is frozen, its vectors of each clip's frames are cached for a
few random `views`, and the layers over time and the text encoder learn captions from them.
End-to-end training (`together`): all weights learn from whole clips, at a lower rate.

The last two contrast clips with captions both ways (InfoNCE; every caption of the same action is a
right answer; `more_texts` captions of other actions are further wrong ones), hold the lengths of
both vectors near sqrt(D) (weight `length`), since their sum is used, and name parts of actions from
both (`parts`). The last one also contrasts clips with captions that the prompt generator made to
depend on them (`prompted`) and goes on with the joints. The linear layers that name parts and find
joints are thrown away. The picture tower started with filters that whiten patches (`start_well`).

Muon (`matrix_lr`) for the layers' matrices, AdamW (`lr`) for all else, gradients clipped; in each
stage the rates rise over `warmup` of the steps and fall as a cosine; bfloat16 where the
processor has it and PyTorch's autocast allows. Clips are moved, mirrored, zoomed and lit at random.

## Numbers

Zero-shot, in percent; chance beside. The clips of NTU's classes are Skelshot's synthetic ones.

| task | questions | answers | top 1 | chance | top 5 | chance |
|---|---|---|---|---|---|---|
{numbers}

## Licence

{licence}, as Skelshot itself.

## Not for

- Real decisions about people: watching, rating or identifying anyone, medicine, safety, work.
- Real video without a test of your own: it has seen drawn people alone, in a few rooms.
- A stand-in for X-CLIP or another model trained on real video in comparisons of methods. It knows
  what its captions say and little else.
- Words far from its captions: their pieces are known, their meaning is not.
"""


def model_card(
    recipe: Recipe,
    made: Mapping[str, Any],
    numbers: Sequence[Retrieval],
    parameters: int,
    command: str,
) -> str:
    """Write the card.

    Args:
        recipe: All settings of training.
        made: Further facts: the bank's digest and size, seconds, versions.
        numbers: What was measured.
        parameters: Numbers that the model learnt.
        command: The call that makes it again.

    Returns:
        Markdown with the front matter of a model hub.
    """
    settings = recipe.model_dump()
    shape = settings.pop("shape")
    rows: dict[str, Any] = {}
    for name, value in {**settings, "shape": shape}.items():
        rows |= (
            {f"{name}.{key}": one for key, one in value.items()}
            if isinstance(value, dict)
            else {name: value}
        )
    rows |= made
    return _HEAD.format(
        parameters=parameters,
        command=command,
        settings="\n".join(f"| {name} | {_shown(value)} |" for name, value in rows.items()),
        numbers="\n".join(_row(one) for one in numbers) or "| not measured | | | | | | |",
        licence=LICENCE,
        **{name: shape[name] for name in ("frames", "size", "context", "dim")},
    )


def _shown(value: object) -> str:
    """Write a value as a cell of a table."""
    return ", ".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def _row(one: Retrieval) -> str:
    """Write a measurement as a row."""
    shares = (one.top1, one.chance1, one.top5, one.chance5)
    cells = " | ".join(f"{100 * share:.1f}" for share in shares)
    return f"| {one.task} | {one.questions} | {one.answers} | {cells} |"
