"""The numbers of the synthetic Kinect v2, read from `sensor.yaml`, where their sources stand."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from skelshot.synthesis.sensing.body_tree import GROUPS


def _known(groups: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(groups) - set(GROUPS):
        raise ValueError(f"no such groups of joints: {sorted(unknown)}")
    return groups


ByGroup = Annotated[dict[str, float], AfterValidator(_known)]
Axes = tuple[float, float, float]
Chances = tuple[float, float, float, float, float]
Fraction = Annotated[float, Field(ge=0, le=1)]
Span = tuple[int, int]


class SensorModel(BaseModel):
    """Error model of a Kinect v2. Units, meanings and sources of all numbers: `sensor.yaml`.

    Example:
        >>> standard_sensor().jitter["hand"]
        (1.9, 2.5, 3.3)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    jitter: Annotated[dict[str, Axes], AfterValidator(_known)]
    tail_freedom: float = Field(gt=2)
    slow_coefficient: ByGroup
    slow: ByGroup
    z_ratio: float
    wander: ByGroup
    wander_coefficient: float = Field(ge=0, lt=1)
    bias: ByGroup
    bias_of_side_view: float
    handed_on: Fraction
    depth_noise: tuple[float, float]
    moving_factor: float = Field(ge=1)
    moving_speed: float = Field(gt=0)
    moving_wander: Fraction
    inferred_factor: float = Field(ge=1)
    bending: tuple[float, float]
    bending_jitter: float = Field(ge=0)
    bending_wander: float = Field(ge=0)
    bending_inferred: ByGroup
    jump_rate: ByGroup
    jump_size: ByGroup
    jump_frames: Span
    jump_spread: float
    foot_flip_rate: tuple[Fraction, Fraction]
    foot_flip_degrees: tuple[float, float]
    becomes_inferred: Annotated[dict[str, Chances], AfterValidator(_known)]
    crowding: float = Field(ge=1)
    crowding_within: float
    long_run_share: tuple[Fraction, Fraction]
    short_run_ends: Fraction
    long_run_ends: Fraction
    rest_pull: Fraction
    rest_share: Fraction
    motion_kept: Fraction
    inferred_wander: float
    carry: tuple[Fraction, Fraction]
    side_view: Fraction
    collapse_rate: Fraction
    collapse_frames: float = Field(ge=1)
    collapse_share: tuple[Fraction, Fraction]
    swap_rate: Fraction
    swap_frames: float = Field(ge=1)
    not_tracked_rate: Fraction
    dropped_share: Fraction
    dropped_frames: Span
    empty_share: Fraction
    new_id_share: Fraction
    new_id_gap: Span
    blip_share: Fraction
    blip_frames: Span
    ghost_share: Fraction
    ghost_frames: Span
    nearest: float
    farthest: float


@cache
def standard_sensor() -> SensorModel:
    """Return the sensor that all synthetic clips are seen by."""
    text = files("skelshot.synthesis.sensing").joinpath("sensor.yaml").read_text("utf-8")
    return SensorModel.model_validate(yaml.safe_load(text))
