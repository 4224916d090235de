"""Methods in files: what comes back, and what is refused."""

import pytest
import torch
from safetensors.torch import save_file

from skelshot.fewshot import Feat, ProtoNet
from skelshot.fewshot.weights import load_method, save_method
from skelshot.ground import SkelshotError


@pytest.fixture
def trained():
    method = Feat.from_options({"temperature": 5.0})
    method.make_weights((16,))
    return method.eval()


@pytest.fixture
def file(trained, tmp_path):
    save_method(tmp_path / "method.safetensors", trained, (16,))
    return tmp_path / "method.safetensors"


def test_comes_back_with_weights_and_options(trained, file, toy):
    support, queries, _ = toy()
    loaded = load_method(file, Feat(), (16,))
    assert loaded.options == trained.options
    assert not loaded.training
    assert torch.equal(loaded(support, queries), trained(support, queries))


def test_options_set_by_hand_win(file):
    loaded = load_method(file, Feat.from_options({"balance": 0.5}), (16,))
    assert (loaded.options.balance, loaded.options.temperature) == (0.5, 5.0)


def rewrite(file, **header):
    metadata = {"format": "skelshot-method", "format_version": "1", "method": "feat"}
    metadata |= {"options": "{}", "shape": "[16]"} | header
    save_file({"x": torch.zeros(1)}, file, metadata)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f: f.unlink(), "no such file, expected the weights of method feat"),
        (lambda f: f.write_bytes(b"junk"), "damaged or not a safetensors file"),
        (lambda f: save_file({"x": torch.zeros(1)}, f), "found format None None, expected"),
        (lambda f: rewrite(f, format_version="9"), "found format 'skelshot-method' '9'"),
        (lambda f: rewrite(f, shape="16"), "its header is damaged"),
        (lambda f: rewrite(f, options="{"), "its header is damaged"),
        (
            rewrite,
            r"tensor 'attention.key.weight': found None, method feat with these options has \(16",
        ),
    ],
)
def test_what_is_not_this_methods_file_is_refused(file, change, message):
    change(file)
    with pytest.raises(SkelshotError, match=message) as caught:
        load_method(file, Feat(), (16,))
    assert "\n" not in str(caught.value)


def test_another_method_or_width_names_both_sides(file):
    scaled = ProtoNet.from_options({"learn_scale": True})
    with pytest.raises(SkelshotError, match=r"found the weights of method feat, .* of protonet"):
        load_method(file, scaled, (16,))
    with pytest.raises(SkelshotError, match=r"for features of shape \(16,\), .* reads \(320,\)"):
        load_method(file, Feat(), (320,))


def test_diverged_weights_are_not_written(trained, tmp_path):
    with torch.no_grad():
        trained.attention.out.bias[0] = float("inf")
    with pytest.raises(SkelshotError, match=r"'attention.out.bias': holds NaN or infinite"):
        save_method(tmp_path / "method.safetensors", trained, (16,))
    assert not list(tmp_path.iterdir())
