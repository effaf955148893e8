"""The word that somebody is erased: round trips, refusals, and the JSON Schema beside it."""

from importlib.resources import files
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import decode_json, encode_json
from schemas.erasure import Erased, erased_from_json, erased_to_json, marked_learner, marker_key

SCHEMA = decode_json((files("schemas") / "json" / "erased.schema.json").read_bytes())
moments = st.floats(0, 1e10)
words = st.builds(
    Erased,
    learner=st.text("0123456789abcdef", min_size=1),
    erased_at=moments,
    readmitted_at=st.none() | moments,
)


@given(words)
def test_round_trip(word: Erased) -> None:
    plain = decode_json(encode_json(erased_to_json(word)))
    jsonschema_rs.validate(SCHEMA, plain)
    assert erased_from_json(plain | {"later": 1}) == word
    assert marked_learner(marker_key(word.learner)) == word.learner


def test_the_key_of_a_profile_is_no_mark() -> None:
    assert marked_learner("ab" * 16) is None


@pytest.mark.parametrize(
    "plain",
    [
        None,
        [],
        {},
        {"learner": "a"},
        {"erased_at": 1},
        {"learner": 1, "erased_at": 1},
        {"learner": "a", "erased_at": "now"},
    ],
)
def test_refusals(plain: Any) -> None:
    assert not jsonschema_rs.is_valid(SCHEMA, plain)
    with pytest.raises(ValueError, match="erased"):
        erased_from_json(plain)


def test_what_it_covers() -> None:
    barred = Erased(learner="a", erased_at=5.0)
    lifted = Erased(learner="a", erased_at=5.0, readmitted_at=7.0)
    assert (barred.is_barred, barred.covers(1e12)) == (True, True)
    assert (lifted.is_barred, lifted.covers(7.0), lifted.covers(7.1)) == (False, True, False)
