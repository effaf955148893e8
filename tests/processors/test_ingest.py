from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from statement_examples import (
    ADL,
    MARY,
    SKILLED,
    TYPE,
    VALID_SETS,
    data_lines,
    raw,
    statement,
)

from processors.ingest import IngestContext, Ingested, Origin, ingest
from schemas.errors import ConfigurationError
from schemas.event import LearningEvent
from schemas.kinds import Kind
from schemas.reference import Activity
from schemas.statement.reasons import Reason
from schemas.statement.validation import Mode, Validator

NOW = 1_700_000_000.0
ORIGIN = Origin("xapi.statements", 3, 17, NOW)
LENIENT = Validator(Mode.LENIENT, home_page="http://lms.example")
ID = "8F87CCDE-bb56-4c2e-ab83-44982ef22df0"
COURSE = {"id": "http://lms.example/c", "definition": {"type": f"{TYPE}course"}}
QUIZ = {"id": "http://lms.example/quiz", "definition": {"type": f"{TYPE}assessment"}}
CATALOGUE = {
    SKILLED: Activity(
        id=SKILLED,
        title="Joins",
        skills=("SQL", "Modelling"),
        difficulty=0.4,
        content="lab",
        minutes=30.0,
        course="http://lms.example/sql",
        parent="http://lms.example/sql/2",
        done_by="passed",
        pass_mark=0.7,
    ),
    "http://lms.example/bare": Activity(id="http://lms.example/bare", origin="observed"),
    "http://lms.example/quiz": Activity(id="http://lms.example/quiz", skills=("Statistics",)),
    "http://lms.example/many": Activity(id="http://lms.example/many", skills=("Colours",)),
}


def context_with(catalogue: Mapping[str, Activity], tenant: str = "default") -> IngestContext:
    return IngestContext(LENIENT, b"k" * 32, catalogue.get, tenant)


CONTEXT = context_with(CATALOGUE)


def only_event(sent: bytes, context: IngestContext = CONTEXT) -> LearningEvent:
    done = ingest(sent, ORIGIN, context)
    assert done.rejected == ()
    (event,) = done.events
    return event


def event_of(**changes: Any) -> LearningEvent:
    return only_event(raw(**changes))


def within(**slots: Any) -> dict[str, Any]:
    return {"contextActivities": slots}


def observed(**changes: Any) -> tuple[Activity, ...]:
    return ingest(raw(**changes), ORIGIN, CONTEXT).observed


def test_an_event_says_what_the_statement_and_the_catalogue_say() -> None:
    event = event_of(
        id=ID,
        verb={"id": f"{ADL}completed"},
        object={
            "id": SKILLED,
            "definition": {"name": {"de": "Verbünde", "en-US": "Joining"}, "type": f"{TYPE}module"},
        },
        result={
            "success": True,
            "completion": True,
            "score": {"scaled": 0.8, "raw": 8, "min": 0, "max": 10},
            "duration": "PT90S",
            "response": "what I wrote",
        },
        context={
            "registration": ID,
            "platform": "Moodle",
            "extensions": {"https://w3id.org/xapi/cmi5/context/extensions/sessionid": "s1"},
            **within(grouping=[COURSE, {"id": "a:b"}], parent=[{"id": "http://lms.example/p"}]),
        },
        timestamp="2015-11-18T12:17:00+00:00",
        stored="2015-11-18T12:17:01Z",
    )
    assert event == LearningEvent(
        id=ID.lower(),
        learner=event.learner,
        kind=Kind.COMPLETED,
        verb=f"{ADL}completed",
        activity=SKILLED,
        occurred_at=1447849020.0,
        received_at=NOW,
        digest=event.digest,
        activity_type=f"{TYPE}module",
        title="Joining",
        parent="http://lms.example/p",
        course="http://lms.example/c",
        groupings=(("http://lms.example/c", f"{TYPE}course"), ("a:b", "")),
        registration=ID,
        session="s1",
        success=True,
        completion=True,
        scaled=0.8,
        raw=8,
        score_min=0,
        score_max=10,
        duration="PT90S",
        duration_sec=90.0,
        stored_at=1447849021.0,
        source="Moodle",
        outcome=0.8,
        skills=("SQL", "Modelling"),
        difficulty=0.4,
        content="lab",
        minutes=30.0,
        done_by="passed",
        pass_mark=0.7,
    )


