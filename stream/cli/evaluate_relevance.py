"""`evaluate relevance`: how well the next item is found."""

from pathlib import Path

import click
from rich.table import Table

from offline.answers import read_answers
from offline.choices import choices_of
from offline.clocks import clock_of
from offline.evaluate_relevance import RelevanceEvaluation, evaluate_relevance
from offline.ranking import Ranking
from offline.replay import Layout
from stream.cli.answer_options import file_argument, merge_option, partitions_option
from stream.cli.output import (
    QUIET,
    count_progress,
    emit,
    err,
    examples,
    json_option,
    many,
    out,
    table,
)

_MEASURES = ("hr@1", "hr@5", "hr@10", "ndcg@10", "mrr")


@click.command(
    "relevance",
    epilog=examples(
        "stepstream evaluate relevance clicks.csv.gz",
        "stepstream evaluate relevance clicks.csv --positive 0 --json",
    ),
)
@file_argument
@click.option(
    "--positive",
    type=click.IntRange(min=0),
    help="Column of the right item in the lists; without it the data show it.",
)
@partitions_option
@merge_option
@json_option
def relevance_command(
    *, file: Path, positive: int | None, partitions: int, merge_every: int, as_json: bool
) -> None:
    """Learn FILE once, in its order, then find each learner's next item in a list.

    FILE is CSV as for `evaluate success`; what counts is who turned to which item, and when. The
    lists are the array `candidates` (users, items) of FILE's name with the ending .eval.npz. Where
    one column is in every list the item of the user's last row, that is the right one, and those
    rows are not learned; else the first column is. Without lists each user's last item is to be
    found among 99 that the user never met. A tie counts as half a rank lost.
    """
    answers = read_answers(file)
    time = clock_of(answers)
    choices = choices_of(answers, file, positive)
    err.print(f"lists: {choices.origin}", style=QUIET, markup=False)
    with count_progress("learning") as progress:
        task = progress.add_task("", total=len(answers))
        layout = Layout(partitions, merge_every)
        found = evaluate_relevance(
            answers, time, choices, layout, lambda done: progress.advance(task, done)
        )
    if as_json:
        emit(found.to_json())
    else:
        _show(found)


def _show(found: RelevanceEvaluation) -> None:
    title = f"{many(len(found.choices.users), 'list')} after {many(found.events, 'event')}"
    shown = table("", *_MEASURES, right=_MEASURES, title=title)
    for name, one in (("blend", found.blend), *found.experts.items()):
        _add_row(shown, name, one)
    out.print(shown)
    out.print(
        f"{found.microseconds_per_event:.0f} microseconds an event, "
        f"{found.microseconds_per_list:.0f} a list, {many(found.parameters, 'shared number')}",
        style=QUIET,
    )


def _add_row(shown: Table, name: str, one: Ranking) -> None:
    values = one.to_json()
    shown.add_row(name, *(f"{values[measure]:.4f}" for measure in _MEASURES))
