from schemas.codec import decode_json
from schemas.reference import Activity, LearnerProfile, RoleRequirement
from stream.load import Loaded
from stream.log import Message
from stream.records import Record
from stream.reference_changes import Changes, changes, newest, values_of

ACTIVITIES, PROFILES, ROLES = "catalog.activities", "learner.profiles", "role.requirements"


def loaded(*activities: Activity, profiles: tuple[LearnerProfile, ...] = ()) -> Loaded:
    roles = (RoleRequirement(role="analyst", skills={"SQL": 0.8}),)
    return Loaded(activities=activities, profiles=profiles, requirements=roles)


def record(topic: str, offset: int, key: str, value: bytes | None) -> Record:
    return Record(topic, 0, offset, 1.0, value, key.encode())


def by_topic(found: list[Changes]) -> dict[str, Changes]:
    return {change.topic.name: change for change in found}


A, B = Activity(id="urn:a", title="A"), Activity(id="urn:b", title="B")


def test_everything_is_new_to_an_empty_topic() -> None:
    found = by_topic(changes(values_of(loaded(A, B)), {}, prune=True))
    assert found[ACTIVITIES].new.keys() == {b"urn:a", b"urn:b"}
    messages = list(found[ROLES].messages("p."))
    assert [(m.topic, m.key) for m in messages] == [("p.role.requirements", b"analyst")]
    assert decode_json(messages[0].value or b"") == {"role": "analyst", "skills": {"SQL": 0.8}}


def test_what_is_held_already_is_not_sent_again() -> None:
    held = values_of(loaded(A, B))
    renamed = Activity(id="urn:b", title="B, second edition")
    found = by_topic(changes(values_of(loaded(A, renamed)), held, prune=False))
    assert found[ACTIVITIES].same == 1
    assert [m.key for m in found[ACTIVITIES].messages("")] == [b"urn:b"]
    assert list(found[ROLES].messages("")) == []


def test_pruning_withdraws_what_no_file_names() -> None:
    held = values_of(loaded(A, B))
    assert by_topic(changes(values_of(loaded(A)), held, prune=False))[ACTIVITIES].withdrawn == []
    pruned = by_topic(changes(values_of(loaded(A)), held, prune=True))[ACTIVITIES]
    assert list(pruned.messages("p.")) == [Message("p.catalog.activities", None, b"urn:b")]


def test_pruning_leaves_observed_activities_and_kinds_that_no_file_holds() -> None:
    held = values_of(loaded(A, profiles=(LearnerProfile(learner="k" * 32),)))
    held[ACTIVITIES][b"observed:urn:c"] = b"{}"
    found = by_topic(changes(values_of(loaded(B)), held, prune=True))
    assert found[ACTIVITIES].withdrawn == [b"urn:a"]
    assert found[PROFILES].withdrawn == []


def test_the_newest_value_of_a_key_counts() -> None:
    topic = f"p.{ACTIVITIES}"
    records = [
        record(topic, 0, "urn:a", b"1"),
        record(topic, 1, "urn:b", b"2"),
        record(topic, 2, "urn:a", b"3"),
        record(topic, 3, "urn:b", None),
        record(f"p.{ROLES}", 0, "analyst", b"4"),
    ]
    held = newest(records, "p.")
    assert held == {ACTIVITIES: {b"urn:a": b"3"}, PROFILES: {}, ROLES: {b"analyst": b"4"}}
