"""Who sends a request: the key that its `Authorization` proves, within its rate."""

from collections.abc import MutableMapping
from typing import Any

from serving.access.credentials import credentials_of
from serving.access.guards import CALLER
from serving.access.keys import ApiKey, Denial
from serving.access.limits import Rate
from serving.engine import Engine
from serving.problems import Problem
from stream import clock

_WRONG_KEYS = Rate(per_sec=1.0, burst=20)
"""Wrong keys from one address; right ones from there pass all the same."""


def recognise(engine: Engine, scope: MutableMapping[str, Any], header: str) -> None:
    """Leave the caller, or what is wrong, in `scope`; the routes decide what they need.

    Args:
        engine: knows the keys and counts.
        scope: of ASGI.
        header: what `Authorization` says.

    Raises:
        Problem: 429 where the key, or the address that has no right one, must wait.
    """
    found = credentials_of(header)
    caller: ApiKey | Denial = Denial.WRONG_KEY
    if found is not None:
        caller = engine.keyring.recognise(found.id, found.secret, engine.now())
    scope[CALLER] = caller
    if isinstance(caller, ApiKey):
        bucket, rate = f"key {caller.id}", Rate(caller.rate, caller.burst)
    else:
        bucket, rate = f"address {(scope.get('client') or ('',))[0]}", _WRONG_KEYS
    if wait := engine.limiter.wait_for(bucket, rate, clock.monotonic()):
        engine.denied(Denial.RATE, scope)
        seconds = str(max(1, round(wait + 0.5)))
        raise Problem(429, "rate", "too many requests: wait", {"Retry-After": seconds})
