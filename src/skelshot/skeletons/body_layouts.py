"""The joint tables of motion capture and body models. Names are as in `sensor_layouts`."""

from skelshot.skeletons.layout import SkeletonLayout

H36M_17 = SkeletonLayout(
    name="h36m-17",
    joints=(
        "pelvis",
        *("right hip", "right knee", "right ankle"),
        *("left hip", "left knee", "left ankle"),
        *("spine", "thorax", "nose", "head"),
        *("left shoulder", "left elbow", "left wrist"),
        *("right shoulder", "right elbow", "right wrist"),
    ),
    bones=(
        *((1, 0), (2, 1), (3, 2), (4, 0), (5, 4), (6, 5)),
        *((7, 0), (8, 7), (9, 8), (10, 9)),
        *((11, 8), (12, 11), (13, 12), (14, 8), (15, 14), (16, 15)),
    ),
    pairs=((4, 1), (5, 2), (6, 3), (11, 14), (12, 15), (13, 16)),
    parts={
        "head": (9, 10),
        "trunk": (0, 7, 8),
        "left arm": (11, 12, 13),
        "right arm": (14, 15, 16),
        "left leg": (4, 5, 6),
        "right leg": (1, 2, 3),
    },
    centre=(0,),
    hips=(4, 1),
    shoulders=(11, 14),
    trunk=((0,), (8,)),
)
"""Human3.6M, the 17 joints that 3-D pose estimators give (VideoPose3D, PoseFormer, MotionBERT),
right side first. Joint 9, 'neck/nose' there, lies at the nose. Root: pelvis."""

SMPL_24 = SkeletonLayout(
    name="smpl-24",
    joints=(
        *("pelvis", "left hip", "right hip", "spine 1", "left knee", "right knee"),
        *("spine 2", "left ankle", "right ankle", "spine 3", "left foot", "right foot"),
        *("neck", "left clavicle", "right clavicle", "head"),
        *("left shoulder", "right shoulder", "left elbow", "right elbow"),
        *("left wrist", "right wrist", "left hand", "right hand"),
    ),
    bones=(
        *((1, 0), (2, 0), (3, 0), (4, 1), (5, 2), (6, 3), (7, 4), (8, 5), (9, 6)),
        *((10, 7), (11, 8), (12, 9), (13, 9), (14, 9), (15, 12)),
        *((16, 13), (17, 14), (18, 16), (19, 17), (20, 18), (21, 19), (22, 20), (23, 21)),
    ),
    pairs=(
        *((1, 2), (4, 5), (7, 8), (10, 11), (13, 14)),
        *((16, 17), (18, 19), (20, 21), (22, 23)),
    ),
    parts={
        "head": (12, 15),
        "trunk": (0, 3, 6, 9),
        "left arm": (13, 16, 18, 20, 22),
        "right arm": (14, 17, 19, 21, 23),
        "left leg": (1, 4, 7, 10),
        "right leg": (2, 5, 8, 11),
    },
    centre=(0,),
    hips=(1, 2),
    shoulders=(16, 17),
    trunk=((0,), (12,)),
)
"""The SMPL body model, 24 joints: AMASS, 3DPW, SMPL fits to videos. Its collars are the clavicles.
Root: pelvis."""
