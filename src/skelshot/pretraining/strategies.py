"""The pre-training strategies there are, by name."""

from skelshot.ground import SkelshotError
from skelshot.ground.families import Family
from skelshot.pretraining.aimclr import AimClrStage
from skelshot.pretraining.byol import ByolStage
from skelshot.pretraining.distill import DistillStage
from skelshot.pretraining.episodic import EpisodicStage
from skelshot.pretraining.stage import Stage
from skelshot.pretraining.stage_options import StageOptions
from skelshot.pretraining.supervised import SupervisedStage
from skelshot.pretraining.transfer import TransferStage


def _problem(part: type) -> str | None:
    """Tell what a strategy from outside lacks."""
    if not issubclass(part, Stage):
        return (
            f"found the class {part.__name__}, expected a sub-class of skelshot.pretraining.Stage"
        )
    if abstract := sorted(getattr(part, "__abstractmethods__", ())):
        return f"lacks {', '.join(abstract)}"
    options: object = getattr(part, "options_type", None)
    if not (isinstance(options, type) and issubclass(options, StageOptions)):
        return f"found options_type = {options!r:.80}, expected a sub-class of StageOptions"
    named = options.model_fields.get("name")
    if named is None or named.default != part.name:
        return f"its options lack the field `name: Literal[{part.name!r}] = {part.name!r}`"
    return None


STRATEGIES: Family[Stage] = Family(
    "strategy",
    (SupervisedStage, TransferStage, ByolStage, AimClrStage, DistillStage),
    _problem,
    reserved=("none", EpisodicStage.name),
)
"""Ways to pre-train an encoder before any episodes; another package adds its own in the group
`skelshot.strategies`."""


def reads_teacher(name: str) -> bool:
    """Tell whether a strategy reads the features of a teacher.

    Args:
        name: Its name, or `none`.

    Returns:
        Whether it does.

    Raises:
        SkelshotError: There is no such strategy.

    Example:
        >>> reads_teacher("transfer"), reads_teacher("byol"), reads_teacher("none")
        (True, False, False)
    """
    return name != "none" and STRATEGIES.named(name).reads_teacher


def check_reads_features(name: str) -> None:
    """Refuse features of a teacher where nothing would read them.

    Args:
        name: The strategy's name, or `none`.

    Raises:
        SkelshotError: It reads none.
    """
    if not reads_teacher(name):
        raise SkelshotError(
            f"--features: the strategy {name} reads no teacher, expected none; leave them out, or "
            "take --strategy transfer"
        )
