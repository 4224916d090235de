"""Finding and reading the folders of frozen models: hub or disk, safetensors alone."""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from safetensors import SafetensorError

from skelshot.ground import SkelshotError
from skelshot.ground.files import read_json, sha256_of

INSTALL = 'pip install "skelshot[teachers]"'
WEIGHTS = "model.safetensors"
_PATIENCE = 10.0  # seconds until a hub that does not answer counts as out of reach
_INDEX = "model.safetensors.index.json"
_PICKLES = ("pytorch_model.bin", "pytorch_model.bin.index.json")
_WANTED = ("*.json", "*.txt", "*.model")
_TOKENISERS = (("tokenizer.json",), ("vocab.json", "merges.txt"), ("spiece.model",))
_TEXT_FILES = (
    "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
    "vocab.json", "merges.txt", "spiece.model",
)  # fmt: skip


def import_transformers() -> Any:
    """Import transformers, or say how to install it.

    Returns:
        The module.

    Raises:
        SkelshotError: It is not installed.
    """
    try:
        import transformers  # noqa: PLC0415
    except ImportError as error:
        raise SkelshotError(f"teacher: transformers is missing; {INSTALL}") from error
    return transformers


def model_folder(model: str | Path, revision: str | None = None, *, weights: bool = True) -> Path:
    """Find the folder of a model, fetching it from the hub when it is not on this machine.

    Args:
        model: A folder, or a hub id such as `organisation/name`.
        revision: The commit on the hub; the newest unless told.
        weights: Whether weights are needed, or the tokeniser alone.

    Returns:
        The folder, or the hub cache's folder of that id.

    Raises:
        SkelshotError: There is no such folder, or the id is not in this machine's hub cache and
            cannot be fetched, or the hub has its weights as a pickle alone.
    """
    path = Path(model)
    if path.is_dir():
        return path
    if path.exists() or not re.fullmatch(r"[\w.-]+/[\w.-]+", str(model)):
        kind = "a file" if path.exists() else "no such folder"
        raise SkelshotError(
            f"--model {model}: found {kind}, expected a transformers model folder or a hub id "
            "such as organisation/name"
        )
    try:
        import huggingface_hub  # noqa: PLC0415
    except ImportError as error:
        raise SkelshotError(f"teacher: huggingface_hub is missing; {INSTALL}") from error
    wanted = [*_WANTED, "*.safetensors"] if weights else [*_WANTED]
    asked: dict[str, Any] = {"revision": revision, "allow_patterns": wanted}
    try:
        found = Path(huggingface_hub.snapshot_download(str(model), local_files_only=True, **asked))
        if weight_files(found) or (not weights and _has_tokeniser(found)):
            return found
    except (OSError, ValueError):
        pass  # not in the cache: fetch it
    try:
        _knock(huggingface_hub)
        found = Path(huggingface_hub.snapshot_download(str(model), **asked))
    except Exception as error:  # the hub, its client and the network fail in many ways
        at = f" --revision {revision}" if revision else ""
        raise SkelshotError(
            f"--model {model}: not in this machine's hub cache, and the hub did not give it "
            f"({first_line(error)}); run `hf download {model}{at}` on a machine with a network "
            "and pass the folder it prints, copied here, as --model FOLDER"
        ) from error
    if weights and not weight_files(found):
        at = f", revision='{revision}'" if revision else ""
        raise SkelshotError(
            f"--model {model}: the hub has no safetensors weights of it, only a pickle, which can "
            'run code when it is read; if you trust it, convert it with `python -c "from '
            "transformers import AutoModel as M, AutoTokenizer as T; "
            f"[c.from_pretrained('{model}'{at}).save_pretrained('FOLDER') for c in (M, T)]\"` and "
            "pass --model FOLDER"
        )
    return found


def _knock(huggingface_hub: Any) -> None:
    """Ask the hub for anything once: where there is no network, its own client asks for 30 s."""
    from huggingface_hub.constants import ENDPOINT  # noqa: PLC0415

    huggingface_hub.get_session().head(ENDPOINT, timeout=_PATIENCE)


def check_folder(folder: Path, model_types: Collection[str]) -> dict[str, Any]:
    """Refuse a folder that holds no such model, or its weights as a pickle.

    Args:
        folder: A transformers model folder.
        model_types: The architectures that will do, as `model_type` in `config.json` names them.

    Returns:
        What `config.json` holds.

    Raises:
        SkelshotError: No configuration, another architecture, no weights, or a pickle.
    """
    file = folder / "config.json"
    if not file.is_file():
        raise SkelshotError(f"{folder}: no config.json, expected a transformers model folder")
    config = read_json(file)
    found = config.get("model_type") if isinstance(config, dict) else None
    if found not in model_types:
        raise SkelshotError(
            f"{file}: a model of type {found!r}, expected {' or '.join(sorted(model_types))}"
        )
    if not weight_files(folder):
        pickled = next((name for name in _PICKLES if (folder / name).is_file()), None)
        if pickled:
            raise SkelshotError(
                f"{folder / pickled}: a pickle, which can run code when it is read; if you trust "
                f'it, convert it with `python -c "from transformers import AutoModel as M; '
                f"M.from_pretrained('{folder}').save_pretrained('{folder}')\"`"
            )
        raise SkelshotError(f"{folder}: no weights, expected {WEIGHTS}")
    return dict(config)


