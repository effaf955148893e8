"""The closed list of reasons for refusing a message or a statement."""

from enum import StrEnum
from typing import Self

from schemas.errors import Rejection


class Reason(StrEnum):
    """A rejection code (the value) and its meaning."""

    meaning: str

    def __new__(cls, code: str, meaning: str) -> Self:
        """A member that equals `code`."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    TOO_LARGE = (
        "too_large",
        "the message has more bytes, or more than 10000 statements, than is accepted",
    )
    BAD_ENCODING = "bad_encoding", "the message is not UTF-8 without a byte order mark"
    NOT_JSON = "not_json", "the message is not JSON"
    TOO_DEEP = "too_deep", "values are nested more than 254 levels deep"
    DUPLICATE_KEY = "duplicate_key", "an object has two properties of one name"
    NOT_A_STATEMENT = "not_a_statement", "a statement is a JSON object"
    BAD_OBJECT_TYPE = "bad_object_type", "this objectType is not allowed here"
    MISSING_PROPERTY = "missing_property", "a required property is missing"
    UNKNOWN_PROPERTY = "unknown_property", "xAPI does not define this property here"
    WRONG_TYPE = "wrong_type", "the value has the wrong JSON type, or is null"
    BAD_IDENTIFIER = (
        "bad_identifier",
        "exactly one of mbox, mbox_sha1sum, openid, account is required; a Group may have members",
    )
    BAD_MBOX = "bad_mbox", "mbox is mailto: and an address; mbox_sha1sum is 40 hexadecimal digits"
    BAD_IRI = "bad_iri", "this must be an IRI with a scheme"
    BAD_UUID = "bad_uuid", "this must be a UUID in its standard form"
    BAD_LANGUAGE = "bad_language", "this must be an RFC 5646 language tag"
    BAD_TIMESTAMP = "bad_timestamp", "this must be an ISO 8601 date and time; offset -00 is banned"
    BAD_DURATION = "bad_duration", "this must be an ISO 8601 duration"
    BAD_SCORE = "bad_score", "scaled lies in [-1, 1], and min <= raw <= max"
    BAD_VERSION = "bad_version", "versions are 1.0.x and 2.0.x"
    BAD_INTERACTION = (
        "bad_interaction",
        "interactionType is a known one, its components match it, their ids are distinct",
    )
    BAD_AUTHORITY = "bad_authority", "a Group as authority is two Agents without an identifier"
    BAD_ATTACHMENT = "bad_attachment", "contentType, length or sha2 is malformed"
    BAD_VALUE = "bad_value", "the value is outside what xAPI allows"
    MISPLACED_PROPERTY = (
        "misplaced_property",
        "revision and platform are for statements about an Activity",
    )
    BAD_VOIDING = "bad_voiding", "a voiding statement needs a StatementRef as object"
    DUPLICATE_ID = "duplicate_id", "two statements of one batch have the same id"
    NO_IDENTIFIER = "no_identifier", "an anonymous Group names no learner"
    GROUP_ACTOR = "group_actor", "a Group is not a person to personalise for"

    def rejection(self, path: str = "", hint: str = "") -> Rejection:
        """The refusal of what stands at `path`; neither argument may hold personal data."""
        where = f"{path}: " if path else ""
        more = f" ({hint})" if hint else ""
        return Rejection(self.value, f"{where}{self.meaning}{more}")


OF_NOBODY = frozenset({Reason.NO_IDENTIFIER, Reason.GROUP_ACTOR})
"""Nothing is wrong with such a statement: there is just no single person in it."""
