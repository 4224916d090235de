"""The joint tables of depth sensors.

Left and right are the person's own in all tables. Joint names agree between layouts where the
joints are the same point of the body; `skelshot.skeletons.mappings` relates the others.
"""

from skelshot.skeletons.layout import SkeletonLayout

KINECT_COLOUR = (1920, 1080)
"""Width and height of the picture in which Kinect v2 gives the joints' positions."""

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

AZURE_KINECT_32 = SkeletonLayout(
    name="azure-kinect-32",
    joints=(
        *("pelvis", "spine navel", "spine chest", "neck"),
        *("left clavicle", "left shoulder", "left elbow", "left wrist"),
        *("left hand", "left hand tip", "left thumb"),
        *("right clavicle", "right shoulder", "right elbow", "right wrist"),
        *("right hand", "right hand tip", "right thumb"),
        *("left hip", "left knee", "left ankle", "left foot"),
        *("right hip", "right knee", "right ankle", "right foot"),
        *("head", "nose", "left eye", "left ear", "right eye", "right ear"),
    ),
    bones=(
        *((1, 0), (2, 1), (3, 2)),
        *((4, 2), (5, 4), (6, 5), (7, 6), (8, 7), (9, 8), (10, 7)),
        *((11, 2), (12, 11), (13, 12), (14, 13), (15, 14), (16, 15), (17, 14)),
        *((18, 0), (19, 18), (20, 19), (21, 20)),
        *((22, 0), (23, 22), (24, 23), (25, 24)),
        *((26, 3), (27, 26), (28, 26), (29, 26), (30, 26), (31, 26)),
    ),
    pairs=(
        *((4, 11), (5, 12), (6, 13), (7, 14), (8, 15), (9, 16), (10, 17)),
        *((18, 22), (19, 23), (20, 24), (21, 25)),
        *((28, 30), (29, 31)),
    ),
    parts={
        "head": (3, 26, 27, 28, 29, 30, 31),
        "trunk": (0, 1, 2),
        "left arm": (4, 5, 6, 7, 8, 9, 10),
        "right arm": (11, 12, 13, 14, 15, 16, 17),
        "left leg": (18, 19, 20, 21),
        "right leg": (22, 23, 24, 25),
    },
    centre=(0,),
    hips=(18, 22),
    shoulders=(5, 12),
    trunk=((0,), (3,)),
)
"""Azure Kinect Body Tracking SDK, 32 joints. Root: pelvis. The sensor's own files hold millimetres
with y down."""
