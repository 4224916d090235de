"""Teachers that do not keep the contract."""

import torch

from skelshot.teachers import Teacher


class NoTeacher:
    name = "no-teacher"


class Mute(Teacher):
    name = "mute"


class Unmade(Teacher):
    name = "unmade"

    def __init__(self):
        raise RuntimeError("no licence")

    def fingerprint(self):
        return "u"

    def encode_text(self, texts):
        return [1 / 0]


class Endless(Unmade):
    name = "endless"

    def __init__(self):
        self.dim = 2


class NoDim(Unmade):
    name = "no-dim"

    def __init__(self):
        pass


class Narrow(Teacher):
    name = "narrow"
    dim = 5

    def fingerprint(self):
        return "n"

    def encode_text(self, texts):
        return torch.zeros(len(texts), 4)


class Listing(Narrow):
    name = "listing"

    def encode_text(self, texts):
        return [0.0] * len(texts)
