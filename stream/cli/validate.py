"""`validate`: a file of statements against xAPI."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import click

from schemas.errors import Rejection
from schemas.statement.reasons import Reason
from schemas.statement.validation import Checked, Mode, Validator
from stream.cli.ending import EXIT_NO
from stream.cli.environment import configured
from stream.cli.output import (
    BAD,
    GOOD,
    QUIET,
    byte_progress,
    emit,
    examples,
    json_option,
    number,
    out,
    table,
)
from stream.settings import Settings
from stream.statement_files import Placed, StatementFile

_SHOWN = 10
_MESSAGES_BETWEEN_UPDATES = 500
_MEANINGS = {reason.value: reason.meaning for reason in Reason}


class Refused(NamedTuple):
    """A statement that cannot be used, and where it stands."""

    place: int
    rejection: Rejection


@dataclass(slots=True)
class Report:
    """What is in the file, statement by statement."""

    accepted: int = 0
    repaired: int = 0
    """Of those accepted, how many were mended."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Rejected statements by reason code."""
    repairs: Counter[str] = field(default_factory=Counter)
    first: list[Refused] = field(default_factory=list)

    def add(self, place: int, checked: Checked) -> None:
        """Count one statement."""
        if isinstance(checked, Rejection):
            self.reasons[checked.code] += 1
            if len(self.first) < _SHOWN:
                self.first.append(Refused(place, checked))
            return
        self.accepted += 1
        if checked.deviations:
            self.repaired += 1
            self.repairs.update(checked.deviations)

    @property
    def rejected(self) -> int:
        """Statements that cannot be used."""
        return self.reasons.total()

    def to_json(self) -> dict[str, Any]:
        """The line that programs read."""
        return {
            "accepted": self.accepted,
            "rejected": self.rejected,
            "repaired": self.repaired,
            "reasons": dict(self.reasons.most_common()),
        }


def report_on(messages: Iterable[Placed], validator: Validator) -> Report:
    """Validate every statement of `messages`."""
    report = Report()
    for place, raw in messages:
        for checked in validator.validate(raw).checked:
            report.add(place, checked)
    return report


@click.command(
    "validate",
    epilog=examples(
        "stepstream validate statements.jsonl.gz",
        "stepstream validate statements.json --strict --fail",
        "zcat *.gz | stepstream validate - --json",
        '  {"accepted":21990,"rejected":10,"repaired":12,"reasons":{"bad_iri":10}}',
    ),
)
@click.argument(
    "file", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True)
)
@click.option("--strict", is_flag=True, help="Refuse what lenient validation would repair.")
@click.option("--fail", is_flag=True, help="Exit with code 1 if any statement is rejected.")
@json_option
def validate_command(file: Path, strict: bool, fail: bool, as_json: bool) -> int:
    """Say which statements of FILE can be used, which are repaired, and why others are rejected.

    FILE holds JSON lines (plain or gzip; a line is a statement or an array of them) or one JSON
    array; `-` reads standard input. The rules are those of xAPI 1.0.3 and 2.0, as the workers
    apply them: known deviations of real senders are repaired, unless --strict.

    Exit code 0 if FILE could be read, whatever is in it; with --fail, 1 if anything is rejected.
    """
    settings = configured()
    report = _read(file, _validator(settings, strict=strict or settings.strict))
    if as_json:
        emit(report.to_json())
    else:
        _show(report)
    return EXIT_NO if fail and report.rejected else 0


def _validator(settings: Settings, *, strict: bool) -> Validator:
    mode = Mode.STRICT if strict else Mode.LENIENT
    return Validator(mode, settings.home_page, settings.max_statement_bytes)


def _read(file: Path, validator: Validator) -> Report:
    statements = StatementFile(file)
    with byte_progress("validating") as progress:
        task = progress.add_task("", total=statements.size or None)

        def watched() -> Iterator[Placed]:
            for count, message in enumerate(statements):
                if count % _MESSAGES_BETWEEN_UPDATES == 0:
                    progress.update(task, completed=statements.position)
                yield message

        return report_on(watched(), validator)


def _show(report: Report) -> None:
    style = BAD if report.rejected else QUIET
    out.print(
        f"[{GOOD}]{number(report.accepted)} accepted[/], "
        f"{number(report.repaired)} of them repaired; "
        f"[{style}]{number(report.rejected)} rejected[/]"
    )
    if report.repairs:
        _show_counts("repaired", report.repairs)
    if report.reasons:
        _show_counts("rejected", report.reasons)
        _show_first(report)


def _show_counts(title: str, counts: Counter[str]) -> None:
    shown = table(title, "statements", "meaning", right=("statements",))
    for code, count in counts.most_common():
        shown.add_row(code, number(count), _MEANINGS.get(code, ""))
    out.print(shown)


def _show_first(report: Report) -> None:
    shown = table("line", "reason", "where and what", right=("line",))
    for place, rejection in report.first:
        shown.add_row(str(place), rejection.code, rejection.detail)
    out.print(shown)
    left = report.rejected - len(report.first)
    if left:
        out.print(f"[{QUIET}]and {number(left)} more[/]")
