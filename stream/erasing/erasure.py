"""The order of an erasure. Killed anywhere and run again, it comes to the same.

the word          everybody drops and skips what is theirs from now on
Redis             by the worker, or from here; then its files on disk
dead letters      which of them name the person, wherever they were archived
archive           rows blank, each offset still there once
files             what a broken-off recalibration keeps
topics            how many messages are left, and until when
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from offline.archive.erased import Word
from processors.reference import Reference
from schemas.checkpoint import Forgotten
from schemas.erasure import Erased
from schemas.erasure_receipt import Expires, Gone, Receipt, Stays
from schemas.errors import Refused, Unavailable
from stream import clock
from stream.archiving import archive_of
from stream.erasing.files import Searched, erase_archive, erase_home
from stream.erasing.logs import Found, Logs, profiles, tombstones, unmanaged, words
from stream.erasing.namespaces import Waiting, forget_everywhere, left_anywhere
from stream.erasing.persistence import rewrite
from stream.erasing.who import Person
from stream.log import Log
from stream.reference_feed import load_erased
from stream.settings import Settings
from stream.topics import AUDIT, PROFILES

_WHATS = ("state", "queue", "receipt", "waiting entry", "open offer")
STAYS = (
    Stays(
        "models",
        "shared parameters are sums over all learners, and no number of them is of one person; a "
        "replay or the next recalibration learns without this person's events",
    ),
    Stays(
        "learner.profiles",
        "the word that this learner key, a keyed hash, is erased: without it a replay or the next "
        "statement would bring the person back",
    ),
    Stays("archive: erased/", "the same word, for whoever writes the archive"),
    Stays(
        "your own files",
        "what `stepstream features` or `sql` wrote, and backups: where they lie is not known here",
    ),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """How to erase."""

    patience_sec: float = 60.0
    """How long a worker is waited for."""
    most: int = 2_000_000
    """Topics with more messages are not looked through for what expires."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Who is told what, as it comes."""

    step: Callable[[str], None] = lambda _: None
    """Takes what is being done, one line."""
    files: Callable[[int, int], None] = lambda *_: None
    """Takes how many files of the archive were looked at, and of how many."""
    messages: Callable[[int], None] = lambda _: None
    """Takes how many more messages were looked at."""


_NOBODY = Watch()


async def erase(
    settings: Settings, person: Person, log: Log, wish: Wish, watch: Watch = _NOBODY
) -> Receipt:
    """Erase a person from every store of an installation; `log` is its Kafka.

    Raises:
        Unavailable: where something does not answer; running it again goes on.
    """
    now = clock.now()
    said = [Erased(learner=key, erased_at=now) for key in person.keys]
    known = await asyncio.to_thread(load_erased, settings.kafka, settings.prefix)
    team = unmanaged(known, person)
    watch.step("telling everybody")
    await log.send([*words(settings.prefix, said), *profiles(settings.prefix, team)])
    waiting = Waiting(wish.patience_sec, watch.step)
    held = await forget_everywhere(settings, said, waiting)
    await log.send(tombstones(settings.prefix, person.keys))
    logs = Logs(settings, person, wish.most, watch.messages)
    watch.step("looking through the dead letters")
    letters = await asyncio.to_thread(logs.letters)
    watch.step("erasing from the archive")
    searched = await asyncio.to_thread(_files, settings, person, (said, letters), watch)
    watch.step("writing the files of Redis anew")
    written, left = await rewrite(settings.store, wish.patience_sec)
    watch.step("looking through the topics")
    expires = await asyncio.to_thread(logs.expiries)
    if await left_anywhere(settings, person.keys, [*held]):
        raise Unavailable("something of the person came back meanwhile: run the same command again")
    erased = (
        *_counted(held),
        *_of_profiles(known, person, len(team)),
        *searched.erased,
        *(Gone("redis", "files on disk", what, 1) for what in written),
    )
    return Receipt(
        who=person.digest,
        keys=len(person.keys),
        known=_is_known(erased, expires),
        erased_at=now,
        finished_at=clock.now(),
        erased=erased,
        expires=tuple(expires),
        stays=STAYS,
        not_searched=(*searched.not_searched, *left),
    )


def _files(
    settings: Settings, person: Person, found: tuple[Sequence[Erased], Found], watch: Watch
) -> Searched:
    said, letters = found
    told = [Word(one, letters.places) for one in said]
    searched = erase_archive(settings, told, person.is_named, watch.files)
    home = erase_home(settings)
    return Searched(searched.erased + home.erased, searched.not_searched + home.not_searched)


def _of_profiles(known: Reference, person: Person, team: int) -> Iterable[Gone]:
    own = sum(known.profile(key) is not None for key in person.keys)
    for what, count in (("profile", own), ("profile that named them as manager", team)):
        if count:
            yield Gone("kafka", PROFILES.name, what, count)


def _counted(held: dict[str, Forgotten]) -> Iterable[Gone]:
    for namespace, counts in held.items():
        for what, count in zip(_WHATS, counts, strict=True):
            if count:
                yield Gone("redis", namespace or "(the first namespace)", what, count)


def _is_known(erased: Iterable[Gone], expires: Iterable[Expires]) -> bool:
    """Who asked for somebody, leftovers of all, and a look that was not taken, tell of nobody."""
    theirs = [one for one in erased if one.store != "files" and one.where != "files on disk"]
    return bool(theirs) or any(one.messages for one in expires if one.topic != AUDIT.name)


async def readmit(settings: Settings, person: Person, log: Log) -> int:
    """Let a person in again, from now on; returns how many of the keys were erased.

    What arrived before stays out for ever, also of a replay.

    Raises:
        Refused: where nobody of these keys is erased; nothing changes.
        Unavailable: where Kafka or the archive does not answer.
    """
    known = await asyncio.to_thread(load_erased, settings.kafka, settings.prefix)
    before = [known.erased(key) for key in person.keys]
    now = clock.now()
    said = [
        Erased(learner=one.learner, erased_at=one.erased_at, readmitted_at=now)
        for one in before
        if one is not None and one.is_barred
    ]
    if not said:
        raise Refused("nobody of that identifier is erased: nothing changes")
    archive = archive_of(settings)
    if archive.place.has(""):
        for one in said:
            archive.erased.say(Word(one))
    await log.send([*words(settings.prefix, said)])
    return len(said)
