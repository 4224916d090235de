"""The mini teacher by name: an X-CLIP that ships with the package."""

from skelshot.teachers.mini.shipped import MINI, load_mini
from skelshot.teachers.models.frozen import checked_frames
from skelshot.teachers.models.teacher import Teacher, VideoModelOptions
from skelshot.teachers.models.xclip import XCLIPTeacher


class MiniTeacher(Teacher):
    """A small X-CLIP trained on synthetic films; choosing it loads an `XCLIPTeacher`."""

    name = MINI
    options_type = VideoModelOptions

    @classmethod
    def _built(cls, options: VideoModelOptions) -> XCLIPTeacher:
        teacher = load_mini(options.model, device=options.device, precision=options.precision)
        return checked_frames(teacher, options)
