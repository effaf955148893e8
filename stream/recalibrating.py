"""Recalibration of an installation: what is live, the archive, and where versions go."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from offline.archived import Offsets, Source
from offline.fit.fitting import Watch
from offline.fit.recalibration import (
    Contested,
    Origin,
    Proved,
    Recalibrated,
    Recalibration,
    Wish,
)
from offline.fit.twin import Promoted
from offline.proof import Contest, Gate, prove
from offline.proposals import Proposals, mine, sentences, yaml_of
from offline.report import About, content_of, render
from schemas.checkpoint import Merge
from schemas.codec import encode_json_sorted
from schemas.errors import Refused
from schemas.version import Verdict, Version
from stream.clock import Clock
from stream.rebuild.sources import open_source
from stream.releases import Releases
from stream.settings import Settings
from stream.versions import live_base

REPORT = "report.html"
PROPOSALS = "proposals.yaml"
FOLDER = "recalibration"
"""In STEPSTREAM_HOME: what is kept while a recalibration runs."""

_LOOK_SEC = 1.0
_MERGING_SEC = 120.0
"""So long it is waited for that all partitions can be merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is asked of a recalibration."""

    wish: Wish
    gate: Gate
    source: str
    """Where the events are, as `stream.rebuild.sources` calls it."""
    patience_sec: float = 120.0
    """How long the archive may take to have what the live models have learned of."""


@dataclass(frozen=True, slots=True)
class Made:
    """A version that was made."""

    version: Version
    place: str
    """Where it lies."""
    why_unproved: str
    """Empty where it was proved."""
    report: bytes
    """Empty where it was not proved."""
    resumed: bool
    """Whether the recalibration had been begun before."""


class Recalibrator:
    """Makes versions of one installation's models.

    Args:
        settings: of the namespace that serves.
        request: what is asked.
        releases: versions, and what is live.
        now: POSIX seconds.
        watch: told of progress.
    """

    def __init__(
        self, settings: Settings, request: Request, releases: Releases, now: Clock, watch: Watch
    ) -> None:
        self._settings, self._request = settings, request
        self._releases, self._now, self._watch = releases, now, watch

    async def run(self) -> Made:
        """Fit, prove, and write a version; what was broken off is gone on with.

        Raises:
            Refused: where there is too little, or the archive lacks something; nothing has changed.
        """
        origin = await self._origin()
        folder = Path(self._settings.home) / FOLDER
        seals = {merge.seal for merge in await self._releases.pool.merges()}
        work = Recalibration(folder, self._request.wish, lambda: origin, self._watch, seals)
        source = open_source(self._request.source, self._settings, self._request.wish.learners)
        await self._await_events(source, work.origin.up_to)
        promoted = await asyncio.to_thread(self._promoted, work.origin.parent)
        mined = await asyncio.to_thread(self._mined, source, work.origin.up_to)
        about, wish = self._about(work.origin, sentences(mined)), self._request.wish
        prover = Prover(about, self._request.gate, wish.learners)
        done = await asyncio.to_thread(work.run, source, promoted, prover)
        made = await asyncio.to_thread(self._written, work.origin, done, resumed=work.resumed)
        await asyncio.to_thread(self._propose, made.version.id, mined)
        work.done()
        if made.version.verdict is not None:
            passed = made.version.verdict.passed
            await self._releases.pool.judge(made.version.id, passed=passed)
        return made

    async def _origin(self) -> Origin:
        settings = self._settings
        self._watch("merging what partitions have learned", 0, 0)
        await self._releases.merge(_MERGING_SEC)
        base, merge, up_to = await live_base(
            self._releases.pool, settings.store.namespace, settings.partitions
        )
        if not merge.version:
            raise Refused(
                "no partition has shared what it has learned yet: keep a worker running, with "
                "STEPSTREAM_MERGE_EVERY above 0, until `stepstream models` shows events"
            )
        live = await self._releases.live()
        numbers = {name: of.tables for name, of in base.models.items()}
        parent = live[-1] if live else ""
        merges = _whole_merges(await self._releases.pool.merges(), settings.partitions)
        at = self._now()
        return Origin(merge.version, up_to, numbers, parent, at, merge.seal, merges)

    async def _await_events(self, source: Source, up_to: Offsets) -> None:
        left = self._request.patience_sec
        while lacking := _lacking(await asyncio.to_thread(source.ends), up_to):
            if left <= 0.0:
                raise Refused(
                    f"{lacking}: run `stepstream archive run --once`, then recalibrate again"
                )
            self._watch("waiting for the archive", 0, 0)
            left -= _LOOK_SEC
            await asyncio.sleep(_LOOK_SEC)

    def _promoted(self, live: str) -> Promoted | None:
        if not live:
            return None
        loaded = self._releases.versions.load(live)
        return Promoted(loaded.version.trained_up_to, loaded.numbers)

    def _mined(self, source: Source, up_to: Offsets) -> Proposals:
        total, done = source.count({}, up_to), 0

        def watch(more: int) -> None:
            nonlocal done
            done += more
            self._watch("mining proposals", done, total)

        return mine(source, up_to, watch)

    def _propose(self, version: str, mined: Proposals) -> None:
        versions = self._releases.versions
        if not versions.place.has(f"{version}/{PROPOSALS}"):
            versions.attach(version, PROPOSALS, yaml_of(mined).encode())

    def _about(self, origin: Origin, proposals: Sequence[str]) -> About:
        return About(
            version=id_of(origin),
            parent=origin.parent,
            created_at=origin.at,
            code=_code(),
            settings=_settings_of(self._request.wish),
            proposals=proposals,
        )

    def _written(self, origin: Origin, done: Recalibrated, *, resumed: bool) -> Made:
        versions, facts = self._releases.versions, self._facts(origin, done)
        if facts.id not in versions.ids():
            versions.write(facts, done.fitted.numbers, origin.numbers)
        proved = done.proved
        found = versions.facts(facts.id)
        if proved is not None and found.verdict is None:
            if not versions.place.has(f"{facts.id}/{REPORT}"):
                versions.attach(facts.id, REPORT, proved.report)
            metrics = {**proved.metrics, "fit": done.fitted.metrics}
            found = versions.prove(facts.id, proved.verdict, metrics)
        report = b"" if proved is None else proved.report
        place = versions.place.path(facts.id)
        return Made(found, place, done.why_unproved, report, resumed)

    def _facts(self, origin: Origin, done: Recalibrated) -> Version:
        return Version(
            id=id_of(origin),
            created_at=origin.at,
            parent=origin.parent,
            origin=origin.version,
            trained_up_to=dict(origin.up_to),
            events=done.fitted.events,
            code=_code(),
            meaning="",
            seal="",
            parameters={},
            settings=_settings_of(self._request.wish),
        )


def _settings_of(wish: Wish) -> dict[str, Any]:
    return {**wish.plan.to_json(), "holdout": wish.holdout, "learners": wish.learners}


class Prover:
    """Proves and reports.

    Args:
        about: what the report says of the version.
        gate: what is asked.
        learners: the share of them that both arms have learned of, and are compared on.
    """

    def __init__(self, about: About, gate: Gate, learners: float = 1.0) -> None:
        self._about, self._gate, self._learners = about, gate, learners

    def __call__(self, asked: Contested, watch: Callable[[int], None]) -> Proved:
        """See `offline.fit.recalibration.Prover`."""
        fitted = asked.candidate
        contest = Contest(asked.live, fitted.numbers, asked.state, fitted.offsets)
        proof = prove(asked.source, contest, asked.cut, self._gate, watch, asked.folder)
        proof = replace(proof, verdict=self.told(proof.verdict))
        page = render(content_of(proof, replace(self._about, events=fitted.events)))
        return Proved(proof.verdict, proof.metrics(), page)

    def told(self, verdict: Verdict) -> Verdict:
        """`verdict`, with what it is worth where it was found on a share of the learners."""
        if self._learners == 1.0:
            return verdict
        told = (
            f"shown on {self._learners:.3g} of the learners, of whom alone both sides had learned: "
            "what is live has learned of all"
        )
        return replace(verdict, reasons=(*verdict.reasons, told))


def id_of(origin: Origin) -> str:
    """Id of the version that is made of what is live; it sorts by time."""
    made = datetime.fromtimestamp(origin.at, UTC).strftime("v%Y%m%d-%H%M%S")
    facts: dict[str, Any] = {"base": origin.version, "at": origin.at}
    facts["up_to"] = {str(partition): offset for partition, offset in origin.up_to.items()}
    return f"{made}-{blake2b(encode_json_sorted(facts), digest_size=3).hexdigest()}"


def _whole_merges(merges: Sequence[Merge], partitions: int) -> tuple[int, ...]:
    """After how many events most of the partitions were merged."""
    return tuple(merge.events for merge in merges if 2 * len(merge.taken) > partitions)


def _lacking(ends: Offsets, up_to: Offsets) -> str:
    behind = {p: end for p, end in up_to.items() if ends.get(p, -1) < end}
    if not behind:
        return ""
    events = sum(end - ends.get(partition, -1) for partition, end in behind.items())
    return f"the archive lacks {events:,} events that the live models have learned of"


def _code() -> str:
    try:
        return version("stepstream")
    except PackageNotFoundError:
        return "source"
