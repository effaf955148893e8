"""What the tests of leaks say of honest candidates and of planted leaks: `python -m bench.proof`.

The figures behind the bounds of `offline.proof.gate.Leaks`. With STEPSTREAM_DATA real answers are
looked at as well: the first so many of a file, of which the last quarter is the window.
"""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from harness.candidates import Models, ends_of, fitted, passes
from harness.events_that_were import InMemory
from harness.organisation import Organisation

from offline.answers import read_answers
from offline.archived import Archived
from offline.clocks import clock_of
from offline.events import Events
from offline.proof import Contest, Proof, prove
from offline.proof.bootstrap import Slice, draw
from offline.proof.leaks import Judged
from schemas.codec import hash64

WORLD = "organisation"
SETS = ("assist09_gervet", "algebra05_t20")
_WINDOW = 0.25


class Case(NamedTuple):
    name: str
    live: Models
    candidate: Models


def cases(past: list[Archived], later: list[Archived]) -> Iterator[Case]:
    """Honest candidates first, then leaks."""
    live = fitted(past)
    base, every = live.base, [*past, *later]
    early = fitted(past[: len(past) // 5]).models
    yield Case("honest: live has seen a fifth", early, live.models)
    yield Case("honest: live knows nothing", {}, live.models)
    yield Case("honest: half as old", live.models, fitted(past[: len(past) // 2]).models)
    yield Case("honest: two passes", live.models, passes(past, 2).models)
    part = [one for one in later if hash64(one.event.learner) % 4 == 0]
    yield Case("leak: window of every fourth learner", live.models, fitted(part, base).models)
    quarter = later[: len(later) // 4]
    yield Case("leak: first quarter of the window", live.models, fitted(quarter, base).models)
    yield Case("leak: window once", live.models, fitted(later, base).models)
    yield Case("leak: second pass over everything", live.models, fitted(every, base).models)


def sources(names: Sequence[str], rows: int, learners: int) -> Iterator[tuple[str, InMemory]]:
    if WORLD in names:
        yield WORLD, InMemory(Organisation(learners=learners, sessions=16).events(), 1)
    data = os.environ.get("STEPSTREAM_DATA")
    for name in [one for one in SETS if one in names] if data else ():
        answers = read_answers(Path(str(data)) / "learners" / f"{name}.csv.gz", rows)
        events = Events(answers, clock_of(answers))
        source = InMemory(())
        source.rows = [Archived(0, n, events.at[n], events(n)) for n in range(len(answers))]
        yield name, source


def figures(proof: Proof) -> str:
    """Of success: what the two differences are, and at least are; which tests refuse."""
    rows = proof.rows.of_model("success")
    judged = Judged(Slice("success", "all", "", rows))
    draw([judged.belief, judged.loss], 1)
    loss, belief = judged.loss.difference(), judged.belief.difference()
    found = sorted({one.test.split(",")[0] for one in proof.findings if not one.passed})
    return (
        f"{loss.better_by:+.4f} ({loss.interval.low:+.4f})  {loss.better_by / loss.live:+7.1%}  "
        f"{belief.candidate:+.4f}  {-belief.better_by:+.4f} ({-belief.interval.high:+.4f})  "
        f"{'; '.join(found) or '-'}"
    )


def main(say: Callable[[str], None] = print) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=40_000, help="of each file")
    parser.add_argument("--learners", type=int, default=250, help="of the organisation")
    parser.add_argument("--of", nargs="+", default=[WORLD, *SETS], help="what is looked at")
    asked = parser.parse_args()
    say("better by in log-loss than live, calibrated (at least); share of its loss;")
    say("underconfidence of the candidate; beyond live (at least); tests that fail")
    for name, source in sources(asked.of, asked.rows, asked.learners):
        cut = int((1.0 - _WINDOW) * len(source.rows))
        past, later = source.rows[:cut], source.rows[cut:]
        states = fitted(past).states
        say(f"{name}: {len(past):,} events, then a window of {len(later):,}")
        for case in cases(past, later):
            contest = Contest(case.live, case.candidate, states.get, ends_of(past))
            say(f"  {case.name:38} {figures(prove(source, contest))}")


if __name__ == "__main__":
    main()
