"""JEANIE: its distance pair by pair, its views, its losses and what it refuses."""

import math
from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import cross_entropy

from skelshot.encoders import GraphNetworkSpec, build_encoder
from skelshot.fewshot import SoftDTW, View, map_alignment, view_clips
from skelshot.fewshot.jeanie import JEANIE, JEANIEOptions, range_loss, rbf_cost
from skelshot.fewshot.reading import check_reads, read_features
from skelshot.fewshot.soft_dtw import cosine_cost
from skelshot.fewshot.soft_dtw_method import mean_square
from skelshot.fewshot.view_alignment import view_soft_dtw
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec

SHAPE = (5, 6, 4, 3)  # views, D, T', V
ORDER = [1, 2, 0, 3, 4]
COSTS = {"cosine": cosine_cost, "euclid": mean_square, "rbf": rbf_cost}


def frames(clip: torch.Tensor) -> torch.Tensor:
    """The views of one clip in the order of their angles, frame by frame: (5, T', V D)."""
    return clip[ORDER].permute(0, 2, 3, 1).flatten(2)


def distance(query: torch.Tensor, exemplar: torch.Tensor, options: JEANIEOptions) -> torch.Tensor:
    """The distance of one clip from another, with no batching at all."""

    def aligned(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        y = y if options.turn_support else y[2:3]
        pairs = [[COSTS[options.distance](one, other) for other in y] for one in x]
        cost = torch.stack([torch.stack(row) for row in pairs])
        return view_soft_dtw(cost[None], options.gamma, options.shift)[0]

    x, y = frames(query), frames(exemplar)
    between = aligned(x, y)
    return between - (aligned(x, x) + aligned(y, y)) / 2 if options.divergence else between


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"divergence": False, "shift": 2},
        {"turn_support": True, "gamma": 0.3},
        {"distance": "euclid", "to": "mean"},
        {"distance": "rbf", "temperature": 4.0},
    ],
    ids=str,
)
def test_logits_agree_with_pair_by_pair(toy, chosen):
    method = JEANIE.from_options(chosen)
    support, queries, _ = toy(tasks=2, classes=3, shots=2, shape=SHAPE)
    found = method(support, queries[:, :4])
    for task in range(2):
        for query in range(4):
            for label in range(3):
                exemplars = support[task, label]
                if method.options.to == "mean":
                    exemplars = exemplars.mean(0)[None]
                each = [distance(queries[task, query], one, method.options) for one in exemplars]
                expected = -min(each) / method.options.temperature
                torch.testing.assert_close(
                    found[task, query, label], expected, atol=1e-5, rtol=1e-4
                )


def test_views_are_turned_to_both_sides_in_the_order_of_their_angles():
    assert [view.turn for view in JEANIE().views] == [-30, -15, 15, 30]
    few = JEANIE.from_options({"each_side": 1, "degrees": 40})
    assert few.views == (View(turn=-40), View(turn=40))


def test_without_views_it_is_soft_dtw(toy):
    support, queries, _ = toy(shape=SHAPE[1:])
    method = JEANIE.from_options({"each_side": 0})
    assert method.views == ()
    soft = SoftDTW.from_options({"to": "exemplar"})
    torch.testing.assert_close(
        method(support, queries), soft(support, queries), atol=1e-4, rtol=1e-4
    )


def test_a_clip_is_at_distance_zero_from_itself_when_seen_alike(toy):
    support, _, _ = toy(shots=1, shape=SHAPE)
    for chosen in ({}, {"turn_support": True}):
        own = JEANIE.from_options(chosen)(support, support[:, :, 0]).diagonal(dim1=1, dim2=2)
        torch.testing.assert_close(own, torch.zeros_like(own), atol=1e-4, rtol=0)


def test_a_turned_query_is_recognised_by_the_view_that_turns_it_back():
    """Through an encoder: the query is an exemplar that someone turned by 30 degrees."""
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125, persons=1)
    encoder = build_encoder(spec, seed=0).eval()
    clips = torch.randn(6, 3, 8, 20, 1)
    inputs = InputSpec(layout="kinect-v1", frames=8)
    turned = view_clips(clips, View(turn=30), inputs)

    def correct(method: JEANIE) -> torch.Tensor:
        with torch.no_grad():
            support, queries = (
                read_features(method, encoder, seen, "mean", inputs) for seen in (clips, turned)
            )
            return method(support[None, :, None], queries[None])[0].diagonal()

    sharp = {"divergence": False, "gamma": 1e-5}
    seen = correct(JEANIE.from_options(sharp))
    # The view at -30 degrees is the exemplar itself.
    torch.testing.assert_close(seen, torch.zeros_like(seen), atol=1e-3, rtol=0)
    assert (correct(JEANIE.from_options({"each_side": 0, **sharp})) < -0.03).all()


def test_chunks_of_queries_change_nothing(toy, monkeypatch):
    support, queries, _ = toy(shape=SHAPE)
    expected = JEANIE()(support, queries)
    monkeypatch.setattr(map_alignment, "CHUNK", 1)
    torch.testing.assert_close(JEANIE()(support, queries), expected)


