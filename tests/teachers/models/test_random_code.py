"""The control teacher: codes that know nothing but which text is which."""

import numpy as np
import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.teachers import RandomCodeTeacher, TextTeacher


def test_code_is_the_normalised_draw_keyed_by_seed_and_text() -> None:
    draw = rng_for("random-code", 5, "throw").standard_normal(16)
    expected = (draw / np.sqrt((draw**2).sum())).astype(np.float32)
    code = RandomCodeTeacher(seed=5, dim=16).encode_text(["carry", "throw"])[1]
    assert code.dtype == torch.float32
    np.testing.assert_allclose(code.numpy(), expected, atol=1e-6)


def test_codes_do_not_depend_on_their_company() -> None:
    teacher = RandomCodeTeacher(seed=0)
    together = teacher.encode_text(["throw", "carry", "throw"])
    assert torch.equal(together[0], together[2])
    assert torch.equal(together[1:2], teacher.encode_text(["carry"]))


def test_seed_and_text_decide() -> None:
    one, two = RandomCodeTeacher(seed=0), RandomCodeTeacher(seed=1)
    assert not torch.allclose(one.encode_text(["throw"]), two.encode_text(["throw"]))
    assert one.fingerprint() == RandomCodeTeacher(seed=0).fingerprint()
    others = {two.fingerprint(), RandomCodeTeacher(seed=0, dim=8).fingerprint()}
    assert len(others | {one.fingerprint()}) == 3


def test_codes_are_of_unit_length_and_nearly_orthogonal() -> None:
    codes = RandomCodeTeacher(seed=0).encode_text([f"class {n}" for n in range(60)])
    cosines = codes @ codes.T
    assert torch.allclose(cosines.diagonal(), torch.ones(60), atol=1e-5)
    assert (cosines - torch.eye(60)).abs().max() < 0.25  # five standard deviations of 1/sqrt(384)


def test_contract() -> None:
    teacher = RandomCodeTeacher(seed=0, dim=3)
    assert isinstance(teacher, TextTeacher)
    assert teacher.encode_text([]).shape == (0, 3)
    with pytest.raises(SkelshotError, match="dim: found 0"):
        RandomCodeTeacher(seed=0, dim=0)
