"""The statements of a request: which they are, what each is named, what goes to Kafka.

Pure. Ids and digests come from the code that ingest derives them with, so that a sender without
ids (Moodle) that sends again gets the same ids again, and its statements count once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from processors.identity import Pseudonyms, identifier_of
from processors.receipts import short, statement_key
from processors.sameness import Essence, digest_of, id_of
from schemas.arrival import Arrival, Known
from schemas.errors import Rejection
from schemas.statement.reasons import Reason
from schemas.statement.times import posix_sec
from schemas.statement.validation import Message, Mode, Valid, Validator
from serving.problems import Problem

_SHOWN = 3
"""Refused statements, or conflicts, that an answer names."""


@dataclass(frozen=True, slots=True)
class Sender:
    """By whose rules statements are read."""

    pseudonyms: Pseudonyms
    home_page: str
    """Of accounts that come without one; they are only mended if the sender is `lenient`."""
    lenient: bool
    max_bytes: int
    """A larger request is refused."""
    max_statement_bytes: int
    """A larger statement is refused: ingest would not take it."""

    @property
    def validator(self) -> Validator:
        """What checks its statements."""
        mode = Mode.LENIENT if self.lenient else Mode.STRICT
        return Validator(mode, self.home_page, self.max_bytes)


class Refusal(Problem):
    """A problem of statements; `statements` of them have it."""

    def __init__(self, status: int, code: str, detail: str, statements: int = 1) -> None:
        super().__init__(status, code, detail)
        self.statements = statements


class Named(NamedTuple):
    """A statement that may be taken."""

    id: str
    """As the answer says it."""
    raw: bytes
    """What goes to Kafka: what was sent, and an id where nothing in it would give the same one."""
    arrival: Arrival
    statement: dict[str, Any]


def read_statements(raw: bytes, sender: Sender, wanted: str | None, nonce: str) -> list[Named]:
    """The statements of a body, all of them valid.

    Args:
        raw: the body.
        sender: whose rules apply.
        wanted: the id that a PUT gives its only statement; None for a POST.
        nonce: unlike that of any other request; names statements that have neither id nor time.

    Raises:
        Refusal: 400 or 413, where one of them cannot be taken; none may be then.
    """
    message = sender.validator.validate(raw)
    if wanted is not None and message.is_batch:
        raise Refusal(400, "not_a_statement", "PUT takes one statement, not an array")
    _refuse_invalid(message)
    originals = message.originals()
    _refuse_large(originals, sender.max_statement_bytes)
    named = [
        _named(checked.statement, original, sender.pseudonyms, (wanted, nonce, place))
        for place, (checked, original) in enumerate(zip(message.checked, originals, strict=True))
        if isinstance(checked, Valid)
    ]
    _refuse_twice([one.statement["id"].lower() for one in named if "id" in one.statement])
    return named


def _named(
    statement: dict[str, Any],
    original: bytes,
    pseudonyms: Pseudonyms,
    place: tuple[str | None, str, int],
) -> Named:
    wanted, nonce, index = place
    given = _with_wanted_id(statement, wanted)
    learner = pseudonyms.learner(identifier_of(statement["actor"]))
    timestamp = statement.get("timestamp")
    essence = Essence(statement, learner, posix_sec(timestamp) if timestamp else None)
    name = id_of(essence, pseudonyms, (nonce, index))
    is_sent_so = not given and ("id" in statement or timestamp is not None)
    key = statement_key(pseudonyms.tenant, name)
    return Named(
        statement.get("id", name),
        original if is_sent_so else _with_id(original, name),
        Arrival(key, learner, short(digest_of(essence, pseudonyms))),
        statement,
    )


def _with_wanted_id(statement: dict[str, Any], wanted: str | None) -> bool:
    """Give `statement` the id that its PUT names; whether it had none of its own."""
    if wanted is None:
        return False
    own = statement.setdefault("id", wanted)
    if own.lower() != wanted.lower():
        raise Refusal(400, "other_id", "id: the statement has another id than the URL says")
    return own is wanted


def _with_id(original: bytes, name: str) -> bytes:
    """The object `original` with an id before its other properties."""
    return b'{"id":"' + name.encode() + b'",' + original.lstrip(b" \t\r\n")[1:]


def _refuse_invalid(message: Message) -> None:
    refused = [
        (place, one) for place, one in enumerate(message.checked) if isinstance(one, Rejection)
    ]
    if not refused:
        return
    first = refused[0][1]
    told = [_at(place, message, f"{one.detail} [{one.code}]") for place, one in refused[:_SHOWN]]
    if len(refused) > _SHOWN:
        told.append(f"and {len(refused) - _SHOWN} more")
    status = 413 if first.code == Reason.TOO_LARGE else 400
    raise Refusal(status, first.code, "; ".join(told), len(refused))


def _at(place: int, message: Message, what: str) -> str:
    return f"statement {place}: {what}" if message.is_batch else what


def _refuse_large(originals: Sequence[bytes], most: int) -> None:
    for place, one in enumerate(originals):
        if len(one) > most:
            raise Refusal(413, "too_large", f"statement {place}: it has more than {most} bytes")


def _refuse_twice(ids: Sequence[str]) -> None:
    if len(set(ids)) != len(ids):
        twice = next(one for place, one in enumerate(ids) if one in ids[:place])
        raise Refusal(400, "duplicate_id", f"two statements of one request have the id {twice}")


def refuse_conflicts(named: Sequence[Named], known: Sequence[Known | None]) -> None:
    """Nothing, unless an id is known with another content.

    Raises:
        Refusal: 409.
    """
    conflicts = [
        f"statement {place}: {one.id}"
        for place, (one, before) in enumerate(zip(named, known, strict=True))
        if before is not None and before.digest and before.digest != one.arrival.digest
    ]
    if conflicts:
        shown = ", ".join(conflicts[:_SHOWN])
        more = f" and {len(conflicts) - _SHOWN} more" if len(conflicts) > _SHOWN else ""
        raise Refusal(
            409,
            "id_conflict",
            f"known with another content: {shown}{more}; nothing of the request was stored",
            len(conflicts),
        )
