"""The mini teacher's network: an X-CLIP of at most 4.5 million parameters."""

from typing import Any

import torch
from torch import Tensor

from skelshot.ground.seeding import seed_for
from skelshot.mini_teacher.recipe import ModelShape
from skelshot.teachers.models.frozen import pooled
from skelshot.teachers.models.loading import import_transformers

LARGEST = 4_500_000
"""Most parameters that the model may have."""

ACTIVATION = "gelu"
"""One kernel; the `quick_gelu` of X-CLIP takes three and 6 % more time."""


def build_model(shape: ModelShape, tokens: int, seed: int) -> Any:
    """Make an untrained `XCLIPModel`.

    Args:
        shape: Its sizes.
        tokens: Rows of its token table; the last one is the end token.
        seed: Of the weights.

    Returns:
        The model, float32, in training mode.

    Raises:
        SkelshotError: transformers is missing.
    """
    transformers = import_transformers()
    text = {
        "vocab_size": tokens,
        "hidden_size": shape.text_width,
        "intermediate_size": 2 * shape.text_width,
        "num_hidden_layers": shape.text_layers,
        "num_attention_heads": shape.text_heads,
        "hidden_act": ACTIVATION,
        "max_position_embeddings": shape.context,
        "bos_token_id": tokens - 2,
        "eos_token_id": tokens - 1,
        "pad_token_id": tokens - 1,
    }
    vision = {
        "hidden_size": shape.width,
        "intermediate_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "hidden_act": ACTIVATION,
        "image_size": shape.size,
        "patch_size": shape.patch,
        "num_frames": shape.frames,
        "mit_hidden_size": shape.dim,
        "mit_intermediate_size": 2 * shape.dim,
        "mit_num_hidden_layers": shape.time_layers,
        "mit_num_attention_heads": shape.dim_heads,
    }
    config = transformers.XCLIPConfig(
        text_config=text,
        vision_config=vision,
        projection_dim=shape.dim,
        prompt_layers=shape.prompt_layers,
        prompt_num_attention_heads=shape.dim_heads,
        prompt_hidden_act=ACTIVATION,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed_for("mini teacher", seed))
        model = transformers.XCLIPModel(config)
    # With 38 tokens a frame, plain attention trains 1.5 times as fast as the fused kernel.
    model.set_attn_implementation("eager")
    return model.train()


def parameters_of(model: torch.nn.Module) -> int:
    """Count the numbers that a model learns.

    Args:
        model: The model.

    Example:
        >>> parameters_of(torch.nn.Linear(3, 2))
        8
    """
    return sum(parameter.numel() for parameter in model.parameters())


def video_vectors(model: Any, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Encode clips, with gradients, as `XCLIPTeacher` does without.

    Args:
        model: An `XCLIPModel`.
        pixels: Normalised clips (B, T, 3, S, S).

    Returns:
        f_v (B, D); the patches' states averaged over the frames in the prompts' space (B, P, D);
        the states themselves, one frame after the other (B T, P, W); and the frames' own vectors
        (B, T, D).
    """
    frames, states = _look(model, pixels)
    patches = model.prompts_visual_layernorm(states) @ model.prompts_visual_projection
    mean = patches.view(*pixels.shape[:2], *patches.shape[1:]).mean(dim=1)
    return pooled(model.mit(frames)), mean, model.vision_model.post_layernorm(states), frames


def frame_vectors(model: Any, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Encode frames, with gradients.

    Args:
        model: An `XCLIPModel`.
        pixels: Normalised clips (B, T, 3, S, S).

    Returns:
        The frames' own vectors (B, T, D), and their patches' states (B T, P, W).
    """
    frames, states = _look(model, pixels)
    return frames, model.vision_model.post_layernorm(states)


def _look(model: Any, pixels: Tensor) -> tuple[Tensor, Tensor]:
    """Return the frames' own vectors (B, T, D) and their patches' last states (B T, P, W)."""
    seen = model.vision_model(pixel_values=pixels.flatten(0, 1))
    frames = model.visual_projection(seen.pooler_output).view(*pixels.shape[:2], -1)
    return frames, seen.last_hidden_state[:, 1:]


def text_vectors(model: Any, tokens: Tensor) -> Tensor:
    """Encode texts, with gradients.

    Args:
        model: An `XCLIPModel`.
        tokens: Token numbers (n, L), filled up with the end token. What follows a text's first
            end token cannot reach it, since the tower looks backwards alone; no mask is needed.

    Returns:
        f_t (n, D).
    """
    return pooled(model.get_text_features(input_ids=tokens))


def prompted_vectors(model: Any, texts: Tensor, patches: Tensor) -> Tensor:
    """Make texts depend on clips.

    Args:
        model: An `XCLIPModel`.
        texts: f_t (n, D).
        patches: Second result of `video_vectors`, (B, P, D).

    Returns:
        Prompted f_t (B, n, D).
    """
    plain = texts.expand(len(patches), -1, -1)
    found: Tensor = plain + model.prompts_generator(plain, patches)
    return found
