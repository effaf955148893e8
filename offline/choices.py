"""Lists of items from which a learner's next one is to be found, and what may be learned before.

A file `NAME.csv` or `NAME.csv.gz` may have its lists beside it, `NAME.eval.npz`: the array
*candidates* (users, items) of item ids, row u for the user whose id is u. Which column holds the
right item is said by the caller, or seen in the data: where one column is in every list the item of
the user's last row, the file holds the right answers too; those rows are kept from learning, else
the answers would be known. Where no column is, the first one is right.

Without such a file each user's last row is held out, among `DISTRACTORS` items that the user never
met, drawn by a fixed seed, as is usual (He et al., "Neural Collaborative Filtering", WWW 2017).
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from offline.answers import Answers, Flags, Places
from schemas.errors import ConfigurationError

DISTRACTORS = 99
SEED = 20_200_101

_FEWEST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Choices:
    """What is to be ranked."""

    users: Places
    """(lists,): place in `Answers.users`."""
    items: Places
    """(lists, items): place in `Answers.items`, the right item first; -1 where nobody met it."""
    held_out: Flags
    """Of each row of the answers: whether it is kept from learning."""
    origin: str
    """Where the lists come from, in words."""


def choices_of(answers: Answers, file: Path, positive: int | None = None) -> Choices:
    """The lists beside `file`, else drawn ones.

    Args:
        answers: all rows of `file`.
        file: where they come from.
        positive: column of the right item; None where the data are to show it.

    Raises:
        ConfigurationError: where the lists do not fit the answers.
    """
    lists = lists_beside(file)
    if lists is None:
        return drawn(answers)
    users, items = _read(answers, lists)
    last = last_rows(answers)[users]
    column, is_told = _column(items, answers.item[last], positive)
    held_out = np.zeros(len(answers), np.bool_)
    held_out[last[items[:, column] == answers.item[last]]] = is_told
    items = np.concatenate((items[:, [column]], np.delete(items, column, axis=1)), axis=1)
    told = f", which {held_out.sum()} users have in their last row: not learned" if is_told else ""
    return Choices(users, items, held_out, f"{lists.name}, right in column {column}{told}")


def lists_beside(file: Path) -> Path | None:
    """The file of lists that belongs to `file`."""
    name = file.name.removesuffix(".gz").removesuffix(".csv")
    found = file.with_name(f"{name}.eval.npz")
    return found if found.is_file() else None


def drawn(answers: Answers) -> Choices:
    """Each user's last item, where it is not the only one, among others."""
    last = last_rows(answers)
    users = np.flatnonzero(np.bincount(answers.user, minlength=len(last)) >= _FEWEST_ROWS)
    if not len(users):
        raise ConfigurationError("no user has two rows, so none can be held out: add rows")
    held_out = np.zeros(len(answers), np.bool_)
    held_out[last[users]] = True
    by_user = np.split(
        answers.item[np.argsort(answers.user, kind="stable")],
        np.cumsum(np.bincount(answers.user, minlength=len(last)))[:-1],
    )
    rng = np.random.default_rng(SEED)
    right = answers.item[last[users]]
    others = [_strangers(rng, len(answers.items), by_user[user]) for user in users]
    items = np.column_stack((right, others))
    return Choices(users, items, held_out, "each user's last row, among items the user never met")


def last_rows(answers: Answers) -> Places:
    """(users,): the last row of each."""
    last = np.zeros(len(answers.users), np.int64)
    last[answers.user] = np.arange(len(answers))
    return last


def _strangers(rng: np.random.Generator, items: int, met: Places) -> Places:
    """`DISTRACTORS` items that are not `met`, some of them twice where there are too few."""
    others = np.setdiff1d(np.arange(items), met)
    if not len(others):
        raise ConfigurationError("a user has met every item, so none can distract: add items")
    return rng.choice(others, DISTRACTORS, replace=len(others) < DISTRACTORS)


def _read(answers: Answers, file: Path) -> tuple[Places, Places]:
    """Users and items of the lists, by their places in `answers`."""
    try:
        with np.load(file, allow_pickle=False) as arrays:
            lists = arrays["candidates"]
    except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise ConfigurationError(
            f"{file} holds no array 'candidates' ({error}): fetch it again, or move it away"
        ) from error
    if lists.ndim != 2 or lists.shape[1] < 2 or lists.dtype.kind not in "iu":  # noqa: PLR2004
        raise ConfigurationError(
            f"{file}: 'candidates' is {lists.dtype} {lists.shape}, not whole numbers (users, items)"
        )
    places = {user: place for place, user in enumerate(answers.users)}
    rows = [row for row in range(len(lists)) if str(row) in places]
    if not rows:
        raise ConfigurationError(f"{file} has lists of no user of the answers: check both files")
    items = {item: place for place, item in enumerate(answers.items)}
    known = np.array([items.get(str(item), -1) for item in range(int(lists.max()) + 1)])
    return np.array([places[str(row)] for row in rows]), known[lists[rows]]


def _column(items: Places, last: Places, positive: int | None) -> tuple[int, bool]:
    """The column of the right item, and whether all users' last rows tell it."""
    is_last = (items == last[:, None]).all(axis=0)
    if positive is None:
        told = np.flatnonzero(is_last)
        return (int(told[0]), True) if len(told) else (0, False)
    if not 0 <= positive < items.shape[1]:
        raise ConfigurationError(
            f"the lists have {items.shape[1]} columns, none of which is {positive}: say another"
        )
    return positive, bool(is_last[positive])
