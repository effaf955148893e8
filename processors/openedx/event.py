"""A tracking event, from the event bus (Avro or JSON) or from a tracking log."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from processors.openedx.avro import decode, is_framed
from schemas.codec import JsonError, decode_json
from schemas.errors import Rejection

TYPE = "org.openedx.analytics.tracking.event.emitted.v1"
_MALFORMED = "not_tracking_event"


@dataclass(frozen=True, slots=True)
class TrackingEvent:
    """What happened in the LMS."""

    name: str
    at: str
    """When, as the LMS wrote it."""
    fields: Mapping[str, Any]
    """`data`, `context`, and what a tracking log has beside them."""

    def get(self, path: str) -> Any:
        """The value at `data.problem_id`; None where it is missing, empty or null."""
        found: Any = self.fields
        for name in path.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        return None if found in ("", {}, []) else found

    def first(self, *paths: str) -> Any:
        """The first value that is there."""
        return next((found for path in paths if (found := self.get(path)) is not None), None)


def read(value: bytes, event_type: str = "") -> TrackingEvent | Rejection:
    """The event in a message of the bus.

    Args:
        value: the message: a framed Avro record, or JSON: of the bus, with `data` and `context` as
            objects or as JSON in strings; of a tracking log, with `event` in place of `data`.
        event_type: CloudEvents' `ce_type` of the message; empty where it says none.
    """
    if event_type not in {"", TYPE}:
        return Rejection(_MALFORMED, f"event type {event_type[:80]!r}: only {TYPE} is known")
    try:
        raw = _raw(value)
    except (JsonError, ValueError) as error:
        return Rejection(_MALFORMED, f"neither JSON nor the Avro record that is known: {error}")
    if not isinstance(raw, dict):
        return Rejection(_MALFORMED, "JSON, but no object")
    return _event(raw)


def _raw(value: bytes) -> Any:
    raw = decode(value) if is_framed(value) else decode_json(value)
    if isinstance(raw, dict) and isinstance(raw.get("tracking_log"), dict):
        raw = raw["tracking_log"]
    if not isinstance(raw, dict):
        return raw
    opened = {name: _opened(raw.get(name)) for name in ("data", "context", "event")}
    return {**raw, **{name: found for name, found in opened.items() if found is not None}}


def _opened(found: Any) -> Any:
    """JSON in a string, opened; another string (a form's answers) stays what it is."""
    if not isinstance(found, str) or not found.lstrip().startswith(("{", "[", '"', "null")):
        return found
    return decode_json(found)


def _event(raw: dict[str, Any]) -> TrackingEvent | Rejection:
    name, at = raw.get("name") or raw.get("event_type"), raw.get("timestamp") or raw.get("time")
    if not (isinstance(name, str) and isinstance(at, str)):
        return Rejection(_MALFORMED, "no name or no time")
    data = raw["data"] if raw.get("data") is not None else raw.get("event")
    return TrackingEvent(name, at, {**raw, "data": data})
