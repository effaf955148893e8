"""Where a value of a statement comes from: functions of a tracking event; None is no value."""

import re
from collections.abc import Callable
from typing import Any, TypeAlias
from urllib.parse import parse_qs, urlsplit

from processors.openedx.event import TrackingEvent

Source: TypeAlias = Callable[[TrackingEvent], Any]

_PLACE = re.compile(r"\{([\w.]+)\}")
_ANSWER = re.compile(r"input_([0-9a-zA-Z]+)_")
_BLOCK_OF = {"course": "block-v1", "ccx": "ccx-block-v1"}


def at(*paths: str) -> Source:
    """The first value that is at one of `paths`."""
    return lambda event: event.first(*paths)


def number(*paths: str) -> Source:
    """The same as a number, to three places."""

    def found(event: TrackingEvent) -> float | None:
        value = event.first(*paths)
        return None if value is None else round(float(value), 3)

    return found


def text(template: str) -> Source:
    """`template` with values put in for `{data.id}`; none where one of them is missing."""

    def found(event: TrackingEvent) -> str | None:
        values = {path: event.get(path) for path in _PLACE.findall(template)}
        if None in values.values():
            return None
        return _PLACE.sub(lambda place: str(values[place[1]]), template)

    return found


def iri(path: str, part: Source) -> Source:
    """An address in the LMS: `path` with the value of `part` put in for `{}`.

    The LMS's own address is put before it by `processors.openedx.conversion`.
    """

    def found(event: TrackingEvent) -> "InLms | None":
        value = part(event)
        return None if value is None else InLms(path.format(value))

    return found


class InLms(str):
    """A path in the LMS."""

    __slots__ = ()


def course_iri(*paths: str) -> Source:
    """The address of the course whose key is at one of `paths`."""
    return iri("course/{}", at(*paths))


def video_block(event: TrackingEvent) -> str | None:
    """The block of the video that an event is about, which names it by its last part."""
    return _block(event, "video", event.get("data.id"))


def problem_block(event: TrackingEvent) -> str | None:
    """The block of the problem that an event is about.

    The browser's event holds the answers as a form only: the block is what the page was about, else
    it is named by the form's fields.
    """
    if named := event.get("data.problem_id"):
        return str(named)
    page = parse_qs(urlsplit(str(event.first("context.referer", "referer") or "")).query)
    if shown := page.get("activate_block_id"):
        return shown[0]
    answer = _ANSWER.match(str(event.get("data") or ""))
    return _block(event, "problem", answer[1]) if answer else None


def _block(event: TrackingEvent, kind: str, last: Any) -> str | None:
    course = str(event.get("context.course_id") or "")
    family, _, key = course.partition(":")
    version = _BLOCK_OF.get(family.removesuffix("-v1"))
    if last is None or version is None:
        return None
    return f"{version}:{key}+type@{kind}+block@{last}"
