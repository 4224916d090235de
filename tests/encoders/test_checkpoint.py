import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from skelshot.encoders import (
    GraphNetworkSpec,
    STGCNSpec,
    build_encoder,
    load_encoder,
    read_header,
    save_encoder,
)
from skelshot.ground import SkelshotError


@pytest.fixture
def saved(small, tmp_path) -> Path:
    file = tmp_path / "encoder.safetensors"
    save_encoder(file, small(), inputs={"streams": ["joint"]}, extra={"note": "first"})
    return file


def parts(file: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]]:
    with safe_open(file, framework="pt") as opened:
        return {name: opened.get_tensor(name) for name in opened.keys()}, opened.metadata()  # noqa: SIM118


def error_of(file: Path, expect: GraphNetworkSpec | None = None) -> str:
    with pytest.raises(SkelshotError) as caught:
        load_encoder(file, expect=expect)
    message = str(caught.value)
    assert str(file) in message
    assert "\n" not in message
    return message


def test_header(saved, small):
    header = read_header(saved)
    assert header.spec == small().spec
    assert header.inputs == {"streams": ["joint"]}
    assert header.extra == {"note": "first"}


def test_loaded_encoder_is_ready_for_use(saved):
    encoder, inputs = load_encoder(saved)
    assert not encoder.training
    assert inputs == {"streams": ["joint"]}


def test_missing_file_and_folder(tmp_path):
    assert "no such file" in error_of(tmp_path / "absent.safetensors")
    assert "found a folder, expected a regular file" in error_of(tmp_path)


@pytest.mark.parametrize("kept", [0, 4, 100, -1])
def test_truncated(saved, kept):
    saved.write_bytes(saved.read_bytes()[:kept])
    assert "truncated, damaged" in error_of(saved)


def test_damaged_header(saved):
    saved.write_bytes(b"\xff" * 8 + saved.read_bytes()[8:])
    assert "truncated, damaged" in error_of(saved)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("the pickle was opened",))


@pytest.mark.parametrize("writer", ["pickle", "torch", "torch-legacy"])
def test_pickles_are_refused_unopened(tmp_path, writer):
    file = tmp_path / "encoder.safetensors"
    if writer == "pickle":
        file.write_bytes(pickle.dumps(Bomb()))
    else:
        torch.save(Bomb(), file, _use_new_zipfile_serialization=writer == "torch")
    assert "never opened" in error_of(file)


def test_a_header_whose_length_looks_like_a_pickle_is_read(tmp_path):
    """The file begins with the length of its header: one in 32 ends in the byte of pickles."""
    file = tmp_path / "encoder.safetensors"
    spec = GraphNetworkSpec(name="agcn", layout="kinect-v1", frames=8, width=0.125)
    encoder = build_encoder(spec, seed=0)
    for length in range(64):
        save_encoder(file, encoder, inputs={}, extra={"note": "x" * 8 * length})
        if file.read_bytes()[0] == 0x80:
            break
    else:
        pytest.fail("no header of such a length")
    assert load_encoder(file)[0].spec == spec


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other"}, "without the format 'skelshot-encoder'"),
        ({"format_version": "2"}, "found format version '2', expected '1'"),
        ({"spec": "{"}, "metadata 'spec': not valid JSON"),
        ({"spec": "[]"}, "metadata 'spec': expected a JSON object"),
        ({"inputs": "nothing"}, "metadata 'inputs': not valid JSON"),
        ({"spec": '{"name": "agcn"}'}, "layout: field required"),
        ({"spec": '{"name": "agcn", "layout": "kinect-v9"}'}, "found 'kinect-v9'"),
        ({"spec": '{"name": "agcn", "layout": "kinect-v1", "width": 1e9}'}, "width: found"),
    ],
)
def test_bad_metadata(saved, change, message):
    tensors, metadata = parts(saved)
    save_file(tensors, saved, metadata | change)
    assert message in error_of(saved)


def test_safetensors_of_another_kind(tmp_path):
    file = tmp_path / "encoder.safetensors"
    save_file({"weight": torch.zeros(2)}, file)
    assert "expected one written by save_encoder" in error_of(file)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"layout": "kinect-v2"}, "layout: found 'kinect-v1', expected 'kinect-v2'"),
        ({"name": "ctr-gcn"}, "name: found 'agcn', expected 'ctr-gcn'"),
        ({"width": 1.0}, "width: found 0.125, expected 1.0"),
        ({"channels": 9}, "channels: found 3, expected 9"),
        ({"frames": 64}, "frames: found 8, expected 64"),
        ({"persons": 2}, "persons: found 1, expected 2"),
        (
            {"persons": 2, "frames": 64},
            "frames: found 8, expected 64; persons: found 1, expected 2",
        ),
    ],
)
def test_unexpected_spec_names_both_sides(saved, small, change, message):
    expect = GraphNetworkSpec(**(small().spec.model_dump() | change))
    assert message in error_of(saved, expect)


