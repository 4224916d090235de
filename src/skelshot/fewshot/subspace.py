"""Subspace classifier: nearest affine subspace of a class (DSN, Simon et al. 2020)."""

from typing import Annotated, ClassVar, Literal, Self

import torch
from pydantic import Field
from torch import Tensor

from skelshot.fewshot.base import FewShotMethod, MethodOptions
from skelshot.fewshot.views import MIRRORED
from skelshot.ground import SkelshotError


class SubspaceOptions(MethodOptions):
    """Options of the subspace classifier.

    Attributes:
        mirror: When the mirrored copy of each exemplar is a further point of its class: with one
            exemplar (`one-shot`, as the authors double an image by flipping it), `always` or
            `never`. With `origin` there is no copy either: the subspace of one exemplar goes
            through the origin, which suits classes that differ by side.
        uncentred: Let the subspace pass through the origin instead of the class mean: K points
            give K directions, so one exemplar needs no mirrored copy, but the sign is lost.
        overlap_weight: Factor of the term that keeps the subspaces of an episode apart; 0.03 in
            the authors' code for Conv-4.

    Example:
        >>> SubspaceOptions(mirror="never").uncentred
        False
    """

    mirror: Literal["one-shot", "always", "never", "origin"] = "one-shot"
    uncentred: bool = False
    overlap_weight: Annotated[float, Field(ge=0)] = 0.03


