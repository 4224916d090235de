"""Embeddings of clips by methods that have a network of their own: each clip is embedded once."""

from collections.abc import Sequence

import torch
from torch import Tensor

from skelshot.datasets.batches import clip_batches
from skelshot.datasets.store import Store
from skelshot.evaluation.options import EvaluateOptions
from skelshot.fewshot.embedding_method import EmbeddingMethod
from skelshot.fewshot.views import view_clips
from skelshot.ground import SkelshotError
from skelshot.ground.progress import progress_bar
from skelshot.skeletons import InputSpec


def embed_clips(
    method: EmbeddingMethod,
    store: Store,
    spec: InputSpec,
    indices: Sequence[int],
    options: EvaluateOptions,
) -> Tensor:
    """Run a method's network over clips.

    Args:
        method: With weights; put into evaluation mode.
        store: The clips.
        spec: From a sequence to the network's input.
        indices: Which clips, n of them, at least one.
        options: Views, whose embeddings are averaged, batch size and precision.

    Returns:
        Embeddings (n, D), float32.

    Raises:
        SkelshotError: The network gave numbers that are not finite.
    """
    method.eval()
    method.meet_inputs(spec)
    parts = []
    with (
        progress_bar("clips", total=len(indices)) as bar,
        torch.inference_mode(),
        torch.autocast("cpu", torch.bfloat16, enabled=options.precision == "bfloat16"),
    ):
        for clips in clip_batches(store, spec, indices, options.batch):
            seen = [method.embed(view_clips(clips, view, spec)) for view in options.views]
            parts.append(torch.stack(seen).mean(0))
            bar.advance(len(clips))
    embeddings = torch.cat(parts)
    if not bool(torch.isfinite(embeddings).all()):
        raise SkelshotError(
            f"method {method.name}: gives embeddings that are not finite; its training has gone "
            "wrong, train it again with a lower learning rate"
        )
    return embeddings
