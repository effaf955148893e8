import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from offline.proof import Proof
from offline.proof.bootstrap import differences
from offline.proof.gate import DEFAULT, judged
from offline.proof.leaks import Finding
from offline.proof.measures import MEASURES
from offline.proof.proving import Span, slices
from offline.proof.rows import Row, Rows
from offline.report import About, content_of, render

EVIL = "<script>alert(1)</script>\"'&{{ 7 * 7 }}"


def _proof(names: tuple[str, ...] = ("north", "south")) -> Proof:
    rng = np.random.default_rng(1)
    rows, turns = Rows(), Rows()
    for n in range(1200):
        z = rng.normal()
        y = float(rng.random() < 1.0 / (1.0 + np.exp(-z)))
        live, candidate = 1.0 / (1.0 + np.exp(-0.5 * z)), 1.0 / (1.0 + np.exp(-z))
        who, cohort = n % 60 + 1, names[n % 60 % len(names)]
        for model in ("success", "engagement", "gain", "retention"):
            rows.add(Row(who, model, names[n % len(names)], cohort, n, y, live, candidate, 0.5))
        rows.add(Row(who, "duration", names[0], cohort, n, z, 0.0, z / 2.0, 0.0))
        turns.add(Row(who, "relevance", names[0], cohort, n, 0.0, 1.0 + n % 9, 1.0 + n % 5, 0.0))
    table = rows.table()
    found = tuple(differences(slices(table, turns.table()), MEASURES))
    verdict = judged(DEFAULT, found, (5000, 60), [])
    span = Span({0: 10}, {0: 5010}, 5000, 60, 1.79e9, 1.7901e9)
    return Proof(verdict, span, found, (Finding("offsets", True, EVIL),), 0.5, table)


def _page(proof: Proof, **facts: object) -> str:
    about = replace(About(version="v1", events=10), **facts)  # type: ignore[arg-type]
    return render(content_of(proof, about)).decode()


class _Closed(HTMLParser):
    """Every element that is opened is closed, in order."""

    def __init__(self, void: frozenset[str] = frozenset({"meta", "br", "link"})) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self._void = void

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not any(name.startswith("on") for name, _ in attrs)
        self.seen.add(tag)
        if tag not in self._void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_holds_everything_itself() -> None:
    page = _page(_proof())
    parser = _Closed()
    parser.feed(page)
    assert parser.open == []
    assert not parser.seen & {"script", "img", "link", "iframe", "object"}
    assert not re.search(r"(src|href)=|url\(|https?://", page)
    assert "default-src 'none'" in page


def test_the_verdict_comes_first_with_its_reasons() -> None:
    proof = _proof()
    page = _page(proof)
    assert page.index("Passed: better than the live models") < page.index("In short")
    assert all(reason.split(",")[0] in page for reason in proof.verdict.reasons)
    refused = replace(proof, verdict=replace(proof.verdict, passed=False, reasons=("because",)))
    assert "Refused: the live models stay" in _page(refused)


@pytest.mark.parametrize("model", MEASURES)
def test_every_model_has_its_section(model: str) -> None:
    page = _page(_proof())
    assert f"<h3>{model}</h3>" in page
    assert f'aria-label="{model}: ' in page


def test_calibration_and_time_are_drawn_for_probabilities_only() -> None:
    page = _page(_proof())
    assert page.count("calibration of ") == page.count("difference over time of ") == 4
    assert "calibration of duration" not in page


def test_names_that_come_from_outside_are_text() -> None:
    page = _page(
        _proof((EVIL, "other")),
        version=EVIL,
        parent=EVIL,
        seal=EVIL,
        settings={EVIL: EVIL},
        proposals=[EVIL],
    )
    parser = _Closed()
    parser.feed(page)
    assert "script" not in parser.seen
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7 * 7 }}" in page


def test_the_same_proof_gives_the_same_page() -> None:
    assert _page(_proof()) == _page(_proof())


def test_a_window_without_predictions_has_a_page_too() -> None:
    empty = Rows().table()
    span = Span({}, {}, 0, 0, 0.0, 0.0)
    verdict = judged(DEFAULT, (), (0, 0), [])
    page = _page(Proof(verdict, span, (), (), 1.0, empty))
    assert "unproven: 0 events have come after the fit" in page
