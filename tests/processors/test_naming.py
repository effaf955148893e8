"""Who is named in bytes: in every place, in every form, and in what is no JSON."""

from hashlib import sha1
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.identity import Pseudonyms, account, identifier_of, mailbox
from processors.naming import identifiers_in, keys_in
from schemas.codec import encode_json

HOME, MAIL, OPENID = "https://lms.example.org", "ada@example.org", "https://id.example.org/ada"
SUMS = [sha1(text.encode(), usedforsecurity=False).hexdigest() for text in ("mailto:" + MAIL, MAIL)]
FORMS = {
    "account": {"account": {"homePage": HOME, "name": "1001"}},
    "mbox": {"mbox": f"mailto:{MAIL}"},
    "sha1 of the IRI": {"mbox_sha1sum": SUMS[0].upper()},
    "sha1 of the address": {"mbox_sha1sum": SUMS[1]},
    "openid": {"openid": OPENID},
}
PLACES: dict[str, Any] = {
    "actor": lambda one: {"actor": one},
    "object": lambda one: {"object": {"objectType": "Agent"} | one},
    "instructor": lambda one: {"context": {"instructor": one}},
    "team": lambda one: {"context": {"team": {"objectType": "Group", "member": [one]}}},
    "group": lambda one: {"actor": {"objectType": "Group", "name": "t"} | one},
    "members": lambda one: {"actor": {"objectType": "Group", "member": [{}, one]}},
    "sub-statement": lambda one: {"object": {"objectType": "SubStatement", "actor": one}},
    "context agents": lambda one: {"context": {"contextAgents": [{"agent": one}]}},
    "context groups": lambda one: {"context": {"contextGroups": [{"group": {"member": [one]}}]}},
    "authority": lambda one: {"authority": one},
    "a batch": lambda one: [{}, {"actor": one}],
}
SECRET = Pseudonyms(b"k" * 32)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("form", FORMS)
def test_every_form_in_every_place(place: str, form: str) -> None:
    raw = encode_json(PLACES[place](FORMS[form]))
    assert identifier_of(FORMS[form]) in identifiers_in(raw)
    assert SECRET.learner(identifier_of(FORMS[form])) in keys_in(raw, SECRET)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_json_is_searched_too(form: str) -> None:
    torn = encode_json({"actor": FORMS[form]})[:-1] + b', "verb"'
    assert identifier_of(FORMS[form]) in identifiers_in(torn)


def test_an_account_in_torn_json_may_be_written_either_way() -> None:
    turned = b'{"account": {"name" : "1001",\n "homePage":"https://lms.example.org"}, '
    assert account(HOME, "1001") in identifiers_in(turned)


def test_both_hashes_of_an_address_in_free_text() -> None:
    found = identifiers_in(encode_json({"result": {"response": f"write to {MAIL}, please"}}))
    assert found == {mailbox("mailto:" + MAIL), mailbox(MAIL)}


def test_an_account_without_home_page_is_at_the_senders() -> None:
    raw = encode_json({"actor": {"account": {"name": "1001"}}})
    assert identifiers_in(raw) == set()
    assert identifiers_in(raw, HOME) == {account(HOME, "1001")}


def test_a_learner_key_is_found_as_it_is() -> None:
    key = SECRET.learner(mailbox("mailto:" + MAIL))
    assert keys_in(encode_json({"learner": key}), SECRET) == {key}


def test_depth_is_no_hiding_place() -> None:
    raw = b'{"a":[' * 400 + encode_json(FORMS["account"]) + b"]}" * 400
    assert identifiers_in(raw) == {account(HOME, "1001")}


@given(st.binary(max_size=300))
def test_whatever_comes_is_survived(raw: bytes) -> None:
    identifiers_in(raw, HOME)


@given(
    st.recursive(
        st.none()
        | st.integers(-9, 9)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        lambda some: (
            st.lists(some, max_size=3)
            | st.dictionaries(
                st.sampled_from(["account", "mbox", "openid", "name", "homePage", "x"]), some
            )
        ),
        max_leaves=12,
    )
)
def test_whatever_json_says_is_survived(value: Any) -> None:
    identifiers_in(encode_json(value), HOME)
