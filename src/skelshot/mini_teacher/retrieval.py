"""Zero-shot retrieval between clips and texts."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from skelshot.mini_teacher.material import Bank
from skelshot.teachers.base import PromptingTeacher, VideoTeacher

BATCH = 32


@dataclass(frozen=True)
class Retrieval:
    """Retrieval accuracy: the right answer is the nearest, or among the nearest five.

    Args:
        task: What is looked for, by what.
        questions: How many were asked.
        answers: How many answers each chooses from.
        top1: Share of the questions whose nearest answer is right.
        top5: Share with a right one among the nearest five.
        chance1: What `top1` is on average if answers are ordered by chance.
        chance5: The same of `top5`.
    """

    task: str
    questions: int
    answers: int
    top1: float
    top5: float
    chance1: float
    chance5: float


def measure(task: str, cosines: Tensor, right: Tensor) -> Retrieval:
    """Measure retrieval.

    Args:
        task: Its name.
        cosines: Nearness of each question to each answer (Q, A).
        right: Which answers are right (Q, A), bool; at least one a question.

    Returns:
        The shares. Answers just as near as the best right one count as nearer, so that equal
        vectors for all gain nothing.

    Example:
        >>> cosines = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.3, 0.1]])
        >>> found = measure("toy", cosines, torch.tensor([[1, 0, 0], [1, 0, 0]]).bool())
        >>> found.top1, found.top5, round(found.chance1, 3)
        (0.5, 1.0, 0.333)
    """
    best = cosines.masked_fill(~right, -torch.inf).max(dim=1, keepdim=True).values
    rank = ((cosines >= best) & ~right).sum(dim=1)
    count = right.sum(dim=1).double()
    answers = right.shape[1]
    return Retrieval(
        task=task,
        questions=len(right),
        answers=answers,
        top1=float((rank < 1).double().mean()),
        top5=float((rank < 5).double().mean()),
        chance1=float((count / answers).mean()),
        chance5=float(np.mean([_chance(int(n), answers, 5) for n in count])),
    )


def _chance(right: int, answers: int, tries: int) -> float:
    """Probability that `tries` different answers drawn at random hold a right one."""
    missed = 1.0
    for drawn in range(min(tries, answers)):
        missed *= max(0, answers - right - drawn) / (answers - drawn)
    return 1 - missed


def encode_clips(teacher: VideoTeacher, frames: NDArray[np.uint8]) -> Tensor:
    """Encode stored clips.

    Args:
        teacher: The teacher.
        frames: RGB pictures (n, T, S, S, 3).

    Returns:
        f_v (n, D), of unit length.
    """
    parts = []
    for first in range(0, len(frames), BATCH):
        chunk = [teacher.preprocess(np.array(clip)) for clip in frames[first : first + BATCH]]
        parts.append(teacher.encode_video(torch.stack(chunk)))
    return normalize(torch.cat(parts), dim=-1)


def held_out_retrieval(teacher: VideoTeacher, bank: Bank) -> list[Retrieval]:
    """Look for the captions of clips, and for the clips of captions, of actions never trained on.

    Args:
        teacher: The teacher.
        bank: Holds such actions.

    Returns:
        Clip to caption among the first captions of all such actions, and caption to clip.
        Nothing if the bank keeps no action back.
    """
    action = np.asarray(bank.action)
    rows = np.flatnonzero(np.asarray(bank.held_out)[action])
    if not len(rows):
        return []
    actions = np.unique(action[rows])
    f_v = encode_clips(teacher, bank.frames[rows])
    f_t = normalize(teacher.encode_text([bank.captions[n][0] for n in actions]), dim=-1)
    right = torch.from_numpy(action[rows][:, None] == actions[None])
    cosines = f_v @ f_t.T
    return [
        measure("unseen compositions, clip to caption", cosines, right),
        measure("unseen compositions, caption to clip", cosines.T, right.T),
    ]


def class_retrieval(
    teacher: PromptingTeacher,
    frames: NDArray[np.uint8],
    labels: NDArray[np.int64],
    texts: Sequence[str],
    task: str,
) -> list[Retrieval]:
    """Recognise classes by texts alone.

    Args:
        teacher: The teacher.
        frames: Clips, RGB pictures (n, T, S, S, 3).
        labels: Each clip's class (n,).
        texts: One text a class.
        task: What the texts are.

    Returns:
        With plain texts, and with texts prompted by each clip.
    """
    f_v, f_t = encode_clips(teacher, frames), teacher.encode_text(texts)
    right = torch.from_numpy(labels)[:, None] == torch.arange(len(texts))
    prompted = []
    for first in range(0, len(frames), BATCH):
        chunk = torch.stack([teacher.preprocess(clip) for clip in frames[first : first + BATCH]])
        bent = normalize(teacher.prompted_text(f_t, chunk), dim=-1)
        prompted.append(torch.einsum("vd,vtd->vt", f_v[first : first + BATCH], bent))
    return [
        measure(task, f_v @ normalize(f_t, dim=-1).T, right),
        measure(f"{task}, prompted", torch.cat(prompted), right),
    ]
