"""API keys: what is kept, what is recognised, what a header says."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_json, encode_json
from schemas.errors import ConfigurationError
from serving.access.credentials import Credentials, credentials_of
from serving.access.feed import take_key
from serving.access.keys import (
    ApiKey,
    Denial,
    Keyring,
    Scope,
    check_id,
    digest_of,
    key_from_json,
    key_to_json,
)
from stream.records import Record

TEXT = st.text(min_size=1, max_size=30)


def key(**changes: object) -> ApiKey:
    given = {"id": "lms", "digest": digest_of("s"), "tenant": "acme", "scopes": (Scope.PUBLISH,)}
    return ApiKey(**given | changes)  # type: ignore[arg-type]


@given(TEXT, TEXT, st.lists(st.sampled_from(Scope), unique=True), st.booleans())
def test_a_key_survives_its_topic(tenant: str, name: str, scopes: list[Scope], flag: bool) -> None:
    made = key(tenant=tenant, name=name, scopes=tuple(scopes), lenient=flag)
    assert key_from_json(decode_json(encode_json(key_to_json(made)))) == made


def test_newer_fields_are_ignored_and_unknown_scopes_are_not() -> None:
    told = key_to_json(key())
    assert key_from_json(told | {"colour": "blue"}) == key()
    with pytest.raises(ValueError, match="everything"):
        key_from_json(told | {"scopes": ["everything"]})


def test_nothing_that_is_shown_holds_the_secret_or_its_hash() -> None:
    assert digest_of("s") not in repr(key())
    assert digest_of("s") != digest_of("S")


def test_who_is_recognised() -> None:
    ring = Keyring()
    ring.put(key(expires_at=100.0))
    assert ring.recognise("lms", "s", 99.0) == key(expires_at=100.0)
    assert ring.recognise("lms", "s", 100.0) is Denial.EXPIRED
    assert ring.recognise("lms", "t", 99.0) is Denial.WRONG_KEY
    assert ring.recognise("lms", "", 99.0) is Denial.WRONG_KEY
    assert ring.recognise("other", "s", 99.0) is Denial.WRONG_KEY
    ring.drop("lms")
    assert ring.recognise("lms", "s", 99.0) is Denial.WRONG_KEY


def record(key_id: str, value: bytes | None) -> Record:
    return Record("access.keys", 0, 0, 0.0, value, key_id.encode())


@pytest.mark.parametrize(
    "bad", [None, b"", b"no json", b"[]", b"{}", b'{"id": "lms"}', b'{"id":"lms","scopes":[1]}']
)
def test_what_is_no_key_takes_the_key_away(bad: bytes | None) -> None:
    ring = Keyring()
    take_key(ring, record("lms", encode_json(key_to_json(key()))))
    assert len(ring) == 1
    take_key(ring, record("lms", bad))
    assert len(ring) == 0


def test_a_key_under_another_keys_name_is_none() -> None:
    ring = Keyring()
    take_key(ring, record("other", encode_json(key_to_json(key()))))
    assert len(ring) == 0


@given(st.text(alphabet="abcdef0123456789-_", min_size=1, max_size=20), TEXT)
def test_both_schemes_say_the_same(key_id: str, secret: str) -> None:
    secret = secret.strip() or "x"
    basic = b64encode(f"{key_id}:{secret}".encode()).decode()
    assert credentials_of(f"Basic {basic}") == Credentials(key_id, secret)
    assert credentials_of(f"bearer {key_id}.{secret}") == Credentials(key_id, secret)


@given(st.text(max_size=60))
def test_any_header_is_read_or_not_but_never_fails(header: str) -> None:
    for scheme in ("", "Basic ", "Bearer "):
        found = credentials_of(scheme + header)
        assert found is None or all(found)


def test_a_header_without_end_is_not_read() -> None:
    assert credentials_of("Bearer a." + "x" * 2000) is None


@pytest.mark.parametrize("text", ["", "A", "a b", "a.b", "a:b", "x" * 65, "ä", "a\n"])
def test_ids_that_cannot_be(text: str) -> None:
    with pytest.raises(ConfigurationError):
        check_id(text)
