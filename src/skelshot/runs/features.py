"""Features of a run's clips as methods read them, split by split."""

from collections.abc import Sequence
from typing import TypeVar

import torch
from torch import Tensor

from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.fewshot import FewShotMethod, View, view_clips
from skelshot.fewshot.reading import views_of
from skelshot.runs.embed_options import EmbedOptions
from skelshot.runs.embedding import embed_clips, input_clips
from skelshot.runs.encoders import RunEncoders
from skelshot.runs.kept_features import KeptFeatures
from skelshot.skeletons import InputSpec, SkeletonLayout
from skelshot.skeletons.inputs import todays_align
from skelshot.skeletons.normalise import can_align_view

Options = TypeVar("Options", bound=EmbedOptions)


class RunFeatures:
    """The features of a run's encoders, kept beside the encoders for the next evaluation.

    Methods that read clips get them as the run's encoders do; embeddings of those that embed
    clips themselves are kept as features are. Without a run, clips are as `inputs` says.

    Args:
        store: The clips.
        method: Says what it reads of a clip, and which views of it.
        options: Read-out, views to average over, batch size and precision.
        encoders: Those of the run; None for methods that read clips.
        device: Where encoders run.
    """

    def __init__(
        self,
        store: Store,
        method: FewShotMethod,
        options: EmbedOptions,
        encoders: RunEncoders | None,
        device: torch.device | str = "cpu",
    ) -> None:
        self._store = store
        self._method = method
        self._options = options
        self._encoders = encoders
        self._device = torch.device(device)
        self._kept: dict[int, KeptFeatures] = {}

    @property
    def same_for_all(self) -> bool:
        """True where the features of a clip are the same in all splits."""
        return self._encoders is None or self._encoders.fixed is not None

    def __call__(self, split: Split, indices: Sequence[int]) -> Tensor:
        """Give what the method reads of a split's clips.

        Args:
            split: Whose encoder.
            indices: Which clips, n of them.

        Returns:
            Clips, vectors, maps or embeddings (n, ...); (n, 1 + U, ...) where the method wants
            U views.
        """
        views = views_of(self._method)
        seen = [self._from_view(split, indices, view) for view in views]
        return seen[0] if len(views) == 1 else torch.stack(seen, dim=1)

    def _from_view(self, split: Split, indices: Sequence[int], view: View) -> Tensor:
        """Give what the method reads of the clips from one view, (n, ...)."""
        method, reads_clips = self._method, self._method.reads == "clip"
        if self._encoders is None or (reads_clips and not method.has_weights):
            return self._clips(self.inputs_of(split), indices, view)
        trained, store = self._encoders.of(split), self._store
        options = seen_from(self._options, view)
        kept = self._kept.setdefault(trained.number, trained.kept)
        if (embedder := method.embedder) is not None:
            network = trained.method(embedder, options.readout)
            form = network.options.model_dump_json()
            return kept.read_or_make(
                kept.file(
                    trained.method_file, store.data_hash, options, form, indices, self._device
                ),
                len(indices),
                lambda: embed_clips(network, store, trained.inputs, indices, options, self._device),
            )
        if reads_clips:
            return self._clips(trained.inputs, indices, view)
        chosen = {name: getattr(options, name) for name in EmbedOptions.model_fields}
        return trained.embed(
            store, indices, keep_map=method.reads == "map", kept=kept, device=self._device, **chosen
        )

    @property
    def made_anew(self) -> list[str]:
        """Kept features that were damaged or without a digest, and so were made anew."""
        return [told for kept in self._kept.values() for told in kept.made_anew]

    def inputs_of(self, split: Split) -> InputSpec:
        """Say how the clips are read.

        Args:
            split: Whose encoder.

        Returns:
            The specification of the encoder, or the method's own where it reads clips without.
        """
        alone = self._method.reads == "clip" and not self._method.has_weights
        if self._encoders is None or alone:
            return own_inputs(self._method, self._store.layout, self._store.channels)
        return self._encoders.of(split).inputs

    def _clips(self, spec: InputSpec, indices: Sequence[int], view: View) -> Tensor:
        """Give the clips themselves from one view, (n, C, T, V, M)."""
        clips = input_clips(self._store, spec, indices, self._options.batch)
        return clips if view == View() else view_clips(clips, view, spec)


def own_inputs(method: FewShotMethod, layout: SkeletonLayout, coordinates: int) -> InputSpec:
    """Say how clips are read without an encoder: as the method asks, as far as they can be.

    Args:
        method: One that reads clips.
        layout: The clips' joints.
        coordinates: Coordinates a joint, 3 or 2.

    Returns:
        From a sequence to what the method reads.

    Example:
        >>> from skelshot.fewshot import RawDTW
        >>> from skelshot.skeletons.layouts import KINECT_V1
        >>> own_inputs(RawDTW(), KINECT_V1, 3).frames
        24
    """
    asked = todays_align(method.inputs)
    if asked.get("align", "facing") == "facing" and not can_align_view(layout, coordinates):
        # pixels have no common scale, and nothing to turn to the camera
        asked |= {"align": "root", "torso_scale": True}
    return InputSpec.model_validate({"layout": layout, "coordinates": coordinates, **asked})


def seen_from(options: Options, view: View) -> Options:
    """Let every view that features are averaged over be taken of another view of the clip.

    Args:
        options: The options of the evaluation.
        view: What is done to the clip first.

    Returns:
        The options with the changed views; the same when the view is the clip as it is.

    Example:
        >>> seen_from(EmbedOptions(), View(mirror=True)).views
        (View(turn=0.0, mirror=True),)
    """
    if view == View():
        return options
    views = tuple(averaged.after(view) for averaged in options.views)
    return options.model_copy(update={"views": views})


def without_mirror(options: Options) -> Options:
    """Leave mirrored views out of the average, where sides matter.

    Args:
        options: The options of the evaluation.

    Returns:
        The options with the views that are not mirrored, at least the clip as it is.

    Example:
        >>> both = EmbedOptions(views=(View(mirror=True), View(turn=10)))
        >>> without_mirror(both).views
        (View(turn=10.0, mirror=False),)
    """
    plain = tuple(view for view in options.views if not view.mirror) or (View(),)
    return options.model_copy(update={"views": plain})


def with_mirror(options: Options) -> Options:
    """Add each view's mirror image to the average, where sides do not matter.

    Args:
        options: The options of the evaluation.

    Returns:
        The options with twice as many views; the same where one is mirrored already.

    Example:
        >>> with_mirror(EmbedOptions()).views
        (View(turn=0.0, mirror=False), View(turn=0.0, mirror=True))
    """
    if any(view.mirror for view in options.views):
        return options
    twins = tuple(view.model_copy(update={"mirror": True}) for view in options.views)
    return options.model_copy(update={"views": options.views + twins})


def fitting_views(options: Options, method: FewShotMethod) -> Options:
    """Leave mirrored views out of the average where the method wants mirrored twins.

    Averaging a clip with its mirror image is symmetric, so mirroring it again adds nothing.

    Args:
        options: The options of the evaluation.
        method: Declares its views.

    Returns:
        The options, changed where the method wants twins and plain views remain.

    Example:
        >>> from skelshot.fewshot import Subspace
        >>> both = EmbedOptions(views=(View(), View(mirror=True)))
        >>> fitting_views(both, Subspace()).views
        (View(turn=0.0, mirror=False),)
    """
    plain = tuple(view for view in options.views if not view.mirror)
    if plain and any(view.mirror for view in method.views):
        return options.model_copy(update={"views": plain})
    return options
