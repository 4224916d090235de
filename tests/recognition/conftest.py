"""A recogniser that knows three toy actions, and clips to ask it about."""

from collections.abc import Callable

import numpy as np
import pytest

from skelshot.datasets.store import Store
from skelshot.recognition import Recognizer
from skelshot.skeletons import SkeletonSequence

Clips = Callable[[str], list[SkeletonSequence]]


@pytest.fixture(scope="session")
def toy_clips(toy_store: Store) -> Clips:
    """The clips of a toy action by its name, in the store's order."""

    def of(action: str) -> list[SkeletonSequence]:
        label = toy_store.class_names.index(action)
        return [toy_store.sequence(int(at)) for at in np.flatnonzero(toy_store.labels == label)]

    return of


@pytest.fixture
def knows_three(toy_store: Store, toy_clips: Clips) -> Callable[[str], Recognizer]:
    """Makes a recogniser by an encoder's name, with three actions of three clips each."""

    def of(encoder: str) -> Recognizer:
        recognizer = Recognizer(encoder)
        for action in toy_store.class_names[:3]:
            recognizer.enroll(action, toy_clips(action)[:3])
        return recognizer

    return of


@pytest.fixture
def three(knows_three: Callable[[str], Recognizer]) -> Recognizer:
    """A recogniser with three actions of three clips each."""
    return knows_three("skelshot-base")
