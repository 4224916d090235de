"""Features of clips: each clip is read once, and the encoder run once a view."""

from collections.abc import Sequence

import torch
from torch import Tensor

from skelshot.datasets.batches import load_batches, plain_batches
from skelshot.datasets.store import Store
from skelshot.encoders import Encoder
from skelshot.encoders.readouts import read_out
from skelshot.evaluation.options import EvaluateOptions
from skelshot.evaluation.views import view_clips
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec


@torch.inference_mode()
def encode_clips(
    encoder: Encoder,
    store: Store,
    spec: InputSpec,
    indices: Sequence[int],
    options: EvaluateOptions,
    keep_map: bool = False,
) -> Tensor:
    """Run the encoder over clips.

    Args:
        encoder: The encoder; put into evaluation mode.
        store: The clips.
        spec: From a sequence to the encoder's input.
        indices: Which clips, n of them.
        options: Read-out, views and batch size.
        keep_map: Keep the feature map, averaged over persons, instead of the read-out.

    Returns:
        Vectors (n, D'), or maps (n, D, T', V) when asked; averaged over the views.

    Raises:
        SkelshotError: The encoder gave numbers that are not finite.
    """
    encoder.eval()
    parts = []
    low = torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16")
    for clips in load_batches(store, spec, plain_batches(indices, options.batch)):
        with low:
            maps = [
                encoder.feature_map(view_clips(clips, view, encoder.spec.joints)).float()
                for view in options.views
            ]
        read = [m.mean(1) if keep_map else read_out(m, options.readout) for m in maps]
        parts.append(torch.stack(read).mean(0))
    features = torch.cat(parts)
    if not bool(torch.isfinite(features).all()):
        raise SkelshotError(
            "the encoder gives features that are not finite; its training has gone wrong, train "
            "it again with a lower learning rate"
        )
    return features.clone()


def input_clips(store: Store, spec: InputSpec, indices: Sequence[int], batch: int) -> Tensor:
    """Gather encoder inputs of clips, for methods that compare clips themselves.

    Args:
        store: The clips.
        spec: From a sequence to the input.
        indices: Which clips, n of them.
        batch: Clips read at a time.

    Returns:
        Inputs (n, C, T, V, M).
    """
    return torch.cat(list(load_batches(store, spec, plain_batches(indices, batch))))
