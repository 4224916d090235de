"""Parameter counts against the published networks, biases before batch norms aside."""

import pytest

from skelshot.encoders import build_encoder, read_spec

V, M, C, CLASSES = 25, 2, 3, 60
WIDTHS = [64] * 4 + [128] * 3 + [256] * 3
HEAD = 256 * CLASSES + CLASSES


def blocks() -> list[tuple[int, int, bool, bool]]:
    """(C_in, C_out, whether channels change, whether the shortcut has weights)."""
    inputs = [C, *WIDTHS[:-1]]
    return [(i, o, i != o, i not in (o, C)) for i, o in zip(inputs, WIDTHS, strict=True)]


def published_agcn() -> int:
    total = 2 * V * M * C
    for i, o, changes, shortcut in blocks():
        total += 3 * V * V + 2 * 3 * (i * (o // 4) + o // 4) + 3 * (i * o + o) + 2 * o
        total += (i * o + o + 2 * o) * (changes + shortcut)
        total += 9 * o * o + o + 2 * o
    return total


def published_ctr_gcn() -> int:
    total = 2 * V * M * C
    for i, o, changes, shortcut in blocks():
        r, q = 8 if i == C else i // 8, o // 4
        total += 3 * (2 * (i * r + r) + i * o + o + r * o + o) + 3 * V * V + 1 + 2 * o
        total += (i * o + o + 2 * o) * (changes + shortcut)
        total += 4 * (o * q + q) + 3 * 2 * q + 2 * (5 * q * q + q) + 4 * 2 * q
    return total


def published_st_gcn() -> int:
    total = 2 * V * C
    for i, o, _, shortcut in blocks():
        total += 3 * V * V + 3 * (i * o + o) + 2 * o + 9 * o * o + o + 2 * o
        total += (i * o + o + 2 * o) * shortcut
    return total


def needless_biases(name: str) -> int:
    """Biases in front of a batch norm, which we leave out."""
    total = 0
    for _, o, changes, shortcut in blocks():
        total += o * shortcut
        match name:
            case "agcn":
                total += 3 * o + o * changes + o
            case "ctr-gcn":
                total += o * changes + 3 * (o // 4) + 2 * (o // 4) + o // 4
            case "st-gcn":
                total += o
    return total


@pytest.mark.parametrize(
    ("name", "published", "ours"),
    [
        ("st-gcn", published_st_gcn(), 3_081_620),
        ("agcn", published_agcn(), 3_447_626),
        ("ctr-gcn", published_ctr_gcn(), 1_428_308),
    ],
)
def test_counts_at_full_width(name, published, ours):
    spec = read_spec({"name": name, "layout": "kinect-v2", "persons": M})
    found = sum(p.numel() for p in build_encoder(spec).parameters())
    assert found == ours
    assert found + needless_biases(name) == published
