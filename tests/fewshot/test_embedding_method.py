"""Methods with a network of their own: embedding, matching, loss."""

from typing import ClassVar

import pytest
import torch

from skelshot.fewshot import NearestNeighbour, NearestOptions
from skelshot.fewshot.embedding_method import EmbeddingMethod
from skelshot.fewshot.multi_similarity import (
    mined_pairs,
    multi_similarity_loss,
    pair_triplet_loss,
)
from skelshot.ground import SkelshotError


class Flat(EmbeddingMethod):
    """A linear layer that counts its calls."""

    name: ClassVar[str] = "flat"
    embed_dim = 7
    calls = 0

    def make_network(self, shape):
        return torch.nn.Sequential(
            torch.nn.Flatten(), torch.nn.Linear(int(torch.tensor(shape).prod()), 7)
        )

    def embed(self, clips):
        self.calls += 1
        return super().embed(clips)


SHAPE = (3, 6, 5, 1)


def made(**options):
    method = Flat.from_options(options)
    method.make_weights(SHAPE)
    return method.eval()


@pytest.mark.parametrize("distance", ["cosine", "euclid"])
@pytest.mark.parametrize("to", ["exemplar", "mean"])
def test_all_clips_of_all_tasks_are_embedded_in_one_pass_and_the_nearest_wins(toy, distance, to):
    method = made(distance=distance, to=to)
    support, queries, _ = toy(shape=SHAPE)
    found = method(support, queries)
    assert method.calls == 1
    exemplars = method.network(support.flatten(0, 2)).view(4, 5, 3, 7)
    embedded = method.network(queries.flatten(0, 1)).view(4, 24, 7)
    nearest = NearestNeighbour(NearestOptions(distance=distance, to=to))
    torch.testing.assert_close(found, nearest(exemplars, embedded))


def test_the_loss_is_the_weighted_sum_of_both():
    embeddings = torch.randn(8, 7)
    labels, logits = torch.tensor([0, 0, 1, 1, 2, 2, 2, 0]), torch.randn(8, 4)
    pairs = mined_pairs(embeddings, labels, 0.05)
    triplet = pair_triplet_loss(embeddings, pairs, 0.3)
    cross = torch.nn.functional.cross_entropy(logits, labels)
    shared = {"epsilon": 0.05, "margin": 0.3, "alpha": 3, "beta": 20, "base": 0.2}
    method = made(metric_weight=0.7, class_weight=0.1, **shared)
    found = method.embedding_loss(embeddings, labels, logits)
    torch.testing.assert_close(found, 0.7 * triplet + 0.1 * cross)
    method = made(metric_loss="multi-similarity", metric_weight=2, class_weight=0, **shared)
    found = method.embedding_loss(embeddings, labels, None)
    torch.testing.assert_close(found, 2 * multi_similarity_loss(embeddings, pairs, 3, 20, 0.2))
    method = made(metric_weight=0, class_weight=1)
    torch.testing.assert_close(method.embedding_loss(embeddings, labels, logits), cross)


def test_a_step_on_the_loss_draws_classes_together():
    method, generator = made(class_weight=0), torch.Generator().manual_seed(0)
    clips, labels = torch.randn(12, *SHAPE, generator=generator), torch.arange(3).repeat(4)
    optimiser = torch.optim.Adam(method.parameters(), lr=0.01)
    losses = []
    for _ in range(40):
        loss = method.embedding_loss(method.embed(clips), labels, None)
        losses.append(float(loss.detach()))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    assert losses[-1] < 0.1 * losses[0]


def test_embeddings_are_float32_whatever_the_precision():
    method, clips = made(), torch.randn(2, *SHAPE)
    with torch.autocast("cpu", torch.bfloat16):
        assert method.embed(clips).dtype == torch.float32
        assert method.embed(clips.bfloat16()).dtype == torch.float32


def test_what_cannot_be_is_refused():
    support, queries = torch.zeros(1, 2, 1, *SHAPE), torch.zeros(1, 2, *SHAPE)
    with pytest.raises(SkelshotError, match="method flat: has no weights yet"):
        Flat()(support, queries)
    with pytest.raises(SkelshotError, match="expected a clip of each clip, "):
        made()(torch.zeros(1, 2, 1, 9), torch.zeros(1, 2, 9))
    with pytest.raises(SkelshotError, match="metric_weight and class_weight are both 0"):
        Flat.from_options({"metric_weight": 0, "class_weight": 0})
