"""From a message to the values of its schema's typed columns."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from offline.archive.rows import Row
from offline.archive.schemas import EVENT, ITEM, QUEUE, REJECT, Schema
from schemas.codec import JsonError, decode_json
from schemas.event import event_from_json

UNREADABLE = (JsonError, KeyError, TypeError, ValueError, AttributeError, OverflowError)
"""What reading a message that is not what it should be may raise."""

Values = tuple[Any, ...]

_GROUPINGS = [column.name for column in EVENT.typed].index("groupings")
_event_fields = attrgetter(*(column.name for column in EVENT.typed[:-1]))
_EXPECTED = ("success", "engagement", "gain", "retention", "transfer")


def values_of(schema: Schema, row: Row) -> Values | None:
    """Values in the order of `schema.typed`; None for a tombstone that says nothing.

    Raises:
        one of UNREADABLE: where the message is not what its topic holds.
    """
    return _READERS[schema.name](row)


def microseconds(posix_sec: float) -> int:
    """POSIX microseconds."""
    return round(posix_sec * 1e6)


def _event(row: Row) -> Values:
    if row.value is None:
        raise ValueError("no value")
    event = event_from_json(decode_json(row.value))
    values = list(_event_fields(event))
    values[_GROUPINGS] = [{"id": one, "activity_type": kind} for one, kind in event.groupings]
    values.append(microseconds(event.at))
    return tuple(values)


def _queue(row: Row) -> Values | None:
    if row.value is None:
        return None
    queue = decode_json(row.value)
    cause = queue["cause"]
    return (
        queue["learner"],
        queue["version"],
        queue["generated_at"],
        cause.get("statement"),
        cause.get("verb"),
        cause.get("change"),
        queue["model"],
        queue["policy"],
        queue["put_aside"],
        queue["fallback"],
        [_item(item) for item in queue["items"]],
        microseconds(queue["generated_at"]),
    )


_PLAIN = tuple(
    column.name for column in ITEM if column.name not in {*_EXPECTED, "item_rank", "reasons"}
)


def _item(item: dict[str, Any]) -> dict[str, Any]:
    expected = item["expected"]
    made = {name: item[name] for name in _PLAIN}
    made |= {name: expected[name] for name in _EXPECTED}
    made["item_rank"] = item["rank"]
    made["reasons"] = [reason["code"] for reason in item["reasons"]]
    return made


def _reject(row: Row) -> Values:
    headers = {name: value.decode() for name, value in row.headers}
    if row.value is None:
        return (*(None,) * (len(REJECT.typed) - 1), int(headers["redriven"]))
    return (
        headers["reason"],
        headers["detail"],
        headers["topic"],
        int(headers["partition"]),
        int(headers["offset"]),
        int(headers["index"]),
        microseconds(float(headers["time"])),
        None,
    )


_READERS: dict[str, Callable[[Row], Values | None]] = {
    EVENT.name: _event,
    QUEUE.name: _queue,
    REJECT.name: _reject,
}
