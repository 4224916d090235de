"""The estimator `litert`: BlazePose and MoveNet MultiPose, run by LiteRT on one processor core."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from skelshot.pose.estimator import BodyPose, Picture, PoseEstimator, PoseOptions, PoseSession
from skelshot.pose.landmarks import PRESENCE, LandmarkModel
from skelshot.pose.model_files import model_file
from skelshot.pose.people_finder import PeopleFinder
from skelshot.pose.person_detector import PersonDetector
from skelshot.pose.region import Region
from skelshot.pose.several import SeveralPeople
from skelshot.pose.smoothing import SmoothedSession


class LitertOptions(PoseOptions):
    """The options of the estimator `litert`.

    Args:
        model: The landmark model: `lite` is the fastest, `heavy` the most exact.
        models: The folder of the model files; the user's cache unless told.
        find_every: With several people, in how many pictures once the whole picture is looked
            through for people who are not followed yet.
        patience: With several people, for how many seconds somebody who is lost is waited for.
        smooth: How joints are calmed over time: by One-Euro filters, which let quick movement
            pass, or not at all.
    """

    model: Literal["lite", "full", "heavy"] = Field("full", description="landmark model")
    models: Path | None = Field(None, description="folder of model files (default: the cache)")
    find_every: int = Field(
        5, ge=1, le=1000, description="pictures from one look for new people to the next"
    )
    patience: float = Field(
        1.0, ge=0, le=60, description="seconds for which a lost person is waited for"
    )
    smooth: Literal["one-euro", "none"] = Field(
        "one-euro", description="how joints are calmed over time"
    )


class LitertEstimator(PoseEstimator):
    """Finds one person by BlazePose, or several by MoveNet MultiPose and BlazePose on each.

    Example:
        >>> LitertEstimator.from_options({"model": "lite"}).options.model
        'lite'
    """

    name: ClassVar[str] = "litert"
    options_type: ClassVar[type[PoseOptions]] = LitertOptions
    options: LitertOptions

    def begin(self, persons: int, rate: float) -> PoseSession:
        """Read the model files and make ready for a video."""
        session = self._finding(persons, rate)
        return session if self.options.smooth == "none" else SmoothedSession(session, rate)

    def _finding(self, persons: int, rate: float) -> PoseSession:
        folder = self.options.models
        landmarks = LandmarkModel(model_file(f"pose_landmark_{self.options.model}", folder))
        if persons == 1:
            return _OnePerson(PersonDetector(model_file("pose_detection", folder)), landmarks)
        finder = PeopleFinder(model_file("movenet_multipose", folder))
        patience = round(self.options.patience * rate)
        return SeveralPeople(finder, landmarks, persons, self.options.find_every, patience)


class _OnePerson(PoseSession):
    """Finds somebody, then follows them by their own joints until they are lost."""

    def __init__(self, detector: PersonDetector, landmarks: LandmarkModel) -> None:
        self._detector = detector
        self._landmarks = landmarks
        self._region: Region | None = None

    def see(self, picture: Picture) -> list[BodyPose]:
        """Find the person in the next picture."""
        if self._region is None:
            found = self._detector.find(picture)
            self.several = max(self.several, len(found))
            if not found:
                return []
            self._region = found[0]
        seen = self._landmarks.find(picture, self._region)
        self._region = seen.following if seen.score >= PRESENCE else None
        return [seen.as_pose(0)] if self._region else []
