"""The residual discriminator: weights that travel, and what they do."""

from pathlib import Path

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import write_digested
from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown import UNKNOWNS, Reference
from skelshot.recognition.unknown.residual_weights import (
    SHAPE,
    packaged_weights,
    read_weights,
    write_weights,
)


def told(near: list[list[float]], mean: list[list[float]]) -> Evidence:
    """One clip a row, as two terms that agree tell of it and of its actions."""
    terms, means = (torch.tensor(rows).expand(2, -1, -1) for rows in (near, mean))
    return Evidence(terms, (1.0, 0.5), torch.arange(2), torch.zeros_like(terms), means)


REFERENCE = Reference(
    told([[1.0, 0.0]], [[1.0, 0.0]]),
    torch.tensor([0]),
    (told([[0.2, 0.0], [0.4, 0.0]], [[0.1, 0.0], [0.3, 0.0]]),),
)


def test_both_residuals_count() -> None:
    knownness = UNKNOWNS.named("residual")().fit(REFERENCE)
    near_both, near_one, far = knownness(
        told([[0.9, 0.0], [0.9, 0.0], [0.3, 0.0]], [[0.9, 0.0], [0.2, 0.0], [0.2, 0.0]])
    ).tolist()
    assert near_both > near_one > far


def test_of_one_term_alone_its_residuals_count() -> None:
    def alone(one: Evidence) -> Evidence:
        assert one.background is not None
        assert one.prototypes is not None
        return Evidence(one.terms[:1], (1.0,), one.actions, one.background[:1], one.prototypes[:1])

    one = Reference(alone(REFERENCE.known), REFERENCE.truth, tuple(map(alone, REFERENCE.unknown)))
    asked = told([[0.9, 0.0], [0.3, 0.0]], [[0.9, 0.0], [0.2, 0.0]])
    known, unknown = UNKNOWNS.named("residual")().fit(one)(alone(asked)).tolist()
    assert known > unknown


def test_the_packaged_weights_want_short_residuals_of_the_encoder() -> None:
    assert bool((packaged_weights()[:, 0] > 0).all())


def test_weights_travel_through_a_file(tmp_path: Path) -> None:
    weights = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    write_weights(tmp_path / "r.safetensors", weights, "toys")
    assert torch.equal(read_weights(tmp_path / "r.safetensors"), weights)


BAD = {
    "other names": {"line": torch.ones(SHAPE)},
    "another shape": {"weights": torch.ones(3, 2)},
    "no numbers": {"weights": torch.full(SHAPE, torch.nan)},
}


@pytest.mark.parametrize("case", [*BAD, "empty", "missing"])
def test_files_that_hold_no_weights_are_one_line(tmp_path: Path, case: str) -> None:
    file = tmp_path / "r.safetensors"
    if case in BAD:
        write_digested(file, BAD[case], {})
    elif case == "empty":
        file.write_bytes(b"")
    with pytest.raises(SkelshotError, match=r"r\.safetensors") as error:
        read_weights(file)
    assert "\n" not in str(error.value)
