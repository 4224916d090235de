"""From the tensor names of CLIP's original code to those of transformers' `CLIPModel`."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from torch import Tensor

from skelshot.ground import SkelshotError

_WHOLE = {
    "visual.class_embedding": "vision_model.embeddings.class_embedding",
    "visual.positional_embedding": "vision_model.embeddings.position_embedding.weight",
    "visual.conv1.weight": "vision_model.embeddings.patch_embedding.weight",
    "visual.ln_pre.weight": "vision_model.pre_layrnorm.weight",  # sic, in transformers
    "visual.ln_pre.bias": "vision_model.pre_layrnorm.bias",
    "visual.ln_post.weight": "vision_model.post_layernorm.weight",
    "visual.ln_post.bias": "vision_model.post_layernorm.bias",
    "token_embedding.weight": "text_model.embeddings.token_embedding.weight",
    "positional_embedding": "text_model.embeddings.position_embedding.weight",
    "ln_final.weight": "text_model.final_layer_norm.weight",
    "ln_final.bias": "text_model.final_layer_norm.bias",
    "logit_scale": "logit_scale",
}
_TURNED = {
    "visual.proj": "visual_projection.weight",
    "text_projection": "text_projection.weight",
}
"""Matrices that CLIP multiplies from the right and transformers keeps as a linear layer."""
_LEFT_OUT = ("input_resolution", "context_length", "vocab_size")
"""Numbers that CLIP's own files carry beside the weights."""
_LAYER = re.compile(r"(visual\.)?transformer\.resblocks\.(\d+)\.(\w+)\.(.+)")
_IN_LAYER = {"ln_1": "layer_norm1", "ln_2": "layer_norm2"}
_IN_MLP = {"c_fc": "mlp.fc1", "c_proj": "mlp.fc2"}
_HEAD = 64
"""Width of an attention head in all CLIP transformers."""


def to_transformers(weights: Mapping[str, Tensor], place: str | Path) -> dict[str, Tensor]:
    """Rename and split the tensors of an original CLIP vision transformer.

    Args:
        weights: Tensors by CLIP's own names, with or without the `module.` that a parallel
            wrapper puts before them.
        place: The file, for messages.

    Returns:
        Float32 tensors by the names of transformers' `CLIPModel`.

    Raises:
        SkelshotError: A name that CLIP does not have, such as those of its ResNets.
    """
    found: dict[str, Tensor] = {}
    for full, tensor in weights.items():
        name, value = full.removeprefix("module."), tensor.float()
        layer = _LAYER.fullmatch(name)
        if name in _WHOLE:
            found[_WHOLE[name]] = value
        elif name in _TURNED:
            found[_TURNED[name]] = value.T.contiguous()
        elif layer is not None:
            found |= _layer(layer, value, name, place)
        elif name not in _LEFT_OUT:
            raise _unknown(name, place)
    return found


def _layer(match: re.Match[str], value: Tensor, name: str, place: str | Path) -> dict[str, Tensor]:
    """Rename one tensor of a transformer layer; the joint attention input falls into three."""
    visual, number, part, rest = match.groups()
    prefix = f"{'vision' if visual else 'text'}_model.encoder.layers.{number}."
    if part in _IN_LAYER:
        return {f"{prefix}{_IN_LAYER[part]}.{rest}": value}
    inner, _, kind = rest.rpartition(".")
    if part == "mlp" and inner in _IN_MLP:
        return {f"{prefix}{_IN_MLP[inner]}.{kind}": value}
    if part == "attn" and inner == "out_proj":
        return {f"{prefix}self_attn.out_proj.{kind}": value}
    if part == "attn" and rest in {"in_proj_weight", "in_proj_bias"}:
        kind = rest.removeprefix("in_proj_")
        thirds = zip("qkv", value.chunk(3), strict=True)
        return {f"{prefix}self_attn.{of}_proj.{kind}": third for of, third in thirds}
    raise _unknown(name, place)


def clip_config(weights: Mapping[str, Tensor], place: str | Path) -> dict[str, Any]:
    """Read the sizes of a CLIP model off its tensors, as CLIP's own loader does.

    Args:
        weights: Tensors by the names of transformers' `CLIPModel`.
        place: The file, for messages.

    Returns:
        Arguments for transformers' `CLIPConfig`.

    Raises:
        SkelshotError: Tensors are missing.
    """
    try:
        patches = weights["vision_model.embeddings.patch_embedding.weight"].shape
        seen = weights["vision_model.embeddings.position_embedding.weight"].shape[0] - 1
        tokens = weights["text_model.embeddings.token_embedding.weight"].shape
        context = weights["text_model.embeddings.position_embedding.weight"].shape[0]
        dim = weights["text_projection.weight"].shape[0]
        towers = {
            tower: {
                "hidden_size": width,
                "intermediate_size": weights[
                    f"{tower}_model.encoder.layers.0.mlp.fc1.weight"
                ].shape[0],
                "num_hidden_layers": _layers(weights, f"{tower}_model"),
                "num_attention_heads": max(1, width // _HEAD),
                "hidden_act": "quick_gelu",
            }
            for tower, width in (("vision", patches[0]), ("text", tokens[1]))
        }
    except KeyError as error:
        raise SkelshotError(
            f"{place}: no tensor {error.args[0]}, expected those of a CLIP vision transformer"
        ) from error
    grid = round(seen**0.5)
    picture = {"patch_size": patches[-1], "image_size": patches[-1] * grid}
    # 2 is how transformers marks texts that are read at the largest token, as CLIP does
    words = {"vocab_size": tokens[0], "max_position_embeddings": context, "eos_token_id": 2}
    return {
        "projection_dim": dim,
        "vision_config": towers["vision"] | picture | {"projection_dim": dim},
        "text_config": towers["text"] | words | {"projection_dim": dim},
    }


def _layers(weights: Mapping[str, Tensor], tower: str) -> int:
    """Count the layers of a tower."""
    pattern = re.compile(rf"{tower}\.encoder\.layers\.(\d+)\.")
    return len({match[1] for match in map(pattern.match, weights) if match})


def _unknown(name: str, place: str | Path) -> SkelshotError:
    return SkelshotError(
        f"{place}: found a tensor {name}, which a CLIP vision transformer does not have; CLIP's "
        "ResNets are not supported"
    )
