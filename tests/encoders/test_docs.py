"""The page of encoders names those that ship and what their specification adds."""

from pathlib import Path

import pytest

from skelshot.encoders import ENCODERS, Encoder, EncoderSpec

PAGE = (Path(__file__).resolve().parents[2] / "docs/encoders.md").read_text()


@pytest.mark.parametrize("kind", ENCODERS.shipped, ids=lambda kind: kind.name)
def test_the_page_names_every_encoder_and_its_options(kind: type[Encoder]) -> None:
    assert f"`{kind.name}`" in PAGE
    for option in kind.spec_type.model_fields.keys() - EncoderSpec.model_fields.keys():
        assert f"`{option}`" in PAGE, option
