"""From the verbs that real senders use to the closed list of kinds.

Only a verb's IRI carries meaning; its display never does. Sources: the vocabularies of ADL,
cmi5, the video profile, TLA, Tin Can, Activity Streams, acrossX, DoD ISD, EDLM and vocab.xapi.fr.
"""

from functools import lru_cache

from schemas.kinds import Kind

_ADL = "http://adlnet.gov/expapi/verbs/"
_ADL2 = "https://w3id.org/xapi/adl/verbs/"
_TLA = "https://w3id.org/xapi/tla/verbs/"
_TINCAN = "http://id.tincanapi.com/verb/"
_STREAMS = "http://activitystrea.ms/schema/1.0/"
_VIDEO = "https://w3id.org/xapi/video/verbs/"
_ACROSSX = "https://w3id.org/xapi/acrossx/verbs/"
_ISD = "https://w3id.org/xapi/dod-isd/verbs/"
_FRENCH = "http://vocab.xapi.fr/verbs/"
_EDLM = "https://xapi.edlm/profiles/edlm-lms/concepts/verbs/"
_WAYE = "https://brindlewaye.com/xAPITerms/verbs/"

_VERBS: dict[Kind, tuple[str, ...]] = {
    Kind.LAUNCHED: (f"{_ADL}launched",),
    Kind.INITIALIZED: (f"{_ADL}initialized", f"{_STREAMS}start"),
    Kind.ATTEMPTED: (f"{_ADL}attempted",),
    Kind.VIEWED: (
        f"{_TINCAN}viewed",
        f"{_ADL}experienced",
        f"{_ISD}navigated",
        f"{_FRENCH}navigated-in",
        f"{_TINCAN}downloaded",
    ),
    Kind.VIDEO: (f"{_VIDEO}played", f"{_VIDEO}paused", f"{_VIDEO}seeked", f"{_ADL}interacted"),
    Kind.PROGRESSED: (f"{_ADL}progressed",),
    Kind.ANSWERED: (f"{_ADL}answered", f"{_ACROSSX}evaluated"),
    Kind.ASKED: (f"{_ADL}asked",),
    Kind.SUBMITTED: (f"{_STREAMS}submit",),
    Kind.SCORED: (
        f"{_ADL}scored",
        f"{_TLA}scored",
        f"{_TINCAN}earned",
        f"{_FRENCH}graded",
        f"{_ISD}assessed",
        "http://www.tincanapi.co.uk/verbs/evaluated",
    ),
    Kind.PASSED: (f"{_ADL}passed",),
    Kind.FAILED: (f"{_ADL}failed",),
    Kind.COMPLETED: (f"{_ADL}completed", f"{_FRENCH}marked-completion"),
    Kind.UNCOMPLETED: (f"{_EDLM}uncompleted",),
    Kind.MASTERED: (
        f"{_ADL}mastered",
        f"{_ADL2}satisfied",
        f"{_ADL2}waived",
        f"{_TLA}achieved",
    ),
    Kind.FORFEITED: (f"{_TLA}forfeited",),
    Kind.SUSPENDED: (f"{_ADL}suspended", f"{_TLA}suspended"),
    Kind.RESUMED: (f"{_ADL}resumed", f"{_TLA}resumed"),
    Kind.EXITED: (f"{_ADL}exited",),
    Kind.TERMINATED: (f"{_ADL}terminated",),
    Kind.ABANDONED: (f"{_ADL2}abandoned", f"{_TINCAN}skipped"),
    Kind.ENROLLED: (f"{_ADL}registered", f"{_EDLM}enrolled"),
    Kind.LEFT: (f"{_TINCAN}unregistered", "http://activitystrea.ms/leave"),
    Kind.SESSION: (
        f"{_ADL2}logged-in",
        f"{_ADL2}logged-out",
        f"{_EDLM}login",
        f"{_EDLM}logout",
        f"{_WAYE}loggedin",
        f"{_WAYE}loggedout",
    ),
    Kind.SOCIAL: (
        f"{_ACROSSX}posted",
        f"{_ACROSSX}edited",
        f"{_ACROSSX}reported",
        "https://w3id.org/xapi/openedx/verb/voted",
        f"{_TINCAN}replied",
        f"{_ADL}commented",
    ),
    Kind.VOIDED: (f"{_ADL}voided",),
}


def normalised(iri: str) -> str:
    """One spelling for the spellings that senders use for one concept; case is kept."""
    iri = iri.removesuffix("/")
    if iri.startswith("http://www.adlnet.gov/"):
        return "http://adlnet.gov/" + iri.removeprefix("http://www.adlnet.gov/")
    if iri.startswith("http://activitystrea.ms/"):
        return _STREAMS + iri.removeprefix("http://activitystrea.ms/").removeprefix("schema/1.0/")
    return iri


_KINDS = {normalised(verb): kind for kind, verbs in _VERBS.items() for verb in verbs}


@lru_cache(maxsize=4_096)
def kind_of(verb: str) -> Kind:
    """The kind of learning activity that a verb's IRI means; an unknown one is OTHER."""
    return _KINDS.get(normalised(verb), Kind.OTHER)
