"""What is written as TensorBoard events is what TensorBoard reads."""

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.backend.event_processing.event_multiplexer import EventMultiplexer

from skelshot.pretraining.events import EventsFile
from skelshot.pretraining.logs import MetricsLog


def test_tensorboard_reads_each_epoch_once(tmp_path: Path) -> None:
    folder = tmp_path / "events"
    first = EventsFile(folder, "transfer", done=0)
    for epoch in (1, 2, 3):
        first.write(epoch, {"loss": 1.0 / epoch})
    EventsFile(folder, "transfer", done=2).write(3, {"loss": 0.25})
    read = EventAccumulator(str(folder))
    read.Reload()
    assert read.Tags()["scalars"] == ["transfer/loss"]
    assert [(e.step, e.value) for e in read.Scalars("transfer/loss")][-1] == (3, 0.25)
    assert [e.step for e in read.Scalars("transfer/loss")] == [1, 2, 3]


def test_tensorboard_shows_every_stage_of_a_run_that_went_on(tmp_path: Path) -> None:
    """What `tensorboard --load_fast=false` reads: a restart hides later steps of its own folder."""
    first = MetricsLog(tmp_path, "transfer", done=0)
    for epoch in (1, 2, 3, 4):
        first.write(epoch, {"loss": 1.0})
    killed = MetricsLog(tmp_path, "episodic", done=0)
    for epoch in (1, 2):
        killed.write(epoch, {"loss": 0.5})
    MetricsLog(tmp_path, "episodic", done=1).write(2, {"loss": 0.25})
    read = EventMultiplexer().AddRunsFromDirectory(str(tmp_path))
    read.Reload()
    found = {
        tag: [(event.step, event.value) for event in read.Scalars(run, tag)]
        for run, tags in read.Runs().items()
        for tag in tags["scalars"]
    }
    assert found == {
        "transfer/loss": [(1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0)],
        "episodic/loss": [(1, 0.5), (2, 0.25)],
    }
