"""Regression targets of the transfer: f_t, f_v or f_v + f_t of every draw of a clip."""

from collections.abc import Sequence

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from skelshot.datasets.batches import Item
from skelshot.ground import SkelshotError
from skelshot.ground.seeding import rng_for
from skelshot.pretraining.stage import BaseSet
from skelshot.pretraining.transfer_options import TransferOptions
from skelshot.teachers import FeatureCache, combine
from skelshot.teachers.cache.video import VideoFeatures
from skelshot.teachers.vision_language import directions_of

IntArray = NDArray[np.int64]


class TeacherTargets:
    """The teacher's features of base clips, drawn anew for every use of a clip.

    Each use takes one of the clip's cached samples of frames and one prompt of its class,
    keyed by seed, epoch and clip name. f_v and f_t are each brought to unit length and
    centred, as the options say, and then added.

    Args:
        base: The base clips.
        teacher: Cached features.
        options: Representation, normalisation, controls.
        seed: Keys draws and shuffling.

    Raises:
        SkelshotError: The cache is of other data or lacks base classes, video features of base
            clips, prompted texts, or the backwards side.
    """

    def __init__(
        self, base: BaseSet, teacher: FeatureCache, options: TransferOptions, seed: int
    ) -> None:
        self.base, self.teacher, self.options, self.seed = base, teacher, options, seed
        shows = options.representation != "text"
        self._prompted = options.prompted and options.representation != "video"
        self._names = {int(i): base.store.clips[int(i)].name for i in base.indices}
        says = options.representation != "video" or options.missing_video == "text"
        store = base.store
        teacher.check_matches(store.data_hash, store.class_names, base.split.base if says else ())
        self._video = _video_of(teacher, options) if shows or self._prompted else None
        self.time_reversed = plays_time_reversed(teacher, options)
        self.texts = class_targets(teacher, base.split.base, options) if says else None
        self._row_of: dict[int, int] = {}
        self._means: dict[str, Tensor] = {}
        if self._video is not None:
            self._row_of = self._rows(self._video)
            if options.centre:
                self._means = self._mean_parts(self._video)

    @property
    def items(self) -> list[Item]:
        """The base clips that are trained on, each as often as an epoch shows it."""
        if self._video is None or self.options.missing_video != "drop":
            return self.base.shown
        return [item for item in self.base.shown if item.clip in self._row_of]

    @property
    def remark(self) -> str | None:
        """The number of base clips without the video features asked for; None for none."""
        if self._video is None or not (lacking := len(self._names) - len(self._row_of)):
            return None
        dropped = self.options.missing_video == "drop"
        return (
            f"{lacking} of {len(self._names)} base clips have no video features and are "
            f"{'left out' if dropped else 'trained towards f_t alone'}"
        )

    def __call__(self, batch: Sequence[Item]) -> Tensor:
        """Look up the targets of a batch.

        Args:
            batch: Items of base clips; `use` is the epoch.

        Returns:
            f_vl of each clip, (n, D).
        """
        f_t = None if self.texts is None else self._plain(batch, self.texts)
        if self._video is None:
            return torch.empty(0) if f_t is None else f_t
        rows = [self._row_of.get(item.clip, -1) for item in batch]
        shown = torch.tensor([row >= 0 for row in rows])
        dim = self.teacher.dim
        result = torch.empty(len(batch), dim) if f_t is None else f_t.clone()
        if not shown.any():
            return result
        seen = [item for item, row in zip(batch, rows, strict=True) if row >= 0]
        places = np.array([row for row in rows if row >= 0], np.int64)
        ways = np.array([int(item.time_reversed) for item in seen], np.int64)
        samples = self._draws(seen, "sample", self._video.info.samples)
        f_v = None
        if self.options.representation != "text":
            f_v = self._ready("video", self._video.video[places, ways, samples])
        text = None if f_t is None or self.options.representation == "video" else f_t[shown]
        if self._prompted and self._video.prompted is not None:
            prompts = self._draws(seen, "rendering", self._video.info.prompts)
            found = self._video.prompted[places, ways, samples, prompts]
            text = self._ready("prompted", found)
        result[shown] = combine(f_v, text, normalise=False)
        return result

    def _plain(self, batch: Sequence[Item], texts: Tensor) -> Tensor:
        """Return one prompt's features of each clip's class (n, D)."""
        draws = self._draws(batch, "rendering", texts.shape[1])
        labels = torch.tensor([self.base.label(item) for item in batch])
        return texts[labels, torch.from_numpy(draws)]

    def _draws(self, batch: Sequence[Item], what: str, count: int) -> IntArray:
        """Draw one of so many for each use of a clip."""
        if count == 1:
            return np.zeros(len(batch), np.int64)
        drawn = [
            int(rng_for(self.seed, what, item.use, self._names[item.clip]).integers(count))
            for item in batch
        ]
        return np.array(drawn, np.int64)

    def _ready(self, part: str, features: NDArray[np.float32]) -> Tensor:
        """Bring features (n, D) to unit length and take their mean away, as the options say."""
        ready = torch.from_numpy(np.array(features))
        if self.options.normalise:
            ready = F.normalize(ready, dim=-1)
        if self.options.centre:
            ready = ready - self._means[part]
            ready = F.normalize(ready, dim=-1) if self.options.normalise else ready
        return ready

    def _mean_parts(self, video: VideoFeatures) -> dict[str, Tensor]:
        """Return the means of f_v and prompted f_t over base clips, samples and prompts."""
        rows = np.sort(np.fromiter(self._row_of.values(), np.int64))
        ways = 2 if self.time_reversed else 1
        means = {}
        for part, array in (("video", video.video), ("prompted", video.prompted)):
            if array is None or (part == "prompted" and not self._prompted):
                continue
            total, count = torch.zeros(self.teacher.dim, dtype=torch.float64), 0
            for some in np.array_split(rows, -(-len(rows) // 1024)):
                flat = torch.from_numpy(np.array(array[some, :ways])).flatten(0, -2)
                flat = F.normalize(flat, dim=-1) if self.options.normalise else flat
                total += flat.double().sum(0)
                count += len(flat)
            means[part] = (total / count).float()
        return means

    def _rows(self, video: VideoFeatures) -> dict[int, int]:
        """Find each base clip's row; refuse or leave out those that have none."""
        have = [clip for clip, name in self._names.items() if name in video]
        lacking = len(self._names) - len(have)
        if lacking and self.options.missing_video == "refuse":
            example = next(name for name in self._names.values() if name not in video)
            raise SkelshotError(
                f"{self.teacher.path}: {lacking} of {len(self._names)} base clips have no video "
                f"features (such as {example}); teach them, or set strategy.missing_video=text to "
                "train those towards f_t alone, or =drop to leave them out"
            )
        if not have:
            raise SkelshotError(
                f"{self.teacher.path}: none of {len(self._names)} base clips has video features; "
                "teach their videos, or use strategy.representation=text"
            )
        rows = video.rows([self._names[clip] for clip in have])
        found = dict(zip(have, rows.tolist(), strict=True))
        if self.options.shuffle_video == "within-class":
            found = self._shuffled(found)
        return found

    def _shuffled(self, row_of: dict[int, int]) -> dict[int, int]:
        """Give every clip the video of another clip of its class, if the class has another."""
        by_class: dict[int, list[int]] = {}
        for clip in sorted(row_of, key=lambda clip: self._names[clip]):
            by_class.setdefault(self.base.store.clips[clip].label, []).append(clip)
        shuffled = {}
        for label, clips in by_class.items():
            name = self.base.store.class_names[label]
            order = rng_for(self.seed, "shuffle video", name).permutation(len(clips))
            # one ring through all clips of the class, so that none keeps its own
            for place, taken in zip(order, np.roll(order, -1), strict=True):
                shuffled[clips[place]] = row_of[clips[taken]]
        return shuffled


def class_targets(teacher: FeatureCache, labels: Sequence[int], options: TransferOptions) -> Tensor:
    """Make the targets of the classes from their text features.

    Args:
        teacher: Cached features; a prompt that says "backwards" is for clips played backwards.
        labels: The base classes.
        options: Normalisation, centring, and whether clips are played backwards.

    Returns:
        Targets (classes, R, D); with backwards classes (2 * classes, R, D), those last, R being
        the prompts of one direction.

    Raises:
        SkelshotError: Backwards classes are asked for, and the prompts do not come in pairs.
    """
    texts = teacher.text_for(labels)
    if options.normalise:
        texts = F.normalize(texts, dim=-1)
    ahead, back = directions(teacher)
    if options.time_reversed is True and (not back or len(back) != len(ahead)):
        raise SkelshotError(
            f"strategy.time_reversed: {teacher.path} has {len(ahead)} prompts a class "
            f"forwards and {len(back)} backwards, expected as many of each; teach with --prompts "
            "time-reversed, or set strategy.time_reversed=auto"
        )
    if plays_time_reversed(teacher, options):
        texts = torch.cat([texts[:, ahead], texts[:, back]])
    else:
        texts = texts[:, ahead]
    if options.centre:
        texts = texts - texts.mean((0, 1))
        texts = F.normalize(texts, dim=-1) if options.normalise else texts
    return texts


def plays_time_reversed(teacher: FeatureCache, options: TransferOptions) -> bool:
    """Tell whether clips are played backwards too.

    With f_v the cache must hold the videos backwards as well: `teach` shows a clip's frames in
    reverse where the prompts have a backwards side.

    Args:
        teacher: Cached features.
        options: `time_reversed` is True, False, or `auto`: where the features allow it.

    Returns:
        True when the clips' reversals are classes of their own.

    Raises:
        SkelshotError: It is asked for, and the cache has no videos backwards.
    """
    by_clip = options.representation != "text" or options.prompted
    one_way = by_clip and (teacher.video is None or teacher.video.info.directions == 1)
    if options.time_reversed != "auto":
        if options.time_reversed and one_way:
            raise SkelshotError(
                f"strategy.time_reversed: {teacher.path} has no videos played backwards; teach "
                "with --prompts time-reversed, or set strategy.time_reversed=auto"
            )
        return options.time_reversed
    if options.representation == "video" and options.missing_video != "text":
        return not one_way
    ahead, back = directions(teacher)
    return 0 < len(back) == len(ahead) and not one_way


def directions(teacher: FeatureCache) -> tuple[list[int], list[int]]:
    """Tell which prompts are for clips played forwards and which for clips played backwards.

    Args:
        teacher: Cached features; where its texts are not known, all are for forwards.

    Returns:
        Places along the prompts R: forwards, and those that say "backwards".
    """
    if teacher.info.texts:
        return directions_of(teacher.info.texts[0])
    return list(range(teacher.text.shape[1])), []


def _video_of(teacher: FeatureCache, options: TransferOptions) -> VideoFeatures:
    """Return the video features, or say what to do where there are none."""
    if teacher.video is None:
        asked, instead = (
            (f"representation: found {options.representation!r}", "representation=text")
            if options.representation != "text"
            else ("prompted: found true", "prompted=false")
        )
        raise SkelshotError(
            f"strategy.{asked}, the features in {teacher.path} hold text only; teach with "
            f"--videos, or set strategy.{instead}"
        )
    if options.prompted and options.representation != "video" and teacher.video.prompted is None:
        raise SkelshotError(
            f"strategy.prompted: the features in {teacher.path} hold no prompted texts; teach with "
            "--prompted (X-CLIP has them), or set strategy.prompted=false"
        )
    return teacher.video
