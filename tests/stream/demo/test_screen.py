import io
from collections import Counter, deque
from typing import Any

import pytest
from rich.console import Console

from processors.identity import Pseudonyms
from stream.demo.figures import Summary, figures
from stream.demo.place import Counted
from stream.demo.readings import Readings
from stream.demo.screen import (
    Frame,
    LiveScreen,
    PlainScreen,
    picture,
    plain_line,
    screen_for,
    summary_table,
)
from stream.demo.watching import Deed, Move, Watch


def console(width: int = 100, *, terminal: bool = False) -> Console:
    return Console(file=io.StringIO(), width=width, height=40, force_terminal=terminal)


def text(shown: Console) -> str:
    assert isinstance(shown.file, io.StringIO)
    return shown.file.getvalue()


def item(rank: int, title: str) -> dict[str, Any]:
    return {
        "activity": title,
        "title": title,
        "rank": rank,
        "minutes": 45.0,
        "expected": {"success": 0.6},
        "reasons": [{"code": "skill_gap", "text": f"Closes a gap ({rank}) [SQL]"}],
    }


def frame(elapsed_sec: float = 5.0, *, watched: bool = True) -> Frame:
    watch = Watch(Pseudonyms(b"k" * 32), lambda _: None)
    if watched:
        watch.name = "sim-00042"
        watch.deeds = deque([Deed(0.0, "answered", "A [quiz]", "right")])
        watch.queue = {"items": [item(1, "First thing"), item(2, "Second thing")]}
        watch.moves = {"First thing": Move(2, is_new=False), "Second thing": Move(0, is_new=True)}
    return Frame(
        place="in memory",
        elapsed_sec=elapsed_sec,
        published=12_345,
        per_second=300.0,
        now=figures(Readings()),
        best_auc=0.8,
        watch=watch,
    )


@pytest.mark.parametrize("width", [80, 110])
def test_a_picture_shows_the_learner_and_what_changed(width: int) -> None:
    shown = console(width)
    shown.print(picture(frame()))
    seen = text(shown)
    for told in (
        "sim-00042 just did",
        "answered",
        "A [quiz]",
        "First thing",
        "▲2",
        "new",
        "(1) [SQL]",
        "12,345 published",
    ):
        assert told in seen
    assert max(map(len, seen.splitlines())) <= width


def test_before_anybody_is_watched_there_are_the_numbers_alone() -> None:
    shown = console()
    shown.print(picture(frame(watched=False)))
    assert "300/s" in text(shown)
    assert "just did" not in text(shown)


def test_elsewhere_a_line_comes_every_three_seconds() -> None:
    shown = console()
    screen = PlainScreen(shown)
    screen.say("starting the worker")
    for moment in (0.5, 1.0, 3.0, 3.6, 6.0, 6.7):
        screen.show(frame(moment))
    screen.close()
    lines = text(shown).splitlines()
    assert lines[0] == "starting the worker"
    assert [line.split()[0] for line in lines[1:]] == ["0", "4", "7"]
    assert "12,345 published" in plain_line(frame())


def test_the_screen_fits_its_console() -> None:
    assert isinstance(screen_for(console()), PlainScreen)
    live = screen_for(console(terminal=True))
    assert isinstance(live, LiveScreen)
    live.say("starting")
    live.show(frame())
    live.close()


def summary(published: int, *, restarts: int = 0, settled: bool = True) -> str:
    told = Summary(
        kafka="in-memory",
        published=published,
        counted=Counted(8, Counter(bad_iri=2)),
        worker=figures(Readings()),
        best_auc=0.8,
        seconds=2.0,
        restarts=restarts,
        is_settled=settled,
    )
    shown = console()
    shown.print(summary_table(told))
    return text(shown)


def test_the_end_says_whether_it_adds_up() -> None:
    assert "✓ 8 accepted + 2 rejected = 10 published" in summary(10)
    assert "bad_iri 2" in summary(10)
    assert "✗ 8 accepted + 2 rejected ≠ 11 published" in summary(11)
    assert "not everything was handled" in summary(11, settled=False)
    assert "≥ 9 published" in summary(9, restarts=1)
