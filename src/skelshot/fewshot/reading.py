"""Features as methods read them: the encoder's vector or map of each view, or the clip itself."""

import torch
from torch import Tensor

from skelshot.encoders import Encoder, mean_over_persons
from skelshot.encoders.readouts import ReadOut, read_out
from skelshot.fewshot.base import FewShotMethod
from skelshot.fewshot.views import View, view_clips
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec


def check_reads(method: FewShotMethod, encoder: Encoder) -> None:
    """Refuse a method that reads feature maps of an encoder that has none.

    Args:
        method: Declares what it reads.
        encoder: The encoder.

    Raises:
        SkelshotError: The encoder gives vectors only.
    """
    if method.reads == "map" and not callable(getattr(encoder, "feature_map", None)):
        raise SkelshotError(
            f"method {method.name}: reads feature maps, {type(encoder).__name__} gives vectors "
            "only; choose a method that reads vectors, or another encoder"
        )


def check_turns(method: FewShotMethod, coordinates: int, option: str) -> None:
    """Refuse a method that wants turned views of 2-D clips, before any work is done.

    Args:
        method: Declares its views.
        coordinates: Coordinates a joint, 3 or 2.
        option: Where the method's options are set, for the message.

    Raises:
        SkelshotError: It wants turned views and the clips are 2-D.
    """
    if coordinates == 2 and any(view.turn for view in method.views):
        advice = f"set --set {option}.{method.no_turns}" if method.no_turns else "choose another"
        raise SkelshotError(
            f"method {method.name}: wants turned views of each clip, but the clips are 2-D and "
            f"cannot be turned; {advice}"
        )


def read_features(
    method: FewShotMethod, encoder: Encoder, clips: Tensor, readout: ReadOut, inputs: InputSpec
) -> Tensor:
    """Encode a batch of clips, and the views the method wants, in one pass.

    A method with a network of its own encodes them itself.

    Args:
        method: Declares what it reads and its views.
        encoder: The encoder, in whatever mode it is.
        clips: Encoder input (n, C, T, V, M).
        readout: How vectors are read out.
        inputs: What the channels of the clips are.

    Returns:
        float32 vectors (n, D'), maps (n, D, T', V) or clips (n, C, T, V, M); with U views
        (n, 1 + U, ...).
    """
    seen = [clips] + [view_clips(clips, view, inputs) for view in method.views]
    kept = encode_view(method, encoder, torch.cat(seen), readout)
    if not method.views:
        return kept
    return kept.view(len(seen), len(clips), *kept.shape[1:]).transpose(0, 1)


def read_shape(method: FewShotMethod, encoder: Encoder, readout: ReadOut) -> tuple[int, ...]:
    """Tell the form of what a method reads of one view of a clip.

    Args:
        method: Declares what it reads.
        encoder: The encoder; its mode and running statistics are left as they are.
        readout: How vectors are read out.

    Returns:
        `(D',)`, `(D, T', V)` or `(C, T, V, M)`.
    """
    if method.reads == "clip":
        return (encoder.channels, encoder.frames, encoder.num_joints, encoder.persons)
    if method.reads == "vector":
        _, moments, joints = (1, 1, 1) if readout == "pooled" else _map_shape(encoder)
        return (encoder.embed_dim * joints * (moments if readout == "flat" else 1),)
    return _map_shape(encoder)


def views_of(method: FewShotMethod) -> tuple[View, ...]:
    """List all views of a clip that a method reads, the clip as it is first.

    Args:
        method: Declares its views.

    Returns:
        1 + U views.
    """
    return (View(), *method.views)


def _map_shape(encoder: Encoder) -> tuple[int, ...]:
    """Give the form (D, T', V') of a feature map, of which V' may be 1."""
    was_training = encoder.training
    encoder.eval()
    with torch.no_grad():
        clip = torch.zeros(1, encoder.channels, encoder.frames, encoder.num_joints, encoder.persons)
        shape = tuple(encoder.feature_map(clip).shape[2:])
    encoder.train(was_training)
    return shape


def encode_view(method: FewShotMethod, encoder: Encoder, clips: Tensor, readout: ReadOut) -> Tensor:
    """Encode a batch of clips, all from one view.

    Args:
        method: Declares what it reads.
        encoder: The encoder, in whatever mode it is.
        clips: Encoder input (n, C, T, V, M).
        readout: How vectors are read out.

    Returns:
        float32 vectors (n, D'), maps (n, D, T', V) or the clips themselves (n, C, T, V, M).
    """
    if method.embedder is not None:
        return method.embedder.embed(clips)
    if method.reads == "clip":
        return clips.float()
    maps, counted = encoder.feature_map(clips).float(), encoder.counted_persons(clips)
    if method.reads == "map":
        return mean_over_persons(maps, counted)
    return read_out(maps, readout, counted)
