"""Files -> checked records, or all that is wrong with them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from schemas.reference import Activity, LearnerProfile, RoleRequirement
from stream.load import across
from stream.load.fields import LearnerKey, Reading
from stream.load.problem import Malformed, Problem, Report
from stream.load.records import Records, read_records
from stream.load.sources import json_tree, yaml_tree
from stream.load.table import csv_tree
from stream.load.tree import Node

KINDS = (".yaml", ".yml", ".json", ".csv")
MAX_BYTES = 64 * 1024 * 1024
"""Reference data is small; a larger file is another one by mistake, or should be split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """Records that passed every check."""

    activities: tuple[Activity, ...]
    profiles: tuple[LearnerProfile, ...]
    requirements: tuple[RoleRequirement, ...]
    warnings: tuple[Problem, ...] = ()
    """What is worth a look, by file and line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problems:
    """Why nothing was loaded: all problems of all files, by file and line."""

    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()


def load(paths: Iterable[Path], learner_key: LearnerKey, base: str = "") -> Loaded | Problems:
    """Read files, and the files of folders, as one body of reference data.

    Args:
        paths: YAML, JSON and CSV files, or folders; of a folder all files of these kinds are
            read, also of its subfolders.
        learner_key: from a typed identifier ("1001", "mailto:a@b", "homePage|name") to the learner
            key (`processors.identity.learner_key`, bound to its secret). Identifiers go no further.
        base: what is put before activity ids that are no IRIs, in files that say no `base`.
    """
    body = _Body(learner_key, base)
    for file in sorted(_files(paths, body)):
        body.read(file)
    problems = sorted({*body.problems, *across.problems(body.records)})
    warnings = tuple(sorted(set(across.warnings(body.records))))
    if problems:
        return Problems(problems=tuple(problems), warnings=warnings)
    return body.loaded(warnings)


@dataclass(slots=True)
class _Body:
    """What has been read so far."""

    learner_key: LearnerKey
    base: str
    records: Records = field(default_factory=Records)
    problems: list[Problem] = field(default_factory=list)

    def report(self, file: Path, line: int, text: str) -> None:
        self.problems.append(Problem(file, line, text))

    def read(self, file: Path) -> None:
        report = partial(self.report, file)
        try:
            root = _tree(file, report)
            read_records(root, file, Reading(report, self.learner_key, self.base), self.records)
        except Malformed as found:
            report(found.line, found.text)

    def loaded(self, warnings: tuple[Problem, ...]) -> Loaded:
        return Loaded(
            activities=tuple(found.record for found in self.records.activities),
            profiles=tuple(found.record for found in self.records.profiles),
            requirements=tuple(found.record for found in self.records.requirements),
            warnings=warnings,
        )


def _files(paths: Iterable[Path], body: _Body) -> set[Path]:
    found: set[Path] = set()
    for path in paths:
        inside = set(_inside(path)) if path.is_dir() else {path}
        if not inside:
            body.report(path, 1, f"holds no file of kind {', '.join(KINDS)}")
        found |= inside
    return found


def _inside(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() in KINDS and path.is_file())


def _tree(file: Path, report: Report) -> Node:
    if file.suffix.lower() not in KINDS:
        raise Malformed(1, f"unknown file type {file.suffix!r}; known are {', '.join(KINDS)}")
    root = _parsed(file, _text(file), report)
    if root is None:
        raise Malformed(1, "is empty")
    return root


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise Malformed(1, f"is larger than {MAX_BYTES} bytes; split it")
        return file.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Malformed(1, f"cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise Malformed(line, "is not UTF-8; save it in that encoding") from None


def _parsed(file: Path, text: str, report: Report) -> Node | None:
    if not text.strip():
        return None
    match file.suffix.lower():
        case ".json":
            return json_tree(text)
        case ".csv":
            return csv_tree(text, file.stem, report)
        case _:
            return yaml_tree(text)
