"""Digests of what an entry reads beside clips: teachers, texts, files that options name."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from skelshot.datasets.store import Store
from skelshot.ground import SkelshotError
from skelshot.ground.files import sha256_of
from skelshot.ground.seeding import digest_of
from skelshot.pretraining.stage_options import StageOptions
from skelshot.pretraining.starting_points import starting_point
from skelshot.tables.amounts import TableTeacher
from skelshot.teachers import class_texts_of, load_templates, own_prompts, teacher_named
from skelshot.teachers.models.family import teacher_class


class TeacherMarks:
    """Fingerprints of teachers; each teacher is loaded once, however many cells ask for it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Path | None], str | SkelshotError] = {}

    def marks(
        self,
        teacher: TableTeacher,
        class_names: str | None,
        store: Store,
        model: Path | None = None,
    ) -> dict[str, str]:
        """Digest what decides a teacher's features of a store, besides the clips.

        Args:
            teacher: The teacher.
            class_names: As `teach --class-names`.
            store: Whose classes are read to it.
            model: Weights of the user's own, in place of the teacher's.

        Returns:
            Its `fingerprint`, which changes with its weights, and a digest of its `texts`.

        Raises:
            SkelshotError: It cannot be loaded, or the texts cannot be read.
        """
        templates = load_templates(teacher.prompts or own_prompts(teacher.teacher))
        texts = class_texts_of(store, class_names) if class_names else ()
        return {
            "fingerprint": self._fingerprint(teacher.teacher, model),
            "texts": digest_of(len(templates), *templates, *texts).hex(),
        }

    def _fingerprint(self, name: str, model: Path | None) -> str:
        if (name, model) not in self._known:
            options: dict[str, object] = {} if model is None else {"model": str(model)}
            try:
                if "device" in teacher_class(name)[0].options_type.model_fields:
                    options["device"] = "cpu"
                self._known[name, model] = teacher_named(name, **options).fingerprint()
            except SkelshotError as error:
                self._known[name, model] = error
        known = self._known[name, model]
        if isinstance(known, SkelshotError):
            raise known
        return known


def files_named(options: object) -> dict[str, str]:
    """Digest the files that options name, such as weights to begin from.

    Args:
        options: Numbers, texts, lists and mappings of them.

    Returns:
        The SHA-256 of each by its name.

    Example:
        >>> files_named({"imagenet": None, "decay": 0.9, "name": "nowhere.safetensors"})
        {}
    """
    paths = {text: Path(text) for text in _texts(options) if Path(text).suffix}
    return {text: sha256_of(path) for text, path in sorted(paths.items()) if path.is_file()}


def files_learnt_from(strategy: StageOptions | None, split: int) -> dict[str, str]:
    """Digest the files of the trained encoders that a strategy learns from.

    Args:
        strategy: Its options, or None.
        split: The split's number.

    Returns:
        The SHA-256 of each by the word that names it.

    Raises:
        SkelshotError: There is no such encoder.
    """
    words = strategy.learns_from if strategy else ()
    points = {word: starting_point(word, "strategy.encoders") for word in words}
    return {word: sha256_of(point.encoder_file(split)) for word, point in points.items()}


def _texts(options: object) -> Iterator[str]:
    if isinstance(options, str):
        yield options
    elif isinstance(options, Mapping):
        yield from _texts(list(options.values()))
    elif isinstance(options, Sequence):
        for each in options:
            yield from _texts(each)