def test_missing_unexpected_and_misshapen_tensors(saved):
    tensors, metadata = parts(saved)
    name = "blocks.3.spatial.B_learned"
    others = {key: value for key, value in tensors.items() if key != name}
    save_file(others, saved, metadata)
    assert f"1 missing tensor(s), the first is '{name}'" in error_of(saved)
    save_file(tensors | {"head.weight": torch.zeros(2)}, saved, metadata)
    assert "1 unexpected tensor(s), the first is 'head.weight'" in error_of(saved)
    save_file(tensors | {name: torch.zeros(3, 25, 25)}, saved, metadata)
    assert "found shape (3, 25, 25) of F32, expected (3, 20, 20) of F32" in error_of(saved)
    save_file(tensors | {name: tensors[name].half()}, saved, metadata)
    assert "of F16, expected (3, 20, 20) of F32" in error_of(saved)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_not_finite(saved, small, value):
    tensors, metadata = parts(saved)
    name = "blocks.3.spatial.B_learned"
    tensors[name][0, 0, 0] = value
    save_file(tensors, saved, metadata)
    assert f"tensor '{name}': 1 of 1200 values are NaN or infinite" in error_of(saved)

    encoder = small()
    with torch.no_grad():
        encoder.blocks[3].spatial.B_learned[0, 0, 0] = value
    before = saved.read_bytes()
    with pytest.raises(SkelshotError, match="training has diverged"):
        save_encoder(saved, encoder, inputs={})
    assert saved.read_bytes() == before


def test_nothing_half_written_is_left(small, tmp_path, monkeypatch):
    def fail(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(SkelshotError, match=r"cannot be written .*No space left"):
        save_encoder(tmp_path / "encoder.safetensors", small(), inputs={})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("inputs", [{"frames": {1, 2}}, {"scale": float("nan")}])
def test_inputs_must_be_json(small, tmp_path, inputs):
    with pytest.raises(SkelshotError, match="must be JSON values"):
        save_encoder(tmp_path / "encoder.safetensors", small(), inputs=inputs)


def test_folder_must_exist(small, tmp_path):
    with pytest.raises(SkelshotError, match="cannot be written"):
        save_encoder(tmp_path / "absent" / "encoder.safetensors", small(), inputs={})


def test_channels_last_weights_are_saved_plainly(small, tmp_path):
    encoder = small().to(memory_format=torch.channels_last)
    file = tmp_path / "encoder.safetensors"
    save_encoder(file, encoder, inputs={})
    loaded, _ = load_encoder(file)
    weight = "blocks.1.temporal.convolution.weight"
    assert torch.equal(loaded.state_dict()[weight], encoder.state_dict()[weight])


def test_metadata_is_plain_json(saved):
    _, metadata = parts(saved)
    assert set(metadata) == {"format", "format_version", "spec", "inputs", "extra"}
    assert json.loads(metadata["spec"])["layout"] == "kinect-v1"


@pytest.mark.parametrize("partition", ["released", "hops"])
def test_the_graph_of_st_gcn_is_that_which_it_was_trained_with(small, tmp_path, partition):
    file, x = tmp_path / "e.safetensors", torch.randn(2, 3, 8, 20, 1)
    encoder = small("st-gcn", partition=partition)
    save_encoder(file, encoder, inputs={})
    assert torch.equal(load_encoder(file)[0](x), encoder(x))


def test_st_gcn_written_before_the_released_graph_keeps_its_own(small, tmp_path):
    """Such a file has no `partition` in its header."""
    file, x = tmp_path / "e.safetensors", torch.randn(2, 3, 8, 20, 1)
    old, new = (small("st-gcn", partition=partition) for partition in ("hops", "released"))
    assert not torch.equal(old(x), new(x))
    save_encoder(file, old, inputs={})
    tensors, metadata = parts(file)
    spec = json.loads(metadata["spec"])
    del spec["partition"]
    save_file(tensors, file, metadata | {"spec": json.dumps(spec)})
    loaded, _ = load_encoder(file)
    assert loaded.spec.partition == "hops"
    assert torch.equal(loaded(x), old(x))
    assert "partition: found 'hops', expected 'released'" in error_of(file, new.spec)


def test_layouts_are_told_apart_in_one_line(tmp_path):
    stick = {"name": "stick", "joints": ["a", "b", "c"], "bones": [["b", "a"], ["c", "b"]]}
    spec = STGCNSpec(name="st-gcn", layout=stick, width=0.125)
    save_encoder(tmp_path / "e.safetensors", build_encoder(spec), inputs={})
    for other, told in [
        ("kinect-v1", "layout: found 'stick', expected 'kinect-v1'; load"),
        (
            stick | {"bones": [["b", "a"], ["c", "a"]]},
            r"layout: found a 'stick' with bones \(\(1, 0\), \(2, 1\)\), expected another with "
            r"\(\(1, 0\), \(2, 0\)\); load",
        ),
    ]:
        wanted = STGCNSpec(name="st-gcn", layout=other, width=0.125)
        with pytest.raises(SkelshotError, match=told):
            load_encoder(tmp_path / "e.safetensors", expect=wanted)
