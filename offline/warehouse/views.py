"""The views: names, meanings and SQL, as the files beside this one have them."""

import re
from dataclasses import dataclass
from importlib.resources import files

ORDER = (
    "events",
    "statements",
    "attempts",
    "feedback",
    "learner_days",
    "activities",
    "recommendations",
    "followed",
    "rejects",
)
"""Each reads only relations of the archive and views before it."""

_COLUMN = re.compile(r"(\w+),? -- (.+)$")


@dataclass(frozen=True, slots=True)
class View:
    """One view."""

    name: str
    sql: str
    meaning: str
    columns: tuple[tuple[str, str], ...]
    """(name, meaning), in order."""


def views() -> list[View]:
    """All views, in an order in which they can be created."""
    folder = files("offline.warehouse") / "views"
    return [_read(name, (folder / f"{name}.sql").read_text("utf-8")) for name in ORDER]


def _read(name: str, sql: str) -> View:
    first, *rest = sql.splitlines()
    found = (_COLUMN.search(line) for line in rest)
    columns = tuple((one[1], one[2]) for one in found if one is not None)
    return View(name, sql, first.removeprefix("-- "), columns)
