import math
import time
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.kinds import FEEDBACK, Kind
from schemas.statement.times import duration_sec, posix_sec
from schemas.statement.verbs import kind_of
from schemas.statement.vocabulary import can_be_offered, content_of, is_skill

ADL = "http://adlnet.gov/expapi/verbs/"
ADL2 = "https://w3id.org/xapi/adl/verbs/"
TLA = "https://w3id.org/xapi/tla/verbs/"
TINCAN = "http://id.tincanapi.com/verb/"
EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/"

KINDS = {
    f"{ADL}launched": "launched",
    f"{ADL}initialized": "initialized",
    "http://activitystrea.ms/schema/1.0/start": "initialized",
    f"{ADL}attempted": "attempted",
    f"{TINCAN}viewed": "viewed",
    f"{ADL}experienced": "viewed",
    "https://w3id.org/xapi/dod-isd/verbs/navigated": "viewed",
    "http://vocab.xapi.fr/verbs/navigated-in": "viewed",
    f"{TINCAN}downloaded": "viewed",
    "https://w3id.org/xapi/video/verbs/played": "video",
    "https://w3id.org/xapi/video/verbs/paused": "video",
    "https://w3id.org/xapi/video/verbs/seeked": "video",
    f"{ADL}interacted": "video",
    f"{ADL}progressed": "progressed",
    f"{ADL}answered": "answered",
    "https://w3id.org/xapi/acrossx/verbs/evaluated": "answered",
    f"{ADL}asked": "asked",
    "http://activitystrea.ms/schema/1.0/submit": "submitted",
    f"{ADL}scored": "scored",
    f"{TLA}scored": "scored",
    f"{TINCAN}earned": "scored",
    "http://vocab.xapi.fr/verbs/graded": "scored",
    "https://w3id.org/xapi/dod-isd/verbs/assessed": "scored",
    "http://www.tincanapi.co.uk/verbs/evaluated": "scored",
    f"{ADL}passed": "passed",
    f"{ADL}failed": "failed",
    f"{ADL}completed": "completed",
    "http://vocab.xapi.fr/verbs/marked-completion": "completed",
    f"{EDLM}uncompleted": "uncompleted",
    f"{ADL}mastered": "mastered",
    f"{ADL2}satisfied": "mastered",
    f"{ADL2}waived": "mastered",
    f"{TLA}achieved": "mastered",
    f"{TLA}forfeited": "forfeited",
    f"{ADL}suspended": "suspended",
    f"{TLA}suspended": "suspended",
    f"{ADL}resumed": "resumed",
    f"{TLA}resumed": "resumed",
    f"{ADL}exited": "exited",
    f"{ADL}terminated": "terminated",
    f"{ADL2}abandoned": "abandoned",
    f"{TINCAN}skipped": "abandoned",
    f"{ADL}registered": "enrolled",
    f"{EDLM}enrolled": "enrolled",
    f"{TINCAN}unregistered": "left",
    "http://activitystrea.ms/leave": "left",
    f"{ADL2}logged-in": "session",
    f"{ADL2}logged-out": "session",
    f"{EDLM}login": "session",
    f"{EDLM}logout": "session",
    "https://brindlewaye.com/xAPITerms/verbs/loggedin": "session",
    "https://brindlewaye.com/xAPITerms/verbs/loggedout": "session",
    "https://w3id.org/xapi/acrossx/verbs/posted": "social",
    "https://w3id.org/xapi/acrossx/verbs/edited": "social",
    "https://w3id.org/xapi/acrossx/verbs/reported": "social",
    "https://w3id.org/xapi/openedx/verb/voted": "social",
    f"{TINCAN}replied": "social",
    f"{ADL}commented": "social",
    f"{ADL}voided": "voided",
    "http://example.com/hummed": "other",
    "http://adlnet.gov/expapi/verbs/Passed": "other",
}


@pytest.mark.parametrize(("verb", "kind"), KINDS.items())
def test_each_verb_means_its_kind(verb: str, kind: str) -> None:
    assert kind_of(verb) == Kind(kind)


def test_each_kind_is_meant_by_a_verb() -> None:
    assert set(KINDS.values()) == set(Kind) - FEEDBACK


