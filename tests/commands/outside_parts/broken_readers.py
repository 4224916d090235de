"""Readers that do not keep the contract."""

from own_reader import CsvReader

from skelshot.datasets import Reader


class NoMethods(Reader):
    name = "no-methods"


class WrongName(Reader):
    name = "another"


class Telling(CsvReader):
    name = "telling"

    def read(self, source):
        yield "a clip"


class Raising(CsvReader):
    name = "raising"

    def read(self, source):
        if source.name:
            raise LookupError("no such joint")
        yield