def test_the_authors_frame_cost_is_literal_and_has_a_gradient():
    x, y = torch.randn(2, 3, 5).double(), torch.randn(2, 4, 5).double()
    for task in range(2):
        for i in range(3):
            for j in range(4):
                apart = [(a - b) ** 2 for a, b in zip(x[task, i], y[task, j], strict=True)]
                expected = sum(2 - 2 * math.exp(-0.5 * one) for one in apart) / 5
                assert rbf_cost(x, y)[task, i, j].item() == pytest.approx(expected)
    x.requires_grad_()
    y.requires_grad_()
    assert torch.autograd.gradcheck(rbf_cost, (x, y))


def literal_range_loss(distances: torch.Tensor, targets: torch.Tensor, kept: int) -> float:
    losses = []
    for rows, labels in zip(distances.tolist(), targets.tolist(), strict=True):
        ways = len(rows[0])
        same = sorted(row[label] for row, label in zip(rows, labels, strict=True))
        unlike = [row[c] for row, label in zip(rows, labels, strict=True) for c in range(ways)
                  if c != label]  # fmt: skip
        unlike = sorted(unlike, reverse=True)
        floor = sum(same[:kept]) / len(same[:kept])
        ceiling = sum(unlike[: kept * ways]) / len(unlike[: kept * ways])
        near = sum(same) / len(same) - floor
        far = ceiling - sum(unlike) / len(unlike)
        losses.append(max(near, 0) + max(far, 0))
    return sum(losses) / len(losses)


@pytest.mark.parametrize("kept", [1, 3, 50])
def test_the_authors_loss_is_literal(kept):
    distances, targets = torch.randn(3, 12, 5), torch.randint(0, 5, (3, 12))
    expected = literal_range_loss(distances, targets, kept)
    assert range_loss(distances, targets, kept).item() == pytest.approx(expected, abs=1e-6)
    method = JEANIE.from_options({"loss": "ranges", "kept": kept})
    loss = method.episode_loss(-distances, targets, distances, distances)
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_the_ends_of_the_ranges_get_no_gradient():
    distances = torch.tensor([[[1.0, 5.0], [3.0, 7.0], [8.0, 2.0]]], requires_grad=True)
    range_loss(distances, torch.tensor([[0, 0, 0]]), 1).backward()
    third = 1 / 3
    expected = torch.tensor([[[third, -third]] * 3]).view(1, 3, 2)
    torch.testing.assert_close(distances.grad, expected)


def trained_logits(toy, chosen: dict[str, object]) -> tuple[list[torch.Tensor], torch.Tensor]:
    """Train a mix of channels in one episode; the logits before each step, and the labels."""
    method = JEANIE.from_options(chosen)
    support, queries, labels = toy(tasks=2, shots=1, shape=SHAPE, spread=1.5)
    mix = torch.eye(SHAPE[1]).requires_grad_()
    optimiser = torch.optim.Adam([mix], 0.05)
    found = []
    for _ in range(8):
        seen = [torch.einsum("cd,...dtv->...ctv", mix, maps) for maps in (support, queries)]
        found.append(method.episode_logits(*seen))
        optimiser.zero_grad()
        method.episode_loss(found[-1], labels, *seen).backward()
        optimiser.step()
    return [logits.detach() for logits in found], labels


@pytest.mark.parametrize("chosen", [{}, {"turn_support": True}, {"distance": "rbf"}], ids=str)
def test_a_few_steps_lower_the_cross_entropy(toy, chosen):
    logits, labels = trained_logits(toy, chosen)
    first, last = (cross_entropy(one.flatten(0, 1), labels.flatten()) for one in logits[::7])
    assert last < 0.97 * first


def test_a_few_steps_of_the_authors_loss_widen_the_gap_between_the_kinds_of_distances(toy):
    """Its value need not fall: the ranges may widen, as they do here."""
    logits, labels = trained_logits(toy, {"loss": "ranges"})
    is_same = torch.nn.functional.one_hot(labels, 5).bool()
    first, last = (one[is_same].mean() - one[~is_same].mean() for one in logits[::7])
    assert first > 0
    assert last > 1.05 * first


def test_the_loss_of_episodes_is_the_cross_entropy(toy):
    support, queries, labels = toy(shape=SHAPE)
    logits = JEANIE()(support, queries)
    expected = cross_entropy(logits.flatten(0, 1), labels.flatten())
    assert JEANIE().episode_loss(logits, labels, support, queries) == expected


def test_maps_without_views_and_vectors_are_refused(toy):
    support, queries, _ = toy(shape=SHAPE[1:])
    with pytest.raises(
        SkelshotError, match=r"method jeanie: found features of shape \(6, 4, 3\), .*its 4 views"
    ):
        JEANIE()(support, queries)


def test_an_encoder_without_maps_is_refused():
    with pytest.raises(SkelshotError, match="method jeanie: reads feature maps"):
        check_reads(JEANIE(), SimpleNamespace(feature_map=None))


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        ({"each_side": 5}, "options, each_side: found 5"),
        ({"degrees": 0}, "options, degrees: found 0"),
        ({"shift": -1}, "options, shift: found -1"),
        ({"gamma": 0}, "options, gamma: found 0"),
    ],
)
def test_options_out_of_range_are_refused(chosen, message):
    with pytest.raises(SkelshotError, match=message):
        JEANIE.from_options(chosen)
