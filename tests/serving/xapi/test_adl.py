"""ADL's conformance requests over a socket, in their order, with a real Kafka behind."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from harness.adl_http import KEY_ID, SECRET, Case, cases
from harness.served import Served
from harness.servers import make_key
from harness.streams import read_all, wait_until

from schemas.codec import decode_json
from serving.access.keys import Scope, digest_of
from stream.topics import STATEMENTS

pytestmark = [pytest.mark.stack, pytest.mark.data]
PAGE = Path("docs/receiver.md")
TENANT = "adl"


@pytest.fixture(scope="module")
def client(served: Served) -> Iterator[httpx.Client]:
    make_key(
        served.settings,
        KEY_ID,
        [Scope.PUBLISH],
        tenant=TENANT,
        digest=digest_of(SECRET),
        burst=10_000,
    )
    with served.client("") as found:
        wait_until(lambda: _is_known(found), "the key")
        yield found


def _is_known(client: httpx.Client) -> bool:
    """Whether an empty batch is taken by now."""
    headers = {"X-Experience-API-Version": "1.0.3"}
    sent = client.post("/xapi/statements", json=[], headers=headers, auth=(KEY_ID, SECRET))
    return sent.status_code == 200


def answered(client: httpx.Client, case: Case) -> httpx.Response:
    answer = client.request(
        case.method, f"/xapi{case.url}", headers=case.headers, content=case.body
    )
    assert answer.headers["x-experience-api-version"] == "1.0.3", case
    return answer


def test_all_that_is_for_senders_is_answered_as_the_suite_expects(
    client: httpx.Client, served: Served
) -> None:
    wrong, expected, taken = [], Counter[int](), 0
    for case in cases():
        if not case.is_taken:
            continue
        answer = answered(client, case)
        expected[case.expected] += 1
        if answer.status_code != case.expected:
            wrong.append((case.number, case.title, case.expected, answer.status_code, answer.text))
        if answer.status_code >= 400:
            assert answer.json().keys() >= {"code", "detail", "status"}
        elif case.path == "/statements":
            taken += 1 if case.method == "PUT" or answer.status_code == 204 else len(answer.json())
    assert not wrong
    assert expected == {200: 392, 204: 32, 400: 657, 401: 2}
    records = read_all(served.settings, STATEMENTS.name)
    mine = [one for one in records if dict(one.headers).get("tenant") == TENANT.encode()]
    assert taken == len(mine)
    assert all(
        "id" in decode_json(one.value) or "timestamp" in decode_json(one.value) for one in mine
    )


def test_all_that_is_left_out_gets_a_clear_answer_and_is_on_the_page(client: httpx.Client) -> None:
    reasons: Counter[str] = Counter()
    for case in cases():
        if case.is_taken:
            continue
        reason, status = case.left_out
        answer = answered(client, case)
        assert answer.status_code == status, case
        if case.method != "HEAD":
            assert answer.json()["code"] == {404: "not_kept", 405: "no_queries"}[status]
        if status == 405:
            assert answer.headers["allow"] == "OPTIONS, POST, PUT"
        reasons[reason] += 1
    told = re.findall(r"^\| (.+?) \| (\d+) \| \d+ \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert {reason: int(count) for reason, count in told} == reasons
    assert sum(reasons.values()) == 1344 - 1083
