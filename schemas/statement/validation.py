"""The entrance: bytes from the log or from HTTP to accepted statements and refusals."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from schemas.errors import Rejection
from schemas.statement.checks import fault_between_fields
from schemas.statement.decoding import decode, elements, fault_of_value, parse
from schemas.statement.form import fault_of_form, has_form
from schemas.statement.reasons import Reason
from schemas.statement.repairs import Deviation, repair, single_activities_to_arrays

DEFAULT_MAX_BYTES = 1 << 20
MOST_STATEMENTS = 10_000
"""More in one message are refused whole: each would become a dead letter of its own."""
_NOTHING: dict[str, Any] = {}


class Mode(StrEnum):
    """What happens to a statement that breaks a rule."""

    STRICT = "strict"
    """It is refused: the contract of HTTP."""
    LENIENT = "lenient"
    """It is mended where `repairs` knows how, else refused: the default on Kafka."""


class Valid(NamedTuple):
    """An accepted statement; context activities are always arrays."""

    statement: dict[str, Any]
    deviations: tuple[str, ...] = ()


Checked: TypeAlias = Valid | Rejection


class Message(NamedTuple):
    """What one message holds, statement by statement, in its order."""

    raw: bytes
    checked: tuple[Checked, ...]
    is_batch: bool = False

    @property
    def is_valid(self) -> bool:
        """Is every statement accepted? Over HTTP one refusal refuses the whole batch."""
        return not any(isinstance(item, Rejection) for item in self.checked)

    def originals(self) -> list[bytes]:
        """The exact bytes that the sender wrote for each statement."""
        return elements(self.raw) if self.is_batch else [self.raw]


class Validator:
    """Checks messages by xAPI 1.0.3 united with 2.0.

    Args:
        mode: strict or lenient.
        home_page: the sender's home page, for accounts that name none; "" repairs none.
        max_bytes: a larger message is refused unread.
    """

    def __init__(self, mode: Mode, home_page: str = "", max_bytes: int = DEFAULT_MAX_BYTES) -> None:
        self._lenient = mode is Mode.LENIENT
        self.home_page = home_page
        self._max_bytes = max_bytes

    def validate(self, raw: bytes) -> Message:
        """What `raw`, one statement or an array of statements, holds. Never raises.

        A message that cannot be read at all is one Rejection. In strict mode the second
        statement of one id within a batch is refused; in lenient mode it passes, because
        whoever applies events drops duplicates anyway.
        """
        if len(raw) > self._max_bytes:
            return Message(raw, (Reason.TOO_LARGE.rejection(),))
        value = parse(raw)
        if isinstance(value, Rejection):
            return Message(raw, (value,))
        fault = fault_of_value(raw, value)
        if not isinstance(value, list):
            return Message(raw, (fault or self._check(value),))
        if len(value) > MOST_STATEMENTS:
            return Message(raw, (Reason.TOO_LARGE.rejection(),))
        statements = value if fault is None else map(decode, elements(raw))
        return Message(raw, self._check_all(statements), is_batch=True)

    def _check_all(self, statements: Iterable[Any]) -> tuple[Checked, ...]:
        checked = tuple(map(self._check, statements))
        return checked if self._lenient else _refuse_repeated_ids(checked)

    def _check(self, statement: Any) -> Checked:
        if isinstance(statement, Rejection):
            return statement
        if not isinstance(statement, dict):
            return Reason.NOT_A_STATEMENT.rejection()
        if has_form(statement):
            return fault_between_fields(statement) or self._accept(statement)
        return self._mend(statement) if self._lenient else fault_of_form(statement)

    def _accept(self, statement: dict[str, Any]) -> Valid:
        slots = statement.get("context", _NOTHING).get("contextActivities")
        if slots and single_activities_to_arrays(slots) and self._lenient:
            return Valid(statement, (Deviation.CONTEXT_ACTIVITY_SINGLE.value,))
        return Valid(statement)

    def _mend(self, statement: dict[str, Any]) -> Checked:
        made = repair(statement, self.home_page)
        if not has_form(statement):
            return fault_of_form(statement)
        codes = tuple(code.value for code in made)
        return fault_between_fields(statement) or Valid(statement, codes)


def _refuse_repeated_ids(checked: tuple[Checked, ...]) -> tuple[Checked, ...]:
    seen: set[str] = set()
    return tuple(_refuse_repeated(item, seen) for item in checked)


def _refuse_repeated(item: Checked, seen: set[str]) -> Checked:
    name = item.statement.get("id", "").lower() if isinstance(item, Valid) else ""
    if name in seen:
        return Reason.DUPLICATE_ID.rejection("id")
    if name:
        seen.add(name)
    return item
