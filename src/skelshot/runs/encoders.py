"""Choice of the encoder of a run that serves each split of an evaluation."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split
from skelshot.datasets.store import Store
from skelshot.encoders import packaged_names
from skelshot.ground import SkelshotError
from skelshot.ground.suggestions import did_you_mean
from skelshot.runs.met_classes import classes_before, met_classes
from skelshot.runs.run import Run, SplitRun


@dataclass(frozen=True)
class RunEncoders:
    """The encoders of a run, for the splits of an evaluation.

    Args:
        run: The run.
        fixed: The split of the run whose encoder serves every split, as on data that it was not
            trained for; None where each split of the evaluation is one of the run's.
    """

    run: Run
    fixed: int | None = None
    _opened: dict[int, SplitRun] = field(default_factory=dict, compare=False, repr=False)

    def of(self, split: Split) -> SplitRun:
        """Return what serves a split.

        Args:
            split: One of the evaluation.

        Returns:
            The split of the run; the same object whenever it is asked for.
        """
        number = split.index if self.fixed is None else self.fixed
        return self._opened.setdefault(number, self.run.split(number))

    def weights(self, splits: Sequence[Split]) -> list[dict[str, str]]:
        """Tell the encoders apart, wherever their run stands.

        Args:
            splits: The splits of the evaluation.

        Returns:
            Digests of the files of each.
        """
        which = splits if self.fixed is None else splits[:1]
        return [self.of(split).weights for split in which]

    def check(self, store: Store, splits: Sequence[Split]) -> None:
        """Refuse damaged files, and encoders that have seen clips they are to be tested on.

        Args:
            store: The clips of the evaluation.
            splits: Its splits.

        Raises:
            SkelshotError: A file is not the one that was written, or a novel class of the same
                data is one that the encoder was trained on.
        """
        for split in splits:
            trained = self.of(split)
            base, novel = _names(store, split)
            if self.fixed is None:
                if not _is_of(trained, store, split):
                    _compare(trained, {"base": base, "novel": novel})
            else:
                _check_unseen(trained, store, novel)
            trained.check()

    def seen(self, store: Store, splits: Sequence[Split]) -> list[str]:
        """List the novel classes whose names an encoder met in training on other data.

        Args:
            store: The clips of the evaluation.
            splits: Its splits.

        Returns:
            Their names.
        """
        found: set[str] = set()
        for split in splits:
            met = self._met(split)
            called = (
                (store.class_names[label], store.bare_class_names[label]) for label in split.novel
            )
            found |= {names[0] for names in called if not met.isdisjoint(names)}
        return sorted(found)

    def _met(self, split: Split) -> set[str]:
        """Gather the classes that an encoder was trained on, here and before."""
        config = self.of(split).config
        base = set(config.get("base") or ())
        return base.union(_without_sets(base), classes_before(config))

    def record(self, splits: Sequence[Split]) -> dict[str, Any]:
        """Tell what the encoders were trained on, as results spell it.

        Args:
            splits: The splits of the evaluation.

        Returns:
            Run, protocol, hash and name of the data, what the encoders began and learnt from, and
            for one encoder its split and classes.
        """
        first = self.of(splits[0])
        config = first.config
        return {
            "run": str(self.run.path),
            "data": first.result.get("store"),
            "data_hash": next(iter(met_classes(config)), None),
            "begun_from": (config.get("start") or {}).get("trained_on"),
            "learnt_from": [one.get("trained_on") for one in config.get("learns_from", ())],
            "protocol": config.get("protocol"),
            "split": self.fixed,
            "base": config.get("base") if self.fixed is not None or len(splits) == 1 else None,
        }


def choose_encoders(
    run: Run,
    store: Store,
    protocol: FewShotProtocol,
    wanted: Sequence[int] | None = None,
    encoder_split: int | None = None,
) -> tuple[RunEncoders, list[Split]]:
    """Choose the splits of an evaluation and the encoders that serve them.

    Where the splits of the run have the classes of the protocol's, each is evaluated with its own
    encoder; so are those of a run of `PROTOCOL@SET` on the set's own store. Elsewhere one encoder
    serves all splits: a few-shot encoder is for actions, people and cameras that it never saw.

    Args:
        run: The run.
        store: The clips of the evaluation.
        protocol: Draws its splits.
        wanted: Numbers of splits; all that the run holds, or of the protocol, unless told.
        encoder_split: The split of the run whose encoder serves all.

    Returns:
        The encoders, checked, and the splits.

    Raises:
        SkelshotError: There is no such split or encoder, or the encoders cannot serve.
    """
    every = protocol.split_list(store)
    done = {number: split for number, split in run.splits.items() if split.done}
    if not done:
        found = "" if run.path.is_dir() else "found no such folder, it "
        raise SkelshotError(
            f"{run.path}: {found}holds no finished split; name another --run, or run "
            f"`skelshot pretrain` with --out {run.path} first"
            f"{did_you_mean(str(run.path), packaged_names()) if found else ''}"
        )
    own = any(_is_of(done[s.index], store, s) for s in every if s.index in done)
    same_data = done[min(done)].config.get("data_hash") == store.data_hash
    if encoder_split is None and (own or (same_data and every[0].base)):
        chosen = (
            choose_splits(every, wanted)
            if wanted is not None
            else [split for split in every if split.index in done]
        )
        for split in chosen:
            if split.index not in done:
                raise SkelshotError(
                    f"{run.path}: split {split.index} is not pre-trained; run `skelshot pretrain` "
                    f"with --split {split.index} --out {run.path}"
                )
        encoders = RunEncoders(run)
    else:
        number = min(done) if encoder_split is None else encoder_split
        if number not in done:
            raise SkelshotError(
                f"--encoder-split {number}: {run.path} has no finished split of that number, it "
                f"has {', '.join(map(str, sorted(done)))}"
            )
        chosen = list(every) if wanted is None else choose_splits(every, wanted)
        encoders = RunEncoders(run, number)
    encoders.check(store, chosen)
    return encoders, chosen


def choose_splits(every: Sequence[Split], wanted: Sequence[int]) -> list[Split]:
    """Pick splits by number.

    Args:
        every: All splits of a protocol.
        wanted: Numbers.

    Returns:
        Those splits.

    Raises:
        SkelshotError: There is no split of such a number, one is named twice, or none is.
    """
    if not len(wanted):
        raise SkelshotError("--split: found none, expected at least one number")
    for place, number in enumerate(wanted):
        if number in wanted[:place]:
            raise SkelshotError(f"--split: found {number} twice, expected each split once")
        if not 0 <= number < len(every):
            raise SkelshotError(
                f"--split {number}: the protocol has the splits 0 to {len(every) - 1}"
            )
    return [every[number] for number in wanted]


def _without_sets(names: Collection[str]) -> set[str]:
    """Take the set off names of a store of several, `SET/CLASS`, and of a set of sets both."""
    if not all("/" in name for name in names):
        return set()
    return {rest for name in names for rest in (_behind(name), _behind(_behind(name))) if rest}


def _behind(name: str) -> str:
    return name.partition("/")[2]


def _names(store: Store, split: Split) -> tuple[list[str], list[str]]:
    base, novel = (
        [store.class_names[label] for label in labels] for labels in (split.base, split.novel)
    )
    return base, novel


def _is_of(trained: SplitRun, store: Store, split: Split) -> bool:
    """Tell whether a split was trained for the same choice of classes, beside others or not."""
    return bool(split.base) and _names(store, split) in _told_names(trained.config)


def _told_names(config: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """List base and novel classes of a split, and those of the one set that it was drawn from."""
    base, novel = config.get("base"), config.get("novel")
    _, at, set_name = str(config.get("protocol")).rpartition("@")
    prefix = f"{set_name}/"

    def within(names: Sequence[str] | None) -> list[str]:
        return [name.removeprefix(prefix) for name in names or () if name.startswith(prefix)]

    return [(base, novel), (within(base), within(novel))] if at else [(base, novel)]


def _check_unseen(trained: SplitRun, store: Store, novel: Sequence[str]) -> None:
    """Refuse an encoder that has met novel classes of these very clips."""
    met = met_classes(trained.config).get(store.data_hash, [])
    known = None if met is None else [name for name in novel if name in met]
    if known or known is None:
        which = (
            "classes of this store that its file does not tell"
            if known is None
            else ", ".join(known)
        )
        raise SkelshotError(
            f"{trained.folder}: was pre-trained on clips of {which}, which are to be recognised "
            "here; evaluate with the run and its protocol, or name other splits or novel classes"
        )


def _compare(trained: SplitRun, expected: Mapping[str, object]) -> None:
    for key, value in expected.items():
        if (found := trained.config.get(key)) != value:
            raise SkelshotError(
                f"{trained.folder}: was pre-trained with {key} = {json.dumps(found)}, the protocol "
                f"on this store has {json.dumps(value)}; evaluate with the store and protocol of "
                f"the run, or name the encoder for all splits: --encoder-split {trained.number}"
            )
