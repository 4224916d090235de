"""Trained encoders by the words that people type: runs, files, packaged weights."""

from pathlib import Path

from skelshot.encoders.packaged import packaged_names
from skelshot.ground.suggestions import did_you_mean
from skelshot.pretraining.starting_point import StartingPoint
from skelshot.pretraining.starting_run import StartingRun
from skelshot.pretraining.starting_weights import StartingWeights


def starting_point(word: Path | str, option: str = "--from") -> StartingPoint:
    """Tell an earlier run from an encoder of other data.

    Args:
        word: A run's folder, an encoder's file (`.safetensors`), or the name of packaged weights.
        option: The option that it was given to, as messages say.

    Returns:
        What it names; whether that is there shows when it is read.

    Example:
        >>> starting_point("skelshot-base"), starting_point("runs/mine")
        (StartingWeights(word='skelshot-base', option='--from'),
         StartingRun(run=PosixPath('runs/mine'), option='--from'))
    """
    place = Path(word)
    alone = place.is_file() or place.suffix == ".safetensors"
    if not place.is_dir() and (alone or did_you_mean(str(word), packaged_names())):
        return StartingWeights(word, option)
    return StartingRun(place, option)
