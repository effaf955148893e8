"""The API keeps its own word: schemathesis tries what OpenAPI says, and what it does not say."""

import pytest
import schemathesis
from harness.served import Served
from hypothesis import HealthCheck, given, settings
from schemathesis import Case
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

pytestmark = pytest.mark.stack

_EXAMPLES = 12
"""Of each operation."""
_FEWER = {"DELETE": 2}
"""Erasing looks through every store: seconds each."""
_OWN_TESTS = {"/v1/queue/stream"}
"""Answers that do not end."""
_BEYOND_SCHEMAS = {"/v1/feedback": [positive_data_acceptance]}
"""A rating belongs to what is rated: no schema of ours says that, the server does."""


@pytest.mark.timeout(600)
def test_the_api_does_what_it_says(served: Served) -> None:
    api = schemathesis.openapi.from_url(f"{served.server.url}/openapi.json")
    operations = [found.ok() for found in api.get_all_operations()]
    assert len(operations) > 3
    for operation in operations:
        if operation.path not in _OWN_TESTS:
            _try(operation, f"Bearer {served.all}")


def _try(operation: APIOperation, authorization: str) -> None:
    @given(operation.as_strategy())
    @settings(
        max_examples=_FEWER.get(operation.method.upper(), _EXAMPLES),
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Case) -> None:
        case.call_and_validate(
            headers={"Authorization": authorization},
            # wrong keys that come quickly are answered 429; test_security asks every route
            excluded_checks=[ignored_auth, *_BEYOND_SCHEMAS.get(operation.path, ())],
        )

    run()
