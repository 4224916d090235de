"""Every way to tell unknown movements, on numbers whose truth is known."""

import pytest
import torch

from skelshot.recognition.evidence import Evidence
from skelshot.recognition.unknown import UNKNOWNS, Reference

ACTIONS = 6
NAMES = [kind.name for kind in UNKNOWNS.shipped]


def evidence(seed: int, count: int, near: float, actions: int = ACTIONS, spread: float = 1.0):
    """Two terms by which clips are `near` nearer to their own action than to others."""
    generator = torch.Generator().manual_seed(seed)
    terms = spread * torch.randn(2, count, actions, generator=generator)
    truth = torch.arange(count) % actions
    terms[:, torch.arange(count), truth] += near
    return Evidence(terms, (1.0, 1.0), torch.arange(actions)), truth


def reference(shots: int, actions: int = ACTIONS) -> Reference:
    known, truth = evidence(1, actions * shots if shots > 1 else 0, 4.0, actions)
    return Reference(known, truth, (evidence(2, 12, 0.0, actions)[0],))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shots", [1, 5])
def test_known_clips_look_more_known(name: str, shots: int) -> None:
    knownness = UNKNOWNS.named(name)().fit(reference(shots))
    known, unknown = knownness(evidence(3, 300, 4.0)[0]), knownness(evidence(4, 300, 0.0)[0])
    assert known.shape == unknown.shape == (300,)
    assert bool(torch.cat([known, unknown]).isfinite().all())
    auroc = float((known[:, None] > unknown[None]).double().mean())
    assert auroc > 0.8


@pytest.mark.parametrize(
    "name", ["background", "nearest-distance", "leave-one-out", "negatives", "residual"]
)
def test_nearness_counts_in_every_unit(name: str) -> None:
    """A term in other units, as minus a cost, changes nothing."""

    def scaled(one: Evidence) -> Evidence:
        terms = one.terms * torch.tensor([1.0, 100.0])[:, None, None] - 7
        return Evidence(terms, one.weights, one.actions)

    plain, asked = reference(5), evidence(3, 50, 2.0)[0]
    other = Reference(scaled(plain.known), plain.truth, tuple(map(scaled, plain.unknown)))
    strategy = UNKNOWNS.named(name)()
    torch.testing.assert_close(
        strategy.fit(plain)(asked), strategy.fit(other)(scaled(asked)), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("name", NAMES)
def test_two_alike_exemplars_give_numbers(name: str) -> None:
    """Nothing varies, so that nothing can be divided by."""
    actions = max(3, UNKNOWNS.named(name).least_actions)
    flat = Evidence(torch.ones(2, 4, actions), (1.0, 1.0), torch.arange(actions))
    knownness = UNKNOWNS.named(name)().fit(Reference(flat, torch.zeros(4).long(), (flat,)))
    assert bool(knownness(flat).isfinite().all())


def test_each_action_has_a_scale_of_its_own() -> None:
    """Leave one out: as near as its own clips are is known for both, a tight and a loose action."""
    near = torch.tensor([[-0.1, -9.0], [-0.1, -9.0], [-9.0, -4.0], [-9.0, -4.0]])
    known = Evidence(near[None], (1.0,), torch.arange(2))
    unknown = Evidence(torch.full((1, 4, 2), -9.0), (1.0,), torch.arange(2))
    knownness = UNKNOWNS.named("leave-one-out")().fit(
        Reference(known, torch.tensor([0, 0, 1, 1]), (unknown,))
    )
    tight, loose, far = knownness(
        Evidence(
            torch.tensor([[[-0.1, -9.0], [-9.0, -4.0], [-8.9, -9.0]]]), (1.0,), torch.arange(2)
        )
    )
    assert loose > 0.5
    assert tight > 0.5
    assert far < 0.2
