"""Why an activity is not in the queue, as a sentence for people."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType

from processors.reference import Reference
from processors.rules import Evidence, Removal, RemovalCode

_Telling = Callable[[Evidence, Reference], str]
_MOST_NAMED = 3


def removal_text(removal: Removal, reference: Reference) -> str:
    """One sentence to the learner; days are UTC."""
    return _TELL[removal.code](removal.evidence, reference)


def _always(text: str) -> _Telling:
    return lambda _, __: text


def _day(posix_sec: float) -> str:
    return datetime.fromtimestamp(posix_sec, UTC).date().isoformat()


def _not_yet_valid(evidence: Evidence, _: Reference) -> str:
    return f"It is offered from {_day(evidence['valid_from'])} on."


def _expired(evidence: Evidence, _: Reference) -> str:
    return f"It was offered until {_day(evidence['valid_until'])}."


def _audience(evidence: Evidence, _: Reference) -> str:
    return f"It is meant for other roles: {_joined(evidence['audience'], 'or')}."


def _not_relevant(evidence: Evidence, _: Reference) -> str:
    return f"You said that it is not relevant; it may come back on {_day(evidence['until'])}."


def _dismissed(evidence: Evidence, _: Reference) -> str:
    return f"You dismissed it; it may come back on {_day(evidence['until'])}."


def _prerequisites(evidence: Evidence, reference: Reference) -> str:
    titles = [_title(name, reference) for name in evidence["missing"]]
    return f"Something comes first: {_joined(titles, 'and')}."


def _no_progress(evidence: Evidence, _: Reference) -> str:
    failures, openings = evidence["failures"], evidence["openings"]
    tried = f"{failures} times without success" if failures else f"{openings} times"
    return f"You tried it {tried}: something else comes first, then it may return."


def _outranked(evidence: Evidence, _: Reference) -> str:
    if "score" not in evidence:
        return "Other activities help more now."
    score, lowest = evidence["score"], evidence["lowest"]
    return f"Other activities help more now: it scored {score:.2f}, the last of them {lowest:.2f}."


def _title(name: str, reference: Reference) -> str:
    known = reference.lookup(name)
    return (known and known.title) or name


def _joined(names: list[str], word: str) -> str:
    if len(names) > _MOST_NAMED:
        names = [*names[:_MOST_NAMED], f"{len(names) - _MOST_NAMED} more"]
        word = "and"
    *others, last = names
    return f"{', '.join(others)} {word} {last}" if others else last


_TELL: Mapping[RemovalCode, _Telling] = MappingProxyType(
    {
        RemovalCode.UNKNOWN: _always("Neither the catalogue nor any statement has ever named it."),
        RemovalCode.WITHDRAWN: _always("It was taken out of the catalogue."),
        RemovalCode.NOT_YET_VALID: _not_yet_valid,
        RemovalCode.EXPIRED: _expired,
        RemovalCode.AUDIENCE: _audience,
        RemovalCode.NOT_RELEVANT: _not_relevant,
        RemovalCode.DISMISSED: _dismissed,
        RemovalCode.FINISHED: _always("You have finished it, and what it teaches is still there."),
        RemovalCode.MASTERED: _always("You know what it teaches, and nothing waits behind it."),
        RemovalCode.PREREQUISITES: _prerequisites,
        RemovalCode.NO_PROGRESS: _no_progress,
        RemovalCode.CAP: _always("The queue has its share of this course or kind of content."),
        RemovalCode.OUTRANKED: _outranked,
        RemovalCode.DISPLACED: _always("Its place was drawn for something new."),
        RemovalCode.NOT_PROPOSED: _always("It may be offered, but nothing speaks for it now."),
    }
)
