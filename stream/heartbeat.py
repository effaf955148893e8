"""Whether a process gets on with its work: a time in its metrics, and who asks for it.

The endpoint of metrics is a thread of its own and answers also while the rest stands still; so what
counts is when the work itself last came round, which the work writes down.
"""

import re
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.request import urlopen

from schemas.errors import Unavailable
from stream.settings import Settings

_LINE = re.compile(rb"^stepstream_heartbeat_seconds (\S+)$", re.MULTILINE)
_ANSWER_SEC = 3.0
_BEAT_SEC = 1.0
_ANYWHERE = {"", "0.0.0.0", "::"}  # noqa: S104  to be recognised, not to be listened on


def metrics_url(settings: Settings) -> str:
    """Where this machine reaches the metrics of a process with `settings`.

    Its host is loopback where the process listens on every address.
    """
    host = "127.0.0.1" if settings.metrics_host in _ANYWHERE else settings.metrics_host
    return f"http://{host}:{settings.metrics_port}/metrics"


def age_of_beat(url: str, now: float) -> float:
    """Seconds since the process whose metrics are at `url` last came round to its work.

    Raises:
        Unavailable: where it does not answer, or has not begun.
    """
    found = _LINE.search(_asked(url))
    if found is None or not float(found[1]):
        raise Unavailable(f"{url} tells of no work: the process has not begun, or is another one")
    return max(0.0, now - float(found[1]))


def check_answers(url: str) -> None:
    """Returns where `url` answers with a 2xx code.

    Raises:
        Unavailable: where it does not; says what it answered.
    """
    _asked(url)


def _asked(url: str) -> bytes:
    try:
        with urlopen(url, timeout=_ANSWER_SEC) as answer:  # noqa: S310  the caller checks its scheme
            return bytes(answer.read())
    except HTTPError as error:
        with error:
            raise Unavailable(f"{url} answers {error.code}: not healthy") from error
    except (OSError, HTTPException) as error:
        raise Unavailable(f"{url} does not answer: not healthy") from error
