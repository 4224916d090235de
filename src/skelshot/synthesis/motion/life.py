"""Purposeless movement: breathing, sway and idle hands."""

import numpy as np

from skelshot.synthesis.performance import FRAMES_A_SECOND, Array

_BANDS = np.array([0.17, 0.41, 0.83, 1.45])
_STRENGTH = np.array([1.0, 0.7, 0.4, 0.2])


def drift(channels: int, frames: int, rng: np.random.Generator) -> Array:
    """Return slow random movements, the sums of four sinusoids each.

    Args:
        channels: How many.
        frames: Number of frames T.
        rng: Draws rates about 0.17, 0.41, 0.83 and 1.45 Hz, strengths and phases.

    Returns:
        Array (channels, T) with mean 0 and standard deviation about 1.

    Example:
        >>> drift(2, 90, np.random.default_rng(0)).shape
        (2, 90)
    """
    shape = (channels, len(_BANDS), 1)
    rates = _BANDS[:, None] * np.exp(rng.normal(0.0, 0.15, shape))
    strengths = _STRENGTH[:, None] * np.exp(rng.normal(0.0, 0.25, shape))
    phases = rng.uniform(0.0, 2 * np.pi, shape)
    seconds = np.arange(frames) / FRAMES_A_SECOND
    waves = np.sin(2 * np.pi * rates * seconds + phases)
    total: Array = (strengths * waves).sum(axis=1)
    total /= np.sqrt(0.5 * (_STRENGTH**2).sum())
    return total


def breath(frames: int, rng: np.random.Generator) -> Array:
    """Return breathing (T,), from -1 to 1 about 15 times a minute."""
    rate, phase = rng.normal(0.25, 0.03), rng.uniform(0.0, 2 * np.pi)
    result: Array = np.sin(2 * np.pi * rate * np.arange(frames) / FRAMES_A_SECOND + phase)
    return result
