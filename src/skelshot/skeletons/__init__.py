"""Skeletons: layouts, sequences and all that turns a clip into an encoder's input."""

# `augment` itself stays in its module: here it would hide the module of the same name.
from skelshot.skeletons.augment import Augmentation
from skelshot.skeletons.body_check import BodyProblem, LayoutGuess, body_problems, guess_layout
from skelshot.skeletons.inputs import InputSpec, encode_input
from skelshot.skeletons.layouts import (
    AZURE_KINECT_32,
    COCO_17,
    H36M_17,
    HALPE_26,
    HAND_21,
    KINECT_V1,
    KINECT_V2,
    LAYOUTS,
    MEDIAPIPE_33,
    OPENNI_15,
    OPENPOSE_18,
    OPENPOSE_25,
    SMPL_24,
    SkeletonLayout,
    layout_as_data,
    layout_from,
    layout_from_file,
    layout_named,
    layouts_with,
)
from skelshot.skeletons.mappings import map_layout
from skelshot.skeletons.normalise import align_view, centre, scale_to_torso
from skelshot.skeletons.persons import PersonReport, order_persons
from skelshot.skeletons.repair import count_non_finite, repair_gaps
from skelshot.skeletons.sequence import SkeletonSequence
from skelshot.skeletons.streams import Stream, stream
from skelshot.skeletons.timing import crop_and_resize, resize_time
from skelshot.skeletons.transforms import jitter, mirror, random_rotation, rotate, scale, shear
from skelshot.skeletons.unseen import confidence_scale, mark_unseen

__all__ = [
    "AZURE_KINECT_32",
    "COCO_17",
    "H36M_17",
    "HALPE_26",
    "HAND_21",
    "KINECT_V1",
    "KINECT_V2",
    "LAYOUTS",
    "MEDIAPIPE_33",
    "OPENNI_15",
    "OPENPOSE_18",
    "OPENPOSE_25",
    "SMPL_24",
    "Augmentation",
    "BodyProblem",
    "InputSpec",
    "LayoutGuess",
    "PersonReport",
    "SkeletonLayout",
    "SkeletonSequence",
    "Stream",
    "align_view",
    "body_problems",
    "centre",
    "confidence_scale",
    "count_non_finite",
    "crop_and_resize",
    "encode_input",
    "guess_layout",
    "jitter",
    "layout_as_data",
    "layout_from",
    "layout_from_file",
    "layout_named",
    "layouts_with",
    "map_layout",
    "mark_unseen",
    "mirror",
    "order_persons",
    "random_rotation",
    "repair_gaps",
    "resize_time",
    "rotate",
    "scale",
    "scale_to_torso",
    "shear",
    "stream",
]
