"""Batches: the same whenever they are drawn, nothing held out, one caption a clip."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.mini_teacher.bank import read_bank
from skelshot.mini_teacher.material import Material, check_bank
from skelshot.mini_teacher.recipe import MiniStageOptions, ModelShape, Recipe
from skelshot.mini_teacher.tokenising import learn_vocabulary, write_tokeniser
from skelshot.teachers.models.loading import load_tokeniser

pytestmark = pytest.mark.teachers


@pytest.fixture(scope="module")
def material(boxes: Path, tiny: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Material:
    bank, folder = read_bank(boxes), tmp_path_factory.mktemp("words")
    captions = [text for texts in bank.captions for text in texts]
    write_tokeniser(folder, *learn_vocabulary(captions, (), 700), context=16)
    return Material(bank, load_tokeniser(folder), tiny)


def test_every_clip_comes_once_a_round_and_none_is_held_out(material: Material) -> None:
    bank = material.bank
    wanted = np.flatnonzero(~bank.held_out[bank.action])
    assert len(wanted) == 112
    drawn = np.concatenate([material.batch(step, 8, "together").clips for step in range(28)])
    for round_ in (drawn[:112], drawn[112:]):
        np.testing.assert_array_equal(np.sort(round_), wanted)
    assert not np.array_equal(drawn[:112], drawn[112:])


def test_batches_do_not_depend_on_those_before(material: Material) -> None:
    first = material.batch(17, 8, "together")
    material.batch(3, 8, "together")
    again = material.batch(17, 8, "together")
    for name in ("clips", "clip_actions", "tokens", "text_actions"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))


def test_stages_draw_otherwise(material: Material) -> None:
    one, other = material.batch(0, 8, "understanding"), material.batch(0, 8, "together")
    assert one.clips.tolist() != other.clips.tolist()


def test_captions_are_of_their_actions(material: Material) -> None:
    """Clips first, in their order; then captions of other actions, each once."""
    bank, batch = material.bank, material.batch(2, 8, "together")
    np.testing.assert_array_equal(batch.clip_actions, bank.action[batch.clips])
    np.testing.assert_array_equal(batch.text_actions[: len(batch.clips)], batch.clip_actions)
    more = batch.text_actions[len(batch.clips) :]
    assert len(more) == len(set(more.tolist())) == 4
    assert not set(more.tolist()) & set(batch.clip_actions.tolist())
    assert not bank.held_out[batch.text_actions].any()


def test_tokens_are_those_of_a_wording(material: Material) -> None:
    batch = material.batch(5, 8, "together")
    width = batch.tokens.shape[1]
    end = batch.tokens.max()
    assert (batch.tokens[:, -1] == end).all()
    for row, action in zip(batch.tokens, batch.text_actions, strict=True):
        first = material._first[action]
        wordings = material._tokens[first : first + material._counts[action]]
        assert any(np.array_equal(row, wording[:width]) for wording in wordings)
    drawn = {material.batch(step, 8, "together").tokens[0].tobytes() for step in range(12)}
    assert len(drawn) > 6


def test_banks_that_do_not_fit(boxes: Path, tiny: Recipe) -> None:
    bank = read_bank(boxes)
    with pytest.raises(SkelshotError, match=r"\(2, 16, 16, 3\), expected \(8, 96, 96, 3\)"):
        check_bank(bank, Recipe(shape=ModelShape()))
    with pytest.raises(SkelshotError, match="no caption for action 1 of 16"):
        check_bank(replace(bank, captions=(("a",), (), *bank.captions[2:])), tiny)
    with pytest.raises(SkelshotError, match="no caption for all"):
        check_bank(replace(bank, captions=()), tiny)
    with pytest.raises(SkelshotError, match="112 clips to train on, expected at least a batch"):
        check_bank(
            bank, tiny.model_copy(update={"together": MiniStageOptions(passes=128, batch=128)})
        )
