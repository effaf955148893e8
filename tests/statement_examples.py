"""Statements to test with: a minimal one to vary, and the public collections."""

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import decode_json, encode_json

ADL = "http://adlnet.gov/expapi/verbs/"
TYPE = "http://adlnet.gov/expapi/activities/"
SKILLED = "http://lms.example/a/1"
ANSWERED = {"id": f"{ADL}answered"}
MARY = {"mbox": "mailto:mary@example.com"}

VALID_SETS = {
    "adl_conformance_1_0_3": 259,
    "ralph_funmooc": 22_000,
    "cmi5_scenarios": 93,
    "openedx_event_routing_backends": 61,
    "adl_xapi_spec": 13,
}


def statement(**changes: Any) -> dict[str, Any]:
    """The smallest statement, with `changes` (None removes a property)."""
    whole = {
        "actor": {"account": {"homePage": "http://lms.example", "name": "1001"}},
        "verb": {"id": f"{ADL}experienced"},
        "object": {"id": SKILLED},
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def raw(*statements: Any, **changes: Any) -> bytes:
    """The message that holds one statement, or a batch of those given."""
    return encode_json(list(statements) if statements else statement(**changes))


def data_lines(name: str) -> Iterator[bytes]:
    """The lines of a public collection; skips the test where it is not installed."""
    folder = os.environ.get("STEPSTREAM_DATA")
    if not folder:
        pytest.skip("STEPSTREAM_DATA does not name the folder of the public data sets")
    path = Path(folder) / "xapi" / f"{name}.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not among the public data sets")
    with gzip.open(path) as lines:
        yield from (line.rstrip(b"\n") for line in lines)


def invalid_cases(name: str) -> list[tuple[str, bytes]]:
    """(why, statement as it is sent) of a collection of invalid statements."""
    cases = [decode_json(line) for line in data_lines(f"invalid/{name}")]
    return [(case["why"], encode_json(case["statement"])) for case in cases]
