"""Training over several sets, and few auxiliary classes."""

from .published import one_and_three, over_seeds, results, table_in

SEVERAL_SETS = "docs/research/2026-11-30-several-sets.md"


def test_several_sets() -> None:
    rows = {
        "labels": "labels",
        "labels + f_t, names": "text",
        "labels + f_t, descriptions": "described",
        "labels + random code": "code",
        "labels + f_v of rendered videos": "video",
        "labels + f_t + f_v": "both",
        "the same, f_v shuffled within its class": "shuffled",
        "labels, and 240 composed classes": "composed",
        "labels, five classes of two sets joined": "joined",
        "labels, and likenesses of skelshot-base": "distill",
    }
    measured = (
        ("nw-ucla", "1"), ("nw-ucla", "5"), ("kinder-gator", "1"), ("kinder-gator", "3"),
        ("ui-prmd", "1"), ("ui-prmd", "3"),
    )  # fmt: skip
    found = results("several-sets")
    means = table_in(SEVERAL_SETS, "trained with")
    gains = table_in(SEVERAL_SETS, "less labels alone")
    assert list(means) == list(rows)
    assert list(gains) == list(rows)[1:]
    for label, row in rows.items():
        seeds = [over_seeds(found, f"{row} {where}", shots) for where, shots in measured]
        texts = [f"{sum(each) / len(each):.1f}" for each in seeds]
        pairs = [f"{one} / {more}" for one, more in zip(texts[::2], texts[1::2], strict=True)]
        assert means[label] == [*pairs, str(len(seeds[0]))]
        if label in gains:
            plain = [over_seeds(found, f"labels {where}", shots) for where, shots in measured]
            assert gains[label] == [
                ", ".join(f"{b - a:+.1f}" for a, b in zip(first, second, strict=False))
                for first, second in zip(plain, seeds, strict=True)
            ]


def test_likenesses_of_trained_encoders() -> None:
    rows = {
        "none: labels alone": "labels",
        "temperature 0.1, labels as strong": "likenesses T 0.1",
        "temperature 0.1, no labels": "likenesses alone",
        "**temperature 0.05, labels at a quarter**": "distill",
        "temperature 0.03, labels at a quarter": "likenesses T 0.03",
        "its maps regressed through a linear layer in place of likenesses": "maps",
    }
    found = results("several-sets")
    printed = table_in(SEVERAL_SETS, "likenesses of skelshot-base, seed 0")
    assert list(printed) == list(rows)
    for label, row in rows.items():
        both = [found[f"{row} {where} seed0"]["accuracy"] for where in ("kinder-gator", "ui-prmd")]
        assert printed[label] == [one_and_three(accuracy) for accuracy in both]


def test_few_auxiliary_classes() -> None:
    found = results("few-auxiliary")
    rows = {
        "plain": "plain",
        "three networks": "threeplain",
        "240 composed classes beside them": "comp",
        "three networks, composed classes beside them": "three",
    }
    printed = table_in(SEVERAL_SETS, "auxiliary classes")
    assert list(printed) == list(rows)
    for label, row in rows.items():
        for cell, classes in zip(printed[label], (20, 60, 100), strict=True):
            seeds = over_seeds(found, f"{row} {classes}", "1")
            told = ", ".join(f"{value:.1f}" for value in seeds)
            assert cell == (f"{sum(seeds) / len(seeds):.1f} ({told})" if seeds else "-")
