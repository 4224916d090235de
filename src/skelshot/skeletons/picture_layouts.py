"""The joint tables of models that find joints in pictures. Names are as in `sensor_layouts`."""

from skelshot.skeletons.layout import SkeletonLayout

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

OPENPOSE_18 = SkeletonLayout(
    name="openpose-18",
    joints=(
        *("nose", "neck"),
        *("right shoulder", "right elbow", "right wrist"),
        *("left shoulder", "left elbow", "left wrist"),
        *("right hip", "right knee", "right ankle"),
        *("left hip", "left knee", "left ankle"),
        *("right eye", "left eye", "right ear", "left ear"),
    ),
    bones=(
        *((0, 1), (14, 0), (15, 0), (16, 14), (17, 15)),
        *((2, 1), (3, 2), (4, 3), (5, 1), (6, 5), (7, 6)),
        *((8, 2), (9, 8), (10, 9), (11, 5), (12, 11), (13, 12)),
    ),
    pairs=((5, 2), (6, 3), (7, 4), (11, 8), (12, 9), (13, 10), (15, 14), (17, 16)),
    parts={
        "head": (0, 1, 14, 15, 16, 17),
        "left arm": (5, 6, 7),
        "right arm": (2, 3, 4),
        "left leg": (11, 12, 13),
        "right leg": (8, 9, 10),
    },
    centre=(11, 8),
    hips=(11, 8),
    shoulders=(5, 2),
    trunk=((11, 8), (1,)),
)
"""OpenPose's COCO model, 18 key points: Kinetics-Skeleton. Root: neck; bones as ST-GCN's graph."""

OPENPOSE_25 = SkeletonLayout(
    name="openpose-25",
    joints=(
        *("nose", "neck"),
        *("right shoulder", "right elbow", "right wrist"),
        *("left shoulder", "left elbow", "left wrist"),
        "mid hip",
        *("right hip", "right knee", "right ankle"),
        *("left hip", "left knee", "left ankle"),
        *("right eye", "left eye", "right ear", "left ear"),
        *("left big toe", "left small toe", "left heel"),
        *("right big toe", "right small toe", "right heel"),
    ),
    bones=(
        *((0, 1), (15, 0), (16, 0), (17, 15), (18, 16)),
        *((2, 1), (3, 2), (4, 3), (5, 1), (6, 5), (7, 6), (8, 1)),
        *((9, 8), (10, 9), (11, 10), (22, 11), (23, 22), (24, 11)),
        *((12, 8), (13, 12), (14, 13), (19, 14), (20, 19), (21, 14)),
    ),
    pairs=(
        *((5, 2), (6, 3), (7, 4), (12, 9), (13, 10), (14, 11)),
        *((16, 15), (18, 17), (19, 22), (20, 23), (21, 24)),
    ),
    parts={
        "head": (0, 1, 15, 16, 17, 18),
        "trunk": (8,),
        "left arm": (5, 6, 7),
        "right arm": (2, 3, 4),
        "left leg": (12, 13, 14, 19, 20, 21),
        "right leg": (9, 10, 11, 22, 23, 24),
    },
    centre=(8,),
    hips=(12, 9),
    shoulders=(5, 2),
    trunk=((8,), (1,)),
)
"""OpenPose's BODY_25 model, 25 key points. Root: neck."""

HALPE_26 = SkeletonLayout(
    name="halpe-26",
    joints=(
        *COCO_17.joints,
        *("head", "neck", "mid hip"),
        *("left big toe", "right big toe", "left small toe", "right small toe"),
        *("left heel", "right heel"),
    ),
    bones=(
        *((18, 19), (17, 18), (0, 18), (1, 0), (2, 0), (3, 1), (4, 2)),
        *((5, 18), (6, 18), (7, 5), (8, 6), (9, 7), (10, 8)),
        *((11, 19), (12, 19), (13, 11), (14, 12), (15, 13), (16, 14)),
        *((20, 15), (21, 16), (22, 20), (23, 21), (24, 15), (25, 16)),
    ),
    pairs=(*COCO_17.pairs, (20, 21), (22, 23), (24, 25)),
    parts={
        "head": (0, 1, 2, 3, 4, 17, 18),
        "trunk": (19,),
        "left arm": (5, 7, 9),
        "right arm": (6, 8, 10),
        "left leg": (11, 13, 15, 20, 22, 24),
        "right leg": (12, 14, 16, 21, 23, 25),
    },
    centre=(19,),
    hips=(11, 12),
    shoulders=(5, 6),
    trunk=((19,), (18,)),
)
"""AlphaPose's and RTMPose's body of Halpe-FullBody, 26 key points. Root: mid hip."""

HAND_21 = SkeletonLayout(
    name="hand-21",
    joints=(
        "wrist",
        *("thumb cmc", "thumb mcp", "thumb ip", "thumb tip"),
        *("index mcp", "index pip", "index dip", "index tip"),
        *("middle mcp", "middle pip", "middle dip", "middle tip"),
        *("ring mcp", "ring pip", "ring dip", "ring tip"),
        *("pinky mcp", "pinky pip", "pinky dip", "pinky tip"),
    ),
    bones=tuple((joint, 0 if joint % 4 == 1 else joint - 1) for joint in range(1, 21)),
    pairs=(),
    parts={
        "palm": (0,),
        "thumb": (1, 2, 3, 4),
        "index finger": (5, 6, 7, 8),
        "middle finger": (9, 10, 11, 12),
        "ring finger": (13, 14, 15, 16),
        "pinky": (17, 18, 19, 20),
    },
    centre=(0,),
    hips=None,
    shoulders=None,
    trunk=((0,), (9,)),
)
"""One hand, 21 key points: MediaPipe Hands; OpenPose's hands have the same order. Root: wrist."""
