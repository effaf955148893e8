"""From a tracking event to xAPI statements.

    TrackingEvent -> [statement, ...]        of a problem with several questions one for each, too
                  -> Rejection               where the event lacks what the statement is about
                  -> None                    an event that says nothing of learning, or nobody's

Ids are those that event-routing-backends derives: the same event gives the same ids, however often
it is converted and by whom, as long as both call the learner the same.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from processors.openedx import vocabulary as v
from processors.openedx.event import TrackingEvent
from processors.openedx.results import Json, questions, response
from processors.openedx.sources import InLms
from processors.openedx.table import BROWSER_CHECK, ROWS, Row
from schemas.errors import Rejection

_VERSION = "1.0.3"
_LEARNER = (
    "context.username",
    "username",
    "data.username",
    "context.user_id",
    "data.user_id",
)
"""Where an event says whose it is, the best first."""
_CHECKED = "problem_check"


@dataclass(frozen=True, slots=True)
class Lms:
    """The LMS that events come from."""

    root: str
    """Its address: the home page of its learners' accounts, the beginning of activities' ids."""

    def address(self, path: str) -> str:
        """The address of `path` there."""
        return f"{self.root.rstrip('/')}/{path}"


Statements = list[Json]


def learner_of(event: TrackingEvent) -> str | None:
    """The name of the account that caused an event; None for anonymous ones."""
    found = event.first(*_LEARNER)
    return None if found is None else str(found)


def convert(event: TrackingEvent, lms: Lms, learner: str) -> Statements | Rejection | None:
    """The statements of an event that the account `learner` caused."""
    row = ROWS.get(_row_name(event))
    if row is None:
        return None
    try:
        return _Conversion(event, lms, learner, row).statements()
    except (TypeError, ValueError, AttributeError) as error:
        kind = type(error).__name__
        return Rejection("bad_tracking_event", f"{event.name}: a value of another sort ({kind})")


def _row_name(event: TrackingEvent) -> str:
    source = event.first("event_source", "context.event_source")
    is_browsers = event.name == _CHECKED and source == "browser" and event.get("data") is not None
    return BROWSER_CHECK if is_browsers else event.name


@dataclass(frozen=True, slots=True)
class _Conversion:
    event: TrackingEvent
    lms: Lms
    learner: str
    row: Row

    def statements(self) -> Statements | Rejection:
        target = self._filled(self.row.target)
        if target is None:
            return Rejection("bad_tracking_event", f"{self.event.name}: nothing it is about")
        made = self._statement({"id": target, "objectType": "Activity", **self._definition()})
        if self.event.name == _CHECKED:
            return _with_questions(made, self.event, self._id)
        return [made]

    def _definition(self) -> Json:
        found = self._filled(self.row.definition)
        return {"definition": found} if found else {}

    def _statement(self, target: Json) -> Json:
        iri, shown = self.row.verb
        whole = {
            "id": self._id(""),
            "version": _VERSION,
            "actor": self._actor(),
            "verb": {"id": iri, "display": {"en": shown}},
            "object": target,
            "result": self._filled(self.row.result),
            "timestamp": self.event.at,
            "context": self._context(),
        }
        return {name: part for name, part in whole.items() if part}

    def _actor(self) -> Json:
        return {
            "objectType": "Agent",
            "account": {"name": self.learner, "homePage": self.lms.root},
        }

    def _id(self, question: str) -> str:
        """The id by verb, person and time, as event-routing-backends has it."""
        iri, shown = self.row.verb
        verb = json.dumps({"id": iri, "display": {"en": shown}})
        namespace = uuid5(NAMESPACE_DNS, f"{verb}-{question}" if question else verb)
        return str(uuid5(namespace, f"{json.dumps(self._actor())}-{self.event.at}"))

    def _context(self) -> Json:
        session = {v.SESSION: self.event.first("context.session", "session")}
        extensions = self._filled({**session, **self.row.context})
        activities = {"parent": self._course(), "grouping": self._grouping()}
        told = {name: [one] for name, one in activities.items() if one}
        whole = {"contextActivities": told, "extensions": extensions}
        return {name: part for name, part in whole.items() if part}

    def _course(self) -> Json | None:
        course = self.event.get("context.course_id")
        if course is None or not self.row.in_course:
            return None
        address = self.lms.address(f"course/{course}")
        return {"id": address, "objectType": "Activity", "definition": {"type": v.COURSE}}

    def _grouping(self) -> Json | None:
        found = self._filled(self.row.grouping)
        return found if found and "id" in found else None

    def _filled(self, part: Any) -> Any:
        """A template with the event's values; nothing where none is there."""
        if callable(part):
            part = part(self.event)
        if isinstance(part, InLms):
            return self.lms.address(part)
        if isinstance(part, Mapping):
            filled = {name: self._filled(one) for name, one in part.items()}
            return {n: one for n, one in filled.items() if one is not None} or None
        return part


def _with_questions(made: Json, event: TrackingEvent, id_of: Callable[[str], str]) -> Statements:
    """The answer of a problem, and of each question where there are several."""
    asked, target = questions(event), made["object"]
    display = event.get("context.module.display_name")
    name = {"name": {"en-US": display}} if display else {}
    if len(asked) == 1:
        (question,) = asked.values()
        target["definition"] |= _described(question, name)
        return [made]
    target["definition"] |= {**name, "interactionType": "other"}
    if not asked:
        return [made]
    target["definition"].pop("extensions", None)
    return [made, *(_question(made, one, asked[one], id_of(one)) for one in asked)]


def _described(question: Json, name: Json) -> Json:
    kind = v.INTERACTION_TYPES.get(question.get("response_type", ""), "other")
    if "response_type" not in question:
        return {**name, "interactionType": kind}
    return {"description": {"en-US": question.get("question") or ""}, "interactionType": kind}


def _question(whole: Json, name: str, question: Json, own_id: str) -> Json:
    problem, context = whole["object"], whole["context"]
    last = name.partition("_")[2]
    definition = {"type": v.INTERACTION, **_described(question, {})}
    activities = {"parent": [problem]}
    if course := context.get("contextActivities", {}).get("parent"):
        activities["grouping"] = course
    return {
        **whole,
        "id": own_id,
        "object": {
            "id": f"{problem['id']}_{last}",
            "objectType": "Activity",
            "definition": definition,
        },
        "result": {"response": response(question, None), "success": bool(question.get("correct"))},
        "context": {
            **context,
            "statement": {"id": whole["id"], "objectType": "StatementRef"},
            "contextActivities": activities,
        },
    }
