"""What becomes of which event: a row for each name.

A row is a template of a statement: dictionaries and lists stay, functions of the event
(`processors.openedx.sources`) are asked, and what has no value is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from processors.openedx import vocabulary as v
from processors.openedx.results import checked, course_grade, progress, score, watched
from processors.openedx.sources import (
    Source,
    at,
    course_iri,
    iri,
    number,
    problem_block,
    text,
    video_block,
)

Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """How one event becomes a statement."""

    verb: tuple[str, str]
    """IRI and what people read."""
    target: Source
    """The object's id."""
    definition: Template
    """The object's."""
    result: Template | Source | None = None
    context: Template = field(default_factory=dict)
    """The context's extensions."""
    grouping: Template | None = None
    """An activity that this one is part of."""
    in_course: bool = True
    """Whether the course is told as the activity's parent."""


_COURSE = course_iri("data.course_id", "context.course_id")
_VIDEO_AT = iri("xblock/{}", video_block)
_PROBLEM = iri("xblock/{}", problem_block)
_BLOCK = iri("xblock/{}", at("data.id"))
_THREAD = iri("api/discussion/v1/threads/{}", at("data.id"))
_COMMENT = iri("api/discussion/v1/comments/{}", at("data.id"))
_WHEN = number("data.currentTime", "data.current_time")


def _of_course(verb: tuple[str, str]) -> Row:
    definition = {"type": v.COURSE, "extensions": {v.KIND: at("data.mode")}}
    return Row(verb, _COURSE, definition, in_course=False)


def _video(verb: tuple[str, str], result: Template | Source | None = None) -> Row:
    length = {v.LENGTH: number("data.duration")}
    return Row(verb, _VIDEO_AT, {"type": v.VIDEO}, result, length)


def _captions(*, shown: bool) -> Row:
    return _video(v.INTERACTED, {"extensions": {v.TIME: _WHEN, v.CAPTIONS: shown}})


def _sequence(ending: str | Source) -> Row:
    definition = {"type": v.RESOURCE, "extensions": {v.TOTAL_ITEMS: at("data.tab_count")}}
    context = {v.STARTING_POSITION: at("data.current_tab"), v.ENDING_POINT: ending}
    return Row(v.NAVIGATED, _BLOCK, definition, context=context)


def _forum(verb: tuple[str, str], target: Source, kind: str = "") -> Row:
    name = {"en": at("data.title")}
    context = {v.KIND: at(kind)} if kind else {}
    return Row(verb, target, {"type": v.DISCUSSION, "name": name}, context=context)


def _reply(verb: tuple[str, str]) -> Row:
    thread = iri("api/discussion/v1/threads/{}", at("data.discussion.id"))
    discussion = {"id": thread, "objectType": "Activity", "definition": {"type": v.DISCUSSION}}
    return Row(verb, _COMMENT, {"type": v.DISCUSSION}, grouping=discussion)


def _exam(verb: tuple[str, str], kind: str) -> Row:
    name = {"en": at("data.exam_name")}
    limit = at("data.exam_default_time_limit_mins", "data.attempt_allowed_time_limit_mins")
    attempt = {
        v.ATTEMPT_ID: at("data.attempt_id"),
        v.ATTEMPT_STARTED: at("data.attempt_started_at"),
        v.ATTEMPT_COMPLETED: at("data.attempt_completed_at"),
        v.DURATION: at("data.attempt_event_elapsed_time_secs"),
    }
    return Row(
        verb,
        at("data.exam_content_id"),
        {"type": v.EXAM.format(kind), "name": name, "extensions": {v.TIME_LIMIT: limit}},
        grouping={
            "id": text("urn:uuid:{data.attempt_code}"),
            "objectType": "Activity",
            "definition": {"type": v.ATTEMPT, "name": name, "extensions": attempt},
        },
    )


BROWSER_CHECK = "problem_check (browser)"
"""Open edX sends two events of one name for one answer; the browser's one knows no result."""

