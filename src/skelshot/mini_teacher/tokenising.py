"""A byte-pair vocabulary of our own, in CLIP's form."""

import json
from collections.abc import Iterable, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skelshot.ground import SkelshotError
from skelshot.ground.files import write_json
from skelshot.teachers.models.loading import INSTALL

START, END = "<|startoftext|>", "<|endoftext|>"
SUFFIX = "</w>"
"""What marks the last piece of a word."""


def everyday_words() -> tuple[str, ...]:
    """Read the list of everyday words that the vocabulary is made of beside the captions.

    Returns:
        Lower-case words.

    Example:
        >>> {"hand", "knee", "walk"} <= set(everyday_words())
        True
    """
    file = resources.files("skelshot.mini_teacher") / "everyday_words.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return tuple(dict.fromkeys(words))


def learn_vocabulary(
    captions: Iterable[str], words: Sequence[str] = (), size: int = 2000
) -> tuple[list[str], list[tuple[str, str]]]:
    """Learn which pieces words are made of, by byte-pair encoding.

    Every byte is a piece, as part of a word and as its end, so that no text is unknown. The
    order is CLIP's: bytes, bytes that end a word, merged pieces, start, end. The model reads a
    text at its largest token, which must therefore be the end.

    Args:
        captions: Texts; a word counts as often as it occurs.
        words: Further words, each counted once.
        size: Most tokens.

    Returns:
        All tokens in the order of their numbers, and the merges in theirs.

    Raises:
        SkelshotError: There is no text, `size` is below the bytes', or tokenizers is missing.

    Example:
        >>> tokens, merges = learn_vocabulary(["wave, wave and wave"], size=518)
        >>> tokens[-5:], merges[0]
        (['wav', 'wave</w>', 'an', '<|startoftext|>', '<|endoftext|>'], ('a', 'v'))
    """
    try:
        from tokenizers import Tokenizer, models, trainers  # noqa: PLC0415
        from tokenizers.pre_tokenizers import ByteLevel  # noqa: PLC0415
    except ImportError as error:
        raise SkelshotError(f"teacher: tokenizers is missing; {INSTALL}") from error
    texts = [*captions, *words]
    if not any(text.strip() for text in texts):
        raise SkelshotError("captions: found none, expected texts to learn a vocabulary from")
    letters = sorted(ByteLevel.alphabet())
    single = [*letters, *(letter + SUFFIX for letter in letters)]
    if size < len(single) + 2:
        raise SkelshotError(f"vocabulary: found {size}, expected at least {len(single) + 2}")
    learner = Tokenizer(models.BPE(end_of_word_suffix=SUFFIX))
    learner.normalizer, learner.pre_tokenizer = _splitting()
    trainer = trainers.BpeTrainer(
        vocab_size=size,
        end_of_word_suffix=SUFFIX,
        # given their numbers here, since the library breaks ties by number and would number
        # letters that end a word in another order each time
        special_tokens=single,
        show_progress=False,
    )
    learner.train_from_iterator(texts, trainer)
    merges = [(first, second) for first, second in json.loads(learner.to_str())["model"]["merges"]]
    merges = merges[: size - len(single) - 2]
    tokens = list(dict.fromkeys([*single, *(first + second for first, second in merges)]))
    return [*tokens, START, END], merges


def _splitting() -> tuple[Any, Any]:
    """Lower-case and cut texts as CLIP does: words, single digits, runs of other marks."""
    from tokenizers import Regex, normalizers, pre_tokenizers  # noqa: PLC0415

    normal = normalizers.Sequence(
        [normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()]
    )
    pieces = Regex(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+")
    split = pre_tokenizers.Split(pieces, behavior="removed", invert=True)
    return normal, pre_tokenizers.Sequence([split, pre_tokenizers.ByteLevel(False)])


def write_tokeniser(
    folder: Path, tokens: Sequence[str], merges: Sequence[tuple[str, str]], context: int
) -> None:
    """Write the files that transformers loads as a `CLIPTokenizer`.

    Args:
        folder: The model's folder.
        tokens: Tokens in the order of their numbers.
        merges: Merges in the order of their making.
        context: Most tokens of a text.
    """
    write_json(folder / "vocab.json", {token: number for number, token in enumerate(tokens)})
    lines = ["#version: 0.2", *(f"{first} {second}" for first, second in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    settings = {
        "tokenizer_class": "CLIPTokenizer",
        "model_max_length": context,
        "bos_token": START,
        "eos_token": END,
        "pad_token": END,
        "unk_token": END,
    }
    write_json(folder / "tokenizer_config.json", settings)


def token_rows(tokeniser: Any, texts: Sequence[str], context: int) -> NDArray[np.int64]:
    """Turn texts into rows of token numbers, filled up with the end token.

    Args:
        tokeniser: As `load_tokeniser` gives it.
        texts: n texts; those longer than the context are cut.
        context: Most tokens of a text.

    Returns:
        Token numbers (n, L), L that of the longest text.
    """
    found = [tokeniser(text, truncation=True, max_length=context)["input_ids"] for text in texts]
    rows = np.full((len(found), max(map(len, found), default=0)), found[0][-1], np.int64)
    for row, numbers in zip(rows, found, strict=True):
        row[: len(numbers)] = numbers
    return rows
