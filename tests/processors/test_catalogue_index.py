from typing import Any

from processors.catalogue_index import CatalogueIndex, index_of
from processors.reference import Reference
from processors.rules import RemovalCode
from schemas.codec import hash64
from schemas.reference import Activity, Deadline


def catalogue(*activities: Activity) -> CatalogueIndex:
    reference = Reference()
    for activity in activities:
        reference.put(activity)
    return CatalogueIndex(reference)


def chain(name: str, *before: str, skill: str = "", **facts: Any) -> Activity:
    return Activity(id=name, prerequisites=before, skills=(skill,) if skill else (), **facts)


def ids(index: CatalogueIndex, skill: str) -> list[str]:
    return [entry.activity.id for entry in index.path[hash64(skill)].steps]


def ahead(index: CatalogueIndex, skill: str) -> dict[str, int]:
    path = index.path[hash64(skill)]
    known = ((index.entries[key], distance) for key, distance in path.ahead.items())
    return {entry.activity.id: distance for entry, distance in known if entry is not None}


def test_a_path_leads_back_from_what_teaches_the_skill() -> None:
    index = catalogue(
        chain("a"), chain("b", "a"), chain("c", "b", skill="s"), chain("x", skill="other")
    )
    assert ids(index, "s") == ["c", "b", "a"]
    assert ahead(index, "s") == {"b": 1, "a": 2}


def test_the_nearest_way_counts() -> None:
    index = catalogue(chain("a"), chain("b", "a", skill="s"), chain("c", "a", "b", skill="s"))
    assert ahead(index, "s") == {"a": 1, "b": 1}
    assert ids(index, "s") == ["b", "c", "a"]


def test_easier_activities_come_first() -> None:
    index = catalogue(
        chain("a", skill="s", difficulty=0.9),
        chain("b", skill="s"),
        chain("c", skill="s", difficulty=0.1),
    )
    assert ids(index, "s") == ["c", "b", "a"]


def test_cycles_come_to_an_end() -> None:
    index = catalogue(chain("a", "b"), chain("b", "a", skill="s"), chain("c", "c", skill="s"))
    assert ids(index, "s") == ["b", "c", "a"]
    assert ahead(index, "s") == {"a": 1, "c": 1, "b": 2}


def test_an_unknown_skill_has_an_empty_path() -> None:
    assert catalogue(chain("a")).path[hash64("nobody")].steps == ()


def test_openings_have_no_prerequisites_and_fit_the_role() -> None:
    index = catalogue(
        chain("a"),
        chain("b", "a"),
        Activity(id="c", withdrawn=True),
        Activity(id="d", audience=("clerk",)),
    )

    def openings(role: str) -> list[str]:
        return [entry.activity.id for entry in index.openings(role)]

    assert openings("clerk") == ["a", "d"]
    assert openings("analyst") == openings("") == ["a"]
    assert index.openings("analyst") is index.openings("unheard of"), "roles share what is equal"


def test_duties_bind_their_roles() -> None:
    mine, everybodys = Deadline(roles=("clerk",), due_at=1.0), Deadline(due_at=2.0)
    index = catalogue(Activity(id="a", deadlines=(mine, everybodys)))
    assert [deadline for _, deadline in index.duties["clerk"]] == [mine, everybodys]
    assert [deadline for _, deadline in index.duties[""]] == [everybodys]


def test_starts_are_in_order() -> None:
    index = catalogue(chain("a", valid_from=5.0), chain("b"), chain("c", valid_from=2.0))
    assert index.starts == [2.0, 5.0]


def test_rules_are_found_by_key() -> None:
    index = catalogue(chain("a", "b"))
    assert RemovalCode.PREREQUISITES in {rule.code for rule in index.rules[hash64("a")]}


def test_unknown_keys_are_not_remembered() -> None:
    index = catalogue(chain("a"))
    assert index.entries[7] is None
    assert len(index.entries) == 0


def test_a_change_of_the_reference_starts_a_new_index() -> None:
    reference = Reference()
    reference.put(chain("a", skill="s"))
    first = index_of(reference)
    assert index_of(reference) is first
    reference.put(chain("b", skill="s"))
    assert ids(index_of(reference), "s") == ["a", "b"]
    assert index_of(Reference()) is not index_of(reference)
