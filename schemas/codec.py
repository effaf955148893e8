"""The only door to orjson and ormsgpack: bytes in, plain values out, and back."""

from hashlib import blake2b
from typing import Any

import orjson
import ormsgpack

JsonError = orjson.JSONDecodeError


def encode_json(value: Any) -> bytes:
    """Compact UTF-8 JSON of plain values and dataclasses.

    Raises:
        TypeError: where `value` holds something that JSON cannot say.
    """
    return orjson.dumps(value)


def encode_json_sorted(value: Any) -> bytes:
    """Like `encode_json` with keys in order: equal values give equal bytes."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def encode_json_pretty(value: Any) -> str:
    """Indented JSON for people."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()


def decode_json(data: bytes | bytearray | memoryview | str) -> Any:
    """The value that `data` says.

    Raises:
        JsonError: where `data` is not UTF-8 JSON.
    """
    return orjson.loads(data)


def pack(value: Any) -> bytes:
    """Compact binary form (MessagePack) of plain values; floats stay 64 bits wide."""
    return ormsgpack.packb(value)


def unpack(data: bytes) -> Any:
    """The inverse of `pack`; tuples come back as lists.

    Raises:
        ormsgpack.MsgpackDecodeError (a ValueError): where `data` is not MessagePack.
    """
    return ormsgpack.unpackb(data, option=ormsgpack.OPT_NON_STR_KEYS)


def hash64(text: str) -> int:
    """A 64-bit unsigned name of `text` (BLAKE2b), the same on every machine."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")
