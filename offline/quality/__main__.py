"""How good every model is, compared with the figures committed in `docs/quality/`.

Exit code 1 where a figure is worse than its tolerance allows or beyond its limit, where a model has
no scenario, and where a scenario is gone whose data are here. Data sets are looked for in the
folder that STEPSTREAM_DATA names.
"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from time import perf_counter

from offline import scenarios
from offline.quality.comparison import Compared, compare, missing, without_scenario
from offline.quality.figures import Committed, read_committed, write_committed
from offline.quality.scenario import Figures, Pointless, Scenario
from online_models.replica import Replica
from schemas.errors import StepstreamError

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "quality"
DATA = "STEPSTREAM_DATA"
NOT_JUDGED = frozenset({"means", "quality"})
"""Numbers of a replica that are no model of learners: baselines, and scores of the models."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    chosen = _parser().parse_args(arguments)
    data = _data()
    found = [*found_scenarios(data)]
    wanted = [one for one in found if any(fnmatch(one.name, only) for only in chosen.only)]
    if chosen.list:
        sys.stdout.writelines(f"{one.name}\n" for one in wanted)
        return 0
    committed = read_committed(chosen.figures)
    faults = _say_missing(found, committed, data) + _say_uncovered(found)
    accepted = dict(committed)
    for number, scenario in enumerate(wanted, start=1):
        _line(f"{number}/{len(wanted)} {scenario.name}")
        if (figures := _measured(scenario)) is not None:
            accepted[scenario.name] = Committed(scenario.needs, figures)
            held = accepted if chosen.accept else committed
            before = held[scenario.name].figures if scenario.name in held else {}
            faults += _say(compare(scenario, figures, before))
    if chosen.accept:
        write_committed(chosen.figures, accepted)
    _line(f"{len(wanted)} scenarios, {faults} faults" if faults else f"{len(wanted)} scenarios: ok")
    return int(faults > 0)


def _parser() -> argparse.ArgumentParser:
    summary, _, rest = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser("offline.quality", description=summary, epilog=rest)
    parser.add_argument("--accept", action="store_true", help="write the figures down instead")
    parser.add_argument(
        "--only", nargs="+", default=["*"], metavar="PATTERN", help="scenarios, like 'success/*'"
    )
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    parser.add_argument("--figures", type=Path, default=FOLDER, help="folder of committed figures")
    return parser


def _data() -> Path | None:
    folder = os.environ.get(DATA)
    return Path(folder) if folder and Path(folder).is_dir() else None


def found_scenarios(data: Path | None) -> Iterator[Scenario]:
    """The scenarios of all families, in the order of their modules' names."""
    for info in iter_modules(scenarios.__path__):
        yield from import_module(f"{scenarios.__name__}.{info.name}").scenarios(data)


def _say_missing(
    found: Sequence[Scenario], committed: dict[str, Committed], data: Path | None
) -> int:
    faults = 0
    for name, reason in missing(found, committed, data):
        faults += not reason
        _line(f"{name}: " + (f"skipped, {reason}" if reason else "THERE IS NO SUCH SCENARIO"))
    return faults


def _say_uncovered(found: Sequence[Scenario]) -> int:
    names = without_scenario(set(Replica().names) - NOT_JUDGED, found)
    for name in names:
        _line(f"model {name!r} HAS NO SCENARIO: add one to offline/scenarios")
    return len(names)


def _measured(scenario: Scenario) -> Figures | None:
    started = perf_counter()
    try:
        figures = scenario.measure()
    except Pointless as reason:
        _line(f"  skipped, {reason}")
        return None
    _line(f"  {perf_counter() - started:.1f} s")
    return figures


def _say(figures: Sequence[Compared]) -> int:
    for measure, figure, committed, verdict in figures:
        before, now = ("" if one is None else f"{one:.5f}" for one in (committed, figure))
        _line(f"  {measure:28s}{before:>14s}{now:>14s}  {verdict}")
    return sum(one.verdict.is_fault for one in figures)


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except StepstreamError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(error.exit_code)
