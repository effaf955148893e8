"""A message as it is read, from Kafka or from the log in memory."""

from typing import NamedTuple

Headers = tuple[tuple[str, bytes], ...]
TENANT, HOME_PAGE = "tenant", "home-page"
"""Headers of a message of statements: whose it is, and the home page of accounts without one. The
receiver sets them by the sender's key; without them the settings say it."""


class RawRecord(NamedTuple):
    """One message as the agents see it."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    """When the log took it; POSIX seconds."""
    value: bytes
    headers: Headers = ()

    def said(self, name: str, otherwise: str) -> str:
        """What header `name` says, `otherwise` where there is none; the last of a name counts."""
        found = dict(self.headers).get(name) if self.headers else None
        return otherwise if found is None else found.decode(errors="replace")


class Record(NamedTuple):
    """One message whole; `value` None is a tombstone."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    """When the log took it; POSIX seconds."""
    value: bytes | None
    key: bytes | None
    headers: Headers = ()


def sender_of(headers: Headers) -> Headers:
    """Those of `headers` that say whose a message of statements is."""
    return tuple([one for one in headers if one[0] in {TENANT, HOME_PAGE}])
