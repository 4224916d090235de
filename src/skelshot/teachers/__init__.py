"""Frozen teachers and the cache of their features."""

from skelshot.teachers.base import TextTeacher
from skelshot.teachers.features import FeatureCache, FeatureInfo
from skelshot.teachers.minilm import MiniLMTeacher
from skelshot.teachers.named import TEACHERS, teacher_named
from skelshot.teachers.random_code import RandomCodeTeacher
from skelshot.teachers.teach import StoreInfo, TeachReport, teach_text
from skelshot.teachers.texts import load_class_texts, load_templates, prompt_names, render
from skelshot.teachers.vision_language import Representation, combine, mean_text
from skelshot.teachers.writing import write_features

__all__ = [
    "TEACHERS",
    "FeatureCache",
    "FeatureInfo",
    "MiniLMTeacher",
    "RandomCodeTeacher",
    "Representation",
    "StoreInfo",
    "TeachReport",
    "TextTeacher",
    "combine",
    "load_class_texts",
    "load_templates",
    "mean_text",
    "prompt_names",
    "render",
    "teach_text",
    "teacher_named",
    "write_features",
]
