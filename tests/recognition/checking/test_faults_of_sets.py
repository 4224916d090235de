"""Faults that only several clips show: rates, copies, classes of one, look-alikes, strangers."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from skelshot.recognition.checking import Suspicion, noted_clips
from skelshot.recognition.checking.check import suspicions_of
from skelshot.recognition.checking.checked_clip import CheckedClip
from skelshot.recognition.checking.noted_clips import NotedClips
from skelshot.skeletons import SkeletonSequence

Act = Callable[..., SkeletonSequence]


def people(act: Act, **labels: str) -> list[CheckedClip]:
    """Six clips a class, by three people: labels by action."""
    return [
        CheckedClip(f"{action}_{seed}", act(action, seed), label, subject=seed % 3)
        for action, label in labels.items()
        for seed in range(6)
    ]


def told(clips: list[CheckedClip], kind: str) -> list[Suspicion]:
    return [found for found in suspicions_of(clips)[0] if found.kind == kind]


def test_sound_classes_are_not_suspected(act: Act) -> None:
    assert suspicions_of(people(act, bow="bow", kick="kick", wave="wave"))[0] == ()


def test_two_names_for_one_action_look_alike(act: Act) -> None:
    clips = people(act, bow="bow", kick="kick")
    clips += [CheckedClip(f"again_{seed}", act("kick", 10 + seed), "karate") for seed in range(6)]
    (found,) = told(clips, "alike")
    assert "'karate' and 'kick'" in found.found or "'kick' and 'karate'" in found.found
    assert found.beside is not None


def test_a_clip_of_another_class_is_unlike_its_own(act: Act) -> None:
    clips = people(act, bow="bow", kick="kick", wave="wave")
    clips[7] = replace(clips[7], label="bow")
    (found,) = told(clips, "unlike")
    assert (found.clip, found.label) == ("kick_1", "bow")
    assert "'kick'" in found.found
    assert "correct its class" in found.advice


def test_a_person_who_moves_in_ones_own_way_is_no_evidence(act: Act) -> None:
    clips = [replace(clip, subject=None) for clip in people(act, bow="bow", kick="kick")]
    clips[7] = replace(clips[7], label="bow")
    assert told(clips, "unlike")
    own = [replace(clip, subject=int(clip.name.startswith("kick"))) for clip in clips]
    assert told(own, "unlike") == []


def test_a_copy_under_another_name_is_found(act: Act) -> None:
    clips = people(act, bow="bow", kick="kick")
    (found,) = told([*clips, CheckedClip("new", clips[0].sequence, "kick")], "copy")
    assert (found.clip, found.beside) == ("new", "bow_0")
    assert "which is in 'bow'" in found.found


def test_classes_of_one_clip_and_of_one_person_are_told(act: Act) -> None:
    clips = [CheckedClip("w", act("wave"), "wave", 0), *people(act, bow="bow")]
    (found,) = told(clips, "few")
    assert (found.clip, found.label, found.found) == ("w", "wave", "one clip in 'wave'")
    clips += [CheckedClip(f"k{seed}", act("kick", seed), "kick", 1) for seed in range(3)]
    assert "one person in 'kick'" in [found.found for found in told(clips, "few")]
    (alone, *_) = told([replace(clip, subject=1) for clip in clips], "few")
    assert (alone.clip, alone.found) == (None, "one person in all clips")


@pytest.mark.parametrize(("rate", "wrong"), [(30, False), (300, True), (2, True), (None, False)])
def test_the_stated_rate_is_held_against_movement(act: Act, rate: float, wrong: bool) -> None:
    clips = [replace(clip, rate=rate) for clip in people(act, bow="bow", kick="kick")]
    found = told(clips, "rate")
    assert [suspicion.clip for suspicion in found] == [None] * wrong
    assert all("--rate" in suspicion.advice for suspicion in found)


def test_a_clip_of_a_lower_rate_than_its_class_is_told(act: Act) -> None:
    clips = people(act, kick="kick")
    whole = clips[2].sequence
    thin = SkeletonSequence(whole.joints[:, ::4], whole.present[:, ::4], whole.layout)
    (found,) = told([*clips[:2], replace(clips[2], sequence=thin), *clips[3:]], "rate")
    assert found.clip == clips[2].name


def test_only_a_sample_is_compared(act: Act, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(noted_clips, "A_CLASS", 4)
    monkeypatch.setattr(noted_clips, "COMPARED", 6)

    def sample(clips: Iterator[CheckedClip] | list[CheckedClip]) -> list[str]:
        noted = NotedClips()
        for clip in clips:
            noted.note(clip)
        assert max(len(chosen) for chosen in noted._sample.values()) == 4
        return sorted(clip.name for clip in noted.likeness.clips)

    clips = people(act, bow="bow", kick="kick")
    chosen = sample(clips)
    assert len(chosen) == 6
    assert sample(clips[::-1]) == chosen  # whatever the order
