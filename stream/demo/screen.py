"""How a demo looks: a live screen on a terminal, plain lines elsewhere, a table at the end."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from rich import box
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from stream.demo.figures import Figures, Summary
from stream.demo.watching import STAYS, Deed, Move, Watch

QUIET, STRONG, GOOD, BAD = "bright_black", "bold", "green", "red"
_SHOWN_ITEMS = 5
_PLAIN_EVERY_SEC = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What is shown at one moment."""

    place: str
    """Where it runs, in words."""
    elapsed_sec: float
    published: int
    per_second: float
    """Statements handled a second, since the last frame."""
    now: Figures
    best_auc: float | None
    watch: Watch


class Screen(Protocol):
    """Shows frames."""

    def say(self, text: str) -> None:
        """Show that something takes a moment."""

    def show(self, frame: Frame) -> None:
        """Show `frame` in place of the one before."""

    def close(self) -> None:
        """Leave the terminal as it was."""


class LiveScreen:
    """Redraws one picture."""

    def __init__(self, console: Console) -> None:
        self._live = Live(console=console, auto_refresh=False, transient=True)

    def say(self, text: str) -> None:
        """See `Screen.say`."""
        self._draw(Text(f"{text} ...", QUIET))

    def show(self, frame: Frame) -> None:
        """See `Screen.show`."""
        self._draw(picture(frame))

    def _draw(self, shown: RenderableType) -> None:
        self._live.start()
        self._live.update(shown, refresh=True)

    def close(self) -> None:
        """See `Screen.close`."""
        self._live.stop()


