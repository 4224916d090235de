"""Truth in the frames and persons of the clips that a reader makes of synthetic files."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.datasets.clips import Clip
from skelshot.datasets.ntu import NtuReader
from skelshot.ground import SkelshotError
from skelshot.synthesis.clip_truth import purpose_in_clip
from skelshot.synthesis.plan import SynthesisPlan
from skelshot.synthesis.synthesise import synthesise
from skelshot.synthesis.truth import read_truth, truth_path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Clip, Path]]:
    """A clip of one person (A006) and one of two (A050), with their files."""
    raw = tmp_path_factory.mktemp("raw")
    plan = SynthesisPlan(actions=(6, 50), performers=(8,), cameras=(1,), replications=(1,))
    synthesise(plan, raw, seed=0, workers=1)
    reader = NtuReader(missing_list="none")
    found = {}
    for source in reader.sources(raw):
        (clip,) = reader.read(source)
        assert isinstance(clip, Clip)
        found[clip.name[-4:]] = clip, source.path
    return found


@pytest.mark.parametrize("action", ["A006", "A050"])
def test_each_person_of_the_clip_has_the_purpose_of_the_performer(
    action: str, clips: dict[str, tuple[Clip, Path]]
) -> None:
    clip, file = clips[action]
    sequence = clip.sequence
    flags = purpose_in_clip(sequence, file)
    assert flags.shape == (sequence.frames, 25, sequence.persons)
    purpose = read_truth(truth_path(file)).purpose()
    numbers = np.arange(sequence.frames)
    if sequence.frame_index is not None:
        numbers = sequence.frame_index
    found = {
        person
        for place in range(sequence.persons)
        for person in range(len(purpose))
        if (flags[..., place] == purpose[person][numbers])[sequence.present[place]].all()
    }
    assert found == set(range(sequence.persons))
    assert not flags.transpose(0, 2, 1)[~sequence.present.T].any()


def test_persons_in_another_order_take_their_truth_along(
    clips: dict[str, tuple[Clip, Path]],
) -> None:
    clip, file = clips["A050"]
    swapped = purpose_in_clip(clip.sequence.of_persons([1, 0]), file)
    np.testing.assert_array_equal(swapped[..., ::-1], purpose_in_clip(clip.sequence, file))


def test_another_clip_and_a_missing_truth_are_refused(
    clips: dict[str, tuple[Clip, Path]], tmp_path: Path
) -> None:
    one, two = clips["A006"], clips["A050"]
    with pytest.raises(SkelshotError, match="found none of its bodies in the clip"):
        purpose_in_clip(one[0].sequence, two[1])
    copy = tmp_path / one[1].name
    copy.write_bytes(one[1].read_bytes())
    with pytest.raises(SkelshotError, match=r"truth\.json"):
        purpose_in_clip(one[0].sequence, copy)
