"""One classifier of an evaluation: a few-shot method on what a run's encoders make of clips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split, Task
from skelshot.datasets.store import Store
from skelshot.encoders import packaged_for
from skelshot.evaluation.answers import Answers
from skelshot.evaluation.each_split import answer_each_split
from skelshot.evaluation.evaluate import answer
from skelshot.evaluation.options import EvaluateOptions
from skelshot.fewshot import FewShotMethod
from skelshot.fewshot.reading import check_turns
from skelshot.ground import SkelshotError
from skelshot.pretraining.text_encoders import text_encoder
from skelshot.runs.encoder_file import EncoderFile
from skelshot.runs.encoders import RunEncoders, choose_encoders, choose_splits
from skelshot.runs.features import RunFeatures, fitting_views, with_mirror, without_mirror
from skelshot.runs.run import Run
from skelshot.skeletons.mappings import mapping_report


@dataclass(frozen=True, eq=False)
class Member:
    """A classifier as it is asked for.

    Args:
        run: The run whose encoders it uses; None for methods that read clips.
        method: The few-shot method.
        options: Read-out, views and batch size; of the views those that fit the method are used.
        preset: The preset that the options are of, where one is known.
        adapted: What of the settings was changed to fit the store, in words.
        views_told: Whether the views were asked for, so that none is added.
    """

    run: Run | None
    method: FewShotMethod
    options: EvaluateOptions
    preset: str | None = None
    adapted: tuple[str, ...] = ()
    views_told: bool = False


@dataclass(frozen=True, eq=False)
class ReadyMember:
    """A classifier that fits the store, its splits and the sides that were decided.

    Args:
        store: The clips, in the layout of the encoders.
        splits: The splits of the evaluation.
        encoders: The run's; None for methods that read clips.
        method: The few-shot method.
        options: Read-out, views and batch size.
        asked: The classifier as it was asked for.
    """

    store: Store
    splits: Sequence[Split]
    encoders: RunEncoders | None
    method: FewShotMethod
    options: EvaluateOptions
    asked: Member

    @classmethod
    def of(
        cls,
        member: Member,
        store: Store,
        protocol: FewShotProtocol,
        wanted: Sequence[int] | None,
        encoder_split: int | None,
    ) -> "ReadyMember":
        """Find a classifier's encoders and refuse what cannot be evaluated.

        Args:
            member: The classifier.
            store: The clips.
            protocol: Draws the splits.
            wanted: Numbers of splits; all that the run holds unless told.
            encoder_split: The split of the run whose encoder serves all splits.

        Returns:
            The classifier, before sides are decided.

        Raises:
            SkelshotError: The run lacks a split, or its encoders cannot serve this store.
        """
        method, encoders = member.method, None
        if member.run is None:
            _check_needs_no_run(method)
        if member.run is None or (method.reads == "clip" and not method.has_weights):
            if encoder_split is not None:
                raise SkelshotError(
                    f"--encoder-split {encoder_split}: method {method.name} uses no encoder, "
                    "expected none; leave it out"
                )
            every = protocol.split_list(store)
            splits = list(every) if wanted is None else choose_splits(every, wanted)
        else:
            encoders, splits = choose_encoders(member.run, store, protocol, wanted, encoder_split)
            store = _fitted(store, encoders, splits[0])
        return cls(store, splits, encoders, method, member.options, member)

    def with_sides(self, matter: bool) -> "ReadyMember":
        """Take no mirrored view where sides matter, and check that the views fit the method.

        Where they do not, an encoder's file that was made for classes whose sides do sees each
        clip's mirror image as well.

        Args:
            matter: Whether a clip and its mirror image are different actions.

        Returns:
            The classifier.

        Raises:
            SkelshotError: The method cannot do without mirrored or turned views.
        """
        method = self.method.without_mirror() if matter else self.method
        options = self.options
        if matter:
            options = without_mirror(options)
        elif self._views_leave_mirrors_out:
            options = with_mirror(options)
        check_turns(method, self.coordinates, f"classifiers.{method.name}")
        return replace(self, method=method, options=fitting_views(options, method))

    @property
    def _views_leave_mirrors_out(self) -> bool:
        """True where the views are those of an encoder's file that keeps left and right apart."""
        if self.asked.views_told:
            return False
        trained = self.encoders and self.encoders.of(self.splits[0])
        if not isinstance(trained, EncoderFile) or trained.inputs.sides != "matter":
            return False
        noted = {} if trained.matching is None else trained.matching.evaluate
        return self.options.views == EvaluateOptions.model_validate(noted).views

    def answer(
        self,
        tasks: Mapping[int, Sequence[Sequence[Task]]],
        seconds: dict[str, float],
        made_anew: list[str],
        device: torch.device,
    ) -> list[Answers]:
        """Score the queries of all tasks.

        Args:
            tasks: For each number of shots the tasks of each split.
            seconds: What each part took is added to.
            made_anew: Kept features that were damaged are added.
            device: Where encoders and methods run.

        Returns:
            The answers, one for each number of shots.

        Raises:
            SkelshotError: The method's weights are missing or cannot take such tasks.
        """
        methods = self._methods(tasks)
        for method in methods:
            method.meet_classes(self.store.class_names, self.store.layout, text_encoder)
        source = RunFeatures(self.store, methods[0], self.options, self.encoders, device)
        if len(methods) == 1 and methods[0].embedder is None:
            answers = answer(self.store, self.splits, methods[0], tasks, source, seconds, device)
        else:
            each = methods * len(self.splits) if len(methods) == 1 else methods
            answers = answer_each_split(
                self.store, self.splits, each, tasks, source, seconds, device
            )
        made_anew += source.made_anew
        return answers

    def method_of(self, split: Split) -> FewShotMethod:
        """Load the method with the weights that a split's encoder was trained with.

        Args:
            split: One of the evaluation.

        Returns:
            The method; the same for all splits where it has no weights.

        Raises:
            SkelshotError: Its weights are missing.
        """
        if self.encoders is None or not self.method.has_weights:
            return self.method
        return self.encoders.of(split).method(self.method, self.options.readout)

    def _methods(self, tasks: Mapping[int, Sequence[Sequence[Task]]]) -> list[FewShotMethod]:
        """Load one method a split where their weights differ, else one for all."""
        self.method.eval()
        if self.encoders is None or not self.method.has_weights:
            return [self.method]
        which = self.splits if self.encoders.fixed is None else self.splits[:1]
        loaded = [self.method_of(split) for split in which]
        for method in loaded:
            check_shapes(method, tasks)  # with weights it knows what they are for
        return loaded

    def config(self) -> dict[str, Any]:
        """Tell all choices, as results spell them.

        Returns:
            Options of evaluation and method, what the method is, and the run's configuration.
        """
        first = self.splits[0]
        method = self.method
        return {
            "evaluate": self.options.model_dump(mode="json", exclude={"classifiers"}),
            "method": method.options.model_dump(mode="json"),
            "is_transductive": method.is_transductive,
            "uses_class_names": method.uses_class_names,
            "run": self.encoders.of(first).config if self.encoders else None,
        }

    def mapped(self) -> dict[str, Any] | None:
        """Tell what mapping the clips to the encoder's joints keeps, makes and loses.

        Returns:
            The report; None where the clips have that layout.
        """
        source, target = self.store.stored_layout, self.store.layout
        return None if source == target else mapping_report(source, target).as_json()

    @property
    def coordinates(self) -> int:
        """Coordinates a joint that are looked at."""
        if self.encoders is None:
            return self.store.channels
        return self.encoders.of(self.splits[0]).inputs.coordinates

    @property
    def sees_pictures(self) -> bool:
        """True where 3-D clips are seen as a camera before the person sees them."""
        return self.coordinates < self.store.channels


