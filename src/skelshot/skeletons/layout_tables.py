"""The joint tables of the sensors and pose models that Skelshot knows.

Left and right are the person's own in all of them. Joint names agree between layouts where the
joints are the same point of the body; `skelshot.skeletons.mappings` relates the others.
"""

from skelshot.skeletons.layout import SkeletonLayout

KINECT_V2 = SkeletonLayout(
    name="kinect-v2",
    joints=(
        *("spine base", "spine mid", "neck", "head"),
        *("left shoulder", "left elbow", "left wrist", "left hand"),
        *("right shoulder", "right elbow", "right wrist", "right hand"),
        *("left hip", "left knee", "left ankle", "left foot"),
        *("right hip", "right knee", "right ankle", "right foot"),
        *("spine shoulder", "left hand tip", "left thumb", "right hand tip", "right thumb"),
    ),
    bones=(
        *((0, 1), (1, 20), (2, 20), (3, 2)),
        *((4, 20), (5, 4), (6, 5), (7, 6)),
        *((8, 20), (9, 8), (10, 9), (11, 10)),
        *((12, 0), (13, 12), (14, 13), (15, 14)),
        *((16, 0), (17, 16), (18, 17), (19, 18)),
        *((21, 22), (22, 7), (23, 24), (24, 11)),
    ),
    pairs=(
        *((4, 8), (5, 9), (6, 10), (7, 11)),
        *((12, 16), (13, 17), (14, 18), (15, 19)),
        *((21, 23), (22, 24)),
    ),
    parts={
        "head": (2, 3),
        "trunk": (0, 1, 20),
        "left arm": (4, 5, 6, 7, 21, 22),
        "right arm": (8, 9, 10, 11, 23, 24),
        "left leg": (12, 13, 14, 15),
        "right leg": (16, 17, 18, 19),
    },
    centre=(1,),
    hips=(12, 16),
    shoulders=(4, 8),
    trunk=((0,), (20,)),
)
"""Microsoft Kinect v2, 25 joints: NTU RGB+D and PKU-MMD. Root: spine shoulder, as AGCN's graph."""

KINECT_V1 = SkeletonLayout(
    name="kinect-v1",
    joints=(
        *("hip centre", "spine", "shoulder centre", "head"),
        *("left shoulder", "left elbow", "left wrist", "left hand"),
        *("right shoulder", "right elbow", "right wrist", "right hand"),
        *("left hip", "left knee", "left ankle", "left foot"),
        *("right hip", "right knee", "right ankle", "right foot"),
    ),
    bones=(
        *((0, 1), (1, 2), (3, 2)),
        *((4, 2), (5, 4), (6, 5), (7, 6)),
        *((8, 2), (9, 8), (10, 9), (11, 10)),
        *((12, 0), (13, 12), (14, 13), (15, 14)),
        *((16, 0), (17, 16), (18, 17), (19, 18)),
    ),
    pairs=((4, 8), (5, 9), (6, 10), (7, 11), (12, 16), (13, 17), (14, 18), (15, 19)),
    parts={
        "head": (3,),
        "trunk": (0, 1, 2),
        "left arm": (4, 5, 6, 7),
        "right arm": (8, 9, 10, 11),
        "left leg": (12, 13, 14, 15),
        "right leg": (16, 17, 18, 19),
    },
    centre=(1,),
    hips=(12, 16),
    shoulders=(4, 8),
    trunk=((0,), (2,)),
)
"""Microsoft Kinect v1, 20 joints: NW-UCLA and MSR Action Pairs. Root: shoulder centre."""

