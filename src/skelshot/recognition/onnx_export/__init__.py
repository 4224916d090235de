"""A recogniser as one ONNX file that runs without torch."""

from skelshot.recognition.onnx_export.exported import Exported
from skelshot.recognition.onnx_export.recognizer_file import export_recognizer

__all__ = ["Exported", "export_recognizer"]
