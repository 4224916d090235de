"""Frozen teachers and the cache of their features."""

from skelshot.teachers.actionclip import ActionCLIPTeacher
from skelshot.teachers.base import Precision, PromptingTeacher, TextTeacher, VideoTeacher
from skelshot.teachers.features import FeatureCache, FeatureInfo
from skelshot.teachers.frame_average import FrameAverageTeacher
from skelshot.teachers.minilm import MiniLMTeacher
from skelshot.teachers.models import ModelEntry, load_models
from skelshot.teachers.named import TEACHERS, own_prompts, teacher_named, teacher_names
from skelshot.teachers.precomputed import PrecomputedTeacher
from skelshot.teachers.preprocessing import Preprocessing
from skelshot.teachers.random_code import RandomCodeTeacher
from skelshot.teachers.teach import StoreInfo, TeachReport, teach_text
from skelshot.teachers.teach_videos import teach_videos
from skelshot.teachers.texts import load_class_texts, load_templates, prompt_names, render
from skelshot.teachers.video_and_text import VideoAndTextTeacher
from skelshot.teachers.video_features import VideoFeatures, VideoInfo
from skelshot.teachers.video_job import VideoTeaching
from skelshot.teachers.videoprism import VideoPrismTeacher
from skelshot.teachers.vision_language import Representation, combine, mean_text
from skelshot.teachers.writing import write_features
from skelshot.teachers.xclip import XCLIPTeacher

__all__ = [
    "TEACHERS",
    "ActionCLIPTeacher",
    "FeatureCache",
    "FeatureInfo",
    "FrameAverageTeacher",
    "MiniLMTeacher",
    "ModelEntry",
    "Precision",
    "PrecomputedTeacher",
    "Preprocessing",
    "PromptingTeacher",
    "RandomCodeTeacher",
    "Representation",
    "StoreInfo",
    "TeachReport",
    "TextTeacher",
    "VideoAndTextTeacher",
    "VideoFeatures",
    "VideoInfo",
    "VideoPrismTeacher",
    "VideoTeacher",
    "VideoTeaching",
    "XCLIPTeacher",
    "combine",
    "load_class_texts",
    "load_models",
    "load_templates",
    "mean_text",
    "own_prompts",
    "prompt_names",
    "render",
    "teach_text",
    "teach_videos",
    "teacher_named",
    "teacher_names",
    "write_features",
]