OPENNI_15 = SkeletonLayout(
    name="openni-15",
    joints=(
        *("head", "neck", "torso"),
        *("left shoulder", "left elbow", "left hand"),
        *("right shoulder", "right elbow", "right hand"),
        *("left hip", "left knee", "left foot"),
        *("right hip", "right knee", "right foot"),
    ),
    bones=(
        *((0, 1), (1, 2)),
        *((3, 1), (4, 3), (5, 4)),
        *((6, 1), (7, 6), (8, 7)),
        *((9, 2), (10, 9), (11, 10)),
        *((12, 2), (13, 12), (14, 13)),
    ),
    pairs=((3, 6), (4, 7), (5, 8), (9, 12), (10, 13), (11, 14)),
    parts={
        "head": (0, 1),
        "trunk": (2,),
        "left arm": (3, 4, 5),
        "right arm": (6, 7, 8),
        "left leg": (9, 10, 11),
        "right leg": (12, 13, 14),
    },
    centre=(2,),
    hips=(9, 12),
    shoulders=(3, 6),
    trunk=((9, 12), (1,)),
)
"""OpenNI / NiTE trackers, 15 joints. Root: torso."""

COCO_17 = SkeletonLayout(
    name="coco-17",
    joints=(
        *("nose", "left eye", "right eye", "left ear", "right ear"),
        *("left shoulder", "right shoulder", "left elbow", "right elbow"),
        *("left wrist", "right wrist", "left hip", "right hip"),
        *("left knee", "right knee", "left ankle", "right ankle"),
    ),
    bones=(
        *((1, 0), (2, 0), (3, 1), (4, 2)),
        *((5, 0), (6, 0), (7, 5), (8, 6), (9, 7), (10, 8)),
        *((11, 5), (12, 6), (13, 11), (14, 12), (15, 13), (16, 14)),
    ),
    pairs=((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)),
    parts={
        "head": (0, 1, 2, 3, 4),
        "left arm": (5, 7, 9),
        "right arm": (6, 8, 10),
        "left leg": (11, 13, 15),
        "right leg": (12, 14, 16),
    },
    centre=(11, 12),
    hips=(11, 12),
    shoulders=(5, 6),
    trunk=((11, 12), (5, 6)),
)
"""COCO key points, 17 joints, usually in pixels. There is no trunk joint: the tree is rooted at
the nose, the one joint on the midline, so that it is the same on the left and on the right."""

MEDIAPIPE_33 = SkeletonLayout(
    name="mediapipe-33",
    joints=(
        *("nose", "left eye inner", "left eye", "left eye outer"),
        *("right eye inner", "right eye", "right eye outer"),
        *("left ear", "right ear", "left mouth", "right mouth"),
        *("left shoulder", "right shoulder", "left elbow", "right elbow"),
        *("left wrist", "right wrist", "left pinky", "right pinky"),
        *("left index", "right index", "left thumb", "right thumb"),
        *("left hip", "right hip", "left knee", "right knee", "left ankle", "right ankle"),
        *("left heel", "right heel", "left foot index", "right foot index"),
    ),
    bones=(
        *((1, 0), (2, 1), (3, 2), (7, 3), (9, 0)),
        *((4, 0), (5, 4), (6, 5), (8, 6), (10, 0)),
        *((11, 0), (13, 11), (15, 13), (17, 15), (19, 15), (21, 15)),
        *((12, 0), (14, 12), (16, 14), (18, 16), (20, 16), (22, 16)),
        *((23, 11), (25, 23), (27, 25), (29, 27), (31, 27)),
        *((24, 12), (26, 24), (28, 26), (30, 28), (32, 28)),
    ),
    pairs=(
        *((1, 4), (2, 5), (3, 6), (7, 8), (9, 10)),
        *((11, 12), (13, 14), (15, 16), (17, 18), (19, 20), (21, 22)),
        *((23, 24), (25, 26), (27, 28), (29, 30), (31, 32)),
    ),
    parts={
        "head": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10),
        "left arm": (11, 13, 15, 17, 19, 21),
        "right arm": (12, 14, 16, 18, 20, 22),
        "left leg": (23, 25, 27, 29, 31),
        "right leg": (24, 26, 28, 30, 32),
    },
    centre=(23, 24),
    hips=(23, 24),
    shoulders=(11, 12),
    trunk=((23, 24), (11, 12)),
)
"""MediaPipe Pose landmarks, 33 joints. Rooted at the nose for the same reason as COCO_17."""
