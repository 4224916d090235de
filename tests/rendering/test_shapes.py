from dataclasses import replace

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.rendering.shapes import Primitive, Shapes, capsule, join, solid


def two_shapes() -> Shapes:
    moving = np.arange(12.0).reshape(4, 3)
    arm = capsule(moving, moving + 1, (0.2, 0.1), (1, 0, 0), shown=[True, True, False, True])
    box = solid(Primitive.BOX, np.zeros((4, 3)), np.eye(3), (0.1, 0.2, 0.3), (0, 1, 0), shadow=0.5)
    return join([arm, box])


def test_join_keeps_the_order() -> None:
    both = two_shapes()
    assert (both.frames, both.count) == (4, 2)
    assert both.kind.tolist() == [Primitive.CAPSULE, Primitive.BOX]
    np.testing.assert_array_equal(both.end[:, 0], both.start[:, 0] + 1)
    np.testing.assert_array_equal(both.end[:, 1], both.start[:, 1])
    assert both.size.tolist() == [[0.2, 0.1, 0.0], [0.1, 0.2, 0.3]]
    assert both.shown.tolist() == [[True, True], [True, True], [False, True], [True, True]]
    assert both.shadow.tolist() == [0.0, 0.5]


def test_pick_takes_every_array_along() -> None:
    box = two_shapes().pick(np.array([False, True]))
    assert box.count == 1
    assert box.colour.tolist() == [[0.0, 1.0, 0.0]]
    assert box.shown.all()


def test_what_moves_turns_or_vanishes_is_not_still() -> None:
    both = two_shapes()
    assert both.still().tolist() == [False, True]
    turn = both.turn.copy()
    turn[2, 1] = -np.eye(3)
    assert not replace(both, turn=turn).still()[1]
    shown = both.shown.copy()
    shown[3, 1] = False
    assert not replace(both, shown=shown).still()[1]


def test_arrays_that_do_not_fit_are_refused() -> None:
    both = two_shapes()
    with pytest.raises(SkelshotError, match=r"shapes, size: found shape \(1, 3\)"):
        replace(both, size=both.size[:1])
    with pytest.raises(SkelshotError, match=r"found clips of \[4, 5\] frames"):
        join([both, capsule(np.zeros((5, 3)), np.zeros((5, 3)), 0.1, (1, 1, 1))])