class Subspace(FewShotMethod):
    """Distance to the subspace that the exemplars of each class span (DSN).

    K centred points span K - 1 directions. One exemplar spans none, and its class would score by
    the mean alone, so its mirrored copy is added.

    Args:
        options: Options of the method.

    Example:
        >>> support = torch.tensor([[[[0.0, 0, 0], [1, 0, 0]], [[0, 2, 0], [0, 2, 1]]]])
        >>> method = Subspace(SubspaceOptions(mirror="never"))
        >>> method(support, torch.tensor([[[9.0, 1, 0]]])).square().round().tolist()
        [[[1.0, 82.0]]]
    """

    name: ClassVar[str] = "subspace"
    paper: ClassVar[str] = "Simon et al., Adaptive Subspaces for Few-Shot Learning, CVPR 2020 (DSN)"
    options_type: ClassVar[type[MethodOptions]] = SubspaceOptions
    options: SubspaceOptions

    def __init__(self, options: SubspaceOptions | None = None) -> None:
        super().__init__(options)
        mirror = self.options.mirror
        if mirror == "always" or (mirror == "one-shot" and not self.options.uncentred):
            self.views = (MIRRORED,)

    def check_shape(self, ways: int, shots: int) -> None:
        """Refuse one exemplar a class where nothing gives it a direction.

        Args:
            ways: N.
            shots: K.

        Raises:
            SkelshotError: K is 1, subspaces are centred and there is no mirrored copy.
        """
        if shots == 1 and self._centred(shots) and not self.views:
            raise SkelshotError(
                "method subspace: found 1 exemplar a class and mirror=never, expected at least 2 "
                "points, since one centred point spans no subspace; set mirror=one-shot or "
                "uncentred=true"
            )

    def without_mirror(self) -> Self:
        """Return the method for classes that differ by side, where mirroring changes the class.

        Returns:
            The same options with `mirror=origin` in place of mirrored copies.
        """
        if not self.views:
            return self
        return type(self)(self.options.model_copy(update={"mirror": "origin"}))

    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Score each class by the nearness of its subspace.

        Args:
            support: `(B, N, K, D)`, or `(B, N, K, 2, D)` with the mirrored copies.
            queries: `(B, Q, D)`, or `(B, Q, 2, D)`; their copies are not used.

        Returns:
            Minus the distance from query to subspace, `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task, K is too small, or the points span all
                of the features.
        """
        self.check_inputs(support, queries)
        points = self._points(support)
        plain = queries[:, :, 0] if self.views else queries
        means, bases = subspaces(points, centred=self._centred(support.shape[2]))
        if bases.shape[2] >= bases.shape[3]:
            raise SkelshotError(
                f"method subspace: {points.shape[2]} exemplars a class span all "
                f"{bases.shape[3]} features, so every distance is 0; use fewer exemplars"
            )
        return -subspace_distances(plain.double(), means, bases).to(support.dtype)

    def episode_loss(
        self, logits: Tensor, targets: Tensor, support: Tensor, queries: Tensor
    ) -> Tensor:
        """Return the cross-entropy plus the term that keeps subspaces apart.

        Args:
            logits: `(B, Q, N)`.
            targets: `(B, Q)`.
            support: `(B, N, K, D)`, or with mirrored copies.
            queries: `(B, Q, D)`, or with mirrored copies.

        Returns:
            L_CE + overlap_weight * the mean over episodes of the overlap.
        """
        loss = super().episode_loss(logits, targets, support, queries)
        if self.options.overlap_weight == 0:
            return loss
        centred = self._centred(support.shape[2])
        _, bases = subspaces(self._points(support), centred=centred)
        return loss + self.options.overlap_weight * overlap(bases).mean().to(loss.dtype)

    def _centred(self, shots: int) -> bool:
        """Tell whether the subspaces of K exemplars go through the class means."""
        at_origin = self.options.mirror == "origin" and shots == 1
        return not (self.options.uncentred or at_origin)

    def _points(self, support: Tensor) -> Tensor:
        """Return what spans the subspaces, `(B, N, P, D)` in float64."""
        if not self.views:
            return support.double()
        with_twins = self.options.mirror == "always" or support.shape[2] == 1
        kept = support if with_twins else support[:, :, :, :1]
        return kept.flatten(2, 3).double()


def subspaces(points: Tensor, centred: bool = True) -> tuple[Tensor, Tensor]:
    """Return the mean of each class and orthonormal directions of the subspace through it.

    The first P - 1 left singular vectors of P centred points span all that the points span, so
    any orthonormal basis of that span gives the same distances. This one is a Cholesky factor of
    the small Gram matrix: unlike singular vectors it has gradients where singular values meet.

    Args:
        points: float64, `(B, N, P, D)`.
        centred: Subspaces through the class means, P - 1 directions; else through the origin,
            P directions.

    Returns:
        Means `(B, N, D)`, zero unless centred, and rows `(B, N, P - 1 or P, D)`. Directions that
        the points do not span, such as those of a repeated exemplar, are zero.
    """
    means = points.mean(dim=2) if centred else torch.zeros_like(points[:, :, 0])
    spanning = _contrasts(points.shape[2]).to(points) @ points if centred else points
    gram = spanning @ spanning.transpose(-1, -2)
    # Far below what features tell apart, far above what float64 rounds.
    small = 1e-12 * gram.diagonal(dim1=-2, dim2=-1).mean(-1) + 1e-30
    lower = torch.linalg.cholesky(
        gram + small[..., None, None] * torch.eye(len(gram[0, 0])).to(gram)
    )
    return means, torch.linalg.solve_triangular(lower, spanning, upper=False)


def subspace_distances(queries: Tensor, means: Tensor, bases: Tensor) -> Tensor:
    """Return ||(q - mu_c) - P_c P_c^T (q - mu_c)|| of all pairs.

    Args:
        queries: q, float64, `(B, Q, D)`.
        means: mu, `(B, N, D)`.
        bases: P transposed, orthonormal rows, `(B, N, n, D)`.

    Returns:
        `(B, Q, N)`.
    """
    centre = means.mean(dim=1, keepdim=True)
    queries, means = queries - centre, means - centre
    products = queries @ means.transpose(1, 2)
    lengths = queries.square().sum(-1)[:, :, None] + means.square().sum(-1)[:, None] - 2 * products
    along = torch.einsum("bqd,bcnd->bqcn", queries, bases)
    along = along - torch.einsum("bcd,bcnd->bcn", means, bases)[:, None]
    # The small number is the authors': it gives the root a gradient at zero.
    return ((lengths - along.square().sum(-1)).clamp(min=0.0) + 1e-12).sqrt()


def overlap(bases: Tensor) -> Tensor:
    """Return sum_{i != j} ||P_i^T P_j||_F^2, the overlap of a task's subspaces.

    Args:
        bases: Orthonormal rows, `(B, N, n, D)`.

    Returns:
        `(B,)`.

    Example:
        >>> same = torch.eye(3)[:1].expand(1, 2, 1, 3)
        >>> overlap(same).tolist()
        [2.0]
    """
    shared = torch.einsum("bind,bjmd->bijnm", bases, bases).square().sum((-1, -2))
    return shared.sum((1, 2)) - shared.diagonal(dim1=1, dim2=2).sum(-1)


def _contrasts(points: int) -> Tensor:
    """Return P - 1 orthonormal rows that are orthogonal to the mean, the Helmert contrasts."""
    rows = torch.ones(points, points, dtype=torch.float64).tril()[: points - 1]
    counts = torch.arange(1, points, dtype=torch.float64)
    rows[torch.arange(points - 1), torch.arange(1, points)] = -counts
    return rows / (counts * (counts + 1)).sqrt()[:, None]
