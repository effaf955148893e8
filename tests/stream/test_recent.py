from online_models.tables import numbers_of
from stream.recent import Recent

Numbers = dict[str, dict[str, tuple[float, ...]]]


def numbers(recent: Recent, offset: int) -> Numbers | None:
    found = recent.after(offset)
    return None if found is None else {name: numbers_of(tables) for name, tables in found.items()}


def test_what_changed_later_as_it_is_now() -> None:
    recent = Recent(3)
    recent.note(5, {"items": {"1": (1.0,) * 4, "2": (2.0,) * 4}})
    recent.note(7, {"items": {"2": (3.0,) * 4, "3": ()}, "quality": {"x": (1.0,)}})
    assert numbers(recent, 3) == {"items": {"1": (1.0,) * 4, "2": (3.0,) * 4}}
    assert numbers(recent, 5) == {"items": {"2": (3.0,) * 4}}
    assert numbers(recent, 7) == {"items": {}}


def test_nobody_knows_what_changed_before_it_looked() -> None:
    assert Recent(3).after(2) is None
    assert Recent(3).after(3) == {}
