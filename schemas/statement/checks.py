"""The rules of xAPI that compare fields, for a statement that has the prescribed form."""

from itertools import pairwise
from typing import Any

from schemas.errors import Rejection
from schemas.kinds import Kind
from schemas.statement.reasons import Reason
from schemas.statement.times import is_instant
from schemas.statement.verbs import kind_of


def fault_between_fields(statement: dict[str, Any]) -> Rejection | None:
    """The first rule that `statement`, or the SubStatement in it, breaks; None where none."""
    fault = _fault_of_part(statement, "")
    inner = statement["object"]
    if fault is None and inner.get("objectType") == "SubStatement":
        return _fault_of_part(inner, "object.")
    return fault


def _fault_of_part(part: dict[str, Any], at: str) -> Rejection | None:
    return (
        _fault_of_voiding(part, at)
        or _fault_of_clocks(part, at)
        or _fault_of_score(part, at)
        or _fault_of_context(part, at)
    )


def _fault_of_voiding(part: dict[str, Any], at: str) -> Rejection | None:
    if kind_of(part["verb"]["id"]) is not Kind.VOIDED:
        return None
    if part["object"].get("objectType") == "StatementRef":
        return None
    return Reason.BAD_VOIDING.rejection(f"{at}object")


def _fault_of_clocks(part: dict[str, Any], at: str) -> Rejection | None:
    for name in ("timestamp", "stored"):
        if name in part and not is_instant(part[name]):
            return Reason.BAD_TIMESTAMP.rejection(at + name)
    return None


def _fault_of_score(part: dict[str, Any], at: str) -> Rejection | None:
    if "result" not in part or "score" not in part["result"]:
        return None
    score = part["result"]["score"]
    ladder = [score[name] for name in ("min", "raw", "max") if name in score]
    if all(low <= high for low, high in pairwise(ladder)):
        return None
    return Reason.BAD_SCORE.rejection(f"{at}result.score")


def _fault_of_context(part: dict[str, Any], at: str) -> Rejection | None:
    if "context" not in part or part["object"].get("objectType", "Activity") == "Activity":
        return None
    for name in ("revision", "platform"):
        if name in part["context"]:
            return Reason.MISPLACED_PROPERTY.rejection(f"{at}context.{name}")
    return None