def check_shapes(method: FewShotMethod, tasks: Mapping[int, Sequence[Sequence[Task]]]) -> None:
    """Refuse numbers of classes and exemplars that a method cannot take.

    Args:
        method: The few-shot method.
        tasks: For each number of shots the tasks of each split.

    Raises:
        SkelshotError: It cannot take them.
    """
    for shots, per_split in tasks.items():
        for ways in {len(task.classes) for group in per_split for task in group}:
            method.check_shape(ways, shots)


def check_alike(members: Sequence[ReadyMember]) -> None:
    """Refuse an ensemble of unlike runs.

    Args:
        members: The classifiers.

    Raises:
        SkelshotError: A classifier is there twice, two are of other splits, classes or protocols,
            or a run is named though the method uses none.
    """
    first, *others = members
    if not others:
        return
    for place, member in enumerate(members):
        if member.encoders is None and member.asked.run is not None:
            raise SkelshotError(
                f"method {member.method.name}: found {len(members)} runs, expected at most one, "
                "since it uses none; name one --run"
            )
        for earlier in members[:place]:
            _check_not_twice(earlier, member)
    for other in others:
        _check_pair(first, other, f"{_named(first)} and {_named(other)}")


def _path(member: ReadyMember) -> Path | None:
    return member.asked.run.path if member.asked.run else None


