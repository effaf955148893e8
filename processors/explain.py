"""Reasons from the numbers that decided: the terms of the score, strongest first.

A term that is small beside the strongest says nothing; duties and draws come before all terms,
since they decided before any score did.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from online_models.moment import Ground
from processors.exploration import Slot
from processors.learner_view import LearnerView
from processors.rank import Scored
from processors.reference import Entry
from schemas.queue import Reason, ReasonCode

Telling = Callable[[Scored, LearnerView], Reason]

MAX_REASONS = 2
SMALL = 0.3
"""A term below this share of the strongest is not named."""


def reasons(slot: Slot, view: LearnerView) -> tuple[Reason, ...]:
    """At least one reason, at most `MAX_REASONS`."""
    one = slot.chosen
    tell = _decided_before(slot) + _by_strength(one)
    return tuple(each(one, view) for each in tell[:MAX_REASONS] or [_new])


def _decided_before(slot: Slot) -> list[Telling]:
    if slot.explored:
        return [_new]
    return [] if slot.chosen.candidate.due_at is None else [_duty]


def _by_strength(one: Scored) -> list[Telling]:
    terms = one.terms
    enough = SMALL * max(terms)
    named = [(-term, place) for place, term in enumerate(terms) if term > enough]
    return [_TELL[place] for _, place in sorted(named)]


def _gap(one: Scored, view: LearnerView) -> Reason:
    skills = _needed(one.entry, view)
    if len(skills) > 1:
        return _joins(skills, view)
    (skill,) = skills
    text = f"{_size_of(skill, view)}: {_standing(skill, view)}"
    return Reason(ReasonCode.SKILL_GAP, text, _numbers(skill, view))


def _needed(entry: Entry, view: LearnerView) -> list[int]:
    return [skill for skill in entry.skills if view.need[skill] and skill not in view.low]


def _size_of(skill: int, view: LearnerView) -> str:
    if skill not in view.targets:
        return "Builds a skill"
    return "Closes your largest gap" if view.wanted[0].skill == skill else "Closes a gap"


def _joins(skills: Sequence[int], view: LearnerView) -> Reason:
    *others, last = (_standing(skill, view) for skill in skills)
    text = f"Joins {', '.join(others)} and {last}"
    evidence = {"skills": [_numbers(skill, view) for skill in skills]}
    if all(skill in view.required for skill in skills):
        return Reason(ReasonCode.ROLE_REQUIRES, text, {"role": view.role, **evidence})
    return Reason(ReasonCode.SKILL_GAP, text, evidence)


def _standing(skill: int, view: LearnerView) -> str:
    aim = "required" if skill in view.required else "aimed at"
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
    outcomes = view.recent.outcomes
    low = view.low.intersection(one.entry.skills)
    outcome, skill = min((outcomes[skill], skill) for skill in low)
    text = f"You last scored {outcome:.0%} in {_name(skill, view)}"
    evidence = {"outcome": round(outcome, 3), "below": view.objective.low_assessment}
    return Reason(ReasonCode.LOW_ASSESSMENT, text, {**_numbers(skill, view), **evidence})


def _unlocks(one: Scored, view: LearnerView) -> Reason:
    opened = [e.activity for e in view.entries(one.entry.unlocks) if not view.done[e.key]]
    first = opened[0].title or opened[0].id
    more = f" and {len(opened) - 1} more" if len(opened) > 1 else ""
    evidence = {"activity": opened[0].id, "count": len(opened)}
    return Reason(ReasonCode.UNLOCKS, f"Opens {first}{more}", evidence)


def _review(one: Scored, view: LearnerView) -> Reason:
    faded = view.faded.intersection(one.entry.skills)
    recall, skill = min((view.recall(skill, view.now), skill) for skill in faded)
    below = view.objective.review_below
    name = _name(skill, view)
    evidence = {"skill": name, "recall": round(recall, 2), "below": below}
    text = f"Refreshes {name}: {recall:.0%} of your recall is left"
    return Reason(ReasonCode.DUE_FOR_REVIEW, text, evidence)


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


def _similar(one: Scored, view: LearnerView) -> Reason:
    """What visits say for it most strongly, counted; faded counts are no whole numbers."""
    evidence: dict[str, str | float] = {"probability": round(one.candidate.similar, 3)}
    because = view.predictors.relevance.because(view.moment, one.entry.key)
    if because is None:
        return Reason(ReasonCode.EXPLORES, "New, and like what you did of late", evidence)
    evidence.update(times=round(because.times, 2), of=round(because.of, 2))
    share = min(1.0, because.times / because.of)
    if because.kind is Ground.COHORT:
        text = f"{share:.0%} of what was done in your group is this"
    elif because.kind is Ground.ALL:
        text = f"{share:.0%} of all that was done is this"
    else:
        before = view.index.entries[because.source]
        title = (before.activity.title or before.activity.id) if before else "what you did"
        evidence["after"] = before.activity.id if before else f"{because.source:x}"
        text = f"After {title}, {share:.0%} soon went on to it"
    return Reason(ReasonCode.SIMILAR_LEARNERS, text, evidence)


def _duty(one: Scored, view: LearnerView) -> Reason:
    due = one.candidate.due_at or view.now
    day = datetime.fromtimestamp(due, UTC).date().isoformat()
    text = f"Overdue since {day}" if due < view.now else f"Due by {day}"
    return Reason(ReasonCode.COMPLIANCE_DUE, text, {"due_at": due})


def _new(one: Scored, view: LearnerView) -> Reason:
    tried = view.state.record(one.entry.key) is not None
    text = "Worth another look" if tried else "Something new for you"
    return Reason(ReasonCode.EXPLORES, text, {"share": view.objective.exploration})


_TELL = (_gap, _low_assessment, _unlocks, _review, _continues, _similar)
"""In the order of `processors.rank.Terms`."""
