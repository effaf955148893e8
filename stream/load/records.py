"""Tree of a file -> records, each with the lines that checks across records need."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

from schemas import field_checks as check
from schemas.reference import Activity, LearnerProfile, RoleRequirement
from stream.load.fields import (
    ACTIVITY,
    PROFILE,
    REQUIREMENT,
    Reader,
    Reading,
    fields_of,
    items,
    text,
)
from stream.load.problem import Malformed
from stream.load.sections import ACTIVITIES, BASE, PROFILES, ROLES, SECTIONS, section_of
from stream.load.tree import Items, Node, Pairs, Scalar

R = TypeVar("R", Activity, LearnerProfile, RoleRequirement)
_HOLDS = "must hold activities, profiles or roles"


@dataclass(frozen=True, slots=True)
class Found(Generic[R]):
    """A record and where it stands."""

    record: R
    file: Path
    line: int
    lines: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def line_of(self, name: str, word: str) -> int:
        """The line where field `name` says `word`; the record's own where nobody knows."""
        return self.lines.get((name, word), self.line)


@dataclass(frozen=True, slots=True)
class Records:
    """All that was found, in the order of the files."""

    activities: list[Found[Activity]] = field(default_factory=list)
    profiles: list[Found[LearnerProfile]] = field(default_factory=list)
    requirements: list[Found[RoleRequirement]] = field(default_factory=list)


def read_records(root: Node, file: Path, reading: Reading, records: Records) -> None:
    """Add what the tree of `file` holds to `records`; report what is wrong with it.

    Raises:
        Malformed: where it is neither sections nor a list of records.
    """
    said = _sections(root, file, reading)
    reading = replace(reading, base=said.pop(BASE, reading.base))
    for section, nodes in said.items():
        for node in nodes:
            _read(section, node, file, replace(reading, lines={}), records)


def _sections(root: Node, file: Path, reading: Reading) -> dict[str, Any]:
    """Nodes by section, and the base where the file says one."""
    if isinstance(root, Items):
        return {_section_of(root, file.stem): root.items}
    if not isinstance(root, Pairs):
        raise Malformed(root.line, _HOLDS)
    said = fields_of(root, _ROOT, reading)
    if not any(section in said for section in SECTIONS):
        reading.report(root.line, _HOLDS)
    return said


def _section_of(root: Items, stem: str) -> str:
    first = root.items[0] if root.items else None
    keys = [key for key, _ in first.pairs] if isinstance(first, Pairs) else []
    section = section_of(stem, {key.text for key in keys if isinstance(key, Scalar)})
    if section is None:
        raise Malformed(root.line, _HOLDS)
    return section


def _read(section: str, node: Node, file: Path, reading: Reading, records: Records) -> None:
    if not isinstance(node, Pairs):
        reading.report(node.line, f"each of {section} must be a mapping of fields")
        return
    table, needed = _TABLES[section]
    values = fields_of(node, table, reading, needed)
    if needed not in values:
        return
    where = (file, node.line, reading.lines)
    if section == ACTIVITIES:
        records.activities.append(Found(Activity(**values), *where))
    elif section == PROFILES:
        records.profiles.append(Found(LearnerProfile(**values), *where))
    else:
        records.requirements.append(Found(RoleRequirement(**values), *where))


_ROOT: Mapping[str, Reader] = {BASE: text(check.name), **dict.fromkeys(SECTIONS, items)}
_TABLES: Mapping[str, tuple[Mapping[str, Reader], str]] = {
    ACTIVITIES: (ACTIVITY, "id"),
    PROFILES: (PROFILE, "learner"),
    ROLES: (REQUIREMENT, "role"),
}
