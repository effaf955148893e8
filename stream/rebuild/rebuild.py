"""A rebuild: all events once more, into an empty namespace, with models that begin from nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from online_models.tables import Base
from schemas.checkpoint import Merge, Taken
from schemas.errors import ConfigurationError
from stream.bases import sealed
from stream.merger import LEASE_SEC
from stream.namespaces import Filled, Namespaces
from stream.rebuild.hands import Hands
from stream.rebuild.schedule import meetings, shared_out
from stream.settings import Settings
from stream.store.contract import member_of
from stream.store.redis_store import RedisStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be rebuilt."""

    namespace: str
    """Empty until now."""
    source: str
    """Name of the source; see `stream.rebuild.sources`."""
    ends: Mapping[int, int]
    """Partition -> the last event to learn."""
    hands: int
    """Processes."""
    now: float
    """POSIX seconds; queues are as of then."""

    @property
    def events(self) -> int:
        """How many that are, at most."""
        return sum(end + 1 for end in self.ends.values())


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what, as it comes."""

    events: Callable[[int], None]
    """Takes how many more events are learned."""
    learners: Callable[[int], None]
    """Takes how many more learners are written."""


async def rebuild(settings: Settings, plan: Plan, watch: Watch) -> Filled:
    """Carry `plan` out for the installation of `settings`.

    Raises:
        ConfigurationError: where the installation learns together with others.
        Unavailable: where Kafka, Redis or the archive does not answer.
        Corrupt: where the source lacks events.
    """
    if settings.parameter_pool:
        raise ConfigurationError(
            f"what is learned here goes to the pool {settings.parameter_pool!r}, where a replay "
            "would add the same once more: unset STEPSTREAM_PARAMETER_POOL for the replay"
        )
    beside = settings.with_(namespace=plan.namespace)
    namespaces = Namespaces(settings.store, settings.prefix)
    filled = _filled(plan, 0, 0, complete=False)
    try:
        await namespaces.note(filled)
        with Hands(beside, plan.source, shared_out(plan.ends, plan.hands)) as hands:
            events = _learn(hands, plan, watch)
            await _offer(beside, hands, plan, events)
            learners = hands.land(plan.now, watch.learners)
        filled = _filled(plan, events, learners, complete=True)
        await namespaces.note(filled)
    finally:
        await namespaces.close()
    return filled


def _learn(hands: Hands, plan: Plan, watch: Watch) -> int:
    """Hands stand on what they have learned once it has been offered."""
    events = 0
    for ends in meetings(plan.ends):
        events += hands.advance(ends, watch.events)
        if ends == plan.ends:
            hands.gather()
        else:
            hands.meet()
    return events


async def _offer(settings: Settings, hands: Hands, plan: Plan, events: int) -> None:
    """The base of all hands becomes the first one of the namespace's pool."""
    store = RedisStore(settings.store, settings.partitions)
    try:
        pool = store.pool
        await pool.join()
        version = await pool.begin(LEASE_SEC)
        if version is None:
            raise ConfigurationError(f"{plan.namespace} is not empty: name another namespace")
        hands.stand_on(Base(version, hands.base.models))
        made = sealed(hands.base)
        members = await pool.members()
        await pool.offer(version, made, {member: Taken(0, -1, {}) for member in members})
        offsets = {member_of(plan.namespace, p): end for p, end in plan.ends.items()}
        await pool.publish(Merge(version, 0, events, offsets, made.seal))
    finally:
        await store.close()


def _filled(plan: Plan, events: int, learners: int, *, complete: bool) -> Filled:
    return Filled(
        namespace=plan.namespace,
        made_at=plan.now,
        source=plan.source,
        offsets=dict(plan.ends),
        events=events,
        learners=learners,
        complete=complete,
    )
