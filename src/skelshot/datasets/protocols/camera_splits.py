"""Random choices of classes whose exemplars and queries are told apart by their cameras."""

from collections.abc import Collection, Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import model_validator

from skelshot.datasets.protocols.class_splits import ClassSplitProtocol
from skelshot.datasets.protocols.protocol_file import check_shots
from skelshot.datasets.protocols.tasks import LabelledClips, Split, Task, clips_by_label, task_of
from skelshot.ground import SkelshotError
from skelshot.ground.options import Options
from skelshot.ground.seeding import shuffled_by_hash


class CameraSides(Options):
    """Cameras of the two sides of a task; the word `same` for one camera on both sides.

    Args:
        exemplars: Numbers of the cameras that exemplars are from.
        queries: Numbers of the cameras that queries are from.
    """

    described: ClassVar[str] = "cameras"

    exemplars: tuple[int, ...] = ()
    queries: tuple[int, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, fields: Any) -> Any:
        if not isinstance(fields, str):
            return fields
        if fields != "same":
            raise ValueError("expected same, or {exemplars: [1, 2], queries: [3]}")
        return {}

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if bool(self.exemplars) != bool(self.queries):
            raise ValueError("expected cameras of exemplars and of queries, or the word same")
        return self


class CameraSplitProtocol(ClassSplitProtocol):
    """Random class splits as `ClassSplitProtocol` draws them, with a rule for cameras.

    Args:
        exemplars: `any-clips` alone: nothing is asked of subjects.
        cameras: `same`: all clips of a draw are by one camera, and draws take the cameras of the
            novel clips in turn; or the cameras of each side.

    Example:
        >>> CameraSplitProtocol(name="view", draws_as="nw-ucla", splits=20, base=5, novel=5,
        ...                     draws=10, cameras={"exemplars": [1, 2], "queries": [3]}).cameras
        CameraSides(exemplars=(1, 2), queries=(3,))
    """

    exemplars: Literal["any-clips"] = "any-clips"
    cameras: CameraSides

    def check_clips(self, store: LabelledClips, split: Split, shots: int) -> None:
        """Refuse a task that the clips cannot fill, before any work starts.

        Args:
            store: The clips.
            split: One of `split_list`.
            shots: Exemplars a class, K.

        Raises:
            SkelshotError: The message names the class, the cameras, their clips and what is needed.
        """
        check_shots(shots)
        for sides in dict.fromkeys(self._sides(store, split, draw) for draw in range(self.draws)):
            both = set(sides.exemplars) & set(sides.queries)
            self._check_part(store, split, "exemplars", sides.exemplars, shots, shots)
            self._check_part(store, split, "queries", sides.queries, 1 + shots * bool(both), shots)

    def _check_part(
        self,
        store: LabelledClips,
        split: Split,
        part: str,
        cameras: Sequence[int],
        least: int,
        shots: int,
    ) -> None:
        for label, members in _seen(store, split, cameras).items():
            if len(members) < least:
                raise SkelshotError(
                    f"protocol {self.name}, split {split.index}: class "
                    f"{store.class_names[label]!r:.80} has {len(members)} clips by the cameras "
                    f"{', '.join(map(str, cameras))} for {part}, {shots} shots need {least}; lower "
                    "--shots or name other cameras"
                )

    def _sides(self, store: LabelledClips, split: Split, draw: int) -> CameraSides:
        """Choose the cameras of a draw."""
        if self.cameras.exemplars:
            return self.cameras
        novel = set(split.novel)
        found = {getattr(clip, "camera", None) for clip in store.clips if clip.label in novel}
        there = sorted(camera for camera in found if camera is not None)
        if not there:
            raise SkelshotError(
                f"protocol {self.name}, split {split.index}: the store tells of no novel clip by "
                "which camera it is; choose a protocol without cameras"
            )
        own = (there[draw % len(there)],)
        return CameraSides(exemplars=own, queries=own)

    def _draw_clips(self, store: LabelledClips, split: Split, shots: int, draw: int) -> Task:
        sides, rows = self._sides(store, split, draw), {}
        for label, members in _seen(store, split, sides.exemplars).items():
            names = {store.clips[place].name: place for place in members}
            order = shuffled_by_hash(names, *self._keys(split, draw), label)
            rows[label] = [names[name] for name in order[:shots]]
        return task_of(split.index, draw, rows, _seen(store, split, sides.queries))


def _seen(store: LabelledClips, split: Split, cameras: Collection[int]) -> dict[int, list[int]]:
    """Gather the novel clips by some cameras, by label."""
    found = clips_by_label(store, split.novel)
    return {
        label: [i for i in found[label] if getattr(store.clips[i], "camera", None) in cameras]
        for label in split.novel
    }
