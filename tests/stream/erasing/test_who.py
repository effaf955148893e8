"""Whose a message is, and until when it is there."""

from processors.identity import Pseudonyms, learner_keys
from schemas.codec import decode_json, encode_json
from schemas.erasure import Erased
from stream.erasing.logs import Found, words
from stream.erasing.who import Person, person_of
from stream.records import HOME_PAGE, TENANT

HOME = "https://lms.example.org"


def _person(tenant: str = "default") -> Person:
    secret = Pseudonyms(b"k" * 32, tenant)
    keys = [key for one in ("1001", "a@b.org") for key in learner_keys(one, secret, HOME)]
    return person_of([*keys, *keys], secret, HOME, "default")


def _by(**account: str) -> bytes:
    return encode_json({"actor": {"account": account}})


def test_each_key_once() -> None:
    assert len(_person().keys) == 3


def test_a_message_without_headers_is_the_installations_own_tenants() -> None:
    assert _person().is_named(_by(homePage=HOME, name="1001"), {})
    assert _person().is_named(_by(name="1001"), {})
    assert not _person().is_named(_by(homePage=HOME, name="1002"), {})
    assert not _person("globex").is_named(_by(homePage=HOME, name="1001"), {})


def test_a_message_of_another_tenant_names_others() -> None:
    raw = _by(homePage=HOME, name="1001")
    assert not _person().is_named(raw, {TENANT: b"globex"})
    assert _person("globex").is_named(raw, {TENANT: b"globex"})
    assert _person().is_named(encode_json({"learner": _person().keys[0]}), {TENANT: b"globex"})


def test_an_account_without_home_page_is_at_the_one_of_its_message() -> None:
    elsewhere = {HOME_PAGE: b"https://other.example.org"}
    assert not _person().is_named(_by(name="1001"), elsewhere)
    assert _person().is_named(_by(name="1001"), {HOME_PAGE: HOME.encode()})


def test_the_digest_does_not_depend_on_the_order() -> None:
    one, other = _person(), _person()
    turned = person_of(reversed(other.keys), other.pseudonyms, HOME, "default")
    assert one.digest == turned.digest
    assert one.digest not in one.keys


def test_the_word_and_the_tombstone_of_the_profile() -> None:
    key = _person().keys[0]
    barred, lifted = (
        Erased(learner=key, erased_at=1.0),
        Erased(learner=key, erased_at=1.0, readmitted_at=2.0),
    )
    word, tombstone = words("p.", [barred])
    assert (word.topic, word.key) == ("p.learner.profiles", f"erased:{key}".encode())
    assert decode_json(word.value or b"") == {"learner": key, "erased_at": 1.0}
    assert (tombstone.key, tombstone.value) == (key.encode(), None)
    assert len([*words("p.", [lifted])]) == 1
    assert _person().owns(word.key)
    assert not _person().owns(b"ab" * 16)
    assert not _person().owns(None)


def test_nothing_is_found_at_first() -> None:
    assert (Found().count, Found().newest, dict(Found().places)) == (0, None, {})
