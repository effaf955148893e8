"""`DELETE /v1/learner` over a socket, on real servers."""

from concurrent.futures import ThreadPoolExecutor

import jsonschema_rs
import pytest
from harness.served import Served
from harness.servers import make_key
from harness.statements import answers
from harness.streams import ask, is_idle, key_of, publish_statements, wait_until
from harness.workers import ROOT

from processors.partitioning import partition_of
from schemas.checkpoint import Forgotten
from schemas.codec import decode_json
from serving.access.keys import Scope

pytestmark = pytest.mark.stack
LEAVER = "learner2"


def _held(served: Served) -> Forgotten:
    settings = served.settings
    key = key_of(LEAVER, settings)
    home = partition_of(key.encode(), settings.partitions)
    return ask(settings, lambda store: store.held(home, key))


def test_a_learner_of_the_tenant_is_erased(served: Served) -> None:
    publish_statements(served.settings, [raw for _, raw in answers(60, 4, 11)])
    wait_until(lambda: is_idle(served.settings), "the events are applied")
    assert _held(served).states == 1

    schema = decode_json((ROOT / "schemas/json/erasure.schema.json").read_bytes())
    with served.client() as client:
        answer = client.delete("/v1/learner", params={"learner": LEAVER}, timeout=60.0)
        assert answer.status_code == 200, answer.text
        receipt = answer.json()
        jsonschema_rs.validate(schema, receipt)
        assert receipt["known"]
        assert LEAVER not in answer.text
        assert key_of(LEAVER, served.settings) not in answer.text
        assert _held(served) == Forgotten()
        trail = client.get("/v1/audit", params={"learner": LEAVER}).json()
        assert trail[0]["action"] == "erase"

    publish_statements(served.settings, [raw for _, raw in answers(60, 4, 12)])
    wait_until(lambda: is_idle(served.settings), "the next events are applied")
    assert _held(served) == Forgotten()


def test_two_at_once_are_one_after_the_other(served: Served) -> None:
    """Both would write the same files of the archive."""

    def erase(learner: str) -> int:
        with served.client() as client:
            asked = {"learner": learner}
            return client.delete("/v1/learner", params=asked, timeout=60.0).status_code

    with ThreadPoolExecutor() as pool:
        answers_of = list(pool.map(erase, ["nobody1", "nobody2", "nobody3"]))
    assert set(answers_of) <= {200, 503}
    assert 200 in answers_of


def test_who_may_not(served: Served) -> None:
    reader = make_key(served.settings, "eraser", [Scope.LEARNERS_READ])
    with served.client(reader) as client:
        wait_until(
            lambda: client.delete("/v1/learner", params={"learner": "1001"}).status_code == 403,
            "the new key",
        )
    with served.client() as client:
        theirs = client.delete("/v1/learner", params={"learner": served.other_learner})
        assert (theirs.status_code, theirs.json()["code"]) == (404, "unknown_learner")
        assert client.delete("/v1/learner").status_code == 400
        assert client.delete("/v1/learner", params={"learner": ""}).status_code == 400
        many = client.delete("/v1/learner", params={"learner": [str(n) for n in range(30)]})
        assert many.status_code == 400
