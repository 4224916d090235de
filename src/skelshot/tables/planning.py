"""From the cells of a table to the entries that its numbers are made of."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any, Literal

from skelshot.datasets.protocols.clip_choice import ClipChoice
from skelshot.datasets.protocols.contract import FewShotProtocol
from skelshot.datasets.protocols.tasks import Split
from skelshot.encoders import ENCODERS
from skelshot.experiments.settings import Settings, evaluation_changes, load_settings
from skelshot.experiments.store_settings import settings_of
from skelshot.fewshot import METHODS
from skelshot.ground import SkelshotError
from skelshot.ground.devices import is_there
from skelshot.tables.amounts import TablePreset
from skelshot.tables.definitions import TableColumn, TableRow
from skelshot.tables.entries import Entry
from skelshot.tables.many_shot import MANY_SHOT, ClipSides
from skelshot.tables.marks import TeacherMarks, files_learnt_from, files_named
from skelshot.tables.planned_cell import PlannedCell
from skelshot.tables.role_data import RoleData
from skelshot.tables.steps import EVALUATE, FEATURES, PRETRAIN


@dataclass(frozen=True, eq=False)
class CellPlanner:
    """Plans the cells of columns of one data set in one way to draw tasks.

    Args:
        data: The clips.
        column: The column.
        preset: Name of the preset, here and of `pretrain` and `evaluate`.
        amounts: The preset of tables.
        seeds: Runs of each row.
        teachers: Tells teachers from each other by their weights.
        device: What stages compute on: `cpu`, `cuda`, `cuda:1` or `mps`; its kind decides results.
        changes: As `pretrain --set`, before those of the rows.
        elsewhere: The clips of the other roles that rows are trained on.
        weights: Files that only their user has, by name.
    """

    data: RoleData
    column: TableColumn
    preset: str
    amounts: TablePreset
    seeds: int
    teachers: TeacherMarks = field(default_factory=TeacherMarks)
    device: str = "cpu"
    changes: tuple[str, ...] = ()
    elsewhere: Mapping[str, RoleData] = field(default_factory=dict)
    weights: Mapping[str, Path] = field(default_factory=dict)

    @cached_property
    def protocol(self) -> FewShotProtocol:
        """Draws splits and tasks."""
        return self.data.protocol(self.column.protocol)

    @cached_property
    def splits(self) -> tuple[Split, ...]:
        """All splits of the protocol."""
        return tuple(self.protocol.split_list(self.data.store))

    @cached_property
    def trainer(self) -> FewShotProtocol:
        """Protocol of the runs: the data set's own where it has these splits, for all columns."""
        own = self.data.protocol()
        return own if tuple(own.split_list(self.data.store)) == self.splits else self.protocol

    def cell(self, row_name: str, row: TableRow, column_name: str) -> PlannedCell:
        """Plan a cell.

        Args:
            row_name: Name of the row.
            row: The row.
            column_name: Name of the column.

        Returns:
            The cell; where it cannot be planned, with the reason.
        """
        row = row.in_column(self.column, self.changes)
        shots: int | Literal["many"] = self.column.shots if self.column.train is None else "many"
        plan = PlannedCell(row_name, column_name, shots, left_out=self._lacking(row))
        if plan.left_out:
            return plan
        try:
            if self.column.train is not None:
                return replace(plan, results=self._many_shot(row, self.column.train))
            splits = self.splits[: self.amounts.splits]
            for split in splits:  # refused before anything is trained
                self.protocol.check_clips(self.data.store, split, self.column.shots)
            results = {
                (seed, split.index): self._result(row, split, seed)
                for seed, split in product(self._seeds(row), splits)
            }
        except SkelshotError as error:
            if self.data.twin and shots == "many":
                return replace(plan, left_out=f"the synthetic twin is too small ({error})")
            return replace(plan, error=str(error))
        return replace(plan, results=results)

    def _lacking(self, row: TableRow) -> str | None:
        """Tell what a row wants that there is not."""
        if row.missing:
            return row.missing
        if row.trained_on and row.trained_on not in self.elsewhere:
            return f"no --data {row.trained_on}=STORE is given to train on"
        if row.weights and row.weights not in self.weights:
            return f"it needs a file that you have: --weights {row.weights}=FILE"
        if row.teacher and row.teacher not in self.amounts.teachers:
            return f"the preset {self.preset} has no teacher {row.teacher}"
        needed = row.teacher and self.amounts.teachers[row.teacher].needs
        if needed and row.teacher not in self.weights:
            return f"it needs {needed} that you have: --weights {row.teacher}=PATH"
        return None

    def _seeds(self, row: TableRow) -> range:
        """List the seeds; nothing depends on them where nothing is trained."""
        return range(self.seeds if row.reads_a_run else 1)

    def _many_shot(self, row: TableRow, train: ClipChoice) -> dict[tuple[int, int], Entry]:
        """Plan a column that trains on some clips of all classes and tests on the others."""
        store = self.data.store
        sides = ClipSides.of(store, train)
        results = {}
        for seed in range(self.seeds):
            own = self._changes(row, row.strategy, "none")
            options = self._settings(row, row.strategy, "none", seed, own, [sides.split]).pretrain
            config: dict[str, Any] = {"data": store.data_hash, "sides": store.document.sides}
            config |= {"train": repr(train), "options": options.model_dump(mode="json")}
            config["device"] = self._kind
            if self._kind != "cpu":  # entries of before may name a GPU and be of the CPU
                config["trained_on"] = self._kind
            if files := files_named(config["options"]):
                config["files"] = files
            call = {"store": store.path, "train": train, "options": options, "device": self.device}
            results[seed, 0] = Entry(MANY_SHOT, config, call=call)
        return results

    def _result(self, row: TableRow, split: Split, seed: int) -> Entry:
        method, store = METHODS.named(str(row.method)), self.data.store
        changes = [*row.evaluate]
        settings = load_settings(
            self.preset,
            layout=store.layout,
            coordinates=store.channels,
            assignments=evaluation_changes(changes),
        ).evaluate
        said = settings.classifiers.get(method.name, {})
        method.from_options(said)  # refused before anything is trained
        settled = settings.on(self.device if is_there(self.device) else "cpu")
        options = settled.model_dump(mode="json", exclude={"classifiers"})
        run, elsewhere = None, {}
        if row.reads_a_run and row.trained_on in (None, self.column.data):
            run = self._run(row, split, seed)
        elif row.reads_a_run:
            trainer = self._elsewhere(str(row.trained_on))
            run = trainer._run(row, trainer.splits[0], seed)
            elsewhere = {"encoder_split": trainer.splits[0].index}
        return Entry(
            EVALUATE,
            self._about(split, self.protocol)
            | {"method": method.name, "method_options": dict(said), "options": options}
            | {"shots": self.column.shots, "files": files_named(said)},
            needs=() if run is None else (run,),
            call={
                "store": store.path,
                "protocol": self.protocol,
                "method": row.method,
                "shots": [self.column.shots],
                "splits": [split.index],
                "preset": self.preset,
                "device": self.device,
                "changes": changes,
                **elsewhere,
            },
        )

    def _elsewhere(self, role: str) -> "CellPlanner":
        """Plan runs on another data set, in the joints of this one."""
        there = self.elsewhere[role]
        store = there.store.in_layout(self.data.store.layout)
        column = TableColumn.model_validate({"data": role})
        return replace(self, data=replace(there, store=store), column=column)

    def _run(self, row: TableRow, split: Split, seed: int) -> Entry:
        """Plan a run; what comes before episodes is a run of its own, so that rows share it."""
        if row.strategy == "none" or row.episodes == "none":
            needs = {"features": self._features(row.teacher)} if row.teacher else {}
            return self._stage(row, row.strategy, row.episodes, split, seed, needs)
        first = self._run(row.model_copy(update={"episodes": "none"}), split, seed)
        return self._stage(row, "none", row.episodes, split, seed, {"start": first})

    def _stage(
        self,
        row: TableRow,
        strategy: str,
        episodes: str,
        split: Split,
        seed: int,
        needs: dict[str, Entry],
    ) -> Entry:
        own = self._changes(row, strategy, episodes)
        settings = self._settings(row, strategy, episodes, seed, own, self.splits)
        options = settings.pretrain.model_dump(mode="json")
        if episodes == "none":
            options.pop("episodic")
        files = files_named(options) | files_learnt_from(settings.pretrain.strategy, split.index)
        return Entry(
            PRETRAIN,
            self._about(split, self.trainer) | {"options": options, "files": files},
            needs=tuple(needs.values()),
            call={
                "store": self.data.store,
                "protocol": self.trainer,
                "preset": self.preset,
                "encoder": row.encoder,
                "strategy": strategy,
                "episodes": episodes,
                "splits": [split.index],
                "seed": seed,
                "device": self.device,
                "changes": own,
                "reads": list(needs),
            },
        )

    def _changes(self, row: TableRow, strategy: str, episodes: str) -> list[str]:
        """List what a row changes in what a run trains."""
        return [*self._precision(), *_of_stages(self._with_weights(row), strategy, episodes)]

    def _with_weights(self, row: TableRow) -> list[str]:
        """Put the path of a user's file in place."""
        file = json.dumps(str(self.weights[row.weights].resolve())) if row.weights else ""
        return [change.replace("{weights}", file) for change in row.set]

    def _settings(
        self,
        row: TableRow,
        strategy: str,
        episodes: str,
        seed: int,
        changes: Sequence[str],
        splits: Sequence[Split],
    ) -> Settings:
        return settings_of(
            self.data.store,
            splits,
            self.preset,
            changes={
                "pretrain.strategy": strategy,
                "pretrain.episodes": episodes,
                "pretrain.encoder.name": row.encoder and ENCODERS.named(row.encoder).name,
                "pretrain.seed": seed,
                "pretrain.loop.device": self.device if is_there(self.device) else "cpu",
            },
            assignments=changes,
        )

    def _precision(self) -> list[str]:
        """Settle the precision for a device that only the machines of a cluster have."""
        return [] if is_there(self.device) else ["loop.precision=float32"]

    def _features(self, name: str) -> Entry:
        """Plan a teacher's features; all columns of a data set share them."""
        teacher, data = self.amounts.teachers[name], self.data
        protocol = data.protocol() if teacher.videos else None
        if model := self.weights.get(name):
            teacher = teacher.model_copy(update={"teacher": teacher.own or teacher.teacher})
        said = {
            "teacher": teacher.teacher,
            "prompts": teacher.prompts,
            "class_names": data.role.class_names,
        }
        marks = self.teachers.marks(teacher, data.role.class_names, data.store, model)
        config: dict[str, Any] = {"data": data.store.data_hash, **said, **marks}
        call: dict[str, Any] = {"store": data.store.path, **said}
        if model:
            call["model"] = model
        if teacher.videos:
            config |= {"videos": data.videos_mark, "protocol": repr(protocol), "device": self._kind}
            call |= {"videos": data.videos, "protocol": protocol, "device": self.device}
            if data.videos != "rendered" and data.role.every:
                config["every"] = call["every"] = data.role.every
        return Entry(FEATURES, config, call=call)

    @property
    def _kind(self) -> str:
        return self.device.partition(":")[0]

    def _about(self, split: Split, protocol: FewShotProtocol) -> dict[str, Any]:
        store = self.data.store
        return {
            "data": store.data_hash,
            "sides": store.document.sides,
            "protocol": repr(protocol),
            "split": split.index,
            "device": self._kind,
        }


def _of_stages(changes: Sequence[str], strategy: str, episodes: str) -> Iterator[str]:
    """Choose the changes that concern what a run trains."""
    for change in changes:
        key = change.removeprefix("pretrain.")
        of_strategy = key.startswith(("strategy.", "strategies."))
        of_episodes = key.startswith("episodic.")
        if not (of_strategy and strategy == "none") and not (of_episodes and episodes == "none"):
            yield change
