import csv
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import Result
from harness.archives import START, event_row, put, queue_row

from offline.archive.listing import Archive
from offline.archive.schemas import QUEUE
from offline.places import Place
from offline.warehouse.views import ORDER, views
from schemas.codec import decode_json

Run = Callable[..., Result]
ITEMS = "SELECT item_rank, activity, reasons, generated_time FROM recommendations ORDER BY 1"


@pytest.fixture(autouse=True)
def archive(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    del run  # its environment comes first
    monkeypatch.setenv("STEPSTREAM_ARCHIVE", str(tmp_path / "archive"))
    made = Archive(Place(str(tmp_path / "archive")))
    put(made, [event_row(n) for n in range(3)])
    put(made, [queue_row(0, 2, START, ("[a]", "b"))], topic=QUEUE.topic)
    return made


def test_one_question(run: Run) -> None:
    shown = run("sql", ITEMS)
    assert shown.exit_code == 0, shown.stderr
    for text in ("item_rank", "[a]", '["skill_gap"]', "2026-09-22T00:00:00"):
        assert text in shown.stdout


def test_forms(run: Run, tmp_path: Path) -> None:
    found = decode_json(run("sql", ITEMS, "--format", "json").stdout)
    assert found[1] == {
        "item_rank": 2,
        "activity": "b",
        "reasons": ["skill_gap"],
        "generated_time": "2026-09-22T00:00:00",
    }
    assert decode_json(run("sql", "SELECT 1 WHERE false", "--format", "json").stdout) == []
    rows = list(csv.reader(run("sql", ITEMS, "--format", "csv").stdout.splitlines()))
    assert rows[1] == ["1", "[a]", '["skill_gap"]', "2026-09-22T00:00:00"]
    odd = "SELECT NULL AS a, 'x\\x00'::BLOB AS b, 1.50::DECIMAL(4, 2) AS c, INTERVAL 2 HOUR AS d"
    assert decode_json(run("sql", odd, "--format", "json").stdout) == [
        {"a": None, "b": "eAA=", "c": 1.5, "d": 7200.0}
    ]
    for form in ("csv", "json", "parquet"):
        file = tmp_path / f"out.{form}"
        saved = run("sql", ITEMS, "--format", form, "-o", file)
        assert "2 rows written" in saved.stdout
        assert file.stat().st_size > 0
    assert pq.read_table(tmp_path / "out.parquet").num_rows == 2


def test_what_cannot_be_asked_is_code_2(run: Run, tmp_path: Path) -> None:
    for arguments in (
        ("SELEC 1",),
        ("DROP VIEW events",),
        (ITEMS, "--format", "parquet"),
        (ITEMS, "--format", "csv", "-o", tmp_path / "nowhere" / "x.csv"),
        (ITEMS, "--memory", "lots"),
    ):
        result = run("sql", *arguments)
        assert result.exit_code == 2, arguments
        assert "stepstream" in result.stderr


def test_a_prompt_goes_on_after_a_mistake(run: Run) -> None:
    typed = b"SELECT COUNT(*)\nFROM events;\nSELEC;\n.views\n.views rejects\n.help\nSELECT 41 + 1"
    result = run("sql", input=typed)
    assert result.exit_code == 0
    assert "syntax error" in result.stderr
    for text in (*ORDER, "was_redriven", ".quit", "42"):
        assert text in result.stdout
    assert "42" not in run("sql", input=b".quit\nSELECT 41 + 1;\n").stdout


def test_long_tables_are_cut_and_say_so(run: Run) -> None:
    shown = run("sql", "SELECT * FROM range(1000)").stdout
    assert "the first 200 rows" in shown
    assert "199" in shown
    assert "201" not in shown
    assert len(run("sql", "FROM range(1000)", "--format", "csv").stdout.splitlines()) == 1001


def test_views_are_described(run: Run) -> None:
    described = run("sql", "--views").stdout
    for view in views():
        assert view.name in described
        assert all(name in described for name, _ in view.columns)