ROWS: Mapping[str, Row] = {
    "edx.course.enrollment.activated": _of_course(v.REGISTERED),
    "edx.course.enrollment.mode_changed": _of_course(v.REGISTERED),
    "edx.course.enrollment.deactivated": _of_course(v.UNREGISTERED),
    "edx.course.grade.passed.first_time": _of_course(v.PASSED),
    "edx.course.grade.now_passed": _of_course(v.PASSED),
    "edx.course.grade.now_failed": _of_course(v.FAILED),
    "edx.grades.course.grade_calculated": Row(v.EARNED, _COURSE, {"type": v.COURSE}, course_grade),
    "edx.grades.subsection.grade_calculated": Row(
        v.EARNED,
        iri("xblock/{}", at("data.block_id")),
        {"type": v.RESOURCE},
        score("data.weighted_total_earned", "data.weighted_total_possible"),
    ),
    "edx.grades.problem.submitted": Row(
        v.ATTEMPTED,
        _PROBLEM,
        {"type": v.QUESTION},
        score("data.weighted_earned", "data.weighted_possible"),
    ),
    "edx.completion.block_completion.changed": Row(
        v.PROGRESSED, iri("xblock/{}", at("data.block_id")), {"type": v.RESOURCE}, progress
    ),
    "edx.problem.completed": Row(v.COMPLETED, at("data.problem_id"), {"type": v.INTERACTION}),
    "edx.problem.hint.demandhint_displayed": Row(
        v.ASKED,
        iri("xblock/{}", text("{data.module_id}/hint/{data.hint_index}")),
        {"type": v.HINT},
    ),
    "showanswer": Row(
        v.ASKED, iri("xblock/{}", text("{data.problem_id}/answer")), {"type": v.SOLUTION}
    ),
    "problem_check": Row(
        v.EVALUATED,
        _PROBLEM,
        {"type": v.INTERACTION, "extensions": {v.ATTEMPT_ID: at("data.attempts")}},
        checked,
    ),
    BROWSER_CHECK: Row(v.ATTEMPTED, _PROBLEM, {"type": v.INTERACTION, "interactionType": "other"}),
    "load_video": _video(v.INITIALIZED),
    "edx.video.loaded": _video(v.INITIALIZED),
    "play_video": _video(v.PLAYED, {"extensions": {v.TIME: _WHEN}}),
    "edx.video.played": _video(v.PLAYED, {"extensions": {v.TIME: _WHEN}}),
    "pause_video": _video(v.PAUSED, {"extensions": {v.TIME: _WHEN}}),
    "edx.video.paused": _video(v.PAUSED, {"extensions": {v.TIME: _WHEN}}),
    "stop_video": _video(v.TERMINATED, {"extensions": {v.TIME: _WHEN}}),
    "edx.video.stopped": _video(v.TERMINATED, {"extensions": {v.TIME: _WHEN}}),
    "complete_video": _video(v.COMPLETED, watched),
    "edx.video.completed": _video(v.COMPLETED, watched),
    "seek_video": _video(
        v.SEEKED,
        {"extensions": {v.TIME_FROM: number("data.old_time"), v.TIME_TO: number("data.new_time")}},
    ),
    "edx.video.position.changed": _video(
        v.SEEKED,
        {"extensions": {v.TIME_FROM: number("data.old_time"), v.TIME_TO: number("data.new_time")}},
    ),
    "speed_change_video": _video(
        v.INTERACTED,
        {
            "extensions": {
                v.SPEED_FROM: text("{data.old_speed}x"),
                v.SPEED_TO: text("{data.new_speed}x"),
            }
        },
    ),
    "show_transcript": _captions(shown=True),
    "hide_transcript": _captions(shown=False),
    "video_show_cc_menu": _captions(shown=True),
    "video_hide_cc_menu": _captions(shown=False),
    "edx.video.transcript.shown": _captions(shown=True),
    "edx.video.transcript.hidden": _captions(shown=False),
    "edx.video.closed_captions.shown": _captions(shown=True),
    "edx.video.closed_captions.hidden": _captions(shown=False),
    "edx.ui.lms.link_clicked": Row(v.NAVIGATED, at("data.target_url"), {"type": v.LINK}),
    "edx.ui.lms.outline.selected": Row(
        v.NAVIGATED,
        at("data.target_url"),
        {"type": v.MODULE, "name": {"en": at("data.target_name")}},
    ),
    "edx.ui.lms.sequence.next_selected": _sequence("next unit"),
    "edx.ui.lms.sequence.previous_selected": _sequence("previous unit"),
    "edx.ui.lms.sequence.tab_selected": _sequence(at("data.target_tab")),
    "edx.forum.thread.created": _forum(v.POSTED, _THREAD, "data.thread_type"),
    "edx.forum.thread.edited": _forum(v.EDITED, _THREAD),
    "edx.forum.thread.deleted": _forum(v.DELETED, _THREAD),
    "edx.forum.thread.reported": _forum(v.REPORTED, _THREAD),
    "edx.forum.thread.unreported": _forum(v.UNREPORTED, _THREAD),
    "edx.forum.thread.voted": _forum(v.VOTED, _THREAD, "data.vote_value"),
    "edx.forum.thread.viewed": _forum(v.VIEWED, _COMMENT),
    "edx.forum.response.created": _reply(v.POSTED),
    "edx.forum.response.edited": _forum(v.EDITED, _COMMENT),
    "edx.forum.response.deleted": _forum(v.DELETED, _COMMENT),
    "edx.forum.response.reported": _forum(v.REPORTED, _COMMENT),
    "edx.forum.response.unreported": _forum(v.UNREPORTED, _COMMENT),
    "edx.forum.response.voted": _forum(v.VOTED, _COMMENT, "data.vote_value"),
    "edx.forum.comment.created": _reply(v.POSTED),
    "edx.forum.comment.edited": _forum(v.EDITED, _COMMENT),
    "edx.forum.comment.deleted": _forum(v.DELETED, _COMMENT),
    "edx.forum.comment.reported": _forum(v.REPORTED, _COMMENT),
    "edx.forum.comment.unreported": _forum(v.UNREPORTED, _COMMENT),
    "edx.special_exam.timed.attempt.created": _exam(v.INITIALIZED, "timed"),
    "edx.special_exam.timed.attempt.submitted": _exam(v.TERMINATED, "timed"),
    "edx.special_exam.practice.attempt.created": _exam(v.INITIALIZED, "practice"),
    "edx.special_exam.practice.attempt.submitted": _exam(v.TERMINATED, "practice"),
    "edx.special_exam.proctored.attempt.created": _exam(v.INITIALIZED, "proctored"),
    "edx.special_exam.proctored.attempt.submitted": _exam(v.TERMINATED, "proctored"),
}
