from processors.reference import Reference
from schemas.reference import Activity
from serving.queues.catalogue import search_of


def found(reference: Reference, text: str, limit: int = 10) -> list[str]:
    return [one.id for one in search_of(reference).find(text, limit)]


def test_words_of_title_and_id_in_any_order() -> None:
    reference = Reference()
    reference.put(Activity(id="x:1", title="Advanced SQL"))
    reference.put(Activity(id="x:2", title="SQL basics"))
    reference.put(Activity(id="x:3", title="Charts", withdrawn=True))
    assert found(reference, "sql") == ["x:2", "x:1"]
    assert found(reference, " SQL  adv ") == ["x:1"]
    assert found(reference, "X:2") == ["x:2"]
    assert found(reference, "charts") == []
    assert found(reference, "") == ["x:1", "x:2"]
    assert found(reference, "", 1) == ["x:1"]
    reference.put(Activity(id="x:3", title="Charts"))
    assert found(reference, "charts") == ["x:3"]
