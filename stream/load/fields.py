"""Node of a file -> value of a record's field.

A reader gives the value, or raises a ValueError that completes the sentence "<field> ..."; inside a
list or a mapping it reports each fault at its own line and goes on with the rest.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from schemas import field_checks as check
from schemas.errors import ConfigurationError
from schemas.reference import Deadline
from schemas.reference_json import is_dated
from stream.load.problem import Report, did_you_mean
from stream.load.tree import Items, Node, Pairs, Scalar

_N = TypeVar("_N", Scalar, Items, Pairs)
LearnerKey = Callable[[str], str]
"""Typed identifier -> learner key; ValueError or ConfigurationError where it is none."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What readers need to know of the record's surroundings."""

    report: Report
    learner_key: LearnerKey
    base: str
    """What is put before an id that is no IRI."""
    lines: dict[tuple[str, str], int] = field(default_factory=dict)
    """(field, word) -> line, for checks across records; the word of a date is ""."""


Reader = Callable[[str, Node, Reading], Any]
"""Name of the field, node, surroundings -> value."""


def fields_of(
    node: Pairs, table: Mapping[str, Reader], reading: Reading, needed: str = ""
) -> dict[str, Any]:
    """The values of a record by field; what is null, unknown, repeated or wrong is left out."""
    values: dict[str, Any] = {}
    for key, value in _once(node, reading.report):
        if key.text not in table:
            reading.report(key.line, f"unknown field {key.text!r}{did_you_mean(key.text, table)}")
        elif not _is_null(value):
            values[key.text] = attempt(table[key.text], key.text, value, reading)
    if needed and needed not in values:
        reading.report(node.line, f"{needed} is missing")
    return {name: value for name, value in values.items() if value is not None}


def attempt(read: Reader, name: str, node: Node, reading: Reading) -> Any:
    """What `read` makes of `node`; None, and a report, where it refuses."""
    try:
        return read(name, node, reading)
    except ValueError as error:
        reading.report(node.line, f"{name} {error}")
        return None


def _once(node: Pairs, report: Report) -> Iterator[tuple[Scalar, Node]]:
    seen: dict[str, int] = {}
    for key, value in node.pairs:
        if not isinstance(key, Scalar):
            report(key.line, "a field's name must be a word")
        elif key.text in seen:
            report(key.line, f"{key.text!r} is given twice, first in line {seen[key.text]}")
        else:
            seen[key.text] = key.line
            yield key, value


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _as(kind: type[_N], node: Node, why: str) -> _N:
    if not isinstance(node, kind):
        raise ValueError(why)  # noqa: TRY004  (what a file holds is a value, not a bug)
    return node


def _scalar(node: Node) -> Scalar:
    return _as(Scalar, node, "must be a single value")


def _written(node: Node) -> str:
    return _scalar(node).text.strip()


def _value(checked: check.Check) -> Reader:
    """A reader of numbers and truth values."""
    return lambda _name, node, _reading: checked(_scalar(node).value)


def text(checked: check.Check) -> Reader:
    """A reader of text: 1001 and no are the texts that they look like."""
    return lambda _name, node, _reading: checked(_written(node))


def _id(name: str, node: Node, reading: Reading) -> str:
    """An activity or course; what is no IRI is taken as relative to the file's base."""
    word = check.name(_written(node))
    found = word if ":" in word else reading.base + word
    reading.lines.setdefault((name, found), node.line)
    return found


def _word(name: str, node: Node, reading: Reading) -> str:
    """The name of a skill or a role."""
    word = check.name(_written(node))
    reading.lines.setdefault((name, word), node.line)
    return word


def _learner(name: str, node: Node, reading: Reading) -> str:
    """The key of a learner: the identifier itself goes no further than this line."""
    try:
        key = reading.learner_key(check.name(_written(node)))
    except ConfigurationError as error:
        raise ValueError(f"cannot be used: {error}") from None
    reading.lines.setdefault((name, key), node.line)
    return key


def _date(name: str, node: Node, reading: Reading) -> float:
    """POSIX seconds of an ISO 8601 date or date and time; UTC where it names no zone."""
    written = _written(node)
    reading.lines[name, ""] = node.line
    try:
        when = datetime.fromisoformat(written)
    except ValueError:
        raise ValueError(f"must be a date such as 2026-03-31, not {written!r}") from None
    return check.seconds((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def items(_name: str, node: Node, _reading: Reading) -> tuple[Node, ...]:
    """The nodes of a list."""
    return _as(Items, node, "must be a list").items


def _many(read: Reader) -> Reader:
    """A reader of lists."""

    def each(name: str, node: Node, reading: Reading) -> tuple[Any, ...]:
        found = items(name, node, reading)
        values = (attempt(read, name, item, reading) for item in found)
        return tuple(value for value in values if value is not None)

    return each


def _deadline(_name: str, node: Node, reading: Reading) -> Deadline:
    pairs = _as(Pairs, node, "must hold roles and due_at or days_after_hire")
    deadline = Deadline(**fields_of(pairs, _DEADLINE, reading))
    check.require(is_dated(deadline), "need due_at or days_after_hire")
    return deadline


def _targets(name: str, node: Node, reading: Reading) -> dict[str, float]:
    found: dict[str, float] = {}
    for key, value in _once(_as(Pairs, node, "must map skills to targets"), reading.report):
        skill = attempt(_word, name, key, reading)
        target = attempt(_value(check.share), f"target of {key.text!r}", value, reading)
        found |= {skill: target} if skill and target is not None else {}
    return found


_DEADLINE: Mapping[str, Reader] = {
    "roles": _many(_word),
    "due_at": _date,
    "days_after_hire": _value(check.not_negative),
}
ACTIVITY: Mapping[str, Reader] = {
    "id": _id,
    "title": text(check.text),
    "description": text(check.text),
    "skills": _many(_word),
    "prerequisites": _many(_id),
    "difficulty": _value(check.share),
    "content": text(check.text),
    "minutes": _value(check.positive),
    "course": _id,
    "parent": _id,
    "done_by": text(check.one_of(check.DONE_BY)),
    "pass_mark": _value(check.share),
    "valid_from": _date,
    "valid_until": _date,
    "audience": _many(_word),
    "deadlines": _many(_deadline),
    "url": text(check.text),
    "withdrawn": _value(check.flag),
}
"""Fields of an activity in a file; `origin` is not for people to say."""
PROFILE: Mapping[str, Reader] = {
    "learner": _learner,
    "role": _word,
    "level": text(check.text),
    "cohort": text(check.text),
    "manager": _learner,
    "hired_on": _date,
    "goals": _many(_word),
    "minutes_per_week": _value(check.weekly_minutes),
}
REQUIREMENT: Mapping[str, Reader] = {"role": _word, "skills": _targets}
