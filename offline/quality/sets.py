"""Sets of answers that scenarios are measured on: simulated learners, and all public ones."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from offline.answers import Answers, Flags, read_answers, read_names
from offline.clocks import clock_of
from offline.events import Events
from offline.protocols import check_known, held_out_rows
from offline.quality.scenario import Pointless
from offline.simulated import Population, simulated

FOLDER = "learners"
"""Below the folder of the data sets."""

_ENDING = ".csv.gz"
_TEST_USERS = ".testusers.txt"


@dataclass(frozen=True, slots=True)
class AnswerSet:
    """Some learners' answers, read when they are asked for."""

    name: str
    """Permanent; the second part of the names of its scenarios."""
    needs: str
    """See `Scenario.needs`."""
    read: Callable[[], Answers]
    test_users: Path | None = None
    """Names of the users to hold out; None holds out the last 20 %."""

    def answers(self) -> Answers:
        """All answers.

        Raises:
            Pointless: where all came out alike, so that there is nothing to tell apart.
        """
        answers = self.read()
        if len(np.unique(answers.correct)) == 1:
            raise Pointless("all its answers came out alike")
        return answers

    def events(self, rows: int | None = None) -> Events:
        """The events of all answers, or of the first `rows`."""
        answers = self.answers()
        clock = clock_of(answers)
        return Events(answers if rows is None else answers.first(rows), clock)

    def held_out(self) -> Flags:
        """Flags the rows of the users to hold out.

        Raises:
            Pointless: where there are too few users.
        """
        answers = self.answers()
        names = None if self.test_users is None else read_names(self.test_users)
        check_known(answers, names or ())
        rows = held_out_rows(answers, names)
        if rows is None:
            raise Pointless("it has too few users")
        return rows


def answer_sets(data: Path | None) -> Iterator[AnswerSet]:
    """The simulated learners, then every file of `data` in the order of names."""
    yield AnswerSet("simulated", "", partial(simulated, Population()))
    for path in sorted((data / FOLDER).glob(f"*{_ENDING}")) if data else ():
        name = path.name.removesuffix(_ENDING)
        test = path.with_name(name + _TEST_USERS)
        yield AnswerSet(
            name, f"{FOLDER}/{path.name}", partial(_read, path), test if test.exists() else None
        )


@lru_cache(maxsize=1)
def _read(path: Path) -> Answers:
    return read_answers(path)
