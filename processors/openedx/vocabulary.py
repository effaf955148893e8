"""Names of things in xAPI, as event-routing-backends uses them."""

_ADL = "http://adlnet.gov/expapi"
_ACROSSX = "https://w3id.org/xapi/acrossx"
_OPENEDX = "https://w3id.org/xapi/openedx"
_TINCAN = "http://id.tincanapi.com"
_VIDEO = "https://w3id.org/xapi/video"

ASKED = f"{_ADL}/verbs/asked", "asked"
ATTEMPTED = f"{_ADL}/verbs/attempted", "attempted"
COMPLETED = f"{_ADL}/verbs/completed", "completed"
DELETED = "https://w3id.org/xapi/dod-isd/verbs/deleted", "deleted"
EARNED = f"{_TINCAN}/verb/earned", "earned"
EDITED = f"{_ACROSSX}/verbs/edited", "edited"
EVALUATED = f"{_ACROSSX}/verbs/evaluated", "evaluated"
FAILED = f"{_ADL}/verbs/failed", "failed"
INITIALIZED = f"{_ADL}/verbs/initialized", "initialized"
INTERACTED = f"{_ADL}/verbs/interacted", "interacted"
NAVIGATED = "https://w3id.org/xapi/dod-isd/verbs/navigated", "navigated"
PASSED = f"{_ADL}/verbs/passed", "passed"
PAUSED = f"{_VIDEO}/verbs/paused", "paused"
PLAYED = f"{_VIDEO}/verbs/played", "played"
POSTED = f"{_ACROSSX}/verbs/posted", "posted"
PROGRESSED = f"{_ADL}/verbs/progressed", "progressed"
REGISTERED = f"{_ADL}/verbs/registered", "registered"
REPORTED = f"{_ACROSSX}/verbs/reported", "reported"
SEEKED = f"{_VIDEO}/verbs/seeked", "seeked"
TERMINATED = f"{_ADL}/verbs/terminated", "terminated"
UNREGISTERED = f"{_TINCAN}/verb/unregistered", "unregistered"
UNREPORTED = f"{_OPENEDX}/verb/unreported", "unreported"
VIEWED = f"{_TINCAN}/verb/viewed", "viewed"
VOTED = f"{_OPENEDX}/verb/voted", "voted"

ATTEMPT = f"{_ADL}/activities/attempt"
COURSE = f"{_ADL}/activities/course"
DISCUSSION = f"{_TINCAN}/activitytype/discussion"
EXAM = f"{_OPENEDX}/activity/{{}}-assessment"
HINT = f"{_ACROSSX}/extensions/supplemental-info"
INTERACTION = f"{_ADL}/activities/cmi.interaction"
LINK = f"{_ADL}/activities/link"
MODULE = f"{_ADL}/activities/module"
QUESTION = f"{_ADL}/activities/question"
RESOURCE = f"{_TINCAN}/activitytype/resource"
SOLUTION = f"{_TINCAN}/activitytype/solution"
VIDEO = f"{_VIDEO}/activity-type/video"

ATTEMPT_COMPLETED = f"{_OPENEDX}/extension/attempt-completed"
ATTEMPT_ID = f"{_TINCAN}/extension/attempt-id"
ATTEMPT_STARTED = f"{_OPENEDX}/extension/attempt-started"
CAPTIONS = f"{_VIDEO}/extensions/cc-enabled"
DURATION = f"{_TINCAN}/extension/duration"
ENDING_POINT = f"{_TINCAN}/extension/ending-point"
GRADE = "http://www.tincanapi.co.uk/activitytypes/grade_classification"
KIND = f"{_ACROSSX}/extensions/type"
LENGTH = f"{_VIDEO}/extensions/length"
PROGRESS = "https://w3id.org/xapi/cmi5/result/extensions/progress"
SESSION = f"{_OPENEDX}/extensions/session-id"
SPEED_FROM = f"{_OPENEDX}/extension/speed-from"
SPEED_TO = f"{_OPENEDX}/extension/speed-to"
STARTING_POSITION = f"{_TINCAN}/extension/starting-position"
TIME = f"{_VIDEO}/extensions/time"
TIME_FROM = f"{_VIDEO}/extensions/time-from"
TIME_LIMIT = f"{_ACROSSX}/extensions/time-limit"
TIME_TO = f"{_VIDEO}/extensions/time-to"
TOTAL_ITEMS = f"{_ACROSSX}/extensions/total-items"

INTERACTION_TYPES = {
    "choiceresponse": "choice",
    "choicetextresponse": "choice",
    "multiplechoiceresponse": "choice",
    "optionresponse": "choice",
    "numericalresponse": "numeric",
    "stringresponse": "fill-in",
    "formularesponse": "fill-in",
    "truefalseresponse": "true-false",
}
"""By how a problem of Open edX takes its answer; all others are "other"."""
