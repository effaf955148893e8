"""The page in a real browser, on fixed answers."""

import re

import pytest
from harness.browsing import Opened
from harness.fake_answers import BASE, KEY, QUEUE, queue_of
from harness.fake_console import FakeConsole, Refusal
from playwright.sync_api import Page, expect

PLACES = (
    "",
    f"learner/{KEY}",
    f"learner/{KEY}/map",
    f"learner/{KEY}/why/{'https%3A%2F%2Flearn.larkmoor.example%2Fsql%2Fplans'}",
    "catalogue",
    "models",
    "audit",
)
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def settle(page: Page) -> None:
    """Everything that was asked for has been shown."""
    page.wait_for_load_state("load")
    expect(page.get_by_text("Loading…")).to_have_count(0)
    expect(page.get_by_text("Waiting for the queue…")).to_have_count(0)


def titles(page: Page) -> list[str]:
    return page.locator(".queue h3").all_inner_texts()


def test_the_key_stays_in_the_tab(opened: Opened) -> None:
    visit = opened()
    assert visit.page.evaluate("[Object.values(sessionStorage), localStorage.length]") == [
        ["all.secret"],
        0,
    ]
    assert visit.context.cookies() == []
    assert "secret" not in " ".join(visit.addresses)
    visit.page.reload()
    visit.page.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_label("API key")).to_be_visible()
    assert visit.page.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("key", ["wrong.secret", "no key at all", "schlüssel.geheim"])
def test_a_wrong_key_is_told_what_to_do(opened: Opened, key: str) -> None:
    visit = opened(key="")
    visit.page.get_by_label("API key").fill(key)
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text("Sign in with another one")
    expect(visit.page.get_by_label("API key")).to_be_focused()
    visit.complaints = [one for one in visit.complaints if "401" not in one]


def test_a_key_that_is_revoked_leads_back_to_signing_in(opened: Opened, fake: FakeConsole) -> None:
    visit = opened()
    fake.keys.clear()
    visit.page.reload()
    expect(visit.page.get_by_label("API key")).to_be_visible()
    assert visit.page.evaluate("sessionStorage.length") == 0
    visit.complaints = [one for one in visit.complaints if "401" not in one]


def test_what_a_key_may_not_do_is_not_shown_but_explained(opened: Opened) -> None:
    visit = opened(key="queue.secret")
    links = visit.page.get_by_role("navigation", name="Console").get_by_role("link")
    assert links.all_inner_texts() == ["Learners", "Curriculum"]
    expect(visit.page.get_by_text("learners:read")).to_be_visible()
    visit.go(f"learner/{KEY}/why")
    expect(visit.page.locator(".queue .card")).to_have_count(len(QUEUE))
    expect(visit.page.get_by_role("link", name="Why not?")).to_have_count(0)
    assert not [one for one in visit.addresses if re.search(r"/v1/(learner|why|map|audit)", one)]


def test_a_key_that_only_publishes_is_told_so(opened: Opened, fake: FakeConsole) -> None:
    fake.keys["lms.secret"] = ("publish",)
    visit = opened(key="lms.secret")
    expect(visit.page.locator(".notice")).to_contain_text("may publish, but not read queues")


def test_a_change_is_marked_and_said_and_takes_nothing_away(
    opened: Opened, fake: FakeConsole
) -> None:
    visit = opened()
    visit.go(f"learner/{KEY}")
    page = visit.page
    summary = page.locator(f"[data-activity='{QUEUE[1]}'] summary")
    summary.focus()
    page.keyboard.press("Enter")
    fresh = f"{BASE}python/tables"
    fake.push(queue_of(fake.reference, [QUEUE[1], fresh, QUEUE[0]], version=8))
    expect(page.locator(f"[data-activity='{fresh}'] .mark")).to_have_text("new")
    expect(page.locator(f"[data-activity='{QUEUE[1]}'] .mark")).to_have_text("▲ up 1")
    expect(page.locator(f"[data-activity='{QUEUE[0]}'] .mark")).to_have_text("▼ down 2")
    expect(page.get_by_text("Left the queue: ")).to_be_visible()
    expect(page.locator("#announcer")).to_contain_text("The queue changed: 1 new, 1 left.")
    expect(page.locator(f"[data-activity='{QUEUE[1]}'] details")).to_have_attribute("open", "")
    expect(summary).to_be_focused()
    assert page.locator(".queue .rank").all_inner_texts() == ["1", "2", "3"]


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_cards_glide_unless_less_motion_is_wished(
    opened: Opened, fake: FakeConsole, motion: str, *, moves: bool
) -> None:
    visit = opened(reduced_motion=motion)
    visit.go(f"learner/{KEY}")
    expect(visit.page.locator(".queue .card")).to_have_count(len(QUEUE))
    visit.page.evaluate(
        """() => {
          window.moved = 0;
          const animate = Element.prototype.animate;
          Element.prototype.animate = function (...rest) {
            window.moved += 1;
            return animate.apply(this, rest);
          };
        }"""
    )
    fake.push(queue_of(fake.reference, list(reversed(QUEUE)), version=8))
    expect(visit.page.locator("#announcer")).to_contain_text("The queue changed")
    assert (visit.page.evaluate("window.moved") > 0) is moves