def test_where_the_statement_says_nothing_the_catalogue_speaks() -> None:
    event = event_of()
    assert (event.title, event.course) == ("Joins", "http://lms.example/sql")
    assert event.parent == "http://lms.example/sql/2"
    assert event.occurred_at == NOW


def test_the_course_is_found_by_type_in_any_slot() -> None:
    lms = {"id": "http://moodle.org", "definition": {"type": "http://x/activitytype/lms"}}
    for slot in ("parent", "grouping", "other", "category"):
        assert event_of(context=within(**{slot: [lms, COURSE]})).course == COURSE["id"]
    course = event_of(object=COURSE, context=within(parent=[COURSE], grouping=[QUIZ]))
    assert (course.course, course.parent) == (COURSE["id"], "")


def test_competencies_around_an_unknown_activity_are_its_skills() -> None:
    skill = {"id": "http://skills/sql", "definition": {"type": "http://x/types/competency"}}
    thing = {"id": "http://lms.example/new"}
    assert event_of(object=thing, context=within(other=[skill])).skills == ("http://skills/sql",)
    assert event_of(context=within(other=[skill])).skills == ("SQL", "Modelling")
    assert event_of(object=skill, verb={"id": f"{ADL}mastered"}).skills == ("http://skills/sql",)


def test_a_question_of_several_asks_for_the_skills_of_the_whole() -> None:
    answered = {"verb": {"id": f"{ADL}answered"}, "object": {"id": "http://lms.example/many#1"}}
    whole = {"id": "http://lms.example/many", "definition": {"type": f"{TYPE}cmi.interaction"}}
    assert event_of(**answered, context=within(parent=[whole])).skills == ("Colours",)
    assert event_of(**answered, context=within(parent=[QUIZ])).skills == ()
    viewed = {**answered, "verb": {"id": f"{ADL}experienced"}}
    assert event_of(**viewed, context=within(parent=[whole])).skills == ()


def test_without_an_id_equal_content_is_the_same_statement() -> None:
    at = {"timestamp": "2024-01-01T10:00:00Z"}
    one = event_of(**at)
    assert UUID(one.id).version == 5
    assert one.id == event_of(timestamp="2024-01-01T11:00:00+01:00").id
    moved = ingest(raw(**at), replace(ORIGIN, offset=99), CONTEXT).events[0]
    assert moved.id == one.id
    others = (
        event_of(timestamp="2024-01-01T10:00:01Z"),
        event_of(**at, actor=MARY),
        event_of(**at, verb={"id": f"{ADL}asked"}),
        event_of(**at, object={"id": "a:b"}),
        event_of(**at, result={"success": True}),
        only_event(raw(**at), context_with(CATALOGUE, "acme")),
    )
    assert one.id not in {event.id for event in others}


def test_the_moodle_event_name_tells_statements_apart() -> None:
    info = "http://lrs.learninglocker.net/define/extensions/info"
    ids = {
        event_of(
            timestamp="2024-01-01T10:00:00Z",
            context={"extensions": {info: {"event_name": name, "event_function": name}}},
        ).id
        for name in ("\\\\core\\\\event\\\\a", "\\\\core\\\\event\\\\b")
    }
    assert len(ids) == 2


def test_without_id_and_time_the_place_in_the_log_is_the_identity() -> None:
    batch = ingest(raw(statement(), statement()), ORIGIN, CONTEXT)
    again = ingest(raw(statement(), statement()), ORIGIN, CONTEXT)
    elsewhere = ingest(raw(statement(), statement()), replace(ORIGIN, offset=18), CONTEXT)
    ids = [event.id for event in batch.events]
    assert len(set(ids)) == 2
    assert ids == [event.id for event in again.events]
    assert not set(ids) & {event.id for event in elsewhere.events}


def test_the_digest_ignores_what_may_change_under_one_id() -> None:
    plain = event_of(timestamp="2024-01-01T10:00:00Z")
    changed = event_of(
        id=ID,
        version="1.0.3",
        stored="2024-01-01T10:00:00Z",
        timestamp="2024-01-01T15:45:00+05:45",
        authority={"openid": "http://a"},
        actor={**statement()["actor"], "name": "Mary", "objectType": "Agent"},
        verb={"id": f"{ADL}experienced", "display": {"en": "saw"}},
        object={"id": SKILLED, "objectType": "Activity", "definition": {"name": {"en": "x"}}},
        attachments=[
            {"usageType": "a:b", "display": {}, "contentType": "a/b", "length": 0, "sha2": "0" * 64}
        ],
    )
    assert changed.digest == plain.digest
    assert event_of(timestamp="2024-01-01T10:00:00.5Z").digest != plain.digest
    assert event_of(result={"response": "x"}).digest != event_of(result={"response": "y"}).digest


