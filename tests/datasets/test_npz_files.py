import io
import struct

import numpy as np
import pytest
from numpy.lib import format as npy

from skelshot.datasets.clips import BadClip
from skelshot.datasets.npz_files import read_array, read_header

ARRAY = np.arange(24, dtype=">f4").reshape(2, 3, 4)


def written(array, version):
    buffer = io.BytesIO()
    npy.write_array(buffer, array, version, allow_pickle=True)
    return buffer.getvalue()


def read(content):
    return read_array(io.BytesIO(content), len(content), "joints")


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
@pytest.mark.parametrize("array", [ARRAY, np.asfortranarray(ARRAY), np.zeros((0, 3)), np.array(2)])
def test_every_version_is_read(version, array):
    found = read(written(array, version))
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"\x93NUMPY\x04\x00" + bytes(100), r"joints: found array format \(4, 0\), expected 1.0"),
        (written(np.array([None]), (1, 0)), "joints: found Python objects"),
        (written(ARRAY, (1, 0))[:-1], r"found 95 bytes for an array of shape \(2, 3, 4\)"),
        (written(ARRAY, (1, 0)) + b"x", "found 97 bytes for an array"),
    ],
)
def test_arrays_of_other_versions_or_lengths_are_refused(content, expected):
    with pytest.raises(BadClip, match=expected):
        read(content)


def test_a_header_longer_than_any_array_needs_is_refused():
    text = b"{" + b" " * 100_000
    with pytest.raises(ValueError, match="header"):
        read_header(io.BytesIO(b"\x93NUMPY\x02\x00" + struct.pack("<I", len(text)) + text), "x")
