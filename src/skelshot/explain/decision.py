"""The decision of a few-shot method as a function of the positions of joints, with gradients."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from skelshot.encoders import Encoder
from skelshot.encoders.readouts import ReadOut
from skelshot.explain.seen_clip import SeenClip, encoder_input
from skelshot.fewshot import FewShotMethod, View, view_clips
from skelshot.fewshot.reading import encode_view, views_of
from skelshot.skeletons import InputSpec


@dataclass(frozen=True, eq=False)
class FeaturePath:
    """From positions of joints to what a few-shot method reads, as an evaluation makes it.

    Args:
        encoder: In evaluation mode; None for methods that read clips.
        method: Says what it reads.
        spec: How the encoder, or the method, wants its clips.
        views: Views whose features are averaged.
        readout: How vectors are read out.
    """

    encoder: Encoder | None
    method: FewShotMethod
    spec: InputSpec
    views: tuple[View, ...] = (View(),)
    readout: ReadOut = "pooled"

    def __call__(self, inputs: Tensor) -> Tensor:
        """Read clips.

        Args:
            inputs: Encoder inputs (n, C, T, V, M).

        Returns:
            Features (n, ...), or (n, 1 + U, ...) where the method wants U views.
        """
        seen = [self._from_view(inputs, view) for view in views_of(self.method)]
        return seen[0] if len(seen) == 1 else torch.stack(seen, dim=1)

    def _from_view(self, inputs: Tensor, view: View) -> Tensor:
        if self.encoder is None:
            return inputs if view == View() else view_clips(inputs, view, self.spec)
        alone = self.method.reads == "clip" and self.method.embedder is None
        averaged = (View(),) if alone else self.views
        seen = [view_clips(inputs, each.after(view), self.spec) for each in averaged]
        read = encode_view(self.method, self.encoder, torch.cat(seen), self.readout)
        return read.view(len(seen), len(inputs), *read.shape[1:]).mean(0)


@dataclass(frozen=True, eq=False)
class Decision:
    """Scores of clips in their tasks, whatever their positions are changed to.

    A transductive method meets each clip as the only query of its task.

    Args:
        path: From positions to features.
        support: What is read of the exemplars of S tasks, (S, N, K, ...).
        classes: Labels of the tasks' classes, (S, N).
        tasks: The task of each of n clips, (n,).
        present: Who is there in each clip, (n, T, M).
        confidence: Of each clip, (n, 1, T, V, M), where the encoder reads it.
    """

    path: FeaturePath
    support: Tensor
    classes: Tensor
    tasks: Tensor
    present: Tensor
    confidence: Tensor | None

    @classmethod
    def about(
        cls,
        clips: Sequence[SeenClip],
        tasks: Sequence[int],
        path: FeaturePath,
        support: Tensor,
        classes: Tensor,
    ) -> "Decision":
        """Put clips and their tasks together.

        Args:
            clips: The clips, n of them.
            tasks: The task of each.
            path: From positions to features.
            support: What is read of the exemplars of S tasks, (S, N, K, ...).
            classes: Labels of the tasks' classes, (S, N).

        Returns:
            The decision.
        """
        where = support.device
        sure = [clip.confidence for clip in clips if clip.confidence is not None]
        return cls(
            path,
            support,
            classes.to(where),
            torch.tensor(list(tasks), device=where),
            torch.stack([clip.present for clip in clips]).to(where),
            torch.stack(sure).to(where) if sure else None,
        )

    def features(self, points: Tensor, rows: Tensor) -> Tensor:
        """Read positions.

        Args:
            points: (k, C, T, V, M).
            rows: Whose positions they are, (k,).

        Returns:
            Features (k, ...).
        """
        sure = None if self.confidence is None else self.confidence[rows]
        return self.path(encoder_input(points, self.present[rows], sure, self.path.spec))

    def __call__(self, points: Tensor, rows: Tensor) -> Tensor:
        """Score positions.

        Args:
            points: (k, C, T, V, M).
            rows: Whose positions they are, (k,).

        Returns:
            Logits (k, N).
        """
        features, of = self.features(points, rows), self.tasks[rows]
        method = self.path.method
        if method.is_transductive:
            return method.score(self.support[of], features[:, None], self.classes[of])[:, 0]
        logits = features.new_zeros(len(rows), self.support.shape[1])
        for task in sorted(set(of.tolist())):
            mine = (of == task).nonzero()[:, 0]
            scored = method.score(
                self.support[task][None], features[mine][None], self.classes[task][None]
            )
            logits = logits.index_copy(0, mine, scored[0].to(logits.dtype))
        return logits

    @torch.no_grad()
    def nearest_exemplars(self, points: Tensor, rows: Tensor, labels: Tensor) -> list[int]:
        """Find which exemplar of a class is nearest, by the method's own measure.

        It is the one that gives the class the largest logit when it stands for the class alone.

        Args:
            points: (k, C, T, V, M).
            rows: Whose positions they are, (k,).
            labels: The class of each, (k,), an index into the logits.

        Returns:
            Places among the K exemplars of the class, k of them.
        """
        if self.support.shape[2] == 1:
            return [0] * len(rows)
        features = self.features(points, rows)
        return [
            self._nearest(feature, task, label)
            for feature, task, label in zip(
                features, self.tasks[rows].tolist(), labels.tolist(), strict=True
            )
        ]

    def _nearest(self, feature: Tensor, task: int, label: int) -> int:
        """Ask about K tasks, in each of which another exemplar stands for the class."""
        support = self.support[task]
        shots = support.shape[1]
        alone = support[None].repeat(shots, *[1] * support.ndim)
        alone[:, label] = support[label][:, None]
        queries = feature[None, None].expand(shots, 1, *feature.shape)
        classes = self.classes[task][None].expand(shots, -1)
        logits = self.path.method.score(alone, queries, classes)
        return int(logits[:, 0, label].argmax())
