"""Features of clips: each clip is read once, and the network run once a view."""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from skelshot.datasets.batches import clip_batches
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder, mean_over_persons
from skelshot.encoders.readouts import read_out
from skelshot.fewshot.embedding_method import EmbeddingMethod
from skelshot.fewshot.views import view_clips
from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar
from skelshot.runs.embed_options import EmbedOptions
from skelshot.skeletons import InputSpec


def encode_clips(
    encoder: Encoder,
    store: Store,
    spec: InputSpec,
    indices: Sequence[int],
    options: EmbedOptions,
    keep_map: bool = False,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Run the encoder over clips.

    Args:
        encoder: The encoder; put into evaluation mode and onto the device.
        store: The clips.
        spec: From a sequence to the encoder's input.
        indices: Which clips, n of them.
        options: Read-out, views and batch size.
        keep_map: Keep the feature map, averaged over persons, instead of the read-out.
        device: Where the encoder runs, as `ground.devices.chosen_device` gives it.

    Returns:
        Vectors (n, D'), or maps (n, D, T', V) when asked; averaged over the views, on the CPU.

    Raises:
        SkelshotError: The encoder gave numbers that are not finite, or there are no clips.
    """
    device = torch.device(device)
    encoder.to(device).eval()
    low = _autocast(options, device)

    @torch.inference_mode()
    def encoded(clips: Tensor) -> Tensor:
        clips = clips.to(device)
        with low:
            maps = [
                encoder.feature_map(view_clips(clips, view, spec)).float() for view in options.views
            ]
        counted = encoder.counted_persons(clips)  # nobody comes or goes with a view
        read = [
            mean_over_persons(m, counted) if keep_map else read_out(m, options.readout, counted)
            for m in maps
        ]
        features = torch.stack(read).mean(0)
        if not bool(torch.isfinite(features).all()):
            raise SkelshotError(
                "the encoder gives features that are not finite; its training has gone wrong, "
                "train it again with a lower learning rate"
            )
        return features.cpu()

    batches = clip_batches(store, spec, indices, options.batch)
    return _gathered(map(encoded, batches), len(indices))


def _autocast(options: EmbedOptions, device: torch.device) -> torch.autocast:
    """Calculate in the precision that the options ask for."""
    low = options.on(device).precision == "bfloat16"
    return torch.autocast(device.type, torch.bfloat16, enabled=low)


def embed_clips(
    method: EmbeddingMethod,
    store: Store,
    spec: InputSpec,
    indices: Sequence[int],
    options: EmbedOptions,
    device: torch.device | str = "cpu",
) -> Tensor:
    """Run a method's network over clips.

    Args:
        method: With weights; put into evaluation mode and onto the device.
        store: The clips.
        spec: From a sequence to the network's input.
        indices: Which clips, n of them, at least one.
        options: Views, whose embeddings are averaged, batch size and precision.
        device: Where the network runs, as `ground.devices.chosen_device` gives it.

    Returns:
        Embeddings (n, D), float32, on the CPU.

    Raises:
        SkelshotError: The network gave numbers that are not finite.
    """
    device = torch.device(device)
    method.to(device).eval()
    method.meet_inputs(spec)
    parts = []
    with (
        progress_bar("clips", total=len(indices)) as bar,
        torch.inference_mode(),
        _autocast(options, device),
    ):
        for clips in clip_batches(store, spec, indices, options.batch):
            there = clips.to(device)
            seen = [method.embed(view_clips(there, view, spec)) for view in options.views]
            parts.append(torch.stack(seen).mean(0).cpu())
            bar.advance(len(clips))
    embeddings = torch.cat(parts)
    if not bool(torch.isfinite(embeddings).all()):
        raise SkelshotError(
            f"method {method.name}: gives embeddings that are not finite; its training has gone "
            "wrong, train it again with a lower learning rate"
        )
    return embeddings


def input_clips(store: Store, spec: InputSpec, indices: Sequence[int], batch: int) -> Tensor:
    """Gather encoder inputs of clips, for methods that compare clips themselves.

    Args:
        store: The clips.
        spec: From a sequence to the input.
        indices: Which clips, n of them.
        batch: Clips read at a time.

    Returns:
        Inputs (n, C, T, V, M).

    Raises:
        SkelshotError: There are no clips.
    """
    return _gathered(clip_batches(store, spec, indices, batch), len(indices))


def _gathered(parts: Iterable[Tensor], count: int) -> Tensor:
    """Fill one tensor part by part: a list of parts joined at the end needs the memory twice."""
    gathered: Tensor | None = None
    done = 0
    with progress_bar("clips", total=count) as bar:
        for part in parts:
            if gathered is None:
                gathered = torch.empty(count, *part.shape[1:], dtype=part.dtype)
            gathered[done : done + len(part)] = part
            done += len(part)
            bar.advance(len(part))
    if gathered is None:
        raise SkelshotError("clips: found none to encode, expected at least one")
    return gathered
