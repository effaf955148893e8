"""The word that a person is erased: kept for ever, so that no replay brings them back.

It lies in the topic of profiles under a key of its own (`marker_key`) and names the person by the
learner key, a keyed hash, alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas import field_checks as check

_START = "erased:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """That a learner is erased, and perhaps taken in again since."""

    learner: str
    """Learner key."""
    erased_at: float
    """POSIX seconds."""
    readmitted_at: float | None = None
    """What arrived up to then never counts again; what arrives later does. None: not readmitted."""

    @property
    def is_barred(self) -> bool:
        """Whether nothing of this person is taken."""
        return self.readmitted_at is None

    def covers(self, received_at: float) -> bool:
        """Whether what arrived at that moment (POSIX seconds) counts no more."""
        return self.readmitted_at is None or received_at <= self.readmitted_at


def marker_key(learner: str) -> str:
    """The key of the message that says so."""
    return _START + learner


def marked_learner(key: str) -> str | None:
    """The learner whom a message with that key is about; None where it is no such message."""
    return key.removeprefix(_START) if key.startswith(_START) else None


def erased_to_json(erased: Erased) -> dict[str, Any]:
    """Plain JSON object of `erased`."""
    plain: dict[str, Any] = {"learner": erased.learner, "erased_at": erased.erased_at}
    if erased.readmitted_at is not None:
        plain["readmitted_at"] = erased.readmitted_at
    return plain


def erased_from_json(data: Any) -> Erased:
    """The inverse of `erased_to_json`; unknown fields are ignored.

    Raises:
        ValueError: where `data` is not such a word; names the field and what it must be.
    """
    check.require(isinstance(data, dict), f"erased must be a JSON object, not {check.shown(data)}")
    for name in ("learner", "erased_at"):
        check.require(data.get(name) is not None, f"erased: {name} is missing")
    return Erased(**{name: _checked(name, data) for name in ERASED if data.get(name) is not None})


def _checked(name: str, data: Mapping[str, Any]) -> Any:
    try:
        return ERASED[name](data[name])
    except ValueError as error:
        raise ValueError(f"erased: {name} {error}") from None


ERASED: Mapping[str, check.Check] = {
    "learner": check.name,
    "erased_at": check.seconds,
    "readmitted_at": check.seconds,
}
