"""What is asked of the statements resource, in whichever of its ways HTTP says it.

Pure: a request as it came in, a request as it is meant out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl
from uuid import UUID

from serving.problems import Problem
from serving.xapi.versions import major_of

_AS_HEADERS = frozenset(
    {
        "authorization",
        "x-experience-api-version",
        "content-type",
        "content-length",
        "if-match",
        "if-none-match",
    }
)
"""Fields of a form that stand for headers (xAPI 1.0.3, Communication 1.3)."""
_MOST_FIELDS = 32
STORING = frozenset({"PUT", "POST"})
_METHODS = STORING | {"GET", "HEAD", "DELETE"}
STATEMENT_ID = "statementId"


@dataclass(frozen=True, slots=True)
class Sent:
    """A request."""

    method: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes


def is_folded(method: str, query: Sequence[tuple[str, str]]) -> bool:
    """Whether a request uses the alternate request syntax: a POST that means another request."""
    return method == "POST" and any(name == "method" for name, _ in query)


def unfolded(sent: Sent) -> Sent:
    """The request that a POST of the alternate request syntax means; any other one as it is.

    The version may be named in the form, so it is not looked at here. Of what stores nothing only
    the method is told.

    Raises:
        Problem: 400, where the form or the parameters do not fit.
    """
    if not is_folded(sent.method, sent.query):
        return sent
    (name, method), *more = sent.query
    if more or name != "method" or method.upper() not in _METHODS:
        raise _bad_form("the URL must name the method, a known one, and nothing else")
    if method.upper() not in STORING:
        return Sent(method.upper(), [], sent.headers, b"")
    fields = _fields(sent.body)
    headers = {name.lower(): text for name, text in fields.items() if name.lower() in _AS_HEADERS}
    query = [
        (name, text)
        for name, text in fields.items()
        if name != "content" and name.lower() not in _AS_HEADERS
    ]
    kept = {name: text for name, text in sent.headers.items() if name not in _OF_THE_FORM}
    content = fields.get("content", "").encode()
    if not content:
        raise _bad_form("the field content must hold what is to be stored")
    return Sent(method.upper(), query, kept | headers, content)


_OF_THE_FORM = frozenset({"content-type", "content-length"})


def _fields(body: bytes) -> dict[str, str]:
    try:
        text = body.decode()
        pairs = parse_qsl(text, True, True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        raise _bad_form("the body must be form-encoded (name=value&..., UTF-8)") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _bad_form("a field must not come twice")
    return fields


def _bad_form(what: str) -> Problem:
    return Problem(400, "bad_form", f"alternate request syntax: {what}")


def check_version(sent: Sent, *, folded: bool, lenient: bool = False) -> None:
    """Look at the version of a request, which was unfolded or not; see `major_of`.

    Raises:
        Problem: 400, where the version does not fit.
    """
    if major_of(sent.headers, lenient=lenient) > 1 and folded:
        raise _bad_form("xAPI 2.0 has done away with it, send the request itself")


def wanted_id(sent: Sent) -> str | None:
    """The id that a PUT gives its statement, as it was sent; None for a POST.

    Raises:
        Problem: 400, where the parameters do not fit the method.
    """
    names = [name for name, _ in sent.query]
    allowed = [STATEMENT_ID] if sent.method == "PUT" else []
    unknown = sorted({name for name in names if name not in allowed})
    if unknown:
        raise Problem(
            400,
            "unknown_parameter",
            f"{sent.method} takes {'only ' + STATEMENT_ID if allowed else 'no parameter'}: "
            f"remove {', '.join(name[:40] for name in unknown[:5])}",
        )
    if not allowed:
        return None
    if len(names) != 1:
        raise Problem(400, "no_statement_id", f"PUT wants the parameter {STATEMENT_ID} once")
    return _uuid(sent.query[0][1])


def _uuid(text: str) -> str:
    try:
        if str(UUID(text)) == text.lower():
            return text
    except ValueError:
        pass
    raise Problem(400, "bad_uuid", f"{STATEMENT_ID} must be a UUID in its standard form")
