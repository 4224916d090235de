"""Pose estimation: skeletons of the people in a video."""

from skelshot.pose.estimator import BodyPose, PoseEstimator, PoseOptions, PoseSession
from skelshot.pose.family import ESTIMATORS, estimator_named
from skelshot.pose.video import VideoPoses, read_video, video_poses
from skelshot.pose.video_reading import VideoReading

__all__ = [
    "ESTIMATORS",
    "BodyPose",
    "PoseEstimator",
    "PoseOptions",
    "PoseSession",
    "VideoPoses",
    "VideoReading",
    "estimator_named",
    "read_video",
    "video_poses",
]
