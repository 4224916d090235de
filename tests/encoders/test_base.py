import pytest
import torch

from skelshot.encoders import fold_persons, mean_over_persons, unfold_persons
from skelshot.encoders.readouts import read_out
from skelshot.ground import SkelshotError

from .test_encoders import NETWORKS


def test_fold_keeps_a_clips_persons_together():
    x = torch.randn(3, 4, 5, 6, 2)
    folded = fold_persons(x)
    for n in range(3):
        for m in range(2):
            assert torch.equal(folded[2 * n + m], x[n, :, :, :, m].transpose(1, 2))
    assert folded.is_contiguous(memory_format=torch.channels_last)
    unfolded = unfold_persons(folded, 2)
    assert torch.equal(unfolded, x.permute(0, 4, 1, 2, 3))


def test_mean_over_persons_counts_whom_it_is_told():
    vectors = torch.randn(3, 2, 4)
    counted = torch.tensor([[True, True], [True, False], [False, False]])
    expected = torch.stack([vectors[0].mean(0), vectors[1, 0], torch.zeros(4)])
    torch.testing.assert_close(mean_over_persons(vectors, counted), expected)
    torch.testing.assert_close(mean_over_persons(vectors), vectors.mean(1))


def test_input_norm_treats_each_person_joint_and_channel_apart(small):
    encoder = small("agcn", persons=2).train()
    x = torch.randn(4, 3, 8, 20, 2) * torch.rand(3, 1, 20, 2) + torch.randn(3, 1, 20, 2)
    normed = encoder.normalised(x)
    mean = x.mean((0, 2), keepdim=True)
    variance = x.var((0, 2), correction=0, keepdim=True)
    expected = (x - mean) / (variance + 1e-5).sqrt()
    torch.testing.assert_close(normed, expected, rtol=1e-4, atol=1e-4)


def test_st_gcn_normalises_both_persons_alike(small):
    encoder = small("st-gcn", persons=2).train()
    x = torch.randn(4, 3, 8, 20, 2) + torch.tensor([0.0, 5.0])
    mean = x.mean((0, 2, 4), keepdim=True)
    variance = x.var((0, 2, 4), correction=0, keepdim=True)
    expected = (x - mean) / (variance + 1e-5).sqrt()
    torch.testing.assert_close(encoder.normalised(x), expected, rtol=1e-4, atol=1e-4)


def test_absent_persons_can_be_left_out(small):
    x = torch.randn(3, 3, 8, 20, 2)
    x[0, ..., 1] = 0
    plain, masked = (small(persons=2, mask_absent_persons=mask) for mask in (False, True))
    persons = plain.feature_map(x).mean((3, 4))
    torch.testing.assert_close(masked(x)[0], persons[0, 0])
    torch.testing.assert_close(plain(x)[0], persons[0].mean(0))
    assert not torch.allclose(persons[0, 0], persons[0].mean(0))
    torch.testing.assert_close(masked(x)[1:], plain(x)[1:])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_masked_place_changes_no_features_of_a_trained_encoder(small, stir, name):
    """An encoder for two persons shows one-person clips as the same encoder for one would."""
    two, one = (small(name, persons=persons, mask_absent_persons=True) for persons in (2, 1))
    stir(two)
    state = two.state_dict()
    for entry, ours in one.state_dict().items():  # the first norm may have a part a person
        state[entry] = state[entry][: len(ours)] if ours.ndim else state[entry]
    one.load_state_dict(state)
    x = torch.randn(3, 3, 8, 20, 2)
    x[..., 1] = 0
    alone, counted = one.feature_map(x[..., :1]), two.counted_persons(x)
    maps = two.feature_map(x)
    assert not torch.allclose(maps[:, 0], maps[:, 1], atol=1e-3)
    for kind in ("pooled", "joints"):
        torch.testing.assert_close(read_out(maps, kind, counted), read_out(alone, kind))
        assert not torch.allclose(read_out(maps, kind), read_out(alone, kind), atol=1e-3)
    torch.testing.assert_close(mean_over_persons(maps, counted), alone[:, 0])


@pytest.mark.parametrize(
    "shape",
    [
        (2, 3, 8, 25, 1),
        (2, 9, 8, 20, 1),
        (2, 3, 16, 20, 1),
        (2, 3, 8, 20, 2),
        (3, 8, 20, 1),
        (0, 3, 8, 20, 1),
    ],
)
def test_other_shapes_are_refused_naming_both_sides(small, shape):
    with pytest.raises(SkelshotError) as caught:
        small()(torch.zeros(shape))
    message = str(caught.value)
    assert f"found an input of shape {shape}" in message
    assert "(N, 3, 8, 20, 1)" in message
    assert "agcn on kinect-v1" in message


def test_a_single_frame_cannot_train_but_can_be_encoded(small):
    encoder = small(frames=1)
    x = torch.randn(1, 3, 1, 20, 1)
    assert encoder(x).shape == (1, 32)
    with pytest.raises(SkelshotError, match="one clip of one frame"):
        encoder.train()(x)
