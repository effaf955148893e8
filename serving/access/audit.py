"""Who read whom: one record for every request that concerns a person, kept in a topic."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from schemas.codec import JsonError, decode_json, encode_json
from stream.kafka import Admin, Reader
from stream.log import Message
from stream.topics import AUDIT

_LOOKED_THROUGH = 500_000
"""Records at most that a look through the audit reads, the newest."""
_STEP = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One access."""

    at: float
    """POSIX seconds."""
    tenant: str
    key: str
    """Id of the API key."""
    name: str
    """What the key is for."""
    action: str
    """queue, learner, why, feedback, stream, erase, ..."""
    learner: str
    """Learner key."""


def access_message(prefix: str, access: Access) -> Message:
    """The message that keeps `access`."""
    return Message(prefix + AUDIT.name, encode_json(access), access.learner.encode())


def read_audit(
    servers: str, prefix: str, tenant: str, learners: Sequence[str], limit: int
) -> list[Access]:
    """The newest `limit` accesses of a tenant, of some learners where that is given; newest first.

    Looks through the newest 500,000 records of all tenants, no further back than it must.

    Raises:
        Unavailable: where Kafka does not answer.
    """
    topic = prefix + AUDIT.name
    first, end = Admin(servers).starts(topic)[0], Admin(servers).ends(topic)[0]
    last = max(first, end - _LOOKED_THROUGH)
    found: list[Access] = []
    while end > last and len(found) < limit:
        begin = max(last, end - _STEP)
        window = _between(servers, topic, begin, end)
        wanted = [one for one in window if one.tenant == tenant and _is_of(one, learners)]
        found, end = wanted + found, begin
    return found[: -limit - 1 : -1]


def _is_of(access: Access, learners: Sequence[str]) -> bool:
    return not learners or access.learner in learners


def _between(servers: str, topic: str, begin: int, end: int) -> Iterator[Access]:
    reader = Reader(servers, [topic], {0: begin})
    try:
        for record in takewhile(lambda one: one.offset < end, reader.to_end()):
            if (access := _access(record.value or b"")) is not None:
                yield access
    finally:
        reader.close()


def _access(value: bytes) -> Access | None:
    try:
        return Access(**decode_json(value))
    except (JsonError, TypeError):
        return None
