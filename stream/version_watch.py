"""Which version of the models is live, as a metric."""

import asyncio
import logging

from online_models.meaning import MODELS
from schemas.errors import Unavailable
from stream.metrics import Metrics
from stream.store.contract import Pool
from stream.versions import NOTHING, ids_of, line_of

_EVERY_SEC = 5.0

_log = logging.getLogger("stepstream")


class VersionWatch:
    """Keeps the metrics of versions up to date."""

    def __init__(self, pool: Pool, metrics: Metrics) -> None:
        self._pool = pool
        self._metrics = metrics
        self._told: str | None = None

    async def run(self) -> None:
        """Look every few seconds, until cancelled; what the store does not tell waits."""
        while True:
            try:
                await self.look()
            except Unavailable as error:
                _log.warning("%s", error)
            await asyncio.sleep(_EVERY_SEC)

    async def look(self) -> None:
        """Bring the metrics up to date."""
        metrics, promotions = self._metrics, await self._pool.promotions()
        newest = await self._pool.newest() or NOTHING
        live = "".join(ids_of(line_of(newest, promotions))[-1:])
        self._tell(live)
        promoted = sum(one.promoted is not None for one in promotions)
        metrics.version_changes.labels("promoted").set(promoted)
        metrics.version_changes.labels("rolled_back").set(len(promotions) - promoted)
        metrics.version_changed_at.set(promotions[-1].at if promotions else 0.0)
        metrics.pinned.set(await self._pool.pinned() is not None)
        _, passed = await self._pool.judged() or ("", True)
        metrics.version_refused.set(not passed)

    def _tell(self, live: str) -> None:
        """Of one version only, so that there are no more series for each that there was."""
        for model in MODELS:
            self._metrics.model_version.labels(model.name, live).set(1)
            if self._told not in {None, live}:
                self._metrics.model_version.remove(model.name, self._told)
        self._told = live
