"""SMAM: its scores pair by pair, its weights, the matching among queries, what it refuses."""

from types import SimpleNamespace

import pytest
import torch

from skelshot.fewshot import map_alignment
from skelshot.fewshot.reading import check_reads
from skelshot.fewshot.smam import SMAM, SMAMOptions, matched_in_set, mutual_scores, tokens_of
from skelshot.ground import SkelshotError

SHAPE = (8, 6, 5)


def made(**chosen: object) -> SMAM:
    method = SMAM.from_options(chosen)
    method.make_weights(SHAPE)
    return method.eval()


def literal_tokens(clip: torch.Tensor, steps: int) -> torch.Tensor:
    """One token a joint and step of time, (L, D); T' is a multiple of the steps."""
    length = clip.shape[1] // steps
    spans = [clip[:, s * length : (s + 1) * length].mean(1) for s in range(steps)]
    return torch.cat([span.T for span in spans])


def cosine(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a @ b / (a.norm() * b.norm())


def shares(values: list[torch.Tensor], temperature: float) -> torch.Tensor:
    weights = torch.stack([(value / temperature).exp() for value in values])
    return weights / weights.sum()


def literal_score(method: SMAM, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """The score of tokens x (L, D) and y (M, D), token by token."""
    options, vectors = method.options, []
    for tokens in (x, y):
        weights = torch.full((len(tokens),), 1 / len(tokens))
        if options.attention:
            first, _, second = method.attention
            values = [
                second.weight[0] @ torch.tanh(first.weight @ token + first.bias) for token in tokens
            ]
            weights = shares(values, 1.0)
        vectors.append(sum(w * token for w, token in zip(weights, tokens, strict=True)))
    alike = [[cosine(a, b) for b in y] for a in x]
    to_x = shares([max(row) for row in alike], options.attention_temperature)
    to_y = shares(
        [max(column) for column in zip(*alike, strict=True)], options.attention_temperature
    )
    seen_x = sum(w * token for w, token in zip(to_x, x, strict=True))
    seen_y = sum(w * token for w, token in zip(to_y, y, strict=True))
    weight = options.mutual_weight
    return weight * cosine(seen_x, seen_y) + (1 - weight) * cosine(*vectors)


@pytest.mark.parametrize(
    "chosen",
    [
        {"time_steps": 3},
        {"time_steps": 2, "to": "mean", "mutual_weight": 0.8, "attention_temperature": 0.05},
        {"time_steps": 99, "to": "exemplar", "temperature": 1.0},
        {"time_steps": 3, "attention": False, "mutual_weight": 0.0},
        {"time_steps": 1, "mutual_weight": 1.0},
    ],
    ids=str,
)
def test_logits_agree_with_pair_by_pair(toy, chosen):
    method = made(**chosen)
    steps = min(method.options.time_steps, SHAPE[1])
    support, queries, _ = toy(tasks=2, classes=3, shots=2, shape=SHAPE)
    with torch.no_grad():
        found = method(support, queries[:, :3])
        for task in range(2):
            for query in range(3):
                x = literal_tokens(queries[task, query], steps)
                for label in range(3):
                    clips = support[task, label]
                    if method.options.to == "mean":
                        clips = clips.mean(0)[None]
                    sets = [literal_tokens(clip, steps) for clip in clips]
                    if method.options.to == "tokens":
                        sets = [torch.cat(sets)]
                    scores = [literal_score(method, x, y) for y in sets]
                    expected = max(scores) / method.options.temperature
                    torch.testing.assert_close(
                        found[task, query, label], expected, atol=1e-5, rtol=1e-4
                    )


def test_with_one_exemplar_all_ways_to_merge_agree(toy):
    support, queries, _ = toy(shots=1, shape=SHAPE)
    method = made()
    expected = method(support, queries)
    for way in ("mean", "exemplar"):
        other = SMAM(SMAMOptions(to=way))
        other.make_weights(SHAPE)
        other.load_state_dict(method.state_dict())
        torch.testing.assert_close(other(support, queries), expected)


def test_tokens_pool_time_and_keep_joints():
    maps = torch.randn(2, 3, 8, 13, 5)
    assert tokens_of(maps, 4).shape == (2, 3, 20, 8)
    whole = tokens_of(maps, 13)
    assert torch.equal(whole[1, 2, 7 * 5 + 3], maps[1, 2, :, 7, 3])
    torch.testing.assert_close(tokens_of(maps, 1)[1, 2, 3], maps[1, 2, :, :, 3].mean(1))


def test_the_mutual_part_finds_the_shared_tokens_among_others():
    """Two clips share one token of ten; all else is unlike. Means hardly agree."""
    x, y = torch.randn(1, 1, 10, 64), torch.randn(1, 1, 10, 64)
    y[0, 0, 7] = x[0, 0, 2]
    assert torch.cosine_similarity(x.mean(2), y.mean(2), dim=-1).item() < 0.6
    assert mutual_scores(x, y, 0.05).item() > 0.99


def test_matching_among_queries_is_literal():
    scores, vectors = torch.randn(2, 6, 3), torch.randn(2, 6, 4)
    found = matched_in_set(scores, vectors, 0.2)
    for task in range(2):
        for query in range(6):
            others = [other for other in range(6) if other != query]
            near = shares([cosine(vectors[task, query], vectors[task, o]) for o in others], 0.2)
            expected = sum(w * scores[task, o] for w, o in zip(near, others, strict=True))
            torch.testing.assert_close(found[task, query], expected)
    assert torch.equal(matched_in_set(scores[:, :1], vectors[:, :1], 0.2), scores[:, :1])


@pytest.mark.parametrize("share", [0.3, 0.5])
def test_only_the_transductive_form_looks_at_other_queries(toy, share):
    support, queries, _ = toy(shape=SHAPE)
    plain = made()
    assert not plain.is_transductive
    torch.testing.assert_close(plain(support, queries[:, :1]), plain(support, queries)[:, :1])
    among = SMAM(SMAMOptions(transductive=True, set_weight=share))
    among.make_weights(SHAPE)
    among.load_state_dict(plain.state_dict())
    assert among.is_transductive
    with torch.no_grad():
        scores = plain(support, queries)
        # As SMAM has them: attention over the tokens of each query.
        tokens = tokens_of(queries, 4)
        vectors = (plain.attention(tokens).softmax(-2) * tokens).sum(-2)
        expected = (1 - share) * scores + share * matched_in_set(scores, vectors, 0.1)
        torch.testing.assert_close(among(support, queries), expected, atol=1e-4, rtol=1e-4)
        assert not torch.allclose(among(support, queries[:, :9]), among(support, queries)[:, :9])
    assert not made(transductive=True, set_weight=0.0).is_transductive


@pytest.mark.parametrize("chosen", [{}, {"transductive": True}], ids=str)
def test_chunks_of_queries_change_nothing(toy, monkeypatch, chosen):
    support, queries, _ = toy(shape=SHAPE)
    method = made(**chosen)
    expected = method(support, queries)
    monkeypatch.setattr(map_alignment, "CHUNK", 1)
    torch.testing.assert_close(method(support, queries), expected)


@pytest.mark.parametrize("chosen", [{}, {"transductive": True, "to": "exemplar"}], ids=str)
def test_episodes_train_every_weight_and_lower_the_loss(toy, chosen):
    method = made(**chosen).train()
    support, queries, labels = toy(tasks=2, shape=SHAPE, spread=3.0)
    optimiser = torch.optim.Adam(method.parameters(), 3e-2)
    losses = []
    for step in range(12):
        logits = method.episode_logits(support, queries)
        loss = method.episode_loss(logits, labels, support, queries)
        optimiser.zero_grad()
        loss.backward()
        if step == 0:
            for name, weight in method.named_parameters():
                assert weight.grad.isfinite().all(), name
                assert weight.grad.any(), name
        optimiser.step()
        losses.append(loss.item())
    assert losses[-1] < 0.95 * losses[0]


def test_without_attention_there_are_no_weights(toy):
    method = SMAM(SMAMOptions(attention=False))
    method.make_weights(SHAPE)
    assert not method.has_weights
    assert not list(method.parameters())
    support, queries, _ = toy(shape=SHAPE)
    assert method(support, queries).isfinite().all()


def test_weights_that_were_never_made_or_do_not_fit_are_refused(toy):
    support, queries, _ = toy(shape=SHAPE)
    with pytest.raises(SkelshotError, match="smam: its attention has no weights; train it"):
        SMAM()(support, queries)
    support, queries, _ = toy(shape=(7, 6, 5))
    with pytest.raises(SkelshotError, match="found maps of 7 channels, its weights are for 8"):
        made()(support, queries)


def test_vectors_and_encoders_without_maps_are_refused(toy):
    support, queries, _ = toy()
    with pytest.raises(SkelshotError, match="method smam: found features of shape"):
        made()(support, queries)
    with pytest.raises(SkelshotError, match="method smam: reads feature maps"):
        check_reads(SMAM(), SimpleNamespace(feature_map=None))
