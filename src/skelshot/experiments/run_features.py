"""What methods read of a run's clips, and the methods' own weights, split by split."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, TypeVar

import torch
from torch import Tensor

from skelshot.datasets.store import Store
from skelshot.datasets.tasks import Split
from skelshot.encoders import Encoder, load_encoder
from skelshot.evaluation.embeddings import embed_clips
from skelshot.evaluation.features import encode_clips, input_clips
from skelshot.evaluation.options import EvaluateOptions
from skelshot.fewshot import FewShotMethod, View, view_clips
from skelshot.fewshot.embedding_method import EmbeddingMethod
from skelshot.fewshot.reading import check_reads, read_shape, views_of
from skelshot.fewshot.weights import load_method
from skelshot.ground import SkelshotError
from skelshot.ground.digested_tensors import read_digested, write_digested
from skelshot.ground.files import sha256_of
from skelshot.ground.seeding import digest_of
from skelshot.pretraining.options import PretrainOptions
from skelshot.pretraining.runs import read_options, split_folder
from skelshot.skeletons import InputSpec
from skelshot.skeletons.normalise import can_align_view

Method = TypeVar("Method", bound=FewShotMethod)


def split_encoder(run: Path, split: Split) -> tuple[Encoder, PretrainOptions]:
    """Load the encoder of a split.

    Args:
        run: The run's folder.
        split: The split.

    Returns:
        The encoder in evaluation mode, and the options it was trained with.

    Raises:
        SkelshotError: A file cannot be read, or the two do not fit.
    """
    folder = split_folder(run, split.index)
    options = read_options(folder)
    weights = folder / "checkpoints" / "encoder.safetensors"
    encoder, _ = load_encoder(weights, expect=options.encoder_spec)
    return encoder, options


def split_method(run: Path, split: Split, method: Method, options: EvaluateOptions) -> Method:
    """Load the weights of a method that were trained with, or beside, a split's encoder.

    Args:
        run: The run's folder.
        split: The split.
        method: A method with weights of its own.
        options: Says how the encoder is read out.

    Returns:
        The method with its weights.

    Raises:
        SkelshotError: The run holds none, or they are of another method or of features of
            another form.
    """
    folder = split_folder(run, split.index)
    encoder, trained = split_encoder(run, split)
    file = folder / "checkpoints" / "method.safetensors"
    if not file.exists():
        raise SkelshotError(
            f"method {method.name}: has weights of its own, {folder} was pre-trained with "
            f"--episodes {trained.episodes} and holds none; pretrain with --episodes {method.name}"
        )
    return load_method(file, method, read_shape(method, encoder, options.readout))


class RunFeatures:
    """The features of a run's encoders, kept beside the encoders for the next evaluation.

    Methods that read clips get them as the run's encoders do; embeddings of those that embed
    clips themselves are kept as features are. Without a run, clips are as `inputs` says.

    Args:
        store: The clips.
        method: Says what it reads of a clip, and which views of it.
        options: Read-out, views to average over, batch size and precision.
        run: The run's folder; None for methods that read clips.
    """

    def __init__(
        self, store: Store, method: FewShotMethod, options: EvaluateOptions, run: Path | None
    ) -> None:
        self._store = store
        self._method = method
        self._options = options
        self._run = run
        self.made_anew: list[str] = []
        """Kept features that were damaged or without a digest, and so were made anew."""

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
        run, reads_clips = self._run, self._method.reads == "clip"
        if run is None or (reads_clips and not self._method.has_weights):
            return self._clips(self._own_inputs(), indices, view)
        encoder, trained = split_encoder(run, split)
        options, store = seen_from(self._options, view), self._store
        folder = split_folder(run, split.index)
        if isinstance(self._method, EmbeddingMethod):
            method = split_method(run, split, self._method, options)
            return self._kept(
                self._file(folder, "method", indices, options, method.options.model_dump_json()),
                len(indices),
                lambda: embed_clips(method, store, trained.input, indices, options),
            )
        if reads_clips:
            return self._clips(trained.input, indices, view)
        check_reads(self._method, encoder)
        keep_map = self._method.reads == "map"
        return self._kept(
            self._file(folder, "encoder", indices, options, keep_map),
            len(indices),
            lambda: encode_clips(encoder, store, trained.input, indices, options, keep_map),
        )

    def _own_inputs(self) -> InputSpec:
        """Say how clips are read without a run: as the method asks, as far as they can be."""
        layout, coordinates = self._store.layout, self._store.channels
        asked = dict(self._method.inputs)
        if asked.get("view", "view") == "view" and not can_align_view(layout, coordinates):
            # pixels have no common scale, and nothing to turn to the camera
            asked |= {"view": "centre", "torso_scale": True}
        return InputSpec.model_validate({"layout": layout, "coordinates": coordinates, **asked})

    def _clips(self, spec: InputSpec, indices: Sequence[int], view: View) -> Tensor:
        """Give the clips themselves from one view, (n, C, T, V, M)."""
        clips = input_clips(self._store, spec, indices, self._options.batch)
        return clips if view == View() else view_clips(clips, view, spec)

    def _file(
        self,
        folder: Path,
        weights: Literal["encoder", "method"],
        indices: Sequence[int],
        options: EvaluateOptions,
        form: bool | str,
    ) -> Path:
        """Name the file that keeps features, after all that they depend on."""
        key = digest_of(
            sha256_of(folder / "checkpoints" / f"{weights}.safetensors"),
            self._store.data_hash,
            options.model_dump_json(exclude={"classifiers", "batch"}),
            form,
            list(indices),
        ).hex()[:16]
        return folder / "features" / f"{key}.safetensors"

    def _kept(self, file: Path, count: int, make: Callable[[], Tensor]) -> Tensor:
        """Read what an earlier evaluation kept of as many clips, else make it and keep it."""
        if file.exists():
            try:
                return _kept_features(file, count)
            except SkelshotError as error:
                self.made_anew.append(str(error))
        features = make()
        file.parent.mkdir(exist_ok=True)
        write_digested(file, {"features": features}, {"key": file.stem})
        return features


def seen_from(options: EvaluateOptions, view: View) -> EvaluateOptions:
    """Let every view that features are averaged over be taken of another view of the clip.

    Args:
        options: The options of the evaluation.
        view: What is done to the clip first.

    Returns:
        The options with the changed views; the same when the view is the clip as it is.

    Example:
        >>> seen_from(EvaluateOptions(), View(mirror=True)).views
        (View(turn=0.0, mirror=True),)
    """
    if view == View():
        return options
    views = tuple(averaged.after(view) for averaged in options.views)
    return options.model_copy(update={"views": views})


def without_mirror(options: EvaluateOptions) -> EvaluateOptions:
    """Leave mirrored views out of the average, where sides matter.

    Args:
        options: The options of the evaluation.

    Returns:
        The options with the views that are not mirrored, at least the clip as it is.

    Example:
        >>> both = EvaluateOptions(views=(View(mirror=True), View(turn=10)))
        >>> without_mirror(both).views
        (View(turn=10.0, mirror=False),)
    """
    plain = tuple(view for view in options.views if not view.mirror) or (View(),)
    return options.model_copy(update={"views": plain})


def fitting_views(options: EvaluateOptions, method: FewShotMethod) -> EvaluateOptions:
    """Leave mirrored views out of the average where the method wants mirrored twins.

    An average over views and their mirror images is its own twin, so that a twin would tell the
    method nothing but rounding errors.

    Args:
        options: The options of the evaluation.
        method: Declares its views.

    Returns:
        The options, changed where the method wants twins and plain views remain.

    Example:
        >>> from skelshot.fewshot import Subspace
        >>> both = EvaluateOptions(views=(View(), View(mirror=True)))
        >>> fitting_views(both, Subspace()).views
        (View(turn=0.0, mirror=False),)
    """
    plain = tuple(view for view in options.views if not view.mirror)
    if plain and any(view.mirror for view in method.views):
        return options.model_copy(update={"views": plain})
    return options


def _kept_features(file: Path, count: int) -> Tensor:
    """Read features of an earlier evaluation, if they are what the file's name says."""
    tensors, notes, has_digest = read_digested(file)
    features = tensors.get("features")
    if not has_digest or notes != {"key": file.stem} or features is None:
        raise SkelshotError(f"{file}: found {notes or 'no digest'}, expected features {file.stem}")
    if not features.ndim or len(features) != count:
        raise SkelshotError(f"{file}: found {tuple(features.shape)}, expected {count} features")
    return features
