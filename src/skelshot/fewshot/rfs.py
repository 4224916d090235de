"""RFS: logistic regression on frozen features (Tian et al. 2020)."""

from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor
from torch.nn.functional import normalize, one_hot

from skelshot.fewshot.base import FewShotMethod, MethodOptions
from skelshot.fewshot.views import View
from skelshot.ground import SkelshotError


class RfsOptions(MethodOptions):
    """Options of RFS.

    Attributes:
        C: Weight of the cross-entropy against the penalty 1/2 ||W||^2; 1 in the authors' code.
        turns: Degrees about the vertical; a copy of each exemplar turned by each of them joins
            it, as the authors add five augmented copies of each image. None by default.
        tolerance: The fit has converged when no partial derivative is larger.
        steps: Most steps of the fit.

    Example:
        >>> len(Rfs(RfsOptions(turns=(-15, 15))).views)
        2
    """

    C: Annotated[float, Field(gt=0)] = 1.0
    turns: tuple[float, ...] = ()
    tolerance: Annotated[float, Field(gt=0)] = 1e-6
    steps: Annotated[int, Field(ge=1)] = 1000


class Rfs(FewShotMethod):
    """Multinomial logistic regression on features at length one, anew in each task.

    Args:
        options: Options of the method.

    Example:
        >>> support = torch.eye(2)[None, :, None, :]                      # (B, N, K, D)
        >>> Rfs()(support, torch.tensor([[[2.0, 1.0]]])).argmax(dim=-1).tolist()
        [[0]]
    """

    name: ClassVar[str] = "rfs"
    paper: ClassVar[str] = (
        "Tian et al., Rethinking Few-Shot Image Classification: A Good Embedding Is All You "
        "Need?, ECCV 2020"
    )
    options_type: ClassVar[type[MethodOptions]] = RfsOptions
    fits_frozen_features: ClassVar[bool] = True
    no_turns: ClassVar[str] = "turns=[]"
    options: RfsOptions

    def __init__(self, options: RfsOptions | None = None) -> None:
        super().__init__(options)
        self.views = tuple(View(turn=turn) for turn in self.options.turns)

    @torch.no_grad()
    def forward(self, support: Tensor, queries: Tensor) -> Tensor:
        """Fit the regression to the exemplars, then score the queries.

        Args:
            support: `(B, N, K, D)`, or `(B, N, K, 1 + U, D)` with turned copies.
            queries: `(B, Q, D)`, or `(B, Q, 1 + U, D)`; their copies are not used.

        Returns:
            Log-probabilities `(B, Q, N)`.

        Raises:
            SkelshotError: The two do not make up a task.
        """
        self.check_inputs(support, queries)
        classes = support.shape[1]
        points = normalize(support.double().flatten(2, -2), dim=-1)
        plain = normalize((queries[:, :, 0] if self.views else queries).double(), dim=-1)
        labels = torch.arange(classes, device=support.device).repeat_interleave(points.shape[2])
        weights, biases = fit_logistic(
            points.flatten(1, 2), labels, self.options.C, self.options.tolerance, self.options.steps
        )
        logits = plain @ weights.transpose(1, 2) + biases[:, None, :]
        return logits.log_softmax(dim=-1).to(support.dtype)


def fit_logistic(
    points: Tensor, labels: Tensor, C: float = 1.0, tolerance: float = 1e-6, steps: int = 1000
) -> tuple[Tensor, Tensor]:
    """Fit B multinomial logistic regressions at once.

    Minimises C sum_i CE(W x_i + b, y_i) + 1/2 ||W||^2. The Hessian of the cross-entropy never
    exceeds 1/2 X^T X for each class (Boehning 1992), so one matrix, factorised once, gives steps
    that always go down; momentum with restarts (O'Donoghue and Candes 2015) makes them few. The
    objective is strictly convex up to a constant on all b, which stays 0, so any solver ends at
    the same probabilities.

    Args:
        points: X, float64, `(B, P, D)`.
        labels: y, `(P,)`, each class at least once.
        C: Weight of the cross-entropy.
        tolerance: Largest partial derivative at the end.
        steps: Most steps.

    Returns:
        W `(B, N, D)` and b `(B, N)`.

    Raises:
        SkelshotError: A fit has not converged after the last step.
    """
    truth = one_hot(labels).to(points)
    # W lies in the span of the points; there it has at most P coordinates in place of D.
    axes, coordinates = torch.linalg.qr(points.transpose(1, 2))
    inputs = torch.cat([coordinates.transpose(1, 2), torch.ones_like(points[..., :1])], dim=-1)
    penalty = torch.ones_like(inputs[0, 0])
    penalty[-1] = 0.0
    bound = C / 2 * inputs.transpose(1, 2) @ inputs + penalty.diag()
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(bound))
    found = inputs.new_zeros(*bound.shape[:2], truth.shape[1])
    ahead, pace = found, inputs.new_ones(len(inputs), 1, 1)
    for _ in range(steps):
        wrong = (inputs @ ahead).softmax(dim=-1) - truth
        gradient = C * inputs.transpose(1, 2) @ wrong + penalty[:, None] * ahead
        done = gradient.abs().amax((1, 2), keepdim=True) <= tolerance
        if bool(done.all()):
            break
        following = torch.where(done, ahead, ahead - inverse @ gradient)
        uphill = (gradient * (following - found)).sum((1, 2), keepdim=True) > 0
        pace = torch.where(uphill, torch.ones_like(pace), pace)
        faster = (1 + (1 + 4 * pace.square()).sqrt()) / 2
        momentum = torch.where(done | uphill, torch.zeros_like(pace), (pace - 1) / faster)
        ahead = following + momentum * (following - found)
        found, pace = following, faster
    else:
        raise SkelshotError(
            f"rfs: {int((~done).sum())} of {len(done)} fits were not done after {steps} steps; "
            f"raise steps, or lower C (found {C:g})"
        )
    weights = (axes @ ahead[:, :-1]).transpose(1, 2)
    return weights, ahead[:, -1]
