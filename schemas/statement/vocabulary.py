"""IRIs that carry meaning beside the verbs: activity types and extensions."""

from functools import lru_cache

from schemas.statement.verbs import normalised

EXT_CMI5_PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
"""0 to 100."""
EXT_VIDEO_PROGRESS = "https://w3id.org/xapi/video/extensions/progress"
"""0 to 1."""
EXT_SESSIONS = (
    "https://w3id.org/xapi/cmi5/context/extensions/sessionid",
    "https://w3id.org/xapi/video/extensions/session-id",
    "https://w3id.org/xapi/openedx/extensions/session-id",
)
EXT_OPENEDX = "https://w3id.org/xapi/openedx/extension/transformer-version"
"""Present in every statement that Open edX makes."""
EXT_MOODLE_INFO = "http://lrs.learninglocker.net/define/extensions/info"
"""Moodle's plug-in names the event here, under `event_name`."""

H5P_LIBRARY = "http://h5p.org/libraries/"
H5P_COMPOUNDS = (
    "H5P.BranchingScenario-",
    "H5P.Column-",
    "H5P.CoursePresentation-",
    "H5P.InteractiveBook-",
    "H5P.InteractiveVideo-",
    "H5P.Questionnaire-",
    "H5P.QuestionSet-",
    "H5P.SingleChoiceSet-",
)
"""H5P libraries whose parts report their own answers; the library's version follows the dash."""

_ADL = "http://adlnet.gov/expapi/activities/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"
_TINCAN = "http://id.tincanapi.com/activitytype/"
_FRENCH = "http://vocab.xapi.fr/activities/"
_OPENEDX = "https://w3id.org/xapi/openedx/activity/"
_TLA = "https://w3id.org/xapi/tla/activity-types/"
_CMI5 = "https://w3id.org/xapi/cmi5/activitytype/"

_TYPES: dict[str, tuple[str, ...]] = {
    "course": (f"{_ADL}course", f"{_CMI5}course", f"{_FRENCH}course", f"{_TLA}content_set"),
    "module": (f"{_ADL}module", f"{_CMI5}block", f"{_FRENCH}module", f"{_TINCAN}chapter"),
    "lesson": (f"{_ADL}lesson", f"{_TINCAN}slide-deck", f"{_TINCAN}tutor-session"),
    "video": ("https://w3id.org/xapi/video/activity-type/video", f"{_STREAMS}video"),
    "audio": (f"{_STREAMS}audio", "https://w3id.org/xapi/audio/activity-type/audio"),
    "media": (f"{_ADL}media",),
    "reading": (
        f"{_STREAMS}article",
        f"{_STREAMS}page",
        f"{_TINCAN}book",
        f"{_TINCAN}document",
        f"{_TINCAN}ebook",
    ),
    "quiz": (
        f"{_ADL}assessment",
        f"{_TLA}assessment",
        f"{_TINCAN}unit-test",
        f"{_FRENCH}quiz",
        f"{_OPENEDX}practice-assessment",
        f"{_OPENEDX}proctored-assessment",
        f"{_OPENEDX}timed-assessment",
    ),
    "question": (f"{_ADL}cmi.interaction", f"{_ADL}question", f"{_ADL}interaction"),
    "assignment": (f"{_TINCAN}school-assignment", f"{_FRENCH}assignment"),
    "lab": (f"{_ADL}performance",),
    "simulation": (f"{_ADL}simulation",),
    "game": (f"{_STREAMS}game", f"{_TINCAN}game"),
    "link": (f"{_ADL}link",),
    "file": (f"{_ADL}file", f"{_STREAMS}file"),
    "resource": (f"{_TINCAN}resource", f"{_TLA}activity"),
    "workshop": (f"{_ADL}meeting", f"{_FRENCH}face-to-face", f"{_TINCAN}conference"),
    "webinar": (f"{_TINCAN}webinar", f"{_FRENCH}live-session"),
    "survey": (f"{_TINCAN}survey", f"{_FRENCH}survey"),
    "discussion": (f"{_TINCAN}discussion", f"{_TINCAN}forum-topic", f"{_FRENCH}forum"),
}
_CONTENTS = {normalised(iri): content for content, iris in _TYPES.items() for iri in iris}
_SKILLS = frozenset({"competency", "competence", "skill"})
_NEVER_OFFERED = frozenset(
    {
        "application",
        "attempt",
        "badge",
        "career",
        "career_state",
        "category",
        "certificate",
        "comment",
        "credential",
        "group",
        "job_duty_gig",
        "lms",
        "objective",
        "person",
        "profile",
        "review",
        "server",
        "site",
        "software-application",
        "solution",
        "source",
        "supplemental-info",
        "tag",
        "user-profile",
    }
)
_MOST_TYPES = 4_096
_TALK = ("discussion", "survey")


@lru_cache(_MOST_TYPES)
def content_of(activity_type: str) -> str:
    """The kind of content that an activity type's IRI means; "" where it is unknown."""
    return _CONTENTS.get(normalised(activity_type), "")


@lru_cache(_MOST_TYPES)
def is_skill(activity_type: str) -> bool:
    """Does this activity type name a competency rather than something to do?

    Vocabularies agree on the last word of the IRI only (TLA, ADL, CATCH, cred).
    """
    return _last_word(activity_type) in _SKILLS


@lru_cache(_MOST_TYPES)
def can_be_offered(activity_type: str) -> bool:
    """Could a learner be sent to an activity of this type to learn? Unknown types could."""
    word = _last_word(activity_type)
    return not (word in _NEVER_OFFERED or word in _SKILLS or content_of(activity_type) in _TALK)


def _last_word(iri: str) -> str:
    return iri.removesuffix("/").rpartition("/")[2].lower()
