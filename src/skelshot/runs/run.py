"""A trained run: one object a split, with its encoder, its inputs and its method's weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, overload

import torch
from torch import Tensor

from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, EncoderSpec, load_encoder, read_header
from skelshot.fewshot import METHODS, FewShotMethod
from skelshot.fewshot.reading import read_shape
from skelshot.fewshot.weights import load_method
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.plans import first_difference
from skelshot.runs.embed_options import EmbedOptions
from skelshot.runs.embedding import encode_clips
from skelshot.runs.folder import CONFIG, ENCODER, METHOD, read_config, split_folder
from skelshot.runs.kept_features import KeptFeatures
from skelshot.runs.old_options import with_todays_form
from skelshot.runs.results import FILE, check_split, read_result
from skelshot.skeletons import InputSpec

Method = TypeVar("Method", bound=FewShotMethod)


@dataclass(frozen=True)
class Run:
    """Trained run: one encoder a split, as `pretrain` made it.

    Args:
        path: The run's folder.
    """

    path: Path

    @classmethod
    def open(cls, folder: Path | str) -> "Run":
        """Open a run.

        Args:
            folder: The folder that was given as `--out` to `pretrain`.

        Returns:
            The run.

        Raises:
            SkelshotError: The folder holds no split.
        """
        run = cls(Path(folder))
        if not run.splits:
            raise SkelshotError(
                f"{folder}: found no split of a run, expected folders such as split-00; run "
                f"`skelshot pretrain` with --out {folder} first"
            )
        return run

    @property
    def keeps_results(self) -> bool:
        """True if results of evaluations are kept in its folder."""
        return True

    @property
    def splits(self) -> dict[int, "SplitRun"]:
        """All splits that were begun, by number."""
        folders = sorted(self.path.glob("split-*")) if self.path.is_dir() else []
        numbers = [folder.name.removeprefix("split-") for folder in folders]
        return {int(text): self.split(int(text)) for text in numbers if text.isdecimal()}

    def split(self, number: int) -> "SplitRun":
        """Return a split, begun or not.

        Args:
            number: The split's number.

        Returns:
            The split; what it lacks is told when it is asked for.
        """
        return SplitRun(split_folder(self.path, number), number)


@dataclass(frozen=True)
class SplitRun:
    """One split of a run.

    Args:
        folder: Its folder.
        number: Its number.
    """

    folder: Path
    number: int

    @property
    def done(self) -> bool:
        """True once its training has come to its end."""
        return (self.folder / FILE).exists()

    @cached_property
    def config(self) -> dict[str, Any]:
        """Configuration of its training as plain values: protocol, classes, data and options."""
        return read_config(self.folder)

    @property
    def result(self) -> dict[str, Any]:
        """The result of its training."""
        return read_result(self.folder)

    @property
    def preset(self) -> dict[str, Any] | None:
        """The preset it was trained with: its `name`, and what it says of `evaluate`.

        None for runs of earlier versions, which did not keep it.
        """
        found = self.result.get("preset") if self.done else None
        return found if isinstance(found, dict) else None

    @property
    def encoder_file(self) -> Path:
        """The trained encoder."""
        return self.folder / "checkpoints" / ENCODER

    @property
    def method_file(self) -> Path:
        """The weights of the few-shot method, where it has any."""
        return self.folder / "checkpoints" / METHOD

    @property
    def kept(self) -> KeptFeatures:
        """The features that evaluations keep beside the encoder."""
        return KeptFeatures(self.folder)

    @cached_property
    def weights(self) -> dict[str, str]:
        """SHA-256 of the encoder's file, and of the method's where it has any weights."""
        files = (self.encoder_file, self.method_file)
        return {file.name: sha256_of(file) for file in files if file.exists()}

    @cached_property
    def inputs(self) -> InputSpec:
        """The input specification of its encoder."""
        header = read_header(self.encoder_file)
        inputs = InputSpec.model_validate(header.inputs)
        self._check_fits(header.spec, inputs)
        return inputs

    def check(self) -> dict[str, Any]:
        """Refuse a finished split whose files are not those that were written.

        Returns:
            Its result.

        Raises:
            SkelshotError: A file is missing, damaged or of another split.
        """
        return check_split(self.folder, self.config, self.number)

    def encoder(self) -> Encoder:
        """Load the trained encoder.

        Returns:
            The encoder, in evaluation mode, on the CPU.

        Raises:
            SkelshotError: There is none, or it is not the one that the configuration tells of.
        """
        _ = self.inputs  # which compares it with the configuration
        return load_encoder(self.encoder_file)[0]

    @overload
    def method(self, method: str, readout: str = "pooled") -> FewShotMethod: ...

    @overload
    def method(self, method: Method, readout: str = "pooled") -> Method: ...

    def method(self, method: FewShotMethod | str, readout: str = "pooled") -> FewShotMethod:
        """Load the weights of a method that were trained with, or beside, the encoder.

        Args:
            method: The method, or its name for one with default options.
            readout: How the encoder is read out: `pooled` or `joints`.

        Returns:
            The method with its weights.

        Raises:
            SkelshotError: There are none, or they are of another method or of features of
                another form.
        """
        wanted = METHODS.named(method)() if isinstance(method, str) else method
        if not self.method_file.exists():
            options = with_todays_form(self.config.get("options"))
            trained = options.get("episodes", "none") if isinstance(options, dict) else "none"
            raise SkelshotError(
                f"method {wanted.name}: has weights of its own, {self.folder} was pre-trained with "
                f"--episodes {trained} and holds none; pretrain with --episodes {wanted.name}"
            )
        options = EmbedOptions.model_validate({"readout": readout})
        return load_method(
            self.method_file, wanted, read_shape(wanted, self.encoder(), options.readout)
        )

    def embed(
        self,
        store: Store,
        indices: Sequence[int] | None = None,
        *,
        keep_map: bool = False,
        kept: KeptFeatures | None = None,
        device: torch.device | str = "cpu",
        **options: Any,
    ) -> Tensor:
        """Encode clips of a store, or read what an earlier call kept of them.

        Args:
            store: The clips; of the layout that the encoder was trained on.
            indices: Which clips, n of them; all unless told.
            keep_map: Keep the feature map, averaged over persons, instead of the read-out.
            kept: Where features are kept, to be asked afterwards what was made anew.
            device: Where the encoder runs.
            options: Those of `EmbedOptions`: `readout`, `views`, `batch`, `precision`.

        Returns:
            Vectors (n, D'), or maps (n, D, T', V).

        Raises:
            SkelshotError: The encoder cannot be loaded, or the clips do not fit it.
        """
        chosen = EmbedOptions.model_validate(options).on(device)
        which = list(range(len(store.clips)) if indices is None else indices)
        inputs = self.inputs  # which compares the encoder with the configuration
        kept = kept or self.kept
        file = kept.file(self.encoder_file, store.data_hash, chosen, keep_map, which, device)
        return kept.read_or_make(
            file,
            len(which),
            lambda: encode_clips(self.encoder(), store, inputs, which, chosen, keep_map, device),
        )

    def _check_fits(self, spec: EncoderSpec, inputs: InputSpec) -> None:
        """Refuse an encoder that is not the one that the configuration tells of."""
        options = with_todays_form(self.config.get("options"))
        options = options if isinstance(options, dict) else {}
        told = options.get("encoder", {}), options.get("input")
        encoder, wanted = (part if isinstance(part, dict) else {} for part in told)
        found = {
            key: value for key, value in spec.model_dump(mode="json").items() if key in encoder
        }
        unlike = first_difference(found, encoder)
        if unlike is None and wanted:
            told_inputs = InputSpec.model_validate(wanted).model_dump(mode="json")
            unlike = first_difference(inputs.model_dump(mode="json"), told_inputs, "input")
        if unlike:
            key, has, says = unlike
            raise SkelshotError(
                f"{self.encoder_file}: another encoder than asked for; {key}: found {has!r:.80}, "
                f"expected {says!r:.80} as in {CONFIG}; put the file of this split back, or "
                "pretrain again"
            )
