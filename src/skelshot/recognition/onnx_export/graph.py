"""The graph of a recogniser: from a clip's raw joints to the answer, in tensor operations alone."""

import dataclasses

import numpy as np
import torch
from torch import Tensor, nn

from skelshot.fewshot import RawDTW
from skelshot.recognition.judge import Judge
from skelshot.recognition.onnx_export.input_graph import InputGraph
from skelshot.recognition.onnx_export.unrolled_terms import ExactTerm, UnrolledTerm
from skelshot.recognition.support import Support
from skelshot.recognition.term import Term
from skelshot.skeletons import SkeletonLayout

OUTPUTS = ("label", "confidence", "known", "scores", "runner_up", "nearest")


class RecognitionGraph(nn.Module):
    """Recogniser of a single clip as one module, its exemplars within.

    Args:
        judge: The exemplars and the threshold.
        layout: The joints of the clips.

    Raises:
        SkelshotError: The joints that a term compares cannot be made of those.
    """

    def __init__(self, judge: Judge, layout: SkeletonLayout) -> None:
        super().__init__()
        support = _unrolled(judge.support)
        measured = support if judge.measured is judge.support else _unrolled(judge.measured)
        self.judge = dataclasses.replace(judge, support=support, measured=measured)
        terms = judge.support.terms
        self.inputs = nn.ModuleList(InputGraph(term.path.spec, layout) for term in terms)
        networks = [term.path.encoder for term in terms]
        self.encoders = nn.ModuleList(one for one in networks if one is not None)

    @property
    def reads_confidence(self) -> bool:
        """True if a term looks at how sure the source is of each joint."""
        return any(term.path.spec.confidence for term in self.judge.support.terms)

    def forward(
        self, joints: Tensor, present: Tensor, confidence: Tensor | None = None
    ) -> tuple[Tensor, ...]:
        """Answer about a clip.

        Args:
            joints: Coordinates (M, T, V, C).
            present: Who is there, (M, T).
            confidence: How sure the source is of each joint, (M, T, V), where a term reads it.

        Returns:
            The action's number, -1 where none is known; the confidence; how sure it is that the
            clip shows any action; the score of each action (N,); the number of the next best
            action, -1 where there is no other; and that of the nearest exemplar. All but the
            scores have no axes.
        """
        judge, support = self.judge, self.judge.support
        sure = joints[..., 0] if confidence is None else confidence  # else it is not read
        queries = [
            term.path(graph(joints, present, sure))
            for term, graph in zip(support.terms, self.inputs, strict=True)
        ]
        near = support.nearness(queries)
        evidence = support.evidence(queries, near)
        scores = evidence.scores[0]
        # Nobody there, or joints that are no numbers: nothing is known.
        looked_at = min(term.path.spec.persons for term in support.terms)
        usable = present[:looked_at].any() & ~scores.isnan().any()
        told = judge.known(queries, judge.of_measured(queries, evidence))[0]
        known = torch.where(usable, told, torch.zeros(()))
        edge = float(np.float32(judge.threshold))  # a p-value in float32 may lie just above it
        is_within = edge > judge.threshold or judge.threshold == 1
        accepted = known >= edge if is_within else known > edge
        best = scores.topk(min(2, len(support.actions)))[1]
        share = scores.softmax(-1).index_select(0, best[:1])[0]
        nobody = torch.full_like(best[0], -1)
        second = best[1] if len(support.actions) > 1 else nobody
        combined = support.combined(near)[0]
        own = (support.labels == best[0]) | ~accepted
        nearest = torch.where(own, combined, torch.full_like(combined, -torch.inf)).argmax()
        return (
            torch.where(accepted, best[0], nobody),
            torch.where(accepted, known * share, 1 - known),
            known,
            scores,
            torch.where(accepted, second, best[0]),
            nearest,
        )


class UnrolledSupport(Support):
    """Support set whose exemplars are told apart when it is traced, not when the graph runs."""

    def best_of_actions(self, nearness: Tensor) -> Tensor:
        """Keep the nearest exemplar of each action.

        Args:
            nearness: One value an exemplar, (Q, E).

        Returns:
            (Q, N); minus infinity for an action without exemplars.
        """
        labels = self.labels.tolist()
        places = [
            [place for place, label in enumerate(labels) if label == number]
            for number in range(len(self.actions))
        ]
        none = torch.full_like(nearness[:, 0], -torch.inf)
        best = [nearness[:, chosen].amax(1) if chosen else none for chosen in places]
        return torch.stack(best, 1)


def _unrolled(support: Support) -> Support:
    fields = {one.name: getattr(support, one.name) for one in dataclasses.fields(Support)}
    return UnrolledSupport(**fields | {"terms": tuple(map(_exportable, support.terms))})


def _exportable(term: Term) -> Term:
    kind = UnrolledTerm if isinstance(term.path.method, RawDTW) else ExactTerm
    return kind(term.path, term.weight, term.by_action, term.centre)
