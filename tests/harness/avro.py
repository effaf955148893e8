"""Messages as Open edX's event bus writes them, by Avro's own rules."""

from typing import Any

from schemas.codec import encode_json


def framed(raw: dict[str, Any], schema: int = 7) -> bytes:
    """A tracking event as the bus has it: Confluent's frame, four strings."""
    data, context = (encode_json(raw.get(name)).decode() for name in ("data", "context"))
    texts = raw["name"], raw["timestamp"], data, context
    return b"\x00" + schema.to_bytes(4) + b"".join(map(string, texts))


def string(text: str) -> bytes:
    """A string: its length as a zigzag-coded variable-length integer, then its bytes."""
    raw = text.encode()
    number, coded = len(raw) << 1, bytearray()
    while number >= 0x80:
        coded.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*coded, number]) + raw
