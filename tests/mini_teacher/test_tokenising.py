"""The vocabulary: every text has tokens, the end token is the largest, the same each time."""

from pathlib import Path

import numpy as np
import pytest

from skelshot.ground import SkelshotError
from skelshot.mini_teacher.tokenising import (
    END,
    START,
    everyday_words,
    learn_vocabulary,
    token_rows,
    write_tokeniser,
)
from skelshot.teachers.models.frozen import check_end_token
from skelshot.teachers.models.loading import load_tokeniser

pytestmark = pytest.mark.teachers

CAPTIONS = ["lifts the hand to the head", "lifting one hand, twice", "a person lifts a cup"] * 3


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("words")
    write_tokeniser(found, *learn_vocabulary(CAPTIONS, everyday_words(), 1200), context=12)
    return found


def test_the_end_has_the_largest_number(folder: Path) -> None:
    tokeniser = load_tokeniser(folder)
    vocabulary = tokeniser.get_vocab()
    assert sorted(vocabulary.values()) == list(range(1200))
    assert max(vocabulary, key=vocabulary.__getitem__) == END
    assert tokeniser.pad_token_id == vocabulary[END]
    assert tokeniser("lift")["input_ids"][0] == vocabulary[START]
    check_end_token(tokeniser, 1200, folder)


def test_no_text_is_unknown(folder: Path) -> None:
    """Bytes stand in where no piece fits; no word becomes the end token."""
    tokeniser = load_tokeniser(folder)
    end = tokeniser.eos_token_id
    for text in ("Zürich 42 ✓", "put on a hat/cap", "jiujitsu's naïve 日本", '~|"\\^`{'):
        numbers = tokeniser(text)["input_ids"]
        assert end not in numbers[:-1]
        kept = [tokeniser.convert_ids_to_tokens(number) for number in numbers[1:-1]]
        assert "".join(kept).replace("</w>", "")
        assert all(token in tokeniser.get_vocab() for token in kept)


def test_words_of_captions_are_whole_and_case_is_lost(folder: Path) -> None:
    tokeniser = load_tokeniser(folder)
    assert tokeniser.convert_ids_to_tokens(tokeniser("Lifts the HAND")["input_ids"][1:-1]) == [
        "lifts</w>",
        "the</w>",
        "hand</w>",
    ]


def test_learning_is_deterministic() -> None:
    first = learn_vocabulary(CAPTIONS, everyday_words(), 900)
    assert first == learn_vocabulary(CAPTIONS, everyday_words(), 900)
    assert first != learn_vocabulary(CAPTIONS[:1], (), 900)


def test_rows_are_cut_and_filled_with_the_end(folder: Path) -> None:
    tokeniser = load_tokeniser(folder)
    end = tokeniser.eos_token_id
    rows = token_rows(tokeniser, ["hand", "lifts the hand to the head and the head and on"], 12)
    assert rows.shape == (2, 12)
    assert rows[0].tolist() == [*tokeniser("hand")["input_ids"], *[end] * 9]
    assert rows[1, -1] == end
    assert np.count_nonzero(rows[1] == end) == 1


def test_bad_input() -> None:
    with pytest.raises(SkelshotError, match="captions: found none"):
        learn_vocabulary([" "], ())
    with pytest.raises(SkelshotError, match="vocabulary: found 500, expected at least 514"):
        learn_vocabulary(CAPTIONS, (), 500)
