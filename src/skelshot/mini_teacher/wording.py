"""Captions: verb forms and ways to say that things are done at once or one after the other."""

import re

import numpy as np

_DOUBLED = re.compile(r"(qu|[^aeiou])*[aeiou][bdgmnprt]$")


def gerund(phrase: str) -> str:
    """Put a phrase's verb, its first word, into the -ing form.

    Args:
        phrase: It starts with a verb in the base form.

    Example:
        >>> gerund("sit on a chair"), gerund("wave one hand"), gerund("tie a shoe")
        ('sitting on a chair', 'waving one hand', 'tying a shoe')
    """
    verb, _, rest = phrase.partition(" ")
    if verb.endswith("ie"):
        verb = verb[:-2] + "y"
    elif verb.endswith("e") and verb != "be" and not verb.endswith("ee"):
        verb = verb[:-1]
    elif _DOUBLED.match(verb):
        verb += verb[-1]
    return f"{verb}ing {rest}".strip()


def present(phrase: str) -> str:
    """Put a phrase's verb into the third person.

    Args:
        phrase: It starts with a verb in the base form.

    Example:
        >>> present("push forward"), present("carry a box"), present("sway")
        ('pushes forward', 'carries a box', 'sways')
    """
    verb, _, rest = phrase.partition(" ")
    if verb == "be":
        verb = "is"
    elif re.search(r"[^aeiou]y$", verb):
        verb = verb[:-1] + "ies"
    elif re.search(r"(s|x|z|ch|sh|o)$", verb):
        verb += "es"
    else:
        verb += "s"
    return f"{verb} {rest}".strip()


def choose(rng: np.random.Generator, words: tuple[str, ...] | list[str]) -> str:
    """Draw one of several wordings.

    Args:
        rng: Source of randomness.
        words: The wordings.

    Returns:
        One of them.
    """
    return words[int(rng.integers(len(words)))]


def joined(
    deeds: list[str], rng: np.random.Generator, *, at_once: bool, ending: str = "", speed: str = ""
) -> str:
    """Say what one person does.

    Args:
        deeds: Phrases in the base form, the main one first.
        rng: Draws the way to say it.
        at_once: Whether the deeds happen at the same time, or in this order.
        ending: What is added about things that are held or worn.
        speed: An adverb, or nothing.

    Returns:
        A caption without a full stop.

    Example:
        >>> joined(["kick back", "nod"], np.random.default_rng(5), at_once=True)
        'kicking back and nodding at the same time'
    """
    order = list(deeds)
    if at_once and rng.random() < 0.4:
        order = [*order[1:], order[0]]
    form = (gerund, gerund, str, present)[int(rng.integers(4))]
    first = form(order[0]) if not speed else f"{speed} {form(order[0])}"
    rest = order[1:]
    subject = choose(rng, ["a person ", "someone ", "the person "])
    opening = subject if form is present else ""
    tail = f" {ending}" if ending and rng.random() < 0.5 else ""
    after = f" {ending}" if ending and not tail else ""
    if not rest:
        return opening + first + tail + after
    if at_once:
        style = int(rng.integers(3))
        if style == 0 or len(rest) > 1:
            said = " while " + " and ".join(gerund(deed) for deed in rest)
        elif style == 1:
            said = " and " + form(rest[0]) + choose(rng, ["", " at the same time"])
        else:
            said = ", " + gerund(rest[0])
        return opening + first + tail + said + after
    link = choose(rng, [" and then ", ", then ", ", and after that "])
    return opening + first + tail + "".join(link + form(deed) for deed in rest) + after


def paired(one: list[str], two: list[str], rng: np.random.Generator, ending: str = "") -> str:
    """Say what two people do, each something else.

    Args:
        one: The first person's deeds in the base form.
        two: The second person's.
        rng: Draws the way to say it.
        ending: What is added about the first person's things.

    Returns:
        A caption.
    """
    style = int(rng.integers(3))
    own = f" {ending}" if ending else ""
    if style == 0:
        who = choose(rng, ["one person", "a person", "the first person"])
        said = " and ".join(present(deed) for deed in one) + own
        return f"{who} {said} while {_other(rng)} {' and '.join(present(deed) for deed in two)}"
    if style == 1:
        said = " and ".join(gerund(deed) for deed in one) + own
        return f"{said}, {_other(rng)} {' and '.join(gerund(deed) for deed in two)}"
    said = " and ".join(one) + own
    return f"{said} while {_other(rng)} {' and '.join(present(deed) for deed in two)}"


def mirrored(deeds: list[str], rng: np.random.Generator) -> str:
    """Say that two people do the same.

    Args:
        deeds: What both do, in the base form.
        rng: Draws the way to say it.

    Returns:
        A caption.
    """
    who = choose(rng, ["two people", "both people", "two persons", "both"])
    if rng.random() < 0.5:
        return f"{who} {' and '.join(deeds)} {choose(rng, ['together', 'at the same time'])}"
    return f"{who} {' while '.join(gerund(deed) for deed in deeds)}"


def _other(rng: np.random.Generator) -> str:
    return choose(rng, ["the other person", "the other", "the other one", "the second person"])
