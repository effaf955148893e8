"""Whom the archive must not hold: kept beside its files, so that no writer brings them back.

    erased/<learner key>/<moment in ms>.json     once written, never changed

Who writes files of the archive looks here after the file has been begun and before rows are put
into it. Who erases puts the word here first and removes all begun files then: a writer that had
not seen the word cannot give its file a name any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from offline.places import Place
from schemas.codec import decode_json, encode_json
from schemas.erasure import Erased, erased_from_json, erased_to_json

FOLDER = "erased"
Offsets = Mapping[int, Sequence[int]]
"""Partition -> offsets."""


@dataclass(frozen=True, slots=True)
class Word:
    """That a learner is erased, and which messages name them though their key does not say so."""

    erased: Erased
    letters: Offsets = field(default_factory=dict)
    """Of the dead letters."""

    @property
    def said_at(self) -> float:
        """POSIX seconds."""
        return self.erased.readmitted_at or self.erased.erased_at


@dataclass(frozen=True, slots=True)
class Words:
    """All that is said of who is erased."""

    learners: Mapping[str, float | None] = field(default_factory=dict)
    """Learner key -> what was logged up to then (POSIX seconds) is not to be there; None: all."""
    letters: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Partition -> offsets of dead letters that are not to be there."""


def words_of(said: Iterable[Word]) -> Words:
    """Of each learner the newest word counts; letters of all words."""
    learners: dict[str, float | None] = {}
    letters: defaultdict[int, set[int]] = defaultdict(set)
    for word in sorted(said, key=lambda one: one.said_at):
        learners[word.erased.learner] = word.erased.readmitted_at
        for partition, offsets in word.letters.items():
            letters[partition].update(offsets)
    return Words(learners, {partition: frozenset(found) for partition, found in letters.items()})


class ErasedList:
    """The words in a place; each file is read once.

    Args:
        place: the archive's.
        prefix: the installation's.
    """

    def __init__(self, place: Place, prefix: str) -> None:
        self._place = place
        self._folder = prefix + FOLDER
        self._read: dict[str, Word] = {}

    def say(self, word: Word) -> None:
        """Have a word there.

        Raises:
            Unavailable: where it cannot be written.
        """
        learner = word.erased.learner
        plain = erased_to_json(word.erased) | {
            "letters": {str(partition): list(found) for partition, found in word.letters.items()}
        }
        name = f"{self._folder}/{learner}/{round(word.said_at * 1000):013d}.json"
        self._read.pop(name, None)
        self._place.put(name, encode_json(plain))

    def words(self) -> Words:
        """All that is said now.

        Raises:
            Unavailable: where the place cannot be reached.
        """
        if not self._place.has(self._folder):
            return Words()
        self._place.filesystem.invalidate_cache()
        names = self._place.names(self._folder)
        for name in names:
            if name not in self._read:
                self._read[name] = _word(decode_json(self._place.read(name)))
        return words_of(self._read[name] for name in names)


def _word(plain: dict[str, Any]) -> Word:
    letters = {int(partition): found for partition, found in plain["letters"].items()}
    return Word(erased_from_json(plain), letters)
