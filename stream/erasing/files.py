"""Files that hold something of a person: the archive, and what a broken-off recalibration left."""

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import gettempdir

from offline.archive.erased import Word
from offline.archive.erasing import Eraser, Names, Rewritten
from offline.archive.listing import Archive
from offline.places import Place
from schemas.erasure import Erased
from schemas.erasure_receipt import Gone
from stream.erasing.who import person_of
from stream.recalibrating import FOLDER
from stream.reference_feed import load_erased
from stream.settings import Settings
from stream.wiring import pseudonyms

_WORKING_FILES = ("learners", "states")
"""Names that proofs, replays and looks at features give to their files in temporary folders."""


@dataclass(slots=True)
class Searched:
    """What was erased, and what could not be looked into."""

    erased: list[Gone] = field(default_factory=list)
    not_searched: list[str] = field(default_factory=list)


def erase_archive(
    settings: Settings,
    words: Sequence[Word],
    names: Names,
    tell: Callable[[int, int], None],
) -> Searched:
    """Have nothing of these learners in the archive, nor in what is archived later.

    Args:
        settings: where it is.
        words: who.
        names: whether a dead letter names one of them.
        tell: takes how many files were looked at, and of how many.

    Raises:
        Unavailable: where the archive cannot be reached; what was done stays done.
    """
    archive = Archive(Place(settings.archive_place), settings.prefix)
    if not archive.place.has(""):
        where, then = settings.archive_place, "its archiver erases when it is started next"
        return Searched(not_searched=[f"{where}: no archive; where one lies elsewhere, {then}"])
    for word in words:
        archive.erased.say(word)
    return _told(archive, _rewritten(archive, names, tell))


def _rewritten(
    archive: Archive, names: Names, tell: Callable[[int, int], None]
) -> Mapping[str, Rewritten]:
    done = [0]

    def count() -> None:
        done[0] += 1
        tell(done[0], total)

    eraser = Eraser(archive, names, count)
    total = eraser.count()
    return eraser.run()


def _told(archive: Archive, found: Mapping[str, Rewritten]) -> Searched:
    searched = Searched()
    for topic, one in found.items():
        if one.rows:
            where = archive.prefix + topic
            searched.erased += [Gone("archive", where, "row", one.rows)]
            searched.erased += [Gone("archive", where, "file written anew", one.files)]
        searched.not_searched += [f"{archive.place.path(name)}: damaged" for name in one.unreadable]
    return searched


def catch_up(settings: Settings, archive: Archive) -> int:
    """An archiver starts: erase whom its archive has not heard of; returns how many they are.

    Dead letters that name them are found where the pseudonym key is set.

    Raises:
        Unavailable: where Kafka or the archive cannot be reached.
    """
    erased = load_erased(settings.kafka, settings.prefix).erasures()
    known = archive.erased.words().learners
    new = [
        one for one in erased if one.learner not in known or known[one.learner] != one.readmitted_at
    ]
    for one in new:
        archive.erased.say(Word(one))
    if any(one.is_barred for one in new):
        Eraser(archive, _naming(settings, new), lambda: None).run()
    return len(new)


def _naming(settings: Settings, new: Sequence[Erased]) -> Names:
    keys = [one.learner for one in new if one.is_barred]
    if settings.pseudonym_key:
        secret = pseudonyms(settings)
        return person_of(keys, secret, settings.home_page, settings.tenant).is_named
    return lambda raw, _headers: any(key.encode() in raw for key in keys)


def erase_home(settings: Settings) -> Searched:
    """What a recalibration that was broken off keeps of learners; it begins anew then."""
    home, searched = Path(settings.home), Searched()
    folder = home / FOLDER
    if folder.is_dir():
        shutil.rmtree(folder)
        searched.erased.append(Gone("files", str(folder), "unfinished recalibration", 1))
    searched.not_searched += [
        f"{path}: working file of a proof or a replay that runs, or was killed; then remove it"
        for place in dict.fromkeys((home, Path(gettempdir())))
        for name in _WORKING_FILES
        for path in sorted(place.glob(f"tmp*/{name}"))
    ]
    return searched
