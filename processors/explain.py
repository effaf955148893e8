"""Reasons from the numbers that decided: the terms of the score, strongest first.

A term that is small beside the strongest says nothing; duties and draws come before all terms,
since they decided before any score did.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from processors.exploration import Slot
from processors.learner_view import LearnerView
from processors.rank import Scored, is_low
from processors.reference import Entry
from schemas.queue import Reason, ReasonCode

MAX_REASONS = 3
SMALL = 0.2
"""A term below this share of the strongest is not named."""


def reasons(slot: Slot, view: LearnerView) -> tuple[Reason, ...]:
    """At least one reason, at most `MAX_REASONS`."""
    one = slot.chosen
    codes = _decided_before(slot) + _by_strength(one)
    named = codes or [ReasonCode.EXPLORES]
    return tuple(_TELL[code](one, view) for code in named[:MAX_REASONS])


def _decided_before(slot: Slot) -> list[ReasonCode]:
    duty = ReasonCode.COMPLIANCE_DUE in slot.chosen.signals
    decided = ((duty, ReasonCode.COMPLIANCE_DUE), (slot.explored, ReasonCode.EXPLORES))
    return [code for did, code in decided if did]


def _by_strength(one: Scored) -> list[ReasonCode]:
    enough = SMALL * max(one.terms.values(), default=0.0)
    named = [code for code, term in one.terms.items() if term > enough]
    return sorted(named, key=lambda code: (-one.terms[code], code))


def _gap(one: Scored, view: LearnerView) -> Reason:
    skills = _needed(one.entry, view)
    if len(skills) > 1:
        return _joins(skills, view)
    (skill,) = skills
    text = f"{_size_of(skill, view)}: {_standing(skill, view)}"
    return Reason(ReasonCode.SKILL_GAP, text, _numbers(skill, view))


def _needed(entry: Entry, view: LearnerView) -> list[int]:
    return [skill for skill in entry.skills if view.need(skill) and not is_low(skill, view)]


def _size_of(skill: int, view: LearnerView) -> str:
    if skill not in view.targets:
        return "Builds a skill"
    return "Closes your largest gap" if view.wanted[0].skill == skill else "Closes a gap"


def _joins(skills: Sequence[int], view: LearnerView) -> Reason:
    *others, last = (_standing(skill, view) for skill in skills)
    text = f"Joins {', '.join(others)} and {last}"
    evidence = {"skills": [_numbers(skill, view) for skill in skills]}
    required = view.reference.requirement(view.role)
    if all(skill in required for skill in skills):
        return Reason(ReasonCode.ROLE_REQUIRES, text, {"role": view.role, **evidence})
    return Reason(ReasonCode.SKILL_GAP, text, evidence)


def _standing(skill: int, view: LearnerView) -> str:
    required = skill in view.reference.requirement(view.role)
    aim = "required" if required else "aimed at"
    return f"{_name(skill, view)} ({view.level(skill):.2f} of {view.target(skill):.2f} {aim})"


def _numbers(skill: int, view: LearnerView) -> dict[str, str | float]:
    return {
        "skill": _name(skill, view),
        "proficiency": round(view.level(skill), 2),
        "target": round(view.target(skill), 2),
    }


def _name(skill: int, view: LearnerView) -> str:
    return view.reference.skill_name(skill) or f"skill {skill:x}"


def _low_assessment(one: Scored, view: LearnerView) -> Reason:
    low = [skill for skill in one.entry.skills if is_low(skill, view)]
    skill = min(low, key=lambda each: (view.recent.outcomes[each], each))
    outcome = view.recent.outcomes[skill]
    text = f"You last scored {outcome:.0%} in {_name(skill, view)}"
    evidence = {"outcome": round(outcome, 3), "below": view.objective.low_assessment}
    return Reason(ReasonCode.LOW_ASSESSMENT, text, {**_numbers(skill, view), **evidence})


def _unlocks(one: Scored, view: LearnerView) -> Reason:
    opened = [e.activity for e in view.entries(one.entry.unlocks) if not view.is_done(e.key)]
    first = opened[0].title or opened[0].id
    more = f" and {len(opened) - 1} more" if len(opened) > 1 else ""
    ids = [activity.id for activity in opened[:MAX_REASONS]]
    return Reason(ReasonCode.UNLOCKS, f"Opens {first}{more}", {"activities": ids})


def _review(one: Scored, view: LearnerView) -> Reason:
    skill = min(filter(view.faded, one.entry.skills), key=lambda each: (view.recall(each), each))
    recall, below = view.recall(skill), view.objective.review_below
    name = _name(skill, view)
    evidence = {"skill": name, "recall": round(recall, 2), "below": below}
    return Reason(ReasonCode.DUE_FOR_REVIEW, f"Refreshes {name}: recall is {recall:.0%}", evidence)


def _continues(one: Scored, view: LearnerView) -> Reason:
    record = view.state.record(one.entry.key)
    if record is None:
        course = one.entry.activity.course
        return Reason(ReasonCode.CONTINUES, "Continues the course you are in", {"course": course})
    if not record.progress:
        evidence = {"last_at": record.last_at}
        return Reason(ReasonCode.CONTINUES, "You have begun it", evidence)
    text = f"You have done {record.progress:.0%} of it"
    return Reason(ReasonCode.CONTINUES, text, {"progress": record.progress})


def _similar(one: Scored, _: LearnerView) -> Reason:
    chance = one.signals[ReasonCode.SIMILAR_LEARNERS]
    text = f"{chance:.0%} of learners went on to it"
    return Reason(ReasonCode.SIMILAR_LEARNERS, text, {"probability": round(chance, 3)})


def _duty(one: Scored, view: LearnerView) -> Reason:
    due = one.signals[ReasonCode.COMPLIANCE_DUE]
    day = datetime.fromtimestamp(due, UTC).date().isoformat()
    text = f"Overdue since {day}" if due < view.now else f"Due by {day}"
    return Reason(ReasonCode.COMPLIANCE_DUE, text, {"due_at": due})


def _new(one: Scored, view: LearnerView) -> Reason:
    tried = view.state.record(one.entry.key) is not None
    text = "Worth another look" if tried else "Something new for you"
    return Reason(ReasonCode.EXPLORES, text, {"share": view.objective.exploration})


_TELL: dict[ReasonCode, Callable[[Scored, LearnerView], Reason]] = {
    ReasonCode.SKILL_GAP: _gap,
    ReasonCode.LOW_ASSESSMENT: _low_assessment,
    ReasonCode.UNLOCKS: _unlocks,
    ReasonCode.DUE_FOR_REVIEW: _review,
    ReasonCode.CONTINUES: _continues,
    ReasonCode.SIMILAR_LEARNERS: _similar,
    ReasonCode.COMPLIANCE_DUE: _duty,
    ReasonCode.EXPLORES: _new,
}
