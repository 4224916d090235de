"""Options by the names that they had in runs of before: read, with a warning."""

import pytest
import torch
from safetensors.torch import save_file

from skelshot.fewshot import METHODS, Feat, SoftDTW, TCNOneshot
from skelshot.fewshot.weights import load_method
from skelshot.ground import SkelshotError
from skelshot.ground.errors import OldName

RENAMED = [
    (kind, old, new) for kind in METHODS.shipped for old, new in kind.options_type.renamed.items()
]


@pytest.mark.parametrize(("kind", "old", "new"), RENAMED, ids=str)
def test_an_old_name_sets_the_option_of_today(kind, old, new):
    value = kind().options.model_dump()[new]
    with pytest.warns(OldName, match=f"'{old}' is called '{new}' now"):
        method = kind.from_options({old: value})
    assert method.options == kind().options
    assert new in method.options.model_fields_set
    assert old not in method.options.model_dump()


def test_the_metric_loss_and_the_distance_are_told_apart():
    with pytest.warns(OldName):
        options = TCNOneshot.from_options({"metric": "multi-similarity", "match": "euclid"}).options
    assert (options.metric_loss, options.distance) == ("multi-similarity", "euclid")


def test_a_fault_is_told_by_the_name_of_today():
    with pytest.warns(OldName), pytest.raises(SkelshotError, match="options, distance: found 'l1'"):
        SoftDTW.from_options({"cost": "l1"})


def test_weights_of_before_are_loaded_and_options_set_by_hand_win(tmp_path):
    method = Feat()
    method.make_weights((16,))
    header = {"format": "skelshot-method", "format_version": "1", "method": "feat"}
    header |= {"options": '{"tau": 5.0, "tau_contrast": 2.0}', "shape": "[16]"}
    file = tmp_path / "method.safetensors"
    save_file(method.state_dict(), file, header)
    with pytest.warns(OldName):
        loaded = load_method(file, Feat.from_options({"temperature": 3.0}), (16,))
    assert (loaded.options.temperature, loaded.options.contrast_temperature) == (3.0, 2.0)
    assert all(torch.equal(loaded.state_dict()[n], t) for n, t in method.state_dict().items())
