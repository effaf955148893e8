"""Every topic, declared once: name, meaning, what is kept."""

from dataclasses import dataclass

_DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A topic as it is created."""

    name: str
    meaning: str
    key: str
    kept_ms: int = -1
    """Retention in milliseconds; -1 keeps everything that compaction keeps."""
    compacted: bool = False
    partitions: int = 0
    """0 takes the configured number."""

    def config(self) -> dict[str, str]:
        """Kafka's configuration of the topic."""
        policy = "compact" if self.compacted else "delete"
        if self.compacted and self.kept_ms > 0:
            policy = "compact,delete"
        config = {
            "cleanup.policy": policy,
            "retention.ms": str(self.kept_ms),
            "segment.ms": str(_DAY_MS),  # a segment goes as a whole: what expires is gone in time
            "max.message.bytes": "12582912",
        }
        if self.compacted:
            config["max.compaction.lag.ms"] = str(_DAY_MS)  # so long what is replaced may stay
        return config


STATEMENTS = Topic(
    name="xapi.statements",
    meaning="raw JSON, one statement or an array",
    key="anything",
    kept_ms=7 * _DAY_MS,
)
EVENTS = Topic(
    name="learning.events",
    meaning="LearningEvent; never compacted, no transactions: offsets have no holes",
    key="learner key",
    kept_ms=30 * _DAY_MS,
)
REJECTED = Topic(
    name="learning.rejected",
    meaning="original bytes; headers say why and whence",
    key="origin",
    kept_ms=30 * _DAY_MS,
)
ACTIVITIES = Topic(
    name="catalog.activities",
    meaning="Activity; a tombstone withdraws it",
    key="activity id",
    compacted=True,
    partitions=1,
)
PROFILES = Topic(
    name="learner.profiles",
    meaning="LearnerProfile: what HR knows",
    key="learner key",
    compacted=True,
    partitions=1,
)
REQUIREMENTS = Topic(
    name="role.requirements",
    meaning="RoleRequirement: target proficiency by skill",
    key="role",
    compacted=True,
    partitions=1,
)
RECOMMENDATIONS = Topic(
    name="recommendations",
    meaning="the queue as Redis holds it",
    key="learner key",
    kept_ms=7 * _DAY_MS,
    compacted=True,
)
MODELS = Topic(
    name="models",
    meaning="pointers to model versions",
    key="model name",
    compacted=True,
    partitions=1,
)
KEYS = Topic(
    name="access.keys",
    meaning="API keys: what each allows, and the SHA-256 of its secret",
    key="id of the API key",
    compacted=True,
    partitions=1,
)
AUDIT = Topic(
    name="access.audit",
    meaning="who read whom over HTTP",
    key="learner key",
    kept_ms=365 * _DAY_MS,
    partitions=1,
)

ALL = (
    STATEMENTS,
    EVENTS,
    REJECTED,
    ACTIVITIES,
    PROFILES,
    REQUIREMENTS,
    RECOMMENDATIONS,
    MODELS,
    KEYS,
    AUDIT,
)
