"""Reference data as the plain JSON of the compacted topics.

Writers leave out what holds its default. Readers ignore fields that they do not know (newer
writers add fields), take null for a field left out, and check every value. The JSON Schemas beside
this module, in `json/`, say the same for other languages.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from schemas import field_checks as check
from schemas.reference import Activity, Deadline, LearnerProfile, RoleRequirement


def activity_to_json(activity: Activity) -> dict[str, Any]:
    """Plain JSON object of `activity`."""
    return _plain(activity)


def activity_from_json(data: Any) -> Activity:
    """The inverse of `activity_to_json`.

    Raises:
        ValueError: where `data` is not an Activity; names the field and what it must be.
    """
    return Activity(**_known(data, ACTIVITY, "activity", "id"))


def profile_to_json(profile: LearnerProfile) -> dict[str, Any]:
    """Plain JSON object of `profile`."""
    return _plain(profile)


def profile_from_json(data: Any) -> LearnerProfile:
    """The inverse of `profile_to_json`.

    Raises:
        ValueError: where `data` is not a LearnerProfile; names the field and what it must be.
    """
    return LearnerProfile(**_known(data, PROFILE, "profile", "learner"))


def requirement_to_json(requirement: RoleRequirement) -> dict[str, Any]:
    """Plain JSON object of `requirement`."""
    return {"role": requirement.role, "skills": dict(requirement.skills)}


def requirement_from_json(data: Any) -> RoleRequirement:
    """The inverse of `requirement_to_json`.

    Raises:
        ValueError: where `data` is not a RoleRequirement; names the field and what it must be.
    """
    return RoleRequirement(**_known(data, REQUIREMENT, "role requirement", "role"))


def _deadlines(value: Any) -> tuple[Deadline, ...]:
    check.require(isinstance(value, list), f"must be a list, not {check.shown(value)}")
    return tuple(_deadline(one, f"[{place}]") for place, one in enumerate(value))


def _deadline(data: Any, where: str) -> Deadline:
    deadline = Deadline(**_known(data, DEADLINE, where))
    check.require(is_dated(deadline), f"{where} needs due_at or days_after_hire")
    return deadline


def is_dated(deadline: Deadline) -> bool:
    """Whether `deadline` says when."""
    return deadline.due_at is not None or deadline.days_after_hire is not None


def _plain(record: Activity | LearnerProfile | Deadline) -> dict[str, Any]:
    each = ((field, getattr(record, field.name)) for field in fields(record))
    return {field.name: _value(value) for field, value in each if value != field.default}


def _value(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(one) if isinstance(one, Deadline) else one for one in value]
    return value


def _known(data: Any, checks: Mapping[str, check.Check], what: str, *needed: str) -> dict[str, Any]:
    check.require(isinstance(data, dict), f"{what} must be a JSON object, not {check.shown(data)}")
    for name in needed:
        check.require(data.get(name) is not None, f"{what}: {name} is missing")
    return {
        name: _checked(one, data[name], f"{what}: {name}")
        for name, one in checks.items()
        if data.get(name) is not None
    }


def _checked(one: check.Check, value: Any, where: str) -> Any:
    try:
        return one(value)
    except ValueError as error:
        raise ValueError(f"{where} {error}") from None


DEADLINE: Mapping[str, check.Check] = {
    "roles": check.names,
    "due_at": check.seconds,
    "days_after_hire": check.not_negative,
}
ACTIVITY: Mapping[str, check.Check] = {
    "id": check.name,
    "title": check.text,
    "description": check.text,
    "skills": check.names,
    "prerequisites": check.names,
    "difficulty": check.share,
    "content": check.text,
    "minutes": check.positive,
    "course": check.text,
    "parent": check.text,
    "done_by": check.one_of(check.DONE_BY),
    "pass_mark": check.share,
    "valid_from": check.seconds,
    "valid_until": check.seconds,
    "audience": check.names,
    "deadlines": _deadlines,
    "url": check.text,
    "origin": check.one_of(check.ORIGINS),
    "withdrawn": check.flag,
}
PROFILE: Mapping[str, check.Check] = {
    "learner": check.name,
    "role": check.text,
    "level": check.text,
    "cohort": check.text,
    "manager": check.text,
    "hired_on": check.seconds,
    "goals": check.names,
    "minutes_per_week": check.weekly_minutes,
}
REQUIREMENT: Mapping[str, check.Check] = {"role": check.name, "skills": check.targets}
