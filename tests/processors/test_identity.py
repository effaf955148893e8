from hashlib import sha1

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.identity import (
    Pseudonyms,
    identifier_of,
    learner_key,
    learner_keys,
    typed_identifier,
)
from schemas.errors import ConfigurationError

PSEUDONYMS = Pseudonyms(b"k" * 32)
HOME = "http://lms.example"
TEXT = st.text(st.characters(codec="utf-8"), min_size=1)
MAILBOXES = st.emails().map("mailto:{}".format)


def key_of(**actor: object) -> str:
    return PSEUDONYMS.learner(identifier_of(actor))


def sha(text: str) -> str:
    return sha1(text.encode(), usedforsecurity=False).hexdigest()


@given(MAILBOXES, st.booleans())
def test_a_mailbox_and_its_hash_are_one_learner(mbox: str, upper: bool) -> None:
    hashed = sha(mbox)
    assert key_of(mbox=mbox) == key_of(mbox_sha1sum=hashed.upper() if upper else hashed)


@given(TEXT, TEXT)
def test_a_name_or_a_role_says_nothing_about_who_it_is(name: str, other: str) -> None:
    account = {"homePage": HOME, "name": "1001"}
    assert key_of(name=name, account=account) == key_of(objectType="Agent", account=account)
    assert (key_of(account=account) == key_of(account={**account, "name": other})) == (
        other == "1001"
    )


def test_the_parts_of_an_account_do_not_run_into_each_other() -> None:
    one = identifier_of({"account": {"homePage": "http://a", "name": "b|c"}})
    two = identifier_of({"account": {"homePage": "http://a/b", "name": "c"}})
    assert one != two


def test_a_key_is_pseudonymous_and_depends_on_secret_and_tenant() -> None:
    identifier = identifier_of({"openid": "http://mary.example"})
    key = PSEUDONYMS.learner(identifier)
    assert len(key) == 32
    assert int(key, 16) >= 0
    others = (
        Pseudonyms(b"K" * 32).learner(identifier),
        Pseudonyms(b"k" * 32, "acme").learner(identifier),
    )
    assert key not in others


def test_tenant_and_identifier_do_not_run_into_each_other() -> None:
    assert Pseudonyms(b"k" * 32, "a").learner("bc") != Pseudonyms(b"k" * 32, "ab").learner("c")


@given(TEXT, TEXT, TEXT)
def test_a_tenant_knows_its_own_keys(one: str, other: str, identifier: str) -> None:
    mine, theirs = Pseudonyms(b"k" * 32, one), Pseudonyms(b"k" * 32, other)
    key = mine.learner(identifier)
    assert mine.owns(key)
    assert theirs.owns(key) == (one == other)
    assert not Pseudonyms(b"K" * 32, one).owns(key)
    for wrong in (key[:-1], key + "0", key.upper() + "G", key[:-1] + "\n", key + "\n", ""):
        assert not mine.owns(wrong)


@pytest.mark.parametrize("key", [b"", b"k" * 15, b"k" * 65])
def test_a_secret_of_the_wrong_length_is_refused(key: bytes) -> None:
    with pytest.raises(ConfigurationError, match="16 to 64 bytes"):
        Pseudonyms(key)


def test_an_anonymous_group_has_no_identifier() -> None:
    assert identifier_of({"objectType": "Group", "member": [{"openid": "http://a"}]}) == ""


@pytest.mark.parametrize(
    ("typed", "actor"),
    [
        ("1001", {"account": {"homePage": HOME, "name": "1001"}}),
        (" 1001 ", {"account": {"homePage": HOME, "name": "1001"}}),
        ("http://x.example|a|b", {"account": {"homePage": "http://x.example", "name": "a|b"}}),
        ("http://x.example|a@b.c", {"account": {"homePage": "http://x.example", "name": "a@b.c"}}),
        ("mary@example.com", {"mbox": "mailto:mary@example.com"}),
        ("mailto:mary@example.com", {"mbox": "mailto:mary@example.com"}),
        ("https://mary.example/@me", {"openid": "https://mary.example/@me"}),
    ],
)
def test_what_a_person_types_is_what_an_lms_sends(typed: str, actor: dict[str, object]) -> None:
    assert learner_key(typed, PSEUDONYMS, HOME) == key_of(**actor)


def test_a_bare_name_needs_a_home_page() -> None:
    with pytest.raises(ConfigurationError, match="homePage"):
        typed_identifier("1001")
    with pytest.raises(ConfigurationError):
        typed_identifier("  ", HOME)


def test_what_open_edx_hashes_is_found_too() -> None:
    keys = learner_keys("mailto:mary@example.com", PSEUDONYMS)
    assert keys == (
        key_of(mbox="mailto:mary@example.com"),
        key_of(mbox_sha1sum=sha("mary@example.com")),
    )
    assert learner_keys("1001", PSEUDONYMS, HOME) == (learner_key("1001", PSEUDONYMS, HOME),)
    assert len(learner_keys("http://x.example|a@b.c", PSEUDONYMS)) == 1
