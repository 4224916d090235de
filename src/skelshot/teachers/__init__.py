"""Frozen teachers and the cache of their features."""

from skelshot.ground.precision import Precision
from skelshot.teachers.base import PromptingTeacher, TextTeacher, VideoTeacher
from skelshot.teachers.cache.info import FeatureInfo, VideoInfo
from skelshot.teachers.cache.read import FeatureCache
from skelshot.teachers.cache.video import VideoFeatures
from skelshot.teachers.cache.write import write_features
from skelshot.teachers.extract.job import ExtractOptions
from skelshot.teachers.extract.texts import ExtractReport, StoreInfo, extract_text
from skelshot.teachers.extract.videos import extract_videos
from skelshot.teachers.models.actionclip import ActionCLIPTeacher
from skelshot.teachers.models.family import (
    TEACHERS,
    own_prompts,
    teacher_class,
    teacher_named,
    teacher_names,
)
from skelshot.teachers.models.frame_average import FrameAverageTeacher
from skelshot.teachers.models.minilm import MiniLMTeacher
from skelshot.teachers.models.precomputed import PrecomputedTeacher
from skelshot.teachers.models.preprocessing import Preprocessing
from skelshot.teachers.models.random_code import RandomCodeTeacher
from skelshot.teachers.models.table import ModelEntry, load_models
from skelshot.teachers.models.teacher import (
    ModelOptions,
    SeedOptions,
    Teacher,
    TeacherOptions,
    VideoModelOptions,
)
from skelshot.teachers.models.video_and_text import VideoAndTextTeacher
from skelshot.teachers.models.videoprism import VideoPrismTeacher
from skelshot.teachers.models.xclip import XCLIPTeacher
from skelshot.teachers.texts import (
    class_texts_of,
    description_names,
    load_class_texts,
    load_templates,
    prompt_names,
    render,
)
from skelshot.teachers.vision_language import Representation, combine, mean_text

VideoTeaching = ExtractOptions
TeachReport = ExtractReport
teach_text = extract_text
teach_videos = extract_videos

__all__ = [
    "TEACHERS",
    "ActionCLIPTeacher",
    "ExtractOptions",
    "ExtractReport",
    "FeatureCache",
    "FeatureInfo",
    "FrameAverageTeacher",
    "MiniLMTeacher",
    "ModelEntry",
    "ModelOptions",
    "Precision",
    "PrecomputedTeacher",
    "Preprocessing",
    "PromptingTeacher",
    "RandomCodeTeacher",
    "Representation",
    "SeedOptions",
    "StoreInfo",
    "TeachReport",
    "Teacher",
    "TeacherOptions",
    "TextTeacher",
    "VideoAndTextTeacher",
    "VideoFeatures",
    "VideoInfo",
    "VideoModelOptions",
    "VideoPrismTeacher",
    "VideoTeacher",
    "VideoTeaching",
    "XCLIPTeacher",
    "class_texts_of",
    "combine",
    "description_names",
    "extract_text",
    "extract_videos",
    "load_class_texts",
    "load_models",
    "load_templates",
    "mean_text",
    "own_prompts",
    "prompt_names",
    "render",
    "teach_text",
    "teach_videos",
    "teacher_class",
    "teacher_named",
    "teacher_names",
    "write_features",
]
