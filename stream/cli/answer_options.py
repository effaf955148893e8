"""What the commands of `evaluate` have in common."""

from pathlib import Path

import click

from offline.clocks import NAMES

EXISTING = click.Path(path_type=Path, exists=True, dir_okay=False)

file_argument = click.argument("file", type=EXISTING)
clock_option = click.option(
    "--clock",
    type=click.Choice(("auto", *NAMES)),
    default="auto",
    show_default=True,
    help="What the last column counts.",
)
rows_option = click.option(
    "--rows", type=click.IntRange(min=1), help="Only the first so many answers."
)
partitions_option = click.option(
    "--partitions", type=click.IntRange(min=1), default=1, show_default=True
)
merge_option = click.option(
    "--merge-every",
    type=click.IntRange(min=0),
    default=1000,
    show_default=True,
    help="Events after which partitions share what they have learned, fewer at first; 0 never.",
)
