"""The console's own routes on a real server."""

import httpx
import pytest
from harness.served import Served
from harness.servers import make_key
from harness.streams import (
    WORKED_EXAMPLE,
    is_idle,
    key_of,
    publish_statements,
    queue_of,
    wait_until,
)

from serving.access.keys import Scope

pytestmark = pytest.mark.stack
HOME = "https://lms.example.org/activities/"
LEARNER = "4711"
"""Of these tests alone."""


@pytest.fixture(scope="module")
def learned(served: Served) -> Served:
    """The learner has done what 1001 of the worked example has."""
    told = (WORKED_EXAMPLE / "statements.jsonl").read_bytes()
    mine = told.replace(b'"1001"', f'"{LEARNER}"'.encode()).replace(b"5f1c7a52", b"5f1c4711")
    publish_statements(served.settings, mine.splitlines())
    settings, logs = served.settings, served.workers.logs
    wait_until(lambda: is_idle(settings), "the events are applied", context=logs)
    return served


def test_the_page_wants_no_key_and_is_known_by_its_tag(served: Served) -> None:
    with served.client("") as client:
        page = client.get("/console")
        again = client.get("/console", headers={"If-None-Match": page.headers["etag"]})
        slash = client.get("/console/")
        script = client.get("/console/js/main.js")
    assert page.status_code == 200
    assert page.text.startswith("<!doctype html>")
    assert page.headers["content-security-policy"].startswith("default-src 'self';")
    assert page.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content) == (304, b"")
    assert slash.content == page.content
    assert script.headers["content-type"].startswith("text/javascript")


@pytest.mark.parametrize(
    "path",
    [
        "/console/nothing.js",
        "/console/../page.py",
        "/console/..%2f..%2fpage.py",
        "/console/js/../../page.py",
        "/console/%2e%2e/assets.py",
        "/console//etc/passwd",
        "/console/__init__.py",
    ],
)
def test_no_path_leads_out_of_the_folder(served: Served, path: str) -> None:
    with served.client("") as client:
        request = client.build_request("GET", served.server.url)
        request.url = httpx.URL(served.server.url).copy_with(raw_path=path.encode())
        assert client.send(request).status_code == 404


def test_a_key_is_told_what_it_may_do(served: Served) -> None:
    token = make_key(served.settings, "desk", [Scope.QUEUES_READ], name="L&D desk")
    with served.client(token) as client:
        wait_until(lambda: client.get("/v1/key").status_code == 200, "the key is known")
        assert client.get("/v1/key").json() == {
            "id": "desk",
            "name": "L&D desk",
            "tenant": served.settings.tenant,
            "scopes": ["queues:read"],
            "expires_at": None,
        }
    with served.client("") as client:
        assert client.get("/v1/key").status_code == 401


def test_the_map_shows_where_the_learner_stands(learned: Served) -> None:
    with learned.client() as client:
        plan = client.get("/v1/map", params={"learner": LEARNER}).json()
        bare = client.get("/v1/map").json()
    states = {node["activity"].removeprefix(HOME): node["state"] for node in plan["nodes"]}
    queue = queue_of(learned.settings, LEARNER)
    assert queue is not None
    queued = [item["activity"].removeprefix(HOME) for item in queue["items"]]
    assert {one for one, state in states.items() if state == "next"} == set(queued)
    assert (states["C01"], states["C05"]) == ("done", "locked")
    assert [f"{HOME}C04", f"{HOME}C05"] in plan["edges"]
    assert {node["state"] for node in bare["nodes"]} == {"none"}
    assert bare["edges"] == plan["edges"]


def test_a_place_on_the_map_wants_the_scope_for_learners(learned: Served) -> None:
    token = make_key(learned.settings, "maps", [Scope.QUEUES_READ])
    with learned.client(token) as client:
        wait_until(lambda: client.get("/v1/map").status_code == 200, "the key is known")
        refused = client.get("/v1/map", params={"learner": LEARNER})
    assert refused.status_code == 403
    assert "learners:read" in refused.json()["detail"]


def test_another_tenants_learner_has_no_place(learned: Served) -> None:
    key = key_of(LEARNER, learned.settings)
    with learned.client(learned.other) as client:
        answers = [client.get("/v1/map", params={"learner": one}) for one in (key, LEARNER)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert all(LEARNER not in answer.text for answer in answers)


def test_a_look_at_the_map_is_in_the_audit(learned: Served) -> None:
    key = key_of(LEARNER, learned.settings)
    with learned.client() as client:
        client.get("/v1/map", params={"learner": LEARNER})

        def is_noted() -> bool:
            found = client.get("/v1/audit", params={"learner": key}).json()
            return any((one["action"], one["learner"]) == ("map", key) for one in found)

        wait_until(is_noted, "the look is in the audit")
