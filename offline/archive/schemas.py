"""The one table of what the archive's files hold, by topic, with versions.

Rules: a column is added with a higher `version` of its schema and that number as its `since`; none
is taken away or changes its type or meaning. Readers take older files (what they lack is null) and
refuse newer ones by name. `log_value` is the truth; the other columns are read off it for analysts.
"""

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

ColumnType: TypeAlias = "str | tuple[Column, ...]"
"""integer, real, flag, text, bytes, texts (a list), time (microseconds, UTC, without a zone), or
columns: a list of records."""


class Column(NamedTuple):
    """One column of a file."""

    name: str
    type: ColumnType
    meaning: str
    since: int = 1


@dataclass(frozen=True, slots=True)
class Schema:
    """What the files of one topic hold."""

    name: str
    topic: str
    version: int
    holes: bool
    """Whether offsets may be missing in the log itself (a compacted topic)."""
    typed: tuple[Column, ...]

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, in order."""
        return (*LOG, *self.typed)

    def at_version(self, version: int) -> tuple[Column, ...]:
        """The columns that files of an older version have."""
        return tuple(column for column in self.columns if column.since <= version)


LOG = (
    Column("log_offset", "integer", "offset in the partition that the path names"),
    Column("logged_at", "real", "when the log took it, POSIX seconds"),
    Column("log_key", "bytes", "the message's key"),
    Column("log_value", "bytes", "the message's value, byte for byte; null: a tombstone"),
    Column(
        "log_headers",
        (Column("name", "text", "name"), Column("value", "bytes", "value")),
        "the message's headers",
    ),
    Column("problem", "text", "why the columns below are null; null where they are not"),
)
"""In every file."""

EVENT = Schema(
    name="learning_event",
    topic="learning.events",
    version=2,
    holes=False,
    typed=(
        Column("id", "text", "statement id"),
        Column("learner", "text", "learner key (a pseudonym)"),
        Column("kind", "text", "what was done: answered, completed, viewed, ..."),
        Column("verb", "text", "the verb's IRI"),
        Column("activity", "text", "id of the object"),
        Column("occurred_at", "real", "when it happened by the sender's clock, POSIX seconds"),
        Column("received_at", "real", "when the statement reached the log, POSIX seconds"),
        Column("digest", "text", "hash of the content that may not change under one id"),
        Column("tenant", "text", "the organisation"),
        Column("object_type", "text", "Activity, StatementRef, ..."),
        Column("activity_type", "text", "IRI of the activity's type"),
        Column("interaction_type", "text", "how a question is answered"),
        Column("title", "text", "the activity's name"),
        Column("parent", "text", "what the activity is part of"),
        Column("course", "text", "course it belongs to"),
        Column(
            "groupings",
            (Column("id", "text", "id"), Column("activity_type", "text", "its type")),
            "other groupings",
        ),
        Column("registration", "text", "the sender's id of the enrolment or attempt"),
        Column("session", "text", "the sender's id of the session"),
        Column("success", "flag", "as the sender judged it"),
        Column("completion", "flag", "as the sender judged it"),
        Column("scaled", "real", "score in [-1, 1]"),
        Column("raw", "real", "score as it was sent"),
        Column("score_min", "real", "smallest possible raw score"),
        Column("score_max", "real", "largest possible raw score"),
        Column("duration", "text", "ISO 8601 text as it was sent"),
        Column("duration_sec", "real", "the same in seconds"),
        Column("progress", "real", "share of the activity done, in [0, 1]"),
        Column("stored_at", "real", "when the sender's record store had it, POSIX seconds"),
        Column("source", "text", "platform that sent it"),
        Column("deviations", "texts", "codes of the repairs made by lenient validation"),
        Column("voids", "text", "id of the statement that this one withdraws"),
        Column("outcome", "real", "evidence of knowledge in [0, 1]; null: it is none"),
        Column("skills", "texts", "skills of the activity"),
        Column("difficulty", "real", "of the activity, in [0, 1]"),
        Column("content", "text", "kind of content: video, reading, quiz, ..."),
        Column("minutes", "real", "planned length of the activity"),
        Column("done_by", "text", "what finishes the activity: viewed, completed or passed"),
        Column("pass_mark", "real", "smallest outcome that counts as passed"),
        Column("role", "text", "the learner's role"),
        Column("cohort", "text", "the learner's cohort"),
        Column("decision", "text", "of feedback: the queue that it is about", since=2),
        Column("rating", "real", "of feedback: how many stars of five", since=2),
        Column("at_time", "time", "the earlier of occurred_at and received_at, UTC"),
    ),
)

ITEM = (
    Column("activity", "text", "id of the activity"),
    Column("title", "text", "its name"),
    Column("item_rank", "integer", "place in the queue, 1 is next"),
    Column("score", "real", "what it was ranked by"),
    Column("propensity", "real", "probability that the policy puts it there, in (0, 1]"),
    Column("success", "real", "expected: probability of succeeding"),
    Column("engagement", "real", "expected: probability of finishing it once started"),
    Column("gain", "real", "expected: change of proficiency"),
    Column("retention", "real", "expected: probability of recall if nothing is done"),
    Column("transfer", "real", "expected: probability of use on the job"),
    Column("minutes", "real", "planned length"),
    Column("not_before", "real", "not to be done before, POSIX seconds"),
    Column("reasons", "texts", "reason codes"),
)
"""One activity of a queue."""

QUEUE = Schema(
    name="queue",
    topic="recommendations",
    version=1,
    holes=True,
    typed=(
        Column("learner", "text", "learner key (a pseudonym)"),
        Column("version", "integer", "offset of the event that caused it; -1 before any"),
        Column("generated_at", "real", "when it was made, POSIX seconds"),
        Column("cause_statement", "text", "statement that caused it"),
        Column("cause_verb", "text", "that statement's verb"),
        Column("cause_change", "text", "what else caused it: a deadline, the catalogue, ..."),
        Column("model", "text", "version of the models"),
        Column("policy", "text", "name of the objective"),
        Column("put_aside", "texts", "models whose baseline stood for them"),
        Column("fallback", "flag", "whether content rules stood in for the engine"),
        Column("items", ITEM, "the activities, best first"),
        Column("generated_time", "time", "generated_at, UTC"),
    ),
)

REJECT = Schema(
    name="reject",
    topic="learning.rejected",
    version=1,
    holes=False,
    typed=(
        Column("reason", "text", "reason code"),
        Column("detail", "text", "one line for people, without personal data"),
        Column("origin_topic", "text", "topic of the message"),
        Column("origin_partition", "integer", "partition of the message"),
        Column("origin_offset", "integer", "offset of the message"),
        Column("origin_index", "integer", "place of the statement in the message, -1: it held one"),
        Column("origin_time", "time", "when the message reached the log, UTC"),
        Column("redriven", "integer", "offset of the letter that this mark says was sent again"),
    ),
)

SCHEMAS = {schema.topic: schema for schema in (EVENT, QUEUE, REJECT)}
"""By topic, without the installation's prefix."""
