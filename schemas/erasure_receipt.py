"""What an erasure came to: kept by who erased, so it names the person by a keyed digest alone."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Gone:
    """What was erased at once."""

    store: str
    """redis, kafka, archive or files."""
    where: str
    """Namespace, topic or folder."""
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Expires:
    """What cannot be taken out singly and goes by itself."""

    topic: str
    messages: int | None
    """That name the person; None: not counted."""
    until: float | None
    """None of them is there any more after that (POSIX seconds); None: it is not known."""
    why: str


@dataclass(frozen=True, slots=True)
class Stays:
    """What stays, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """All of it; see `json/erasure.schema.json`."""

    who: str
    """Keyed digest of the learner keys."""
    keys: int
    """Learner keys that the person had."""
    known: bool
    """Whether anything of theirs was found anywhere."""
    erased_at: float
    """POSIX seconds; nothing that arrives later is taken."""
    finished_at: float
    """POSIX seconds."""
    erased: tuple[Gone, ...]
    expires: tuple[Expires, ...]
    stays: tuple[Stays, ...]
    not_searched: tuple[str, ...]
    """Files and stores that could not be looked into."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON object."""
        return asdict(self)