def test_the_digest_ignores_descriptions_and_the_order_of_group_members() -> None:
    a, b = {"openid": "http://a"}, {"openid": "http://b", "name": "B"}
    bare, described = {"id": "a:b"}, {"id": "a:b", "definition": {"name": {"en": "x"}}}
    team = {"objectType": "Group", "member": [a, b]}
    turned = {"objectType": "Group", "name": "us", "member": [b, a]}
    one = event_of(context={"team": team, **within(parent=[bare])})
    two = event_of(context={"team": turned, **within(parent=[described])})
    assert one.digest == two.digest
    assert event_of(object=team).digest == event_of(object=turned).digest
    alone = {"objectType": "Group", "member": [a]}
    assert event_of(context={"team": alone, **within(parent=[bare])}).digest != one.digest


def test_a_voiding_names_its_target_and_is_no_learning() -> None:
    voided = {"verb": {"id": f"{ADL}voided"}, "object": {"objectType": "StatementRef", "id": ID}}
    event = event_of(**voided)
    assert (event.kind, event.voids, event.object_type) == (
        Kind.VOIDED,
        ID.lower(),
        "StatementRef",
    )
    assert observed(**voided) == ()
    group = {"objectType": "Group", "openid": "http://admins"}
    assert event_of(**voided, actor=group).kind is Kind.VOIDED


@pytest.mark.parametrize(
    "thing",
    [
        {"objectType": "Agent", **MARY},
        {"objectType": "StatementRef", "id": ID},
        {"objectType": "SubStatement", **statement()},
    ],
)
def test_what_is_done_to_anything_but_an_activity_is_no_learning(thing: dict[str, Any]) -> None:
    event = event_of(verb={"id": f"{ADL}passed"}, object=thing)
    assert (event.kind, event.outcome, event.skills) == (Kind.OTHER, None, ())
    assert event.activity == (ID.lower() if thing["objectType"] == "StatementRef" else "")
    assert "mary" not in repr(event)


@pytest.mark.parametrize(
    ("actor", "code"),
    [
        ({"objectType": "Group", "openid": "http://team"}, Reason.GROUP_ACTOR),
        ({"objectType": "Group", "openid": "http://t", "member": [MARY]}, Reason.GROUP_ACTOR),
        ({"objectType": "Group", "member": [MARY]}, Reason.NO_IDENTIFIER),
    ],
)
def test_a_group_is_nobody_to_personalise_for(actor: dict[str, Any], code: Reason) -> None:
    sent = raw(actor=actor)
    done = ingest(sent, ORIGIN, CONTEXT)
    assert done.events == done.observed == ()
    (rejected,) = done.rejected
    assert (rejected.rejection.code, rejected.original, rejected.index) == (code, sent, -1)


def test_of_a_batch_nothing_is_lost() -> None:
    bad = b'{"actor": {"mbox": "mailto:false"}, "verb": {"id": "a:b"}, "object": {"id": "a:b"}}'
    group = raw(actor={"objectType": "Group", "openid": "http://team"})
    sent = b"[" + b",".join([raw(id=ID), bad, raw(), group]) + b"]"
    done = ingest(sent, ORIGIN, CONTEXT)
    assert len(done.events) == 2
    assert [(r.index, r.rejection.code, r.original) for r in done.rejected] == [
        (1, Reason.BAD_MBOX, bad),
        (3, Reason.GROUP_ACTOR, group),
    ]


@pytest.mark.parametrize("sent", [b"", b"{", b"\xff", b"null", b"[" * 5000])
def test_what_cannot_be_read_is_kept_whole(sent: bytes) -> None:
    (rejected,) = ingest(sent, ORIGIN, CONTEXT).rejected
    assert (rejected.original, rejected.index) == (sent, -1)


