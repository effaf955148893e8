"""CSV text -> the tree that a YAML file of one section would give.

The first row names the fields. Lists are written with ";" or "|" between their words. A deadline
is written in the columns `due_at`, `days_after_hire` and `deadline_roles`. Roles come in long form:
one row for each role, skill and target.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from io import StringIO

from stream.load.problem import Malformed, Report
from stream.load.sections import ROLES, section_of
from stream.load.tree import Items, Node, Pairs, Scalar, plain

_LISTS = frozenset({"skills", "prerequisites", "audience", "goals", "roles"})
_DEADLINE = {
    "due_at": "due_at",
    "days_after_hire": "days_after_hire",
    "deadline_roles": "roles",
}
_TARGET = ("role", "skill", "target")
_Cells = dict[str, Node]


def csv_tree(text: str, stem: str, report: Report) -> Node | None:
    """The tree of a CSV file called `stem`; a row that cannot be read is reported and left out.

    Raises:
        Malformed: where `text` is no CSV, or where nobody can tell what its rows are.
    """
    rows = _rows(text)
    header = next(rows, None)
    if header is None:
        return None
    line, names = header
    section = section_of(stem, names)
    if section is None:
        raise Malformed(line, "call it activities.csv, profiles.csv or roles.csv")
    records = _requirements if section == ROLES else _records
    items = records(line, _named(line, names, rows, report), report)
    return _pairs(line, {section: Items(line, tuple(items))})


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that holds something."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(map(str.strip, cells)):
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Malformed(line, f"is not CSV: {error}") from None


def _delimiter(text: str) -> str:
    return max(",;\t", key=text.lstrip().split("\n", 1)[0].count)


def _named(
    header: int, names: Sequence[str], rows: Iterator[tuple[int, list[str]]], report: Report
) -> Iterator[tuple[int, _Cells]]:
    """(line, filled cells by name) of each row that is as long as the header."""
    for twice in sorted({name for name in names if names.count(name) > 1}):
        report(header, f"column {twice!r} is given twice")
    for line, cells in rows:
        if len(cells) == len(names):
            yield (
                line,
                {
                    name: _cell(line, name, cell)
                    for name, cell in zip(names, cells, strict=True)
                    if cell
                },
            )
        else:
            report(line, f"has {len(cells)} cells, but the first row names {len(names)} columns")


def _cell(line: int, name: str, cell: str) -> Node:
    if _DEADLINE.get(name, name) not in _LISTS:
        return plain(line, cell)
    words = filter(None, map(str.strip, re.split(r"[;|]", cell)))
    return Items(line, tuple(Scalar(line, word, word) for word in words))


def _records(header: int, rows: Iterator[tuple[int, _Cells]], _report: Report) -> Iterator[Pairs]:
    for line, cells in rows:
        duty = {field: cells.pop(name) for name, field in _DEADLINE.items() if name in cells}
        if duty:
            cells["deadlines"] = Items(line, (_pairs(line, duty),))
        yield _pairs(line, cells, header)


def _requirements(header: int, rows: Iterator[tuple[int, _Cells]], report: Report) -> list[Pairs]:
    found: dict[str, tuple[int, _Cells, list[tuple[Node, Node]]]] = {}
    for line, cells in rows:
        role, skill, target = (cells.pop(name, None) for name in _TARGET)
        if isinstance(role, Scalar) and skill is not None and target is not None:
            place = found.setdefault(role.text, (line, {"role": role}, []))
            place[1].update(cells)
            place[2].append((skill, target))
        else:
            report(line, "needs a role, a skill and a target")
    return [
        _pairs(line, {**cells, "skills": Pairs(line, tuple(skills))}, header)
        for line, cells, skills in found.values()
    ]


def _pairs(line: int, cells: _Cells, header: int = 0) -> Pairs:
    """A mapping whose keys stand in line `header`, so that a wrong column is told there, once."""
    return Pairs(
        line, tuple((Scalar(header or line, name, name), node) for name, node in cells.items())
    )
