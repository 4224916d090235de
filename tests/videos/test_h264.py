"""The order of pictures, against PyAV's own decoder and against streams written bit by bit."""

import pytest

from skelshot.videos.h264 import CodedPicture, H264Stream, PictureOrder, display_order

BASELINE = 66
HIGH = 100


def exp_golomb(value: int) -> str:
    digits = bin(value + 1)[2:]
    return "0" * (len(digits) - 1) + digits


def signed_exp_golomb(value: int) -> str:
    return exp_golomb(2 * value - 1 if value > 0 else -2 * value)


def escaped(payload: bytes) -> bytes:
    """Insert the bytes that keep start codes out of a payload, as in 7.4.1."""
    out, zeros = bytearray(), 0
    for byte in payload:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


def unit(head: int, bits: str) -> bytes:
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    return bytes([head]) + escaped(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def parameter_set(
    profile: int = HIGH, kind: int = 0, frame_bits: int = 4, count_bits: int = 6, fields: int = 0
) -> bytes:
    bits = f"{profile:08b}" + "0" * 8 + f"{40:08b}" + exp_golomb(0)
    if profile == HIGH:
        bits += exp_golomb(1) + exp_golomb(0) + exp_golomb(0) + "0"
        bits += "1" + "1" + signed_exp_golomb(-8) + "0" * 6 + "1"  # two scaling lists, the
        bits += "".join(signed_exp_golomb(1) for _ in range(64))  # one ended early, one full
    bits += exp_golomb(frame_bits - 4) + exp_golomb(kind)
    if kind == 0:
        bits += exp_golomb(count_bits - 4)
    bits += exp_golomb(3) + "0" + exp_golomb(3) + exp_golomb(2) + str(1 - fields)
    return unit(0x67, bits)


def slice_of(head: int, count: int, frame: int = 0) -> bytes:
    bits = exp_golomb(0) + exp_golomb(5) + exp_golomb(0) + f"{frame:04b}"
    if head & 31 == 5:
        bits += exp_golomb(0)
    return unit(head, bits + f"{count:06b}" + "0" * 80)


def test_slice_headers_are_read_in_both_ways_of_storing_them() -> None:
    units = [b"\x09\xf0", parameter_set(), slice_of(0x65, 0)]
    stored = b"".join(b"\x00\x00\x01" + each for each in units)
    stream = H264Stream(b"")
    assert stream.picture(stored) == CodedPicture(restart=True, reference=True, count=0)
    assert stream.order == PictureOrder(frame_bits=4, kind=0, count_bits=6)
    after = stream.picture(b"\x00\x00\x00\x01" + slice_of(0x01, 62, 3))
    assert after == CodedPicture(restart=False, reference=False, count=62)
    assert stream.readable

    configuration = b"\x01\x64\x00\x28\xff\xe1"
    sps = parameter_set()
    configuration += len(sps).to_bytes(2, "big") + sps + b"\x00"
    stream = H264Stream(configuration)
    assert stream.order == PictureOrder(4, 0, 6)
    packet = slice_of(0x41, 4)
    assert stream.picture(len(packet).to_bytes(4, "big") + packet) == CodedPicture(False, True, 4)


def test_what_is_out_of_the_usual_is_not_guessed() -> None:
    start = b"\x00\x00\x01"
    for odd in (
        parameter_set(fields=1),
        parameter_set(BASELINE, kind=1),
        parameter_set()[:5],
    ):
        stream = H264Stream(start + odd)
        stream.picture(start + slice_of(0x65, 0))
        assert not stream.readable
    stream = H264Stream(start + parameter_set())
    stream.picture(start + parameter_set(count_bits=8) + start + slice_of(0x65, 0))
    assert not stream.readable
    assert H264Stream(start + parameter_set()).picture(start + b"\x06\x05") is None


def test_order_counts_wrap_and_restart() -> None:
    order = PictureOrder(frame_bits=4, kind=0, count_bits=4)  # counts wrap at 16
    shown = [0, 4, 2, 8, 6, 12, 10, 16, 14, 20, 18]
    pictures = [
        CodedPicture(restart=t == 0, reference=count % 4 == 0, count=count % 16)
        for t, count in enumerate(shown)
    ]
    expected = [count // 2 for count in shown]
    assert display_order(pictures, order) == expected
    twice = display_order(pictures + pictures, order)
    assert twice == expected + [number + len(shown) for number in expected]


def test_a_picture_may_be_shown_before_the_key_frame_that_it_follows() -> None:
    order = PictureOrder(4, 0, 6)
    pictures = [
        CodedPicture(True, True, 0),
        CodedPicture(False, True, 60),  # 4 before the restart, not 60 after it
    ]
    assert display_order(pictures, order) == [1, 0]


@pytest.mark.parametrize("count", [None, 7])
def test_without_reordering_pictures_come_as_stored(count: int | None) -> None:
    pictures = [CodedPicture(t == 0, True, count) for t in range(3)]
    assert display_order(pictures, PictureOrder(4, 2, 0)) == [0, 1, 2]
