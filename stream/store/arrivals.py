"""Statements as they arrive over HTTP: is their id known, and with which content?

Known is what was received within the last minutes, by this server or another one, and what was
applied to the learner's partition, as long as its receipt is kept. So a sender hears of a conflict
at once; the worker, which applies each id once, does not rely on it.
"""

import struct
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from processors.partitioning import partition_of
from processors.receipts import decode_receipt
from schemas.arrival import Arrival, Known
from stream.settings import StoreSettings
from stream.store.contract import member_of
from stream.store.redis_client import RedisClient, script_text

WINDOW_SEC = 300
"""How long an arrival is remembered. A worker that lags further behind finds conflicts later."""
_ID = struct.Struct("<Q")


class Arrivals:
    """Arrivals of an installation.

    `{p}:arrived:<id>` holds the digest, p by the id: whoever sends another statement under that id
    finds it. It expires by itself.

    Args:
        client: of the store.
        settings: of the store.
        partitions: of the installation.
    """

    def __init__(self, client: RedisClient, settings: StoreSettings, partitions: int) -> None:
        self._client = client
        self._settings = settings
        self._partitions = partitions
        # sent as text: called by name, redis-py would first ask whether they are there
        self._arrive = script_text("arrive.lua")
        self._applied = script_text("applied.lua")

    async def note(self, arrivals: Sequence[Arrival], window: int) -> list[Known | None]:
        """What was known of each of `arrivals`; those that were new are known from now on.

        One round trip.

        Args:
            arrivals: any number.
            window: offsets of a partition after which a generation of receipts is closed.

        Raises:
            Unavailable: where Redis does not answer.
        """
        return await self._client.patiently(lambda: self._note(arrivals, window))

    async def _note(self, arrivals: Sequence[Arrival], window: int) -> list[Known | None]:
        homes = _grouped([one.key % self._partitions for one in arrivals])
        learners = _grouped([partition_of(a.learner.encode(), self._partitions) for a in arrivals])
        pipe = self._client.redis.pipeline(transaction=False)
        for home, places in homes.items():
            names = [self._name(home, arrivals[place].key) for place in places]
            digests = [arrivals[place].digest for place in places]
            pipe.eval(self._arrive, len(names), *names, WINDOW_SEC, *digests)
        for home, places in learners.items():
            ids = [_ID.pack(arrivals[place].key) for place in places]
            key = self._key(home)
            pipe.eval(self._applied, 1, key + "off", window, key + "seen:", *ids)
        answers = iter(await pipe.execute())
        received = _placed(homes, answers)
        applied = _placed(learners, answers)
        return [_known(received[n], applied[n]) for n in range(len(arrivals))]

    async def forget(self, arrivals: Sequence[Arrival]) -> None:
        """Know `arrivals`, which were new and have come to nothing, no longer.

        Raises:
            Unavailable: where Redis does not answer.
        """
        names = [self._name(one.key % self._partitions, one.key) for one in arrivals]

        async def drop() -> None:
            pipe = self._client.redis.pipeline(transaction=False)
            for name in names:
                pipe.delete(name)
            await pipe.execute()

        await self._client.patiently(drop)

    def _name(self, home: int, key: int) -> str:
        return f"{self._key(home)}arrived:{key:016x}"

    def _key(self, partition: int) -> str:
        return f"{member_of(self._settings.namespace, partition)}:"


def _grouped(homes: Sequence[int]) -> dict[int, list[int]]:
    """Partition -> places of what belongs there."""
    found: dict[int, list[int]] = defaultdict(list)
    for place, home in enumerate(homes):
        found[home].append(place)
    return found


def _placed(homes: dict[int, list[int]], answers: Any) -> dict[int, bytes | None]:
    return {
        place: one
        for places in homes.values()
        for place, one in zip(places, next(answers), strict=True)
    }


def _known(received: bytes | None, applied: bytes | None) -> Known | None:
    if applied is not None:
        receipt = decode_receipt(applied)
        return Known("" if receipt is None else receipt.digest, applied=True)
    return None if received is None else Known(received.decode(), applied=False)
