from pathlib import Path

import pytest

from offline.quality.comparison import Verdict, compare, missing, without_scenario
from offline.quality.figures import Committed, read_committed, write_committed
from offline.quality.scenario import Scenario
from schemas.errors import ConfigurationError


def scenario(name: str = "success/made_up/prequential", **limits: float) -> Scenario:
    return Scenario(name, ("success",), dict, "", limits)


@pytest.mark.parametrize(
    ("measure", "figure", "committed", "verdict"),
    [
        ("auc", 0.7805, 0.78, Verdict.KEPT),
        ("auc", 0.7795, 0.78, Verdict.KEPT),
        ("auc", 0.7785, 0.78, Verdict.WORSE),
        ("auc", 0.7815, 0.78, Verdict.BETTER),
        ("log_loss", 0.52, 0.51, Verdict.WORSE),
        ("log_loss", 0.50, 0.51, Verdict.BETTER),
        ("parameters", 1_040.0, 1_000.0, Verdict.KEPT),
        ("parameters", 1_060.0, 1_000.0, Verdict.WORSE),
        ("auc", float("nan"), 0.78, Verdict.NO_NUMBER),
        ("luck", 1.0, 1.0, Verdict.NO_TOLERANCE),
        ("auc", 0.78, None, Verdict.NEW),
        ("auc", None, 0.78, Verdict.GONE),
    ],
)
def test_verdicts(
    measure: str, figure: float | None, committed: float | None, verdict: Verdict
) -> None:
    figures = {} if figure is None else {measure: figure}
    before = {} if committed is None else {measure: committed}
    (found,) = compare(scenario(), figures, before)
    assert (found.verdict, found.measure) == (verdict, measure)
    assert found.verdict.is_fault == verdict.isupper()


def test_a_limit_holds_whatever_was_accepted() -> None:
    limited = scenario(ece=0.02)
    assert compare(limited, {"ece": 0.02}, {"ece": 0.02})[0].verdict is Verdict.KEPT
    assert compare(limited, {"ece": 0.021}, {"ece": 0.021})[0].verdict is Verdict.BEYOND
    assert compare(limited, {}, {})[0].verdict is Verdict.GONE


def test_models_without_a_scenario_are_named() -> None:
    assert without_scenario(["success", "luck", "fate"], [scenario()]) == ["fate", "luck"]


def test_what_is_missing_is_skipped_for_a_reason_only(tmp_path: Path) -> None:
    (tmp_path / "here.csv").touch()
    committed = {
        "success/made_up/prequential": Committed("", {}),
        "success/gone/prequential": Committed("", {}),
        "success/here/prequential": Committed("here.csv", {}),
        "success/absent/prequential": Committed("absent.csv", {}),
    }
    reasons = dict(missing([scenario()], committed, tmp_path))
    assert reasons == {
        "success/gone/prequential": "",
        "success/here/prequential": "",
        "success/absent/prequential": "absent.csv is not among the data sets",
    }
    without_data = dict(missing([scenario()], committed, None))
    assert without_data["success/here/prequential"].startswith("STEPSTREAM_DATA")
    assert without_data["success/gone/prequential"] == ""


def test_figures_are_read_as_they_were_written(tmp_path: Path) -> None:
    committed = {
        "success/b/held_out": Committed("b.csv", {"log_loss": 0.5, "auc": 0.78125}),
        "luck/a/prequential": Committed("", {"auc": 0.123456789}),
    }
    write_committed(tmp_path / "new", committed)
    found = read_committed(tmp_path / "new")
    assert found["success/b/held_out"] == committed["success/b/held_out"]
    assert found["luck/a/prequential"].figures == {"auc": 0.12346}
    assert {path.name for path in (tmp_path / "new").iterdir()} == {"success.json", "luck.json"}


@pytest.mark.parametrize("text", ["{", "[]", '{"a": {"figures": {}}}', '{"a": 3}'])
def test_what_is_no_figures_is_told_so(tmp_path: Path, text: str) -> None:
    (tmp_path / "success.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"success.json does not hold figures"):
        read_committed(tmp_path)
