"""Where a command finds its services, and whom it speaks of."""

import os
import re
from functools import partial
from pathlib import Path

from processors.identity import learner_key, learner_keys
from schemas.errors import Unavailable
from stream.embedded.secret import pseudonym_key
from stream.embedded.stack import status
from stream.load.fields import LearnerKey
from stream.settings import Settings, settings_from, variable
from stream.wiring import pseudonyms

PATIENCE_SEC = 5.0
"""So long a command waits for a service, where nobody said otherwise."""
_KEY = re.compile(r"[0-9a-f]{32}")


def configured() -> Settings:
    """Settings as the environment has them, addresses still open.

    Raises:
        ConfigurationError: where a variable does not fit.
    """
    return settings_from(os.environ)


def with_services(settings: Settings) -> Settings:
    """`settings` with addresses and pseudonym key of the embedded stack where none were set.

    Raises:
        Unavailable: where an address is needed and no stack runs.
    """
    missing = [variable(name) for name in ("kafka", "redis") if not getattr(settings, name)]
    if not missing:
        return settings
    home = Path(settings.home)
    stack = status(home)
    if stack is None:
        raise Unavailable(
            f"nothing runs in {home}: start it with `stepstream up`, or set {' and '.join(missing)}"
        )
    return settings.with_(
        kafka=settings.kafka or stack.bootstrap_servers,
        redis=settings.redis or stack.redis_url,
        pseudonym_key=settings.pseudonym_key or pseudonym_key(home).hex(),
    )


def with_kafka(settings: Settings) -> Settings:
    """`settings` with Kafka's address, for what needs nothing else; errors as `with_services`."""
    return settings if settings.kafka else with_services(settings)


def services() -> Settings:
    """Settings with which everything can be reached, and a command's patience.

    Raises:
        ConfigurationError: where a variable does not fit.
        Unavailable: where no address is known.
    """
    settings = configured()
    if variable("patience_sec") not in os.environ:
        settings = settings.with_(patience_sec=PATIENCE_SEC)
    return with_services(settings)


def keys_of(learner: str, settings: Settings) -> tuple[str, ...]:
    """Keys under which a learner, typed as key or identifier, may be known; the usual one first.

    Raises:
        ConfigurationError: where the identifier cannot be told, or the pseudonym key is missing.
    """
    if _KEY.fullmatch(learner.strip().lower()):
        return (learner.strip().lower(),)
    return learner_keys(learner, pseudonyms(settings), settings.home_page)


def key_maker(settings: Settings) -> LearnerKey:
    """From a typed identifier to the learner key, as files of reference data need it.

    Raises:
        ConfigurationError: where the pseudonym key is missing.
    """
    secret = pseudonyms(settings)
    return partial(learner_key, pseudonyms=secret, home_page=settings.home_page)
