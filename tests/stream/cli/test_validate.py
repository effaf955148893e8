import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from schemas.codec import decode_json, encode_json

Run = Callable[..., Result]


def statement(number: int, **changes: object) -> dict[str, Any]:
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "actor": {"account": {"homePage": "https://lms.example.org", "name": "1001"}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": "https://lms.example.org/activities/C01"},
        **changes,
    }


GOOD = encode_json(statement(1))
MENDED = encode_json(statement(2, object={"objectType": "GroupActivity", "id": "urn:a"}))
WRONG = encode_json(statement(3, verb={"id": "no iri"}))
WRAPPED = encode_json({"why": "a test", "statement": statement(4)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "statements.jsonl"
    path.write_bytes(b"\n".join([GOOD, MENDED, b"", WRONG, b"{torn", WRAPPED]))
    return path


def last_line(result: Result) -> dict[str, Any]:
    assert result.stderr == ""
    *before, last = result.stdout.splitlines()
    assert before == []
    return dict(decode_json(last))


def test_lenient_counts(run: Run, file: Path) -> None:
    result = run("validate", file, "--json")
    assert result.exit_code == 0
    found = last_line(result)
    assert (found["accepted"], found["repaired"], found["rejected"]) == (2, 1, 3)
    assert found["reasons"].keys() == {"bad_iri", "not_json", "missing_property"}
    assert sum(found["reasons"].values()) == 3
    assert list(found) == ["accepted", "rejected", "repaired", "reasons"]


def test_strict_refuses_what_lenient_mends(run: Run, file: Path) -> None:
    found = last_line(run("validate", file, "--strict", "--json"))
    assert (found["accepted"], found["repaired"], found["rejected"]) == (1, 0, 4)
    assert found["reasons"]["bad_object_type"] == 1


def test_the_setting_strict_holds_too(
    run: Run, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEPSTREAM_STRICT", "true")
    assert last_line(run("validate", file, "--json"))["rejected"] == 4


@pytest.mark.parametrize("content", [b"[" + b",".join([GOOD, WRONG]) + b"]", GOOD + b"\n" + WRONG])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arrays_lines_and_gzip_are_read_alike(
    run: Run, tmp_path: Path, content: bytes, pack: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "statements"
    path.write_bytes(pack(content))
    found = last_line(run("validate", path, "--json"))
    assert (found["accepted"], found["rejected"]) == (1, 1)
    assert last_line(run("validate", "-", "--json", input=pack(content))) == found


def test_every_statement_of_a_batch_counts(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "batches.jsonl"
    path.write_bytes(b"[" + GOOD + b"," + WRONG + b"]\n[" + GOOD + b"]\n")
    found = last_line(run("validate", path, "--json"))
    assert (found["accepted"], found["rejected"]) == (2, 1)


def test_people_see_line_and_reason(run: Run, file: Path) -> None:
    result = run("validate", file)
    assert result.exit_code == 0
    assert "2 accepted, 1 of them repaired; 3 rejected" in result.stdout
    assert any(line.split()[:2] == ["4", "bad_iri"] for line in result.stdout.splitlines())
    assert any(line.split()[:2] == ["5", "not_json"] for line in result.stdout.splitlines())


def test_the_code_tells_of_rejects_where_that_is_asked_for(run: Run, file: Path) -> None:
    assert run("validate", file, "--fail").exit_code == 1
    file.write_bytes(GOOD)
    assert run("validate", file, "--fail").exit_code == 0


def test_an_unreadable_file_is_code_78(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "torn.gz"
    path.write_bytes(gzip.compress(GOOD)[:-6])
    result = run("validate", path)
    assert result.exit_code == 78
    assert "fetch it again" in result.stderr


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "accepted", "rejected"),
    [("valid/ralph_funmooc", 22_000, 0), ("valid/adl_conformance_1_0_3", 259, 0)],
)
def test_real_traffic_is_accepted(
    run: Run, data_dir: Path, name: str, accepted: int, rejected: int
) -> None:
    found = last_line(run("validate", data_dir / "xapi" / f"{name}.jsonl.gz", "--json"))
    assert (found["accepted"], found["rejected"]) == (accepted, rejected)