def test_titles_and_names_are_text_whatever_is_in_them(opened: Opened, fake: FakeConsole) -> None:
    for item in fake.queue["items"]:
        item["title"] = HOSTILE
        item["reasons"][0]["text"] = HOSTILE
        item["reasons"][0]["evidence"] = {HOSTILE: HOSTILE}
    fake.role = HOSTILE
    fake.rename(QUEUE[0], HOSTILE)
    visit = opened()
    page = visit.page
    expect(page.locator(".learners")).to_contain_text(HOSTILE)
    page.get_by_label("Find a learner").fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(HOSTILE)
    expect(page.locator(".queue h3").first).to_have_text(HOSTILE)
    page.locator("summary").first.click()
    expect(page.locator(".facts").first).to_contain_text(HOSTILE)
    visit.go(f"learner/{KEY}/map")
    page.locator(f".node[data-activity='{QUEUE[0]}']").click()
    expect(page.locator(".detail h3")).to_have_text(HOSTILE)
    page.get_by_role("button", name="List", exact=True).click()
    visit.go(f"learner/{KEY}/why")
    page.get_by_role("searchbox", name="Activity").fill("img src")
    page.locator(".answers .answer").first.click()
    expect(page.locator(".verdict h3")).to_have_text(HOSTILE)
    assert page.locator("img, script:not([src])").count() == 0
    assert page.title() == f"{HOSTILE} · Stepstream"


def test_a_window_of_320_pixels_needs_no_scrolling_sideways(opened: Opened) -> None:
    """1280 pixels at 400 %."""
    visit = opened(key="", viewport={"width": 320, "height": 256})
    wide = [("sign in", visit.overflow())]
    visit.sign_in("all.secret")
    for place in PLACES:
        visit.go(place)
        settle(visit.page)
        wide.append((place, visit.overflow()))
        for summary in visit.page.locator("summary").all():
            summary.click()
        wide.append((f"{place}, opened", visit.overflow()))
    assert [one for one in wide if one[1] > 0] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(opened: Opened, scheme: str) -> None:
    visit = opened(key="", color_scheme=scheme)
    found = visit.inaccessible()
    visit.sign_in("all.secret")
    for place in PLACES:
        visit.go(place)
        settle(visit.page)
        for summary in visit.page.locator("summary").all():
            summary.click()
        found += [f"{place} {one}" for one in visit.inaccessible()]
    assert found == []


def background(page: Page) -> str:
    colour: str = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_dark_and_light_follow_the_system_until_somebody_chooses(opened: Opened) -> None:
    dark = background(opened(color_scheme="dark").page)
    visit = opened(color_scheme="light")
    light = background(visit.page)
    assert dark != light
    visit.page.get_by_label("Colours").select_option("dark")
    assert background(visit.page) == dark
    visit.page.reload()
    assert background(visit.page) == dark
    visit.page.get_by_label("Colours").select_option("system")
    assert background(visit.page) == light


def test_what_fails_says_what_to_do_and_can_be_tried_again(
    opened: Opened, fake: FakeConsole
) -> None:
    fake.fails["/v1/learner"] = Refusal(503, "a service does not answer")
    visit = opened()
    visit.go(f"learner/{KEY}")
    alert = visit.page.get_by_role("alert")
    expect(alert).to_contain_text("Try again in a moment")
    expect(alert).to_contain_text("a service does not answer")
    expect(visit.page.locator(".queue .card")).to_have_count(len(QUEUE))
    fake.fails.clear()
    alert.get_by_role("button", name="Try again").click()
    expect(visit.page.get_by_role("heading", name="Proficiencies")).to_be_visible()
    visit.complaints = [one for one in visit.complaints if "503" not in one]