class PlainScreen:
    """Prints a line every few seconds."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._next = 0.0

    def say(self, text: str) -> None:
        """See `Screen.say`."""
        self._console.print(text, markup=False)

    def show(self, frame: Frame) -> None:
        """See `Screen.show`."""
        if frame.elapsed_sec >= self._next:
            self._next = frame.elapsed_sec + _PLAIN_EVERY_SEC
            self._console.print(plain_line(frame), soft_wrap=True, markup=False)

    def close(self) -> None:
        """See `Screen.close`."""


def screen_for(console: Console) -> Screen:
    """The screen that fits."""
    return LiveScreen(console) if console.is_terminal else PlainScreen(console)


def plain_line(frame: Frame) -> str:
    """A frame on one line."""
    now = frame.now
    return (
        f"{frame.elapsed_sec:5.0f} s  {frame.published:,} published, {frame.per_second:,.0f}/s  "
        f"{now.accepted:,} accepted, {now.rejected:,} rejected, {now.duplicates:,} duplicates  "
        f"queue age p50 {_ms(now.queue_age_p50_ms)}, p99 {_ms(now.queue_age_p99_ms)}  "
        f"AUC {_share(now.auc)}"
    )


def picture(frame: Frame) -> RenderableType:
    """A frame as it fills a terminal."""
    title = f"[{STRONG}]Stepstream[/] · {escape(frame.place)} · {frame.elapsed_sec:.0f} s"
    top = Panel(_numbers(frame), title=title, title_align="left", box=box.ROUNDED)
    if not frame.watch.name:
        return top
    return Group(top, _deeds(frame.watch), _queue(frame.watch))


def _numbers(frame: Frame) -> Table:
    grid = Table.grid(padding=(0, 2), expand=True)
    grid.add_column(style=QUIET, no_wrap=True)
    grid.add_column(justify="right", style=STRONG, min_width=9, no_wrap=True)
    grid.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    for row in _rows(frame):
        grid.add_row(*row)
    return grid


def _rows(frame: Frame) -> Iterator[tuple[str, str, str]]:
    now = frame.now
    handled = f"{now.accepted:,} accepted, {now.rejected:,} rejected"
    yield "statements", f"{frame.per_second:,.0f}/s", f"{frame.published:,} published, {handled}"
    p99 = _ms(now.queue_age_p99_ms)
    age = f"p50, p99 {p99}, from arrival in the log to the stored queue"
    yield "queue age", _ms(now.queue_age_p50_ms), age
    best = f"; {frame.best_auc:.3f} if the truth were known" if frame.best_auc else ""
    learning = f"AUC: {now.predictions:,} answers, predicted, then learned{best}"
    yield "learning", _share(now.auc), learning
    again = f"sent again and not counted, {now.voided:,} voided; {now.queues:,} queues written"
    yield "exactly once", f"{now.duplicates:,}", again


def _deeds(watch: Watch) -> Panel:
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style=QUIET, no_wrap=True)
    rows.add_column(style=STRONG, no_wrap=True)
    rows.add_column(no_wrap=True, overflow="ellipsis", ratio=1)
    rows.add_column(justify="right", no_wrap=True)
    for deed in reversed(watch.deeds):
        rows.add_row(_clock(deed), escape(deed.verb), escape(deed.title), _outcome(deed.outcome))
    return Panel(rows, title=f"{escape(watch.name)} just did", title_align="left", box=box.ROUNDED)


def _clock(deed: Deed) -> str:
    return datetime.fromtimestamp(deed.at).astimezone().strftime("%H:%M:%S")


def _outcome(outcome: str) -> Text:
    return Text(outcome, {"right": GOOD, "wrong": BAD}.get(outcome, ""))


def _queue(watch: Watch) -> Panel:
    rows = Table.grid(padding=(0, 1), expand=True)
    rows.add_column(justify="right", style=STRONG, no_wrap=True)
    rows.add_column(width=3)
    rows.add_column(ratio=1, overflow="ellipsis", no_wrap=True)
    rows.add_column(justify="right", no_wrap=True)
    for item in watch.queue.get("items", ())[:_SHOWN_ITEMS]:
        move = watch.moves.get(item["activity"], STAYS)
        rows.add_row(str(item["rank"]), _arrow(move), _title_and_why(item), _facts(item))
    title = f"what is next for {escape(watch.name)}, and why"
    return Panel(rows, title=title, title_align="left", box=box.ROUNDED)


def _arrow(move: Move) -> Text:
    if move.is_new:
        return Text("new", "cyan")
    if not move.places:
        return Text("")
    return Text(f"▲{move.places}", GOOD) if move.places > 0 else Text(f"▼{-move.places}", QUIET)


def _title_and_why(item: dict[str, Any]) -> Text:
    why = " · ".join(reason["text"] for reason in item["reasons"])
    return Text.assemble((item["title"], STRONG), "\n", (why, QUIET))


def _facts(item: dict[str, Any]) -> Text:
    likely = f"{item['expected']['success']:.0%} likely"
    return Text.assemble(f"{item['minutes']:.0f} min", "\n", (likely, QUIET))


def summary_table(summary: Summary) -> RenderableType:
    """The end of a demo."""
    rows = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    rows.add_column(style=QUIET, no_wrap=True)
    rows.add_column(overflow="fold")
    for name, text in _told(summary):
        rows.add_row(name, text)
    return Group(rows, Text(), _verdict(summary))


def _told(summary: Summary) -> Iterator[tuple[str, str]]:
    worker, counted = summary.worker, summary.counted
    per_second = summary.published / max(summary.seconds, 0.001)
    yield "ran on", _PLACES[summary.kafka]
    in_time = f"in {summary.seconds:.1f} s ({per_second:,.0f} a second)"
    yield "statements", f"{summary.published:,} {in_time}"
    yield "accepted", f"{counted.accepted:,}, each a learning event"
    reasons = ", ".join(f"{code} {count:,}" for code, count in counted.reasons.most_common())
    yield "rejected", f"{counted.rejected:,}" + (f": {reasons}" if reasons else "")
    others = f"{worker.conflicts:,} of another content, {worker.voided:,} voided"
    yield "sent again", f"{worker.duplicates:,} recognised, {others}"
    yield "queues", f"{worker.queues:,} written"
    age = f"p50 {_ms(worker.queue_age_p50_ms)}, p99 {_ms(worker.queue_age_p99_ms)}"
    yield "queue age", f"{age}, from arrival in the log to the stored queue"
    best = f"; {summary.best_auc:.3f} if the truth were known" if summary.best_auc else ""
    yield "AUC", f"{_share(worker.auc)}, each answer predicted before it was learned{best}"


def _verdict(summary: Summary) -> Text:
    counted = summary.counted
    sums = f"{counted.accepted:,} accepted + {counted.rejected:,} rejected"
    if summary.adds_up and summary.restarts:
        text = f"✓ {sums} ≥ {summary.published:,} published: the worker was started again and read "
        return Text(text + "some twice; what it knew counted once", GOOD)
    if summary.adds_up:
        return Text(f"✓ {sums} = {summary.published:,} published: nothing was lost", GOOD)
    why = "" if summary.is_settled else "; not everything was handled in time"
    return Text(f"✗ {sums} ≠ {summary.published:,} published{why}", BAD)


_PLACES = {
    "embedded": "Kafka and Valkey on this machine",
    "external": "the Kafka and the Redis that the environment names",
    "in-memory": "the log and the store in memory, without Kafka and Redis",
}


def _ms(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f} ms"  # noqa: RUF001  (a dash means: none yet)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"  # noqa: RUF001  (a dash means: none yet)
