"""`evaluate retention`: how well it is known what will be recalled."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click

from offline.answers import read_answers
from offline.clocks import clock_of
from offline.outcomes.retention import RetentionEvaluation, evaluate_retention
from stream.cli.answer_options import clock_option, file_argument, rows_option
from stream.cli.output import (
    QUIET,
    count_progress,
    emit,
    err,
    examples,
    json_option,
    many,
    number,
    out,
    table,
)

_MEASURES = ("auc", "log_loss", "rmse", "accuracy", "ece")


@click.command(
    "retention",
    epilog=examples(
        "stepstream evaluate retention answers.csv.gz",
        "stepstream evaluate retention answers.csv --plots plots --json",
    ),
)
@file_argument
@clock_option
@rows_option
@click.option(
    "--plots",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Draw what is recalled after how long into FOLDER.",
)
@json_option
def retention_command(
    *, file: Path, clock: str, rows: int | None, plots: Path | None, as_json: bool
) -> None:
    """Predict each answer in FILE from the memory of what was practised, then learn it.

    FILE is CSV as for `evaluate success`. An answer recalls something where a skill of its item was
    practised before. Beside the model stand the success model told nothing of time, and half-life
    regression (Settles, Meeder, ACL 2016), which knows repeated items only: as published, and with
    log odds whose scale and offset are learned.
    """
    answers = read_answers(file, rows)
    time = clock_of(answers, clock)
    err.print(f"clock: {time.meaning}", style=QUIET)
    with count_progress("predicting") as progress:
        task = progress.add_task("", total=2 * len(answers))
        found = evaluate_retention(answers, time, lambda done: progress.advance(task, done))
    pictures = _drawn(found, plots) if plots else ()
    if as_json:
        emit(found.to_json())
    else:
        _show(found.to_json())
    for picture in pictures:
        err.print(str(picture), style=QUIET, markup=False)


def _drawn(found: RetentionEvaluation, folder: Path) -> Iterable[Path]:
    from offline.plots import draw_retention  # noqa: PLC0415  matplotlib takes a second to load

    return draw_retention(found, folder)


def _show(found: dict[str, Any]) -> None:
    shown = table("answers", "predicted by", *_MEASURES, right=_MEASURES)
    practised = "whose skill was practised"
    rows = [
        ("all", "retention", found["all"]),
        ("all", "success without time", found["all_success_without_time"]),
        (practised, "retention", found["practised_skill"]),
        (practised, "success without time", found["practised_skill_success_without_time"]),
        *(
            ("to a repeated item", name.replace("_", " "), of)
            for name, of in found["repeated_item"].items()
        ),
    ]
    for answers, name, of in rows:
        if of is None:
            continue
        values = (of[measure] for measure in _MEASURES)
        shown.add_row(answers, name, *("–" if v is None else f"{v:.4f}" for v in values))  # noqa: RUF001  (a dash means: none)
    out.print(shown)
    columns = ("answers", "predicted", "recalled")
    later = table("since", *columns, right=columns, title=many(found["events"], "answer"))
    for stage in found["by_elapsed"]:
        shares = (f"{stage[name]:.3f}" for name in ("predicted", "recalled"))
        later.add_row(stage["label"], number(stage["events"]), *shares)
    out.print(later)