@pytest.mark.parametrize(
    ("spelled", "kind"),
    [
        (f"{ADL}passed/", Kind.PASSED),
        ("http://www.adlnet.gov/expapi/verbs/passed", Kind.PASSED),
        ("http://activitystrea.ms/start", Kind.INITIALIZED),
        ("http://activitystrea.ms/schema/1.0/leave", Kind.LEFT),
        ("https://brindlewaye.com/xAPITerms/verbs/loggedin/", Kind.SESSION),
        (f"{ADL}passed//", Kind.OTHER),
        ("HTTP://adlnet.gov/expapi/verbs/passed", Kind.OTHER),
    ],
)
def test_known_spellings_are_one_verb(spelled: str, kind: Kind) -> None:
    assert kind_of(spelled) is kind


@pytest.mark.parametrize(
    ("activity_type", "content"),
    [
        ("http://adlnet.gov/expapi/activities/course", "course"),
        ("http://www.adlnet.gov/expapi/activities/course/", "course"),
        ("https://w3id.org/xapi/cmi5/activitytype/course", "course"),
        ("https://w3id.org/xapi/video/activity-type/video", "video"),
        ("http://adlnet.gov/expapi/activities/assessment", "quiz"),
        ("http://adlnet.gov/expapi/activities/cmi.interaction", "question"),
        ("http://activitystrea.ms/page", "reading"),
        ("http://id.tincanapi.com/activitytype/lms", ""),
        ("", ""),
    ],
)
def test_activity_types_say_what_kind_of_content(activity_type: str, content: str) -> None:
    assert content_of(activity_type) == content


def test_competencies_systems_and_talk_are_nothing_to_send_learners_to() -> None:
    assert is_skill("https://w3id.org/xapi/tla/activity-types/competency")
    assert not is_skill("http://adlnet.gov/expapi/activities/course")
    for kind in ("competency", "lms", "site", "discussion", "badge"):
        assert not can_be_offered(f"http://id.tincanapi.com/activitytype/{kind}")
    assert can_be_offered("http://vendor.example/nugget")
    assert can_be_offered("")


@pytest.mark.parametrize(
    ("timestamp", "seconds"),
    [
        ("1970-01-01T00:00:00Z", 0.0),
        ("2015-11-18T12:17:00", 1447849020.0),
        ("2015-11-18T12:17:00+00:00", 1447849020.0),
        ("2015-11-18T18:02:00+05:45", 1447849020.0),
        ("2015-11-18T18:02:00+0545", 1447849020.0),
        ("20151118T121700Z", 1447849020.0),
        ("2015-11-18T12:17", 1447849020.0),
        ("2015-11-18T12:17:00,25Z", 1447849020.25),
        ("2015-11-18T12:17:00.123456789Z", 1447849020.123456),
        ("0001-01-01T00:00:00+14:00", -62135647200.0),
        ("9999-12-31T23:59:59-12:00", 253402343999.0),
    ],
)
def test_timestamps_become_posix_seconds(timestamp: str, seconds: float) -> None:
    assert posix_sec(timestamp) == pytest.approx(seconds, abs=1e-6)


def test_a_timestamp_without_a_zone_does_not_depend_on_the_machines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        assert posix_sec("1970-01-01T00:00:00") == 0.0
    finally:
        monkeypatch.undo()
        time.tzset()


@given(st.datetimes(), st.integers(-14 * 60, 14 * 60))
def test_the_spelling_of_the_zone_does_not_matter(moment: datetime, minutes: int) -> None:
    zone = timezone(timedelta(minutes=minutes))
    shown = moment.replace(tzinfo=zone)
    text = shown.isoformat()
    expected = (moment - datetime(1970, 1, 1)) / timedelta(seconds=1) - minutes * 60  # noqa: DTZ001  both in the zone
    assert posix_sec(text) == pytest.approx(expected, abs=1e-4)
    if 2 < moment.year < 9998:
        assert posix_sec(shown.astimezone(UTC).isoformat()) == posix_sec(text)


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("PT0S", 0.0),
        ("PT1234S", 1234.0),
        ("PT03M15S", 195.0),
        ("PT1H0M0S", 3600.0),
        ("PT0.5H", 1800.0),
        ("PT4,92S", 4.92),
        ("P1D", 86_400.0),
        ("P2W", 1_209_600.0),
        ("P1Y2M3DT4H5M6.7S", (365 + 60 + 3) * 86_400 + 4 * 3600 + 5 * 60 + 6.7),
        ("PT" + "9" * 400 + "S", None),
        ("PT1.2.3S", None),
        ("three hours", None),
    ],
)
def test_durations_become_seconds(duration: str, seconds: float | None) -> None:
    found = duration_sec(duration)
    assert found == (seconds if seconds is None else pytest.approx(seconds))
    assert found is None or math.isfinite(found)
