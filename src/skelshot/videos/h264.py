"""The few fields of an H.264 stream that tell the order of its pictures and which can be left out.

AVI keeps no times of display. A stream with B-frames stores its pictures in another order than
they are shown, and only its slice headers (the picture order count) say which. Sections and
names below are those of Recommendation ITU-T H.264.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SLICE, _PARTITIONS, _IDR, _SPS = 1, (2, 3, 4), 5, 7
_START = b"\x00\x00\x01"
_HEAD = 64
"""Bytes of a slice that are read; its header's first fields take about ten."""

_WITH_CHROMA = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}
"""The values of `profile_idc` whose parameter sets tell the chroma format (7.3.2.1.1)."""


@dataclass(frozen=True)
class PictureOrder:
    """Fields of a sequence parameter set about the order of pictures.

    Args:
        frame_bits: Bits of `frame_num`.
        kind: `pic_order_cnt_type`; 2 shows pictures in the order in which they are stored.
        count_bits: Bits of `pic_order_cnt_lsb` if the type is 0.
    """

    frame_bits: int
    kind: int
    count_bits: int


@dataclass(frozen=True)
class CodedPicture:
    """Fields of a packet about the picture in it.

    Args:
        restart: It is an IDR picture: nothing after it refers to anything before it.
        reference: Other pictures may refer to it.
        count: `pic_order_cnt_lsb`, if the packet's order is known.
    """

    restart: bool
    reference: bool
    count: int | None


class H264Stream:
    """Reads a stream's packets one after the other.

    Args:
        extradata: What the container says of the whole stream: parameter sets with start codes
            (as in AVI) or a decoder configuration record (as in MP4).
    """

    def __init__(self, extradata: bytes) -> None:
        self._prefix = (extradata[4] & 3) + 1 if extradata[:1] == b"\x01" else 0
        self.order: PictureOrder | None = None
        self.readable = True
        for unit in self._parameter_sets(extradata):
            self._learn(unit)

    def picture(self, packet: bytes) -> CodedPicture | None:
        """Read one packet.

        Args:
            packet: Its bytes.

        Returns:
            What it says, or None where no picture begins in it. `readable` turns False, and
            stays so, at the first thing beyond the usual: fields instead of frames, data
            partitions, parameter sets that change.
        """
        for unit in self._units(packet):
            kind = unit[0] & 31
            if kind == _SPS:
                self._learn(unit)
            elif kind in _PARTITIONS:
                self.readable = False
            elif kind in (_SLICE, _IDR):
                return CodedPicture(kind == _IDR, bool(unit[0] & 0x60), self._count(unit))
        return None

    def _learn(self, unit: bytes) -> None:
        """Take in a sequence parameter set, of which there may be only one."""
        order = _order_of(unit)
        if order is None or (self.order is not None and order != self.order):
            self.readable = False
        self.order = order

    def _count(self, unit: bytes) -> int | None:
        """Return the picture order count in a slice header (7.3.3)."""
        if self.order is None or self.order.kind == 1:
            self.readable = False
        if not self.readable or self.order is None or self.order.kind != 0:
            return None
        try:
            bits = _Bits(unit[1:_HEAD])
            for _ in ("first_mb_in_slice", "slice_type", "pic_parameter_set_id"):
                bits.number()
            bits.skip(self.order.frame_bits)
            if unit[0] & 31 == _IDR:
                bits.number()  # idr_pic_id
            return bits.take(self.order.count_bits)
        except EOFError:
            self.readable = False
            return None

    def _parameter_sets(self, extradata: bytes) -> Iterator[bytes]:
        if not self._prefix:
            yield from (unit for unit in self._units(extradata) if unit[0] & 31 == _SPS)
            return
        place = 6
        for _ in range(extradata[5] & 31 if len(extradata) > 5 else 0):
            size = int.from_bytes(extradata[place : place + 2], "big")
            if unit := extradata[place + 2 : place + 2 + size]:
                yield unit
            place += 2 + size

    def _units(self, packet: bytes) -> Iterator[bytes]:
        """Cut a packet into its units (annex B, or with lengths before them)."""
        place = 0
        if self._prefix:
            while place + self._prefix < len(packet):
                size = int.from_bytes(packet[place : place + self._prefix], "big")
                place += self._prefix
                if unit := packet[place : place + size]:
                    yield unit
                place += size
            return
        place = packet.find(_START)
        while place >= 0:
            following = packet.find(_START, place + 3)
            if unit := packet[place + 3 : following if following >= 0 else len(packet)]:
                yield unit
            place = following


