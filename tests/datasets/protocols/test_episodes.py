"""Episodes: right shape, right classes, same numbers every time."""

import numpy as np
import pytest

from skelshot.datasets.protocols.episodes import EpisodeSampler, EpisodeSpec
from skelshot.ground import SkelshotError

LABELS = [label for label in range(6) for _ in range(7)]


def test_an_episode_holds_n_classes_and_no_clip_twice() -> None:
    sampler = EpisodeSampler(EpisodeSpec(ways=4, shots=2, queries=3), LABELS, seed=1)
    for number in range(20):
        episode = sampler.episode(0, number)
        assert episode.shape == (4, 5)
        classes = np.array(LABELS)[episode]
        assert (classes == classes[:, :1]).all()
        assert len(set(classes[:, 0])) == 4
        assert len(set(episode.ravel().tolist())) == 20


def test_episodes_follow_from_seed_epoch_and_number() -> None:
    spec = EpisodeSpec(ways=3, shots=1, queries=1)
    first, again = (EpisodeSampler(spec, LABELS, seed=5) for _ in range(2))
    np.testing.assert_array_equal(first.episode(2, 3), again.episode(2, 3))
    others = [
        first.episode(2, 4),
        first.episode(3, 3),
        EpisodeSampler(spec, LABELS, 6).episode(2, 3),
    ]
    assert all(not np.array_equal(first.episode(2, 3), other) for other in others)


def test_every_class_and_clip_comes_up() -> None:
    sampler = EpisodeSampler(EpisodeSpec(ways=3, shots=1, queries=1), LABELS, seed=0)
    seen = {int(i) for number in range(200) for i in sampler.episode(0, number).ravel()}
    assert seen == set(range(len(LABELS)))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (EpisodeSpec(ways=7), "7 ways are asked for, the base has 6 classes"),
        (EpisodeSpec(ways=5, shots=4, queries=4), "has 7 clips, 4 shots and 4 queries need 8"),
    ],
)
def test_impossible_episodes_are_refused(spec: EpisodeSpec, message: str) -> None:
    with pytest.raises(SkelshotError, match=message):
        EpisodeSampler(spec, LABELS, seed=0)
