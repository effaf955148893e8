"""Tables as bytes, and back."""

import struct
from collections import defaultdict
from collections.abc import Mapping
from hashlib import blake2b

import numpy as np

from online_models.tables import Table, Tables

_HEAD = struct.Struct("<IIQ")  # width of the numbers, bytes of a name, rows
_FLOAT = np.dtype("<f8")


def pack(tables: Tables) -> bytes:
    """`tables` as bytes: for each width a head, names, and numbers as little-endian float64s."""
    parts = []
    for width, table in sorted(tables.items()):
        parts.append(_HEAD.pack(width, table.names.itemsize, len(table)))
        parts += [table.names.tobytes(), table.values.astype(_FLOAT, copy=False).tobytes()]
    return b"".join(parts)


def unpack(blob: bytes) -> Tables:
    """The inverse of `pack`; the arrays lie in `blob`.

    Raises:
        ValueError: where `blob` is cut short.
    """
    tables, at = {}, 0
    while at < len(blob):
        if at + _HEAD.size > len(blob):
            raise ValueError("packed tables are cut short")
        width, size, rows = _HEAD.unpack_from(blob, at)
        at += _HEAD.size
        names = np.frombuffer(blob, f"S{size}", rows, at)
        at += rows * size
        values = np.frombuffer(blob, _FLOAT, rows * width, at)
        at += values.nbytes
        tables[width] = Table(names, values.reshape(rows, width))
    return tables


def tables_of_raw(raw: Mapping[bytes, bytes]) -> Tables:
    """Tables of named numbers, each as little-endian float64s."""
    by_size: dict[int, list[bytes]] = defaultdict(list)
    for name, blob in raw.items():
        by_size[len(blob)].append(name)
    tables = {}
    for size, found in sorted(by_size.items()):
        names = np.array(found)
        order = np.argsort(names)
        values = np.frombuffer(b"".join([raw[name] for name in found]), _FLOAT)
        width = size // _FLOAT.itemsize
        tables[width] = Table(names[order], values.reshape(len(found), width)[order])
    return tables


def digest(models: dict[str, bytes]) -> str:
    """Of packed models by name: equal where all numbers are."""
    made = blake2b(digest_size=16)
    for name, blob in sorted(models.items()):
        made.update(f"{name}:{len(blob)};".encode())
        made.update(blob)
    return made.hexdigest()