def _named(member: ReadyMember) -> str:
    """Name a classifier by the option that it was asked for with."""
    path = _path(member)
    return f"--beside {member.method.name}" if path is None else f"--run {path}"


def _check_not_twice(one: ReadyMember, other: ReadyMember) -> None:
    """Refuse one classifier under two paths, such as a link or a copy of a run."""
    weights = [each.encoders and each.encoders.weights(each.splits) for each in (one, other)]
    if (
        weights[0] == weights[1]
        and one.method.name == other.method.name
        and one.options == other.options
    ):
        same = _path(one) == _path(other)
        raise SkelshotError(
            f"{_named(other)}: found twice, "
            + ("" if same else f"it holds the same weights as {_path(one)}, ")
            + f"expected each {'run' if other.encoders else 'method'} once"
        )


def _check_pair(first: ReadyMember, other: ReadyMember, place: str) -> None:
    splits, others = ([split.index for split in each.splits] for each in (first, other))
    if splits != others:
        raise SkelshotError(
            f"{place}: found the splits {splits} and {others}, expected the same; name those that "
            "all runs hold with --split"
        )
    if first.encoders is None or other.encoders is None:
        return
    one, two = (each.of(first.splits[0]).config for each in (first.encoders, other.encoders))
    same_data = one.get("data_hash") is not None and one["data_hash"] == two.get("data_hash")
    if same_data and one.get("base") != two.get("base"):
        raise SkelshotError(
            f"{place}: found encoders trained on {one.get('base')} and {two.get('base')} of the "
            "same data, expected the same classes"
        )


def _fitted(store: Store, encoders: RunEncoders, split: Split) -> Store:
    """Give the clips in the layout that the encoders were trained on, or say why that cannot be."""
    trained = encoders.of(split)
    try:
        return store.for_input(trained.inputs)
    except SkelshotError as error:
        flat = store.channels < trained.inputs.coordinates
        packaged = f", such as {packaged_for(store.channels)}" if flat else ""
        raise SkelshotError(
            f"{trained.folder}: its encoder cannot read the clips of {store.path} ({error}); "
            f"choose a run of {store.channels}-D clips of {store.layout.name}{packaged}"
        ) from error


def _check_needs_no_run(method: FewShotMethod) -> None:
    """Refuse a method that reads what only a run holds."""
    if method.has_weights:
        raise SkelshotError(
            f"method {method.name}: has weights of its own; give --run RUN, which "
            f"`skelshot pretrain --episodes {method.name}` makes"
        )
    if method.reads != "clip":
        raise SkelshotError(
            f"method {method.name}: reads an encoder's features; give --run RUN, which "
            "`skelshot pretrain` makes"
        )
