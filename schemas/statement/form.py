"""The only door to jsonschema_rs: does a statement have the form that xAPI prescribes?"""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError

from schemas.codec import decode_json
from schemas.errors import Rejection
from schemas.statement.reasons import Reason

_SCHEMA: dict[str, Any] = decode_json(
    (files("schemas.statement") / "statement.schema.json").read_bytes()
)


class _DistinctIds:
    """The keyword `x-distinct-ids`, which standard JSON Schema cannot express."""

    def __init__(self, _schema: dict[str, Any], _value: Any, _path: list[str | int]) -> None:
        pass

    def validate(self, components: Any) -> None:
        ids = [component["id"] for component in components]
        if len(set(ids)) < len(ids):
            raise ValueError("two components have the same id")


# The linear-time engine: no pattern can be made slow by a hostile value.
_VALIDATOR = Draft202012Validator(
    _SCHEMA, pattern_options=RegexOptions(), keywords={"x-distinct-ids": _DistinctIds}, mask="*"
)
_BY_CODE = {reason.value: reason for reason in Reason}
_BY_KEYWORD = {
    "type": Reason.WRONG_TYPE,
    "required": Reason.MISSING_PROPERTY,
    "additionalProperties": Reason.UNKNOWN_PROPERTY,
}

has_form = _VALIDATOR.is_valid
"""Does this JSON value conform to the schema?"""


def fault_of_form(statement: Any) -> Rejection:
    """Why `statement`, which does not conform, is refused: the first fault that is met.

    Only the first, because a hostile statement can have as many faults as it has bytes. The
    detail names places by xAPI's own property names; whatever the sender named appears as `*`,
    because a name can be personal data.
    """
    try:
        _VALIDATOR.validate(statement)
    except ValidationError as error:
        return reason_of(error).rejection(path_of(error.instance_path), hint_of(error))
    raise AssertionError("a statement that conforms has no fault")


def reason_of(error: ValidationError) -> Reason:
    """The code of the keyword that failed, or of the nearest rule around it that has one."""
    if error.kind.name == "type":
        return Reason.WRONG_TYPE
    named = [
        rule["x-reason"]
        for rule in _rules_towards(error.schema_path)
        if isinstance(rule, dict) and "x-reason" in rule
    ]
    return _BY_CODE[named[-1]] if named else _BY_KEYWORD.get(error.kind.name, Reason.BAD_VALUE)


def _rules_towards(path: list[str | int]) -> Iterator[Any]:
    """The nested values of the schema along `path`, outermost first."""
    rule: Any = _SCHEMA
    for step in path:
        rule = rule[step]
        yield rule


def path_of(steps: list[str | int]) -> str:
    """`actor.account.homePage`, `context.contextActivities.parent[0]`, `statement`."""
    names = vocabulary()
    texts = [
        f"[{step}]" if isinstance(step, int) else f".{step}" if step in names else ".*"
        for step in steps
    ]
    return "".join(texts).removeprefix(".") or "statement"


def hint_of(error: ValidationError) -> str:
    """Which property is missing, or which one may have been meant."""
    facts = error.kind.as_dict()
    if error.kind.name == "required":
        return str(facts["property"])
    if error.kind.name == "additionalProperties":
        sent = {name.casefold() for name in facts["unexpected"]}
        meant = sorted(name for name in vocabulary() if name.casefold() in sent)
        return f"case matters: {', '.join(meant)}" if meant else ""
    return ""


@cache
def vocabulary() -> frozenset[str]:
    """Every property name that the schema knows."""
    return frozenset(_property_names(_SCHEMA))


def _property_names(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from value.get("properties", {})
        for part in value.values():
            yield from _property_names(part)
