"""The recipe: numbers that fit each other, and a step count."""

import pytest

from skelshot.ground import SkelshotError
from skelshot.mini_teacher.recipe import MiniStageOptions, ModelShape


def test_steps_are_rounded_up() -> None:
    assert [MiniStageOptions(passes=passes, batch=8).steps for passes in (8, 9, 16)] == [1, 2, 2]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"size": 90}, "size must be a multiple of patch"),
        ({"heads": 5}, "width must be a multiple of heads"),
        ({"dim": 90}, "dim must be a multiple of dim_heads"),
        ({"text_width": 127}, "text_width must be a multiple of text_heads"),
        ({"patchs": 16}, "recipe, shape: found the unknown option 'patchs'.*did you mean 'patch'"),
    ],
)
def test_sizes_that_do_not_fit(sizes: dict[str, int], message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        ModelShape(**sizes)
