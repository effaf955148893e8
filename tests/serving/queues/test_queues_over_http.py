"""Queues, feedback and what is known, over a socket, with a real Kafka, Redis and worker behind."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from harness.relay import Relay
from harness.served import Served
from harness.servers import HttpServer
from harness.streams import key_of, publish_statements, wait_until
from redis import Redis

from schemas.codec import decode_json, encode_json

pytestmark = pytest.mark.stack

HOME = "https://lms.example.org"
C = f"{HOME}/activities/".__add__


@pytest.fixture
def learner() -> str:
    return f"person-{uuid4().hex[:8]}"


def does(served: Served, learner: str, activity: str, verb: str = "completed") -> str:
    """Publish a statement; returns its id."""
    name = str(uuid4())
    statement = {
        "id": name,
        "actor": {"account": {"homePage": HOME, "name": learner}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": activity},
    }
    publish_statements(served.settings, [encode_json(statement)])
    return name


def queue(client: httpx.Client, learner: str, **wish: Any) -> dict[str, Any]:
    answer = client.get("/v1/queue", params={"learner": learner, **wish})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def offered(client: httpx.Client, learner: str, **wish: Any) -> list[str]:
    return [item["activity"] for item in queue(client, learner, **wish)["items"]]


def wait_for_statement(client: httpx.Client, learner: str, statement: str) -> dict[str, Any]:
    wait_until(
        lambda: queue(client, learner)["cause"].get("statement") == statement, "the new queue"
    )
    return queue(client, learner)


@pytest.fixture
def client(served: Served) -> Iterator[httpx.Client]:
    with served.client() as client:
        yield client


def test_a_statement_changes_the_queue_and_a_stream_sees_it(
    served: Served, client: httpx.Client, learner: str
) -> None:
    with client.stream("GET", "/v1/queue/stream", params={"learner": learner}) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        events = told(stream)
        first = next(events)
        assert first["fallback"] is True
        statement = does(served, learner, C("C01"))
        found = next(events)
    assert found["cause"]["statement"] == statement
    assert found["fallback"] is False
    assert C("C01") not in [item["activity"] for item in found["items"]]
    assert found == wait_for_statement(client, learner, statement)


def told(stream: httpx.Response) -> Iterator[dict[str, Any]]:
    """The data of each event; checks its form."""
    name = version = ""
    for line in stream.iter_lines():
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "id":
            version = value
        elif field == "data":
            assert name == "queue"
            data = decode_json(value)
            assert str(data["version"]) == version
            yield data


def test_asking_again_costs_no_body(served: Served, client: httpx.Client, learner: str) -> None:
    wait_for_statement(client, learner, does(served, learner, C("C01")))
    answer = client.get("/v1/queue", params={"learner": learner})
    etag = answer.headers["etag"]
    assert answer.headers["cache-control"] == "private, no-cache"
    again = client.get(
        "/v1/queue", params={"learner": learner}, headers={"If-None-Match": f'"x", W/{etag}'}
    )
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
    shorter = client.get(
        "/v1/queue", params={"learner": learner, "k": 1}, headers={"If-None-Match": etag}
    )
    assert shorter.status_code == 200
    assert len(shorter.json()["items"]) == 1


def test_redis_is_touched_once_a_read(
    served: Served, client: httpx.Client, learner: str, redis_url: str
) -> None:
    wait_for_statement(client, learner, does(served, learner, C("C01")))
    asked = key_of(learner, served.settings)
    with Redis.from_url(redis_url) as redis, redis.monitor() as monitor:
        queue(client, learner)
        redis.echo("the end")
        seen = []
        for command in monitor.listen():
            if command["command"].startswith("ECHO"):
                break
            seen.append(command)
    (read,) = [one for one in seen if one["command"].endswith(f":queue:{asked}")]
    assert read["command"].startswith("GET ")
    assert [one for one in seen if one["client_port"] == read["client_port"]] == [read]


def test_feedback_changes_the_queue_and_counts_once(
    served: Served, client: httpx.Client, learner: str
) -> None:
    now = wait_for_statement(client, learner, does(served, learner, C("C01")))
    unwanted = now["items"][0]["activity"]
    said = {
        "learner": learner,
        "decision": now["decision"],
        "activity": unwanted,
        "kind": "not_relevant",
    }
    answers = [client.post("/v1/feedback", json=said) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    (name,) = {answer.json()["id"] for answer in answers}
    found = wait_for_statement(client, learner, name)
    assert found["cause"]["verb"] == "urn:stepstream:feedback:not_relevant"
    assert unwanted not in [item["activity"] for item in found["items"]]
    why = client.get("/v1/why", params={"learner": learner, "activity": unwanted}).json()
    assert (why["offered"], why["removal"]["code"]) == (False, "not_relevant")
    assert why["removal"]["text"].startswith("You said that it is not relevant")


def test_feedback_that_changes_nothing_makes_no_queue(
    served: Served, client: httpx.Client, learner: str
) -> None:
    now = wait_for_statement(client, learner, does(served, learner, C("C01")))
    said = {"learner": learner, "decision": now["decision"], "activity": C("C04")}
    for kind in ({"kind": "shown"}, {"kind": "opened"}, {"kind": "rated", "rating": 4}):
        assert client.post("/v1/feedback", json=said | kind).status_code == 202
    dismissed = client.post("/v1/feedback", json=said | {"kind": "dismissed"}).json()["id"]
    found = wait_for_statement(client, learner, dismissed)
    assert found["version"] == now["version"] + 4


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "rated"},
        {"kind": "shown", "rating": 3},
        {"kind": "rated", "rating": 6},
        {"kind": "liked"},
        {"decision": "latest"},
        {"activity": ""},
        {"at": -1},
        {"learner": ""},
    ],
    ids=str,
)
def test_wrong_feedback_is_refused(client: httpx.Client, wrong: dict[str, Any]) -> None:
    right = {"learner": "1001", "decision": "1-1", "activity": C("C04"), "kind": "shown"}
    answer = client.post("/v1/feedback", json=right | wrong)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_not_in_the_present_queue_cannot_be_judged_by_it(
    served: Served, client: httpx.Client, learner: str
) -> None:
    now = wait_for_statement(client, learner, does(served, learner, C("C01")))
    said = {"learner": learner, "decision": now["decision"], "kind": "shown"}
    answer = client.post("/v1/feedback", json=said | {"activity": C("C01")})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_offered")
    answer = client.post("/v1/feedback", json=said | {"activity": C("C99"), "decision": "1-1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_activity")


def test_of_whom_nothing_is_known_gets_a_queue_by_content_rules(
    client: httpx.Client, learner: str
) -> None:
    found = queue(client, learner)
    assert found["fallback"] is True
    assert found["cause"] == {"change": "nothing is known of the learner yet"}
    assert found["policy"] == "content-rules"
    assert found["decision"].startswith("-1-")
    offered = {item["activity"] for item in found["items"]}
    assert offered
    assert not offered & {C("C04"), C("C05"), C("C06"), C("C07")}
    assert queue(client, learner) == found


def test_wishes(served: Served, client: httpx.Client, learner: str) -> None:
    wait_for_statement(client, learner, does(served, learner, C("C01")))
    whole = queue(client, learner)["items"]
    assert len(whole) > 1
    shortest = min(item["minutes"] for item in whole)
    fitting = queue(client, learner, time_budget=shortest)["items"]
    assert [item["rank"] for item in fitting] == [1]
    assert fitting[0]["minutes"] == shortest
    assert offered(client, learner, context="nowhere") == []
    for wrong in ({"k": 0}, {"k": 26}, {"k": "many"}, {"time_budget": 0}, {"context": "x" * 3000}):
        answer = client.get("/v1/queue", params={"learner": learner, **wrong})
        assert answer.status_code == 400, wrong


def test_several_learners_in_the_order_asked(
    served: Served, client: httpx.Client, learner: str
) -> None:
    wait_for_statement(client, learner, does(served, learner, C("C01")))
    asked = {"learners": ["nobody-yet", learner, "someone@example.org"], "k": 1}
    answer = client.post("/v1/queues", json=asked)
    assert answer.status_code == 200
    found = answer.json()["queues"]
    assert [one["fallback"] for one in found] == [True, False, True]
    assert found[1] == queue(client, learner, k=1)
    for wrong in ({"learners": ["x"] * 101}, {"learners": ["x"], "k": 0}, {"learners": [""]}, {}):
        assert client.post("/v1/queues", json=wrong).status_code == 400, wrong
    assert client.post("/v1/queues", json={"learners": []}).json() == {"queues": []}


def test_what_is_known_of_a_learner(served: Served, client: httpx.Client) -> None:
    statement = does(served, "1001", C("C01"), "passed")
    wait_for_statement(client, "1001", statement)
    answer = client.get("/v1/learner", params={"learner": "1001"})
    found = answer.json()
    assert found["learner"] == key_of("1001", served.settings)
    assert found["role"] == found["profile"]["role"] != ""
    skills = {skill["skill"]: skill for skill in found["skills"]}
    assert {"SQL", "Statistics", "DataViz"} <= skills.keys()
    assert skills["SQL"]["attempts"] >= 1
    assert 0 < skills["SQL"]["recall"] <= 1
    assert skills["SQL"]["gap"] == pytest.approx(
        max(0.0, skills["SQL"]["target"] - skills["SQL"]["proficiency"])
    )
    assert found["recent"][0]["activity"] == C("C01")
    assert found["recent"][0]["title"].startswith("SQL basics")
    assert found["features"]["events"] >= 1
    assert client.get("/v1/learner", params={"learner": "never-seen"}).status_code == 404
    wait_until(
        lambda: client.get("/v1/learners").json()[0]["learner"] == found["learner"], "the newest"
    )
    assert client.get("/v1/learners", params={"limit": 1}).json()[0]["role"] == found["role"]


def test_why_and_why_not(served: Served, client: httpx.Client, learner: str) -> None:
    wait_for_statement(client, learner, does(served, learner, C("C01")))

    def why(activity: str) -> dict[str, Any]:
        answer = client.get("/v1/why", params={"learner": learner, "activity": activity})
        assert answer.status_code == 200
        found: dict[str, Any] = answer.json()
        return found

    for item in queue(client, learner)["items"]:
        told = why(item["activity"])
        assert (told["offered"], told["rank"]) == (True, item["rank"])
        assert told["reasons"] == item["reasons"]
    assert why(C("C01"))["removal"]["code"] == "finished"
    locked = why(C("C05"))["removal"]
    assert locked["code"] == "prerequisites"
    assert locked["text"] == "Something comes first: Intermediate SQL lab: joins and groups."
    assert why("https://example.org/x")["removal"]["code"] == "unknown"


def test_the_catalogue_is_searched(client: httpx.Client) -> None:
    found = client.get("/v1/activities", params={"q": "sql LAB"}).json()
    assert [one["activity"] for one in found] == [C("C04")]
    assert found[0] == {
        "activity": C("C04"),
        "title": "Intermediate SQL lab: joins and groups",
        "content": "lab",
        "minutes": 240.0,
        "skills": ["SQL"],
    }
    assert len(client.get("/v1/activities", params={"limit": 2}).json()) == 2
    assert client.get("/v1/activities", params={"q": "c01"}).json()[0]["activity"] == C("C01")


def test_another_tenants_learner_is_nobody(served: Served, client: httpx.Client) -> None:
    other = {"learner": served.other_learner}
    said = {"decision": "1-1", "activity": C("C04"), "kind": "shown"}
    answers = [
        client.get("/v1/queue", params=other),
        client.get("/v1/queue/stream", params=other),
        client.get("/v1/learner", params=other),
        client.get("/v1/why", params=other | {"activity": C("C01")}),
        client.post("/v1/feedback", json=other | said),
        client.post("/v1/queues", json={"learners": ["1001", served.other_learner]}),
    ]
    assert {(one.status_code, one.json()["code"]) for one in answers} == {(404, "unknown_learner")}
    with served.client(served.other) as stranger:
        assert stranger.get("/v1/learners").json() == []


def test_without_redis_readers_get_the_fallback_and_then_the_engine_again(
    served: Served, learner: str
) -> None:
    with served.client() as client:
        wait_for_statement(client, learner, does(served, learner, C("C01")))
    address = urlsplit(served.settings.redis)
    with Relay(address.port or 6379) as relay:
        port = address.netloc.replace(f":{address.port}", f":{relay.port}")
        cut = served.settings.with_(redis=address._replace(netloc=port).geturl())
        with HttpServer(cut) as server, server.client(served.all) as client:
            assert queue(client, learner)["fallback"] is False
            relay.cut()
            # who was read a moment ago may get that queue once more, while Redis is waited for
            wait_until(lambda: queue(client, learner)["fallback"], "the fallback", 5)
            started = time.monotonic()
            found = queue(client, learner)
            assert found["cause"] == {"change": "the engine cannot be asked now"}
            for _ in range(20):
                assert queue(client, learner) == found
            assert time.monotonic() - started < 5.0
            several = client.post("/v1/queues", json={"learners": [learner, "1001"]}).json()
            assert [one["fallback"] for one in several["queues"]] == [True, True]
            said = {"learner": learner, "decision": "1-1", "activity": C("C04"), "kind": "shown"}
            assert client.post("/v1/feedback", json=said).status_code == 202
            assert client.get("/v1/learner", params={"learner": learner}).status_code == 503
            relay.mend()
            wait_until(lambda: not queue(client, learner)["fallback"], "the engine's queue")


def test_a_server_that_is_stopped_ends_its_streams(served: Served, learner: str) -> None:
    with HttpServer(served.settings) as server, server.client(served.all) as client:
        with client.stream("GET", "/v1/queue/stream", params={"learner": learner}) as stream:
            lines = stream.iter_lines()
            assert next(lines) == "event: queue"
            assert server.process is not None
            server.process.terminate()
            list(lines)
        assert server.process.wait(10.0) == 0
