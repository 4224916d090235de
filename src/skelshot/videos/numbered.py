"""Frames of an open video with their numbers, decoding no more than they need."""

from collections.abc import Iterator
from typing import Any

from skelshot.videos.packets import PacketTable

SEEK_FROM = 64
"""Packets to pass over from which on seeking is worth it; fewer are simply read."""


class OrderError(Exception):
    """Frames came in another order than the packets said; counting all of them still works."""


class SeekError(Exception):
    """Seeking led past a key frame or nowhere; reading from the beginning still works."""


def numbered(
    container: Any, stream: Any, table: PacketTable, wanted: list[int], seeking: bool = True
) -> Iterator[tuple[int, Any]]:
    """Decode at least the wanted frames.

    Each packet carries its frame's number through the decoder in place of its time. Packets
    that no other picture needs are left out unless they are wanted, decoding begins at the key
    frame before a wanted frame, and ends with the last one.

    Args:
        container: PyAV's container, not read yet.
        stream: Its video stream.
        table: The stream's packets; their numbers are known.
        wanted: Frame numbers, rising, each once.
        seeking: Begin at key frames; otherwise decode from the beginning.

    Yields:
        Frame numbers and PyAV's frames, in rising order.

    Raises:
        OrderError: The frames' order is not that of their numbers.
        SeekError: Seeking did not lead to a key frame.
    """
    packet_of = {number: packet for packet, number in enumerate(table.numbers or ())}
    groups: list[tuple[int, list[int]]] = []
    for number in wanted:
        first = table.entry_before(number) if seeking else 0
        # Pictures shown before a key frame may be stored after it.
        if not groups or first > max(groups[-1][1]):
            groups.append((first, []))
        groups[-1][1].append(packet_of[number])
    source = _Packets(container, stream, table)
    for first, packets in groups:
        yield from _rising(_decoded(source, stream, table, first, packets))
        stream.codec_context.flush_buffers()


class _Packets:
    """The packets of an open file with their numbers, forwards from anywhere."""

    def __init__(self, container: Any, stream: Any, table: PacketTable) -> None:
        self._container, self._stream, self._table = container, stream, table
        self._packets = container.demux(stream)
        self._following = 0

    def range(self, first: int, last: int) -> Iterator[tuple[int, Any]]:
        """Give packets first to last, as (place in the table, packet)."""
        if first - self._following >= SEEK_FROM:
            self._seek(first)
        while self._following <= last:
            packet = next(self._packets, None)
            if packet is None:
                return
            if packet.size == 0 or packet.is_corrupt:
                continue
            place = self._following
            self._following += 1
            if place >= first:
                yield place, packet

    def _seek(self, first: int) -> None:
        """Go to a key frame or a little before it."""
        stamp, places = self._table.stamps[first], self._table.places
        if stamp is None or places is None:
            return  # read on from here
        self._container.seek(stamp, stream=self._stream, backward=True)
        self._packets = self._container.demux(self._stream)
        for packet in self._packets:
            if packet.size == 0 or packet.is_corrupt:
                continue
            found = places.get(packet.pos)
            if found is None or found > first:
                break
            self._packets = _put_back(packet, self._packets)
            self._following = found
            return
        raise SeekError


def _put_back(packet: Any, packets: Iterator[Any]) -> Iterator[Any]:
    yield packet
    yield from packets


def _decoded(
    source: _Packets, stream: Any, table: PacketTable, first: int, wanted: list[int]
) -> Iterator[tuple[int, Any]]:
    """Decode from a key frame up to the last wanted packet, leaving out what nothing needs."""
    numbers = table.numbers or []
    chosen = set(wanted)
    for place, packet in source.range(first, max(wanted)):
        if table.spare[place] and place not in chosen:
            continue
        packet.pts = numbers[place]
        for frame in stream.codec_context.decode(packet):
            yield _number_of(frame), frame
    for frame in stream.codec_context.decode(None):  # those held back for their order
        yield _number_of(frame), frame


def _number_of(frame: Any) -> int:
    if frame.pts is None:
        raise OrderError
    return int(frame.pts)


def _rising(frames: Iterator[tuple[int, Any]]) -> Iterator[tuple[int, Any]]:
    """Pass frames on as long as their numbers rise."""
    before = -1
    for number, frame in frames:
        if number <= before:
            raise OrderError
        before = number
        yield number, frame
