"""How a learner stands: skills beside what role and goals ask for, and what was done of late."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from processors.features.proficiency import NOTHING_KNOWN
from processors.outcomes.outlook import Remembered
from processors.reference import Reference
from schemas.reference import LearnerProfile


@dataclass(frozen=True, slots=True, kw_only=True)
class SkillStanding:
    """How a learner stands in a skill."""

    skill: str
    proficiency: float
    """In [0, 1]."""
    uncertainty: float
    """Its standard deviation."""
    target: float | None
    """What the role requires or a goal asks for; null: neither does."""
    gap: float
    """What is missing to the target; 0 where there is none."""
    recall: float | None
    """Probability of a right answer now; null: never practised."""
    half_life_days: float | None
    """From the last practice until half of the recall is left."""
    attempts: int
    last_practised: float | None
    """POSIX seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Practised:
    """Something that the learner did."""

    activity: str | None
    """Id; null where the state has forgotten it, or where it was at no activity."""
    title: str | None
    kind: str
    at: float
    """POSIX seconds."""
    outcome: float | None
    """In [0, 1]; null: no evidence of knowledge."""


def targets_of(
    profile: LearnerProfile | None, reference: Reference, mastery: float
) -> dict[str, float]:
    """Skill -> proficiency that is asked for: by the role, else by a goal, which is `mastery`."""
    if profile is None:
        return {}
    required = reference.requirement(profile.role).items()
    named = {name: target for key, target in required if (name := reference.skill_name(key))}
    return {**dict.fromkeys(profile.goals, mastery), **named}


def standings(
    features: Mapping[str, Any],
    memory: Mapping[str, Remembered],
    targets: Mapping[str, float],
) -> list[SkillStanding]:
    """Every skill with evidence or a target, by name.

    Args:
        features: what `processors.features.describe` says; empty where nothing is known.
        memory: what is left of each skill with evidence, by name.
        targets: `targets_of`.
    """
    known = features.get("skills", {})
    return [
        _standing(name, known.get(name), memory.get(name), targets.get(name))
        for name in sorted({*known, *targets})
    ]


def _standing(
    name: str, known: Mapping[str, Any] | None, held: Remembered | None, target: float | None
) -> SkillStanding:
    mean, sd = (
        (known["proficiency"]["mean"], known["proficiency"]["sd"])
        if known
        else (NOTHING_KNOWN.mean, NOTHING_KNOWN.sd)
    )
    return SkillStanding(
        skill=name,
        proficiency=mean,
        uncertainty=sd,
        target=target,
        gap=0.0 if target is None else max(0.0, target - mean),
        recall=held.recall if held else None,
        half_life_days=held.half_life_days if held else None,
        attempts=known["attempts"] if known else 0,
        last_practised=known["last_practised"] if known else None,
    )


def recent_events(history: Iterable[Mapping[str, Any]], reference: Reference) -> list[Practised]:
    """The newest events, the newest first; `history` is that of `describe`."""
    return [*_told(history, reference)][::-1]


def _told(history: Iterable[Mapping[str, Any]], reference: Reference) -> Iterator[Practised]:
    for step in history:
        name = step["activity"]
        known = reference.lookup(name) if name else None
        yield Practised(
            activity=name,
            title=(known and known.title) or name,
            kind=step["kind"],
            at=step["at"],
            outcome=step["outcome"],
        )
