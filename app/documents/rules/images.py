"""Read the size of a picture from its first bytes, to refuse one that would fill the memory."""

from __future__ import annotations

import struct
from typing import BinaryIO

PNG_BEGINS = b"\x89PNG\r\n\x1a\n"
FRAMES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The JPEG markers that hold the size."""


MOST_MARKERS = 5_000
"""Photographs have a few dozen. Each is read separately, and a file of 25MB has room for millions."""


class PictureError(ValueError):
    """Not a picture of this kind, or a broken one."""


def png_size(file: BinaryIO) -> tuple[int, int]:
    """Return the width and height of a PNG. Raises PictureError."""
    head = file.read(33)
    if len(head) < 33 or not head.startswith(PNG_BEGINS) or head[12:16] != b"IHDR":
        raise PictureError
    width, height = struct.unpack(">II", head[16:24])
    if not width or not height:
        raise PictureError
    return width, height


def jpeg_size(file: BinaryIO) -> tuple[int, int]:
    """Return the width and height of a JPEG. Raises PictureError."""
    if file.read(2) != b"\xff\xd8":
        raise PictureError
    for _ in range(MOST_MARKERS):
        mark = _next_mark(file)
        if mark in (0xD9, 0xDA):
            raise PictureError
        length = int.from_bytes(file.read(2), "big")
        if length < 2:
            raise PictureError
        if mark in FRAMES:
            frame = file.read(5)
            if len(frame) < 5:
                raise PictureError
            _, height, width = struct.unpack(">BHH", frame)
            if not width or not height:
                raise PictureError
            return width, height
        file.seek(length - 2, 1)
    raise PictureError


def _next_mark(file: BinaryIO) -> int:
    if file.read(1) != b"\xff":
        raise PictureError
    for _ in range(MOST_MARKERS):
        mark = file.read(1)
        if not mark:
            break
        if mark != b"\xff":
            return mark[0]
    raise PictureError
