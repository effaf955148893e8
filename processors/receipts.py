"""A receipt: what was done with a statement, kept as long as it may be sent again or voided."""

from typing import NamedTuple

from processors.trace import Trace, pack_trace, unpack_trace
from schemas.checkpoint import WITHDRAWN
from schemas.codec import hash64, pack, unpack
from schemas.event import LearningEvent


class Receipt(NamedTuple):
    """An applied statement: whose it was, what it said, what it contributed."""

    learner: str
    digest: str
    """Digest of its content, shortened; another one under the same id is a conflict."""
    trace: Trace


_DIGEST_CHARS = 16


def statement_key(tenant: str, statement: str) -> int:
    """Under what a receipt is kept: 64 bits of the tenant and the statement's id.

    Each tenant has ids of its own, so that none can void, shadow or contradict what another one
    says.
    """
    return hash64(f"{len(tenant)}:{tenant}{statement}")


def key_of(event: LearningEvent) -> int:
    """The key of the statement that `event` is about: the one that it voids, else its own."""
    return statement_key(event.tenant, event.voids or event.id)


def short(digest: str) -> str:
    """As much of a content digest as a receipt keeps."""
    return digest[:_DIGEST_CHARS]


def encode_receipt(receipt: Receipt) -> bytes:
    """Compact bytes of `receipt`."""
    return pack([receipt.learner, receipt.digest, pack_trace(receipt.trace)])


def decode_receipt(data: bytes) -> Receipt | None:
    """The receipt, or None where the statement was voided."""
    if data == WITHDRAWN:
        return None
    learner, digest, trace = unpack(data)
    return Receipt(learner, digest, unpack_trace(trace))


def is_of(learner: str, data: bytes) -> bool:
    """Whether a receipt is of a statement of this learner."""
    found = decode_receipt(data) if learner.encode() in data else None
    return found is not None and found.learner == learner
