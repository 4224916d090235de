from typing import ClassVar

import pytest
from pydantic import BaseModel, ValidationError, model_validator

from skelshot.encoders import GraphNetworkSpec, build_encoder, read_spec
from skelshot.ground import SkelshotError
from skelshot.ground.options import Options


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (1.0, (64, 128, 256)),
        (0.5, (32, 64, 128)),
        (0.3, (16, 40, 80)),
        (0.01, (8, 8, 8)),
        (1.5, (96, 192, 384)),
    ],
)
def test_width_multiplies_and_rounds_to_eight(width, expected):
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v2", width=width)
    assert spec.widths == expected
    assert build_encoder(spec).embed_dim == expected[-1]


def test_defaults():
    spec = GraphNetworkSpec(name="st-gcn", layout="coco-17")
    assert (spec.channels, spec.frames, spec.persons, spec.width) == (3, 64, 1, 1.0)
    assert (spec.dropout, spec.mask_absent_persons) == (0.0, False)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"name": "gcn"},
            "name: found 'gcn', expected one of st-gcn, agcn, ctr-gcn, skeleton-transformer",
        ),
        ({"name": "transformer"}, "one of another package must be installed here"),
        ({"name": 3}, "name: found 3, expected one of st-gcn"),
        ({"layout": "kinect-v3"}, "found 'kinect-v3', expected one of kinect-v2"),
        ({"channels": 0}, "channels: found 0"),
        ({"frames": 0}, "frames: found 0"),
        ({"persons": 0}, "persons: found 0"),
        ({"width": 0}, "width: found 0"),
        ({"width": float("nan")}, "width: found nan"),
        ({"dropout": 1.0}, "dropout: found 1.0"),
        ({"temporal_relu": True}, "temporal_relu: found true with agcn, expected ctr-gcn"),
        ({"heads": 8}, "found the unknown option 'heads', expected name, layout, channels"),
        ({"frames": "many", "persons": 99}, "frames: found 'many'"),
    ],
)
def test_bad_values_are_one_line(change, message):
    with pytest.raises(SkelshotError) as caught:
        read_spec({"name": "agcn", "layout": "kinect-v2"} | change)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_error_inside_other_options_is_the_same():
    class Options(BaseModel):
        encoder: GraphNetworkSpec

    with pytest.raises(SkelshotError, match="width: found -1"):
        Options.model_validate({"encoder": {"name": "agcn", "layout": "coco-17", "width": -1}})


def test_a_spec_read_by_a_validator_of_other_options_is_told_alone():
    class Training(Options):
        described: ClassVar[str] = "training"
        width: float

        @model_validator(mode="after")
        def _fits(self) -> "Training":
            read_spec({"name": "agcn", "layout": "coco-17", "width": self.width})
            return self

    with pytest.raises(SkelshotError, match=r"^encoder spec, width: found -1\.0; input should be"):
        Training(width=-1)
    with pytest.raises(SkelshotError, match=r"^training, width: found 'x'"):
        Training(width="x")


def test_frozen_and_json_round_trip():
    spec = GraphNetworkSpec(name="ctr-gcn", layout="kinect-v1", persons=2, mask_absent_persons=True)
    assert GraphNetworkSpec.model_validate_json(spec.model_dump_json()) == spec
    with pytest.raises(ValidationError, match="frozen"):
        spec.width = 2.0
