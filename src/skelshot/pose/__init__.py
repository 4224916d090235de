"""Pose estimation: skeletons of the people in a video."""

from skelshot.pose.estimator import BodyPose, PoseEstimator, PoseOptions, PoseSession
from skelshot.pose.family import ESTIMATORS, estimator_named
from skelshot.pose.video import VideoPoses, read_video, video_poses

__all__ = [
    "ESTIMATORS",
    "BodyPose",
    "PoseEstimator",
    "PoseOptions",
    "PoseSession",
    "VideoPoses",
    "estimator_named",
    "read_video",
    "video_poses",
]
