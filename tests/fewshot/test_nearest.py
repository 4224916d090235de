"""Nearest neighbours against a literal search."""

import pytest
import torch
from torch.nn.functional import cosine_similarity

from skelshot.fewshot import NearestNeighbour, NearestOptions, RawNearest


@pytest.mark.parametrize("metric", ["euclid", "cosine"])
@pytest.mark.parametrize("to", ["exemplar", "mean", "both"])
def test_logits_are_the_nearness_of_the_best_anchor(metric, to, toy):
    support, queries, _ = toy(tasks=2)
    found = NearestNeighbour(NearestOptions(distance=metric, to=to))(support, queries)
    for b in range(2):
        for i, query in enumerate(queries[b]):
            for j, exemplars in enumerate(support[b]):
                if metric == "euclid":
                    mean = exemplars.mean(0, keepdim=True)
                else:
                    mean = (exemplars / exemplars.norm(dim=1, keepdim=True)).mean(0)[None]
                groups = {"exemplar": [exemplars], "mean": [mean], "both": [exemplars, mean]}[to]
                near = [
                    max(
                        -(query - anchor).norm()
                        if metric == "euclid"
                        else cosine_similarity(query, anchor, dim=0)
                        for anchor in anchors
                    )
                    for anchors in groups
                ]
                expected = torch.stack(near).mean()
                torch.testing.assert_close(found[b, i, j], expected, atol=1e-4, rtol=1e-4)


def test_raw_nearest_compares_all_coordinates_of_a_clip(toy):
    support, queries, _ = toy(tasks=1, shape=(3, 4, 5, 2), spread=1.0)
    found = RawNearest()(support, queries)
    for i, query in enumerate(queries[0]):
        expected = [max(-(query - x).pow(2).sum().sqrt() for x in own) for own in support[0]]
        torch.testing.assert_close(found[0, i], torch.stack(expected), atol=1e-3, rtol=1e-4)


def test_raw_nearest_asks_for_view_normalised_joints():
    assert RawNearest.reads == "clip"
    assert dict(RawNearest.inputs) == {"streams": ("joint",), "align": "facing"}
