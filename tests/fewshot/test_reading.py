"""What methods read of clips: vectors or maps, and views beside the clip itself."""

from types import SimpleNamespace
from typing import ClassVar

import pytest
import torch

from skelshot.encoders import GraphNetworkSpec, build_encoder
from skelshot.encoders.readouts import read_out
from skelshot.fewshot import (
    JEANIE,
    FewShotMethod,
    JEANIEOptions,
    ProtoNet,
    RawNearest,
    Rfs,
    RfsOptions,
    Subspace,
    View,
    view_clips,
)
from skelshot.fewshot.reading import check_reads, check_turns, read_features, read_shape, views_of
from skelshot.fewshot.tcn_oneshot import TCNOneshot
from skelshot.ground import SkelshotError
from skelshot.skeletons import InputSpec


class Maps(FewShotMethod):
    name: ClassVar[str] = "maps"
    reads: ClassVar[str] = "map"

    def forward(self, support, queries):
        raise NotImplementedError


INPUTS = InputSpec(layout="kinect-v1", frames=10, persons=2)


@pytest.fixture
def encoder():
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=10, width=0.125, persons=2)
    return build_encoder(spec, seed=0).eval()


@pytest.fixture
def clips():
    return torch.randn(3, 3, 10, 20, 2, generator=torch.Generator().manual_seed(0))


def test_views_stand_in_front_of_the_features(encoder, clips):
    method = Subspace()
    assert views_of(method) == (View(), View(mirror=True))
    with torch.no_grad():
        found = read_features(method, encoder, clips, "joints", INPUTS)
        plain = read_out(encoder.feature_map(clips), "joints")
        twins = read_out(
            encoder.feature_map(view_clips(clips, View(mirror=True), INPUTS)), "joints"
        )
    assert found.shape == (3, 2, 640)
    torch.testing.assert_close(found[:, 0], plain, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(found[:, 1], twins, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    ("kind", "readout", "shape"),
    [
        (ProtoNet, "pooled", (32,)),
        (ProtoNet, "joints", (640,)),
        (ProtoNet, "flat", (1920,)),
        (Maps, "pooled", (32, 3, 20)),
    ],
)
def test_the_shape_is_told_without_reading_a_clip(encoder, clips, kind, readout, shape):
    method = kind()
    before = {name: tensor.clone() for name, tensor in encoder.state_dict().items()}
    encoder.train()
    assert read_shape(method, encoder, readout) == shape
    assert encoder.training
    assert all(torch.equal(before[name], t) for name, t in encoder.state_dict().items())
    with torch.no_grad():
        assert read_features(method, encoder.eval(), clips, readout, INPUTS).shape == (3, *shape)


@pytest.mark.parametrize(
    ("kind", "readout"), [(ProtoNet, "pooled"), (ProtoNet, "joints"), (Maps, "pooled")]
)
def test_an_absent_person_counts_in_no_read_out_where_it_is_masked(encoder, clips, kind, readout):
    clips[1, ..., 1] = 0.0  # the second clip shows one person
    spec = encoder.spec.model_copy(update={"mask_absent_persons": True})
    masked = build_encoder(spec, seed=0).eval()
    method = kind()
    with torch.no_grad():
        maps = masked.feature_map(clips)
        alone, both = maps[1, :1], maps[0]
        found = read_features(method, masked, clips, readout, INPUTS)
        usual = read_features(method, encoder, clips, readout, INPUTS)
        for row, persons in ((1, alone), (0, both)):
            mean = persons.mean(0)
            if kind is ProtoNet:
                mean = mean.mean(1).flatten() if readout == "joints" else mean.mean((1, 2))
            torch.testing.assert_close(found[row], mean)
    torch.testing.assert_close(found[0], usual[0])
    assert not torch.allclose(found[1], usual[1])


def test_a_map_of_an_encoder_that_has_none_is_refused(encoder):
    vectors_only = SimpleNamespace()
    with pytest.raises(
        SkelshotError, match="method maps: reads feature maps, SimpleNamespace gives"
    ):
        check_reads(Maps(), vectors_only)
    check_reads(ProtoNet(), vectors_only)
    check_reads(Maps(), encoder)


def test_clips_are_read_as_they_are_and_embedded_by_methods_that_do_so(encoder, clips):
    method = TCNOneshot.from_options({"width": 8})
    assert read_shape(method, encoder, "pooled") == (3, 10, 20, 2)
    method.make_weights((3, 10, 20, 2))
    found = read_features(method.eval(), encoder, clips, "joints", INPUTS)
    assert torch.equal(found, method.embed(clips))
    assert found.shape == (3, 8)
    assert torch.equal(read_features(RawNearest(), encoder, clips, "pooled", INPUTS), clips)


class Turned(Maps):
    views = (View(turn=10),)


@pytest.mark.parametrize(
    ("method", "advice"),
    [
        (JEANIE(), r"set --set classifiers\.x\.each_side=0$"),
        (Rfs(RfsOptions(turns=(15,))), r"set --set classifiers\.x\.turns=\[\]$"),
        (Turned(), "cannot be turned; choose another$"),
    ],
    ids=["jeanie", "rfs", "of one's own"],
)
def test_turns_of_flat_clips_are_refused_with_the_method_s_own_option(method, advice):
    check_turns(method, 3, "classifiers.x")
    with pytest.raises(SkelshotError, match=advice):
        check_turns(method, 2, "classifiers.x")
    check_turns(JEANIE(JEANIEOptions(each_side=0)), 2, "classifiers.x")
    check_turns(Rfs(RfsOptions(turns=[])), 2, "classifiers.x")