def test_repairs_are_told() -> None:
    event = event_of(actor={"account": {"name": "1001"}}, context=within(parent=COURSE))
    assert event.deviations == ("context_activity_single", "home_page_added")
    assert event.learner == event_of().learner


def test_an_unknown_activity_is_observed_once() -> None:
    new = {
        "id": "http://lms.example/new",
        "definition": {"type": f"{TYPE}assessment", "name": {"fr": "Examen", "de": "Prüfung"}},
    }
    batch = raw(*[statement(object=new, context=within(grouping=[COURSE]))] * 2)
    assert ingest(batch, ORIGIN, CONTEXT).observed == (
        Activity(
            id="http://lms.example/new",
            title="Prüfung",
            content="quiz",
            course="http://lms.example/c",
            origin="observed",
        ),
    )


def test_a_known_activity_is_observed_only_to_give_it_its_first_title() -> None:
    titled = {"definition": {"name": {"en": "Joins"}}}
    assert observed(object={"id": SKILLED, **titled}) == ()
    assert observed(object={"id": QUIZ["id"], **titled}) == ()
    assert observed(object={"id": "http://lms.example/bare"}) == ()
    (seen,) = observed(object={"id": "http://lms.example/bare", **titled})
    assert (seen.title, seen.origin) == ("Joins", "observed")


QUESTION = {"id": "http://lms.example/q", "definition": {"type": f"{TYPE}cmi.interaction"}}


@pytest.mark.parametrize(
    ("changes", "count"),
    [
        ({"object": QUESTION}, 1),
        ({"object": QUESTION, "context": within(parent=[COURSE])}, 1),
        ({"object": QUESTION, "context": within(grouping=[COURSE, {"id": "a:lms"}])}, 1),
        ({"object": QUESTION, "context": within(parent=[QUIZ])}, 0),
        ({"object": QUESTION, "context": within(grouping=[COURSE, QUIZ])}, 0),
        ({"object": QUESTION, "context": within(parent=[{"id": "a:whole"}])}, 0),
        ({"object": {"id": "a:b"}, "context": within(parent=[QUIZ])}, 1),
        ({"object": {"id": "a:b"}, "verb": {"id": "https://w3id.org/xapi/adl/verbs/logged-in"}}, 0),
        ({"object": {"id": "a:b"}, "verb": {"id": f"{ADL}commented"}}, 0),
        ({"object": {"id": "a:b", "definition": {"type": "http://x/activitytype/lms"}}}, 0),
        ({"object": {"id": "a:b"}, "verb": {"id": "http://vendor.example/studied"}}, 1),
    ],
)
def test_what_is_offered_by_itself_is_observed(changes: dict[str, Any], count: int) -> None:
    assert len(observed(**changes)) == count


def test_years_and_offsets_at_the_edges_work() -> None:
    assert event_of(timestamp="0001-01-01T00:00:00+14:00").occurred_at == -62135647200.0
    assert event_of(timestamp="9999-12-31T23:59:59-12:00").occurred_at == 253402343999.0


def test_long_texts_are_cut() -> None:
    event = event_of(
        object={"id": "a:b", "definition": {"name": {"en": "x" * 1000}}},
        context={"platform": "p" * 1000, **within(grouping=[{"id": f"a:{n}"} for n in range(99)])},
    )
    assert (len(event.title), len(event.source), len(event.groupings)) == (200, 64, 16)


def test_the_deepest_statement_that_is_accepted_can_be_hashed_and_sent() -> None:
    deep: Any = 0
    for _ in range(251):
        deep = [deep]
    event = event_of(context={"extensions": {"a:b": deep}})
    assert event.digest != event_of().digest


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ConfigurationError):
        IngestContext(LENIENT, b"short", CATALOGUE.get)


@pytest.mark.data
@pytest.mark.parametrize("name", VALID_SETS)
def test_public_statements_become_events_or_are_rejected_as_groups(name: str) -> None:
    empty = context_with({})
    done: list[Ingested] = [
        ingest(line, replace(ORIGIN, offset=offset), empty)
        for offset, line in enumerate(data_lines(f"valid/{name}"))
    ]
    rejected = [item.rejection.code for one in done for item in one.rejected]
    assert set(rejected) <= {Reason.GROUP_ACTOR, Reason.NO_IDENTIFIER}
    assert sum(len(one.events) for one in done) + len(rejected) == VALID_SETS[name]
