"""The whole way: a statement over HTTP, Kafka, a worker, Redis, an event stream, the page."""

import sys
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from harness.browsing import Visit
from harness.served import Served
from harness.streams import is_idle, key_of, wait_until
from playwright.sync_api import Browser, expect

pytestmark = pytest.mark.stack
HOME = "https://lms.example.org/activities/"
LEARNER = "4712"
"""Of these tests alone."""
_GENEROUS_SEC = 10.0
"""What it takes on a machine that does much else is printed, not promised."""
_WATCH = """() => {
  window.changedAt = null;
  const look = () => {
    if (document.querySelector(".mark:not(:empty)")) window.changedAt ??= Date.now() / 1000;
  };
  const queue = document.querySelector(".queue");
  new MutationObserver(look).observe(queue, { childList: true, subtree: true });
}"""


HOSTILE = '<img src=x onerror="document.title=1">'


def statement(activity: str, **definition: object) -> dict[str, object]:
    return {
        "id": str(uuid4()),
        "actor": {"account": {"homePage": "https://lms.example.org", "name": LEARNER}},
        "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
        "object": {"id": HOME + activity, "definition": definition},
        "result": {"completion": True, "success": True, "score": {"scaled": 0.9}},
    }


def send(served: Served, activity: str, **definition: object) -> float:
    """Publish over HTTP; returns when it was sent (POSIX seconds)."""
    with served.client(**{"X-Experience-API-Version": "1.0.3"}) as client:
        client.get("/health/live")
        sent = time.time()
        assert (
            client.post("/xapi/statements", json=statement(activity, **definition)).status_code
            == 200
        )
    return sent


@pytest.fixture(scope="module")
def begun(served: Served) -> Served:
    """The learner has begun, so that there is a queue, and the worker is warm."""
    send(served, "C01")
    wait_until(
        lambda: is_idle(served.settings), "the events are applied", context=served.workers.logs
    )
    return served


@pytest.fixture
def visit(begun: Served, browser: Browser) -> Iterator[Visit]:
    found = Visit(browser, begun.server.url)
    found.sign_in(begun.all)
    yield found
    found.close()
    assert found.complaints == []


def test_a_statement_changes_what_is_on_the_screen(
    begun: Served, visit: Visit, capsys: pytest.CaptureFixture[str]
) -> None:
    page = visit.page
    page.get_by_label("Find a learner").fill(LEARNER)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(LEARNER)
    expect(page.locator(f"[data-activity='{HOME}C04']")).to_be_visible()
    expect(page.locator(f"[data-activity='{HOME}C05']")).to_have_count(0)
    page.evaluate(_WATCH)
    sent = send(begun, "C04")
    expect(page.locator(f"[data-activity='{HOME}C05'] .mark")).to_have_text("new")
    took = page.evaluate("window.changedAt") - sent
    with capsys.disabled():
        sys.stdout.write(f"\nfrom a statement sent to the queue changed: {took * 1000:.0f} ms\n")
    assert 0.0 < took < _GENEROUS_SEC
    expect(page.locator(".recent li").first).to_contain_text("Intermediate SQL lab")


def test_everything_else_is_there_on_a_real_server(begun: Served, visit: Visit) -> None:
    key, page = key_of(LEARNER, begun.settings), visit.page
    expect(page.locator(".learners")).to_contain_text(key[:8])
    visit.go(f"learner/{key}")
    expect(page.locator(".skills")).to_contain_text("SQL")
    page.locator(".queue summary").first.click()
    expect(page.locator(".queue details[open]")).to_contain_text("propensity")
    visit.go(f"learner/{key}/map")
    expect(page.locator(f".node[data-activity='{HOME}C01']")).to_have_attribute(
        "data-state", "done"
    )
    visit.go(f"learner/{key}/why")
    page.get_by_role("searchbox", name="Activity").fill("SQL basics")
    page.locator(".answers .answer").first.click()
    expect(page.locator(".verdict")).to_contain_text("Not offered now")
    visit.go("catalogue")
    expect(page.locator(".node")).to_have_count(7)
    visit.go("models")
    expect(page.get_by_role("table", name="Standing and drift of each model")).to_contain_text(
        "success"
    )
    visit.go("audit")
    expect(page.get_by_role("table")).to_contain_text("why")


def test_a_hostile_title_from_a_statement_stays_text(begun: Served, visit: Visit) -> None:
    visit.go(f"learner/{key_of(LEARNER, begun.settings)}")
    expect(visit.page.locator(".recent li").first).to_be_visible()
    send(begun, "hostile", name={"en": HOSTILE})
    expect(visit.page.locator(".recent li").first).to_contain_text(HOSTILE)
    assert visit.page.locator("img").count() == 0
    assert HOSTILE not in begun.server.log()
