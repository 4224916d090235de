"""The attention drop of AimCLR, written out."""

import math

import pytest
import torch

from skelshot.pretraining.attention_drop import drop_salient, energy, kept_features


@pytest.fixture
def features() -> torch.Tensor:
    """(N, M, D, T', V) with one joint that stands out in every channel."""
    x = torch.randn(2, 1, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    x[0, 0, :, :, 2] += 9
    return x


def test_energy_is_the_formula(features: torch.Tensor) -> None:
    found = energy(features)
    for n in range(2):
        for d in range(3):
            channel = features[n, 0, d].flatten().tolist()
            mu = sum(channel) / 20
            variance = sum((value - mu) ** 2 for value in channel) / 19
            for value, place in zip(channel, found[n, 0, d].flatten().tolist(), strict=True):
                y = (value - mu) ** 2 / (4 * (variance + 1e-4)) + 0.5
                assert place == pytest.approx(1 / (1 + math.exp(-y)), rel=1e-5)


def test_joints_and_single_features_are_dropped_and_the_rest_scaled(features: torch.Tensor) -> None:
    energies, kept = energy(features), kept_features(features, 0.7)
    joint_on = [[float(energies[n, 0, :, :, v].mean()) < 0.7 for v in range(5)] for n in range(2)]
    single_on = energies < 0.7
    joint_factor = 10 / sum(map(sum, joint_on))
    single_factor = single_on.numel() / int(single_on.sum())
    assert not joint_on[0][2]
    for place in torch.cartesian_prod(*map(torch.arange, features.shape)).tolist():
        n, _, _, _, v = place
        on = joint_on[n][v] and bool(single_on[tuple(place)])
        wanted = joint_factor * single_factor if on else 0.0
        assert float(kept[tuple(place)]) == pytest.approx(wanted, rel=1e-5)


def test_the_threshold_is_that_many_standard_deviations() -> None:
    """At 0.7, |x - mu| > 1.18 standard deviations: sigmoid(1.18^2 / 4 + 0.5) = 0.7."""
    x = torch.randn(1, 1, 1, 200, 20, dtype=torch.float64)
    away = ((x - x.mean()) / x.std()).abs()
    dropped = kept_features(x, 0.7) == 0
    assert dropped[away > 1.19].all()
    assert not dropped[away < 1.17].any()


def test_gradients_pass_where_features_are_kept(features: torch.Tensor) -> None:
    x = features.requires_grad_()
    drop_salient(x, 0.7).sum().backward()
    torch.testing.assert_close(x.grad, kept_features(features, 0.7))


def test_a_map_without_any_difference_is_kept_whole() -> None:
    x = torch.ones(2, 2, 3, 4, 5)
    torch.testing.assert_close(drop_salient(x, 0.7), x)
    torch.testing.assert_close(drop_salient(x[..., :1, :1], 0.7), x[..., :1, :1])
