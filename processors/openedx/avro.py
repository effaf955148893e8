"""The one Avro record that the event bus sends, without a schema registry.

`org.openedx.analytics.tracking.event.emitted.v1` is a record of four strings: name, timestamp,
data, context (Open edX's `TrackingLogData`); `data` and `context` are JSON. Confluent's wire format
puts a zero byte and four bytes of a schema's number before it. Another version of the record has
another event type, which `processors.openedx.event` refuses.
"""

from collections.abc import Iterator

_MAGIC = 0
_HEAD_BYTES = 5
_FIELDS = ("name", "timestamp", "data", "context")


def is_framed(value: bytes) -> bool:
    """Whether `value` begins as Confluent's wire format does; no JSON text does."""
    return len(value) > _HEAD_BYTES and value[0] == _MAGIC


def decode(value: bytes) -> dict[str, str]:
    """The fields of a framed record.

    Raises:
        ValueError: where it is not these four strings and nothing else.
    """
    texts = list(_strings(value[_HEAD_BYTES:]))
    if len(texts) != len(_FIELDS):
        raise ValueError(f"{len(texts)} strings in place of {len(_FIELDS)}")
    return dict(zip(_FIELDS, texts, strict=True))


def _strings(rest: bytes) -> Iterator[str]:
    while rest:
        length, start = _length(rest)
        if not 0 <= length <= len(rest) - start:
            raise ValueError(f"a string of {length} bytes where {len(rest) - start} are left")
        yield rest[start : start + length].decode("utf-8")
        rest = rest[start + length :]


def _length(rest: bytes) -> tuple[int, int]:
    """A zigzag-coded variable-length integer, and where it ends."""
    number = 0
    for place, byte in enumerate(rest[:10]):
        number |= (byte & 0x7F) << (7 * place)
        if byte < 0x80:  # noqa: PLR2004  the bit that says that more follows
            return (number >> 1) ^ -(number & 1), place + 1
    raise ValueError("a length without an end")