def weight_files(folder: Path) -> list[Path]:
    """List the safetensors files of a model folder, in the order of their names.

    Args:
        folder: A transformers model folder.

    Returns:
        The files; empty without any, or when one that the index names is missing.
    """
    if (folder / WEIGHTS).is_file():
        return [folder / WEIGHTS]
    if not (folder / _INDEX).is_file():
        return []
    document = read_json(folder / _INDEX)
    named = document.get("weight_map") if isinstance(document, dict) else None
    files = sorted({folder / str(name) for name in (named or {}).values()})
    return files if all(file.is_file() for file in files) else []


def folder_digests(folder: Path) -> tuple[str, ...]:
    """Digest the files that decide a model's vectors, for fingerprints.

    Args:
        folder: A transformers model folder.

    Returns:
        Names and SHA-256 digests of configuration, weights and tokeniser.
    """
    named = [folder / name for name in ("config.json", *_TEXT_FILES)]
    files = [file for file in named if file.is_file()] + weight_files(folder)
    return tuple(part for file in files for part in (file.name, sha256_of(file)))


def load_model(class_name: str, folder: Path, *, unused: str = r"position_ids$") -> Any:
    """Load a frozen float32 model, without network, pickles or bars.

    Args:
        class_name: Name of the class in transformers.
        folder: A checked model folder.
        unused: Pattern of tensors in the file that the model may leave out, such as the decoder
            of a pre-trained encoder.

    Returns:
        The model in evaluation mode, without gradients.

    Raises:
        SkelshotError: The weights do not fit the configuration, or the file is damaged.
    """
    transformers = import_transformers()
    if not hasattr(transformers, class_name):
        raise SkelshotError(
            f"teacher: transformers {transformers.__version__} has no {class_name}; update it"
        )
    try:
        with _quiet():
            model, report = getattr(transformers, class_name).from_pretrained(
                folder,
                use_safetensors=True,
                local_files_only=True,
                output_loading_info=True,
            )
    except (OSError, ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
        raise SkelshotError(
            f"{folder}: weights that {class_name} cannot load; they are damaged or not of the "
            f"shape that config.json tells ({first_line(error)})"
        ) from error
    missing = sorted(report["missing_keys"])
    left = sorted(key for key in report["unexpected_keys"] if not re.search(unused, key))
    for kind, keys in (("lack", missing), ("hold besides", left)):
        if keys:
            raise SkelshotError(
                f"{folder}: the weights {kind} {len(keys)} tensors of the model, such as "
                f"{keys[0]}; they belong to another model than config.json tells"
            )
    return model.float().eval().requires_grad_(False)


def load_tokeniser(folder: Path) -> Any:
    """Load the tokeniser of a model folder.

    Args:
        folder: A folder with `tokenizer.json`, or `vocab.json` and `merges.txt`, or
            `spiece.model`.

    Returns:
        The tokeniser.

    Raises:
        SkelshotError: There is none, or it cannot be read.
    """
    transformers = import_transformers()
    if not _has_tokeniser(folder):
        # transformers 5 would go on with an empty vocabulary
        raise SkelshotError(
            f"{folder}: no tokeniser, expected tokenizer.json (or vocab.json and merges.txt, or "
            "spiece.model) beside the weights"
        )
    try:
        with _quiet():
            return transformers.AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except ImportError as error:
        raise SkelshotError(
            f"{folder}: its tokeniser needs a package that is missing ({first_line(error)}); "
            "try `pip install sentencepiece`"
        ) from error
    except Exception as error:  # a damaged file fails in many ways, some as bare Exception
        raise SkelshotError(f"{folder}: tokeniser cannot be read ({first_line(error)})") from error


def _has_tokeniser(folder: Path) -> bool:
    """Tell whether the folder holds all files of some tokeniser."""
    return any(all((folder / name).is_file() for name in names) for names in _TOKENISERS)


def first_line(error: Exception) -> str:
    r"""Return the first line that an exception says, cut to a readable length.

    Args:
        error: The exception.

    Returns:
        At most 160 characters.

    Example:
        >>> first_line(OSError("no space\nleft"))
        'no space'
    """
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:160]


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence bars and load reports; both are as before afterwards."""
    from transformers.utils import logging  # noqa: PLC0415

    shown, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)
        if shown:
            logging.enable_progress_bar()