def display_order(pictures: Sequence[CodedPicture], order: PictureOrder) -> list[int]:
    """Tell in which order pictures are shown (8.2.1.1).

    Args:
        pictures: Every picture of a stream in the order in which they are stored.
        order: What the parameter set says.

    Returns:
        The number of each picture, from 0, in the order in which they are shown.

    Example:
        >>> told = ((True, True, 0), (False, True, 4), (False, False, 2))
        >>> pictures = [CodedPicture(*fields) for fields in told]
        >>> display_order(pictures, PictureOrder(frame_bits=4, kind=0, count_bits=6))
        [0, 2, 1]
    """
    if order.kind == 2:
        return list(range(len(pictures)))
    span = 1 << order.count_bits
    keys: list[tuple[int, int]] = []
    period = high = low = 0
    for picture in pictures:
        count = picture.count or 0
        if picture.restart:
            period, high, low = period + 1, 0, 0
        now = high
        if count < low and low - count >= span // 2:
            now += span
        elif count > low and count - low > span // 2:
            now -= span
        keys.append((period, now + count))
        if picture.reference:
            high, low = now, count
    numbers = [0] * len(pictures)
    for number, place in enumerate(sorted(range(len(pictures)), key=keys.__getitem__)):
        numbers[place] = number
    return numbers


def _order_of(unit: bytes) -> PictureOrder | None:
    """Read a sequence parameter set as far as the order (7.3.2.1.1); None: fields or unusual."""
    bits = _Bits(unit[1:])
    try:
        profile = bits.take(8)
        bits.skip(16)
        bits.number()  # seq_parameter_set_id
        if profile in _WITH_CHROMA and not _pass_chroma(bits):
            return None
        frame_bits = bits.number() + 4
        kind = bits.number()
        count_bits = bits.number() + 4 if kind == 0 else 0
        if kind == 1:
            return PictureOrder(frame_bits, kind, 0)
        bits.number()  # max_num_ref_frames
        bits.skip(1)
        bits.number()  # pic_width_in_mbs_minus1
        bits.number()  # pic_height_in_map_units_minus1
        frames_only = bits.take(1)
    except EOFError:
        return None
    return PictureOrder(frame_bits, kind, count_bits) if frames_only else None


def _pass_chroma(bits: "_Bits") -> bool:
    """Pass over the chroma format and the scaling lists; False for separate colour planes."""
    chroma = bits.number()
    if chroma == 3 and bits.take(1):
        return False
    bits.number()  # bit_depth_luma_minus8
    bits.number()  # bit_depth_chroma_minus8
    bits.skip(1)
    if bits.take(1):  # seq_scaling_matrix_present_flag
        for place in range(8 if chroma != 3 else 12):
            if bits.take(1):
                last = following = 8
                for _ in range(16 if place < 6 else 64):
                    if following:
                        following = (last + bits.signed()) % 256
                    last = following or last
    return True


class _Bits:
    """Reads bits, without the bytes that keep start codes out of the payload (7.4.1)."""

    def __init__(self, payload: bytes) -> None:
        clean = payload.replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(clean, "big")
        self._left = 8 * len(clean)

    def take(self, count: int) -> int:
        """Read an unsigned number of that many bits."""
        self.skip(count)
        return (self._value >> self._left) & ((1 << count) - 1)

    def skip(self, count: int) -> None:
        if count > self._left:
            raise EOFError
        self._left -= count

    def number(self) -> int:
        """Read an unsigned Exp-Golomb number (9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)

    def signed(self) -> int:
        """Read a signed Exp-Golomb number (9.1.1)."""
        code = self.number()
        return (code + 1) // 2 if code % 2 else -(code // 2)
