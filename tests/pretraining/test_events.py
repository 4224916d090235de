"""What is written as TensorBoard events is what TensorBoard reads."""

from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from skelshot.pretraining.events import EventsFile


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