def test_a_learner_of_whom_nothing_is_known(opened: Opened, fake: FakeConsole) -> None:
    fake.fails["/v1/learner"] = Refusal(404, "nothing is known of this learner")
    visit = opened()
    visit.page.get_by_label("Find a learner").fill("nobody")
    visit.page.keyboard.press("Enter")
    expect(visit.page.get_by_role("alert")).to_contain_text("Check how the LMS writes it")
    visit.complaints = [one for one in visit.complaints if "404" not in one]


def test_a_stream_that_breaks_is_taken_up_again(opened: Opened, fake: FakeConsole) -> None:
    visit = opened()
    visit.go(f"learner/{KEY}")
    live = visit.page.locator(".live")
    expect(live).to_have_text("Live")
    fake.hang_up()
    fake.push(queue_of(fake.reference, list(reversed(QUEUE)), version=8))
    expect(visit.page.get_by_text("Version 8.")).to_be_visible()
    expect(live).to_have_text("Live")


def test_a_stream_whose_key_is_revoked_says_so_and_stops(opened: Opened, fake: FakeConsole) -> None:
    visit = opened()
    visit.go(f"learner/{KEY}")
    expect(visit.page.locator(".live")).to_have_text("Live")
    fake.keys.clear()
    fake.hang_up()
    expect(visit.page.locator(".live")).to_have_text("Not live")
    alert = visit.page.get_by_role("alert").filter(has_text="Sign in with another one")
    expect(alert.first).to_be_visible()
    visit.complaints = [one for one in visit.complaints if "401" not in one]


def test_a_queue_of_the_fallback_says_so(opened: Opened, fake: FakeConsole) -> None:
    fake.queue |= {"fallback": True, "cause": {"change": "no queue yet"}, "put_aside": ["success"]}
    visit = opened()
    visit.go(f"learner/{KEY}")
    expect(visit.page.get_by_text("because of: no queue yet")).to_be_visible()
    expect(visit.page.locator(".notice")).to_have_count(2)
    expect(visit.page.locator(".notice").first).to_contain_text("content rules")
    expect(visit.page.locator(".notice").last).to_contain_text("expected by success")


def test_numbers_behind_the_bars(opened: Opened) -> None:
    visit = opened()
    visit.go(f"learner/{KEY}")
    sql = visit.page.locator(".skills > li").first
    expect(sql).to_contain_text("0.42 ± 0.11 of 0.80")
    width = float(sql.locator(".bar-level").get_attribute("width") or 0)
    target = float(sql.locator(".bar-target").get_attribute("x1") or 0)
    assert (width, target) == (0.42, 0.8)
    band = sql.locator(".bar-band")
    assert float(band.get_attribute("width") or 0) == pytest.approx(0.22)


def test_the_map_shows_states_in_words_and_changes_live(opened: Opened, fake: FakeConsole) -> None:
    visit = opened()
    visit.go(f"learner/{KEY}/map")
    node = visit.page.locator(f".node[data-activity='{QUEUE[0]}']")
    expect(node).to_have_attribute("aria-label", re.compile(", in the queue$"))
    before = visit.page.locator(".graph").evaluate("node => node.clientWidth")
    visit.page.get_by_role("button", name="Zoom in").click()
    assert visit.page.locator(".graph").evaluate("node => node.clientWidth") > before
    fake.done.add(QUEUE[0])
    fake.push(queue_of(fake.reference, [f"{BASE}sql/windows", *QUEUE[1:]], version=8))
    expect(node).to_have_attribute("aria-label", re.compile(", done$"))
    expect(visit.page.locator("#announcer")).to_contain_text("is done")


def test_why_not_leads_from_what_is_missing_to_why_that_is(
    opened: Opened, fake: FakeConsole
) -> None:
    visit = opened()
    visit.go(f"learner/{KEY}/why")
    visit.page.get_by_role("searchbox", name="Activity").fill("query plan")
    visit.page.get_by_role("button", name=re.compile("query plan")).click()
    missing = fake.reference.lookup(f"{BASE}sql/windows")
    assert missing is not None
    visit.page.get_by_role("button", name=f"Why not {missing.title}?").click()
    expect(visit.page.locator(".verdict h3")).to_have_text(missing.title)
    expect(visit.page.locator(".verdict")).to_contain_text("Something else comes first")


def test_models_and_audit(opened: Opened) -> None:
    visit = opened()
    visit.go("models")
    standing = visit.page.get_by_role("table", name="Standing and drift of each model")
    expect(standing).to_contain_text("put aside (partition 3)")
    visit.go("audit")
    expect(visit.page.get_by_role("table")).to_contain_text("Moodle")
