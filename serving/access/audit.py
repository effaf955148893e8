"""Who read whom: one record for every request that concerns a person, kept in a topic."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.codec import JsonError, decode_json, encode_json
from stream.kafka import Admin, Reader
from stream.log import Message
from stream.topics import AUDIT

_LOOKED_THROUGH = 50_000
"""Records at most that a look through the audit reads, the newest."""


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
    servers: str, prefix: str, tenant: str, learner: str | None, limit: int
) -> list[Access]:
    """The newest `limit` accesses of a tenant, of one learner where that is given; newest first.

    Looks through the newest 50,000 records.

    Raises:
        Unavailable: where Kafka does not answer.
    """
    found = [
        access
        for access in _newest(servers, prefix + AUDIT.name)
        if access.tenant == tenant and learner in {None, access.learner}
    ]
    return found[: -limit - 1 : -1]


def _newest(servers: str, topic: str) -> Iterator[Access]:
    end = Admin(servers).ends(topic)[0]
    start = Admin(servers).starts(topic)[0]
    reader = Reader(servers, [topic], {0: max(start, end - _LOOKED_THROUGH)})
    try:
        for record in reader.to_end():
            if (access := _access(record.value or b"")) is not None:
                yield access
    finally:
        reader.close()


def _access(value: bytes) -> Access | None:
    try:
        return Access(**decode_json(value))
    except (JsonError, TypeError):
        return None
