from dataclasses import replace
from pathlib import Path

from harness.events_that_were import InMemory
from harness.organisation import Organisation

from offline.proposals import Proposals, mine, sentences, yaml_of
from offline.proposals.mining import Known
from offline.proposals.prerequisites import Effect, Link
from offline.proposals.tags import Tag
from schemas.reference import Activity
from stream.load import Loaded, load

LINK = Link("SQL", "Joins", Effect(1.1, 0.04, 80, 60, 0.71, 0.44), 3.0, 2.0, 4.5, 70, 9, 6.8)
TAG = Tag("https://lms.example/x", "SQL", 40, 30, 0.75, 0.6, 0.86, 5.0)


def _known(name: str, visits: int, *skills: str, **facts: object) -> Known:
    activity = Activity(id=f"https://lms.example/{name}", title=name, skills=skills)
    return Known(replace(activity, **facts), visits)  # type: ignore[arg-type]


def _proposals() -> Proposals:
    every = [
        _known("sql basics", 90, "SQL", content="video", minutes=30.0),
        _known("sql more", 20, "SQL", content="video"),
        _known("joins lab", 50, "Joins", content="lab", done_by="passed", pass_mark=0.8),
        _known("joins quiz", 99, "Joins", content="question"),
        _known("x", 40, title='A "quoted": {title}\n# not a comment'),
    ]
    return Proposals((LINK,), (TAG,), {one.activity.id: one for one in every}, events=1234)


def test_the_file_is_a_catalogue_that_can_be_loaded(tmp_path: Path) -> None:
    (tmp_path / "proposals.yaml").write_text(yaml_of(_proposals()))
    loaded = load([tmp_path / "proposals.yaml"], str)
    assert isinstance(loaded, Loaded), loaded
    by_id = {activity.id.rpartition("/")[2]: activity for activity in loaded.activities}
    assert set(by_id) == {"sql basics", "joins lab", "x"}
    assert by_id["joins lab"].prerequisites == ("https://lms.example/sql basics",)
    assert (by_id["joins lab"].done_by, by_id["joins lab"].pass_mark) == ("passed", 0.8)
    assert by_id["x"].skills == ("SQL",)
    assert by_id["sql basics"].minutes == 30.0


def test_the_evidence_stands_beside_each_entry() -> None:
    text = yaml_of(_proposals())
    assert "from 1,234 events" in text
    assert "# Joins builds on SQL: first answers on Joins were right in 71%" in text
    assert "(95 %: 2.0 to 4.5)" in text
    assert "30 of the 40 activities" in text
    assert all(line.startswith(("#", "  ", "activities:")) for line in text.splitlines() if line)


def test_nothing_proposed_is_a_file_that_says_so() -> None:
    nothing = Proposals((), ())
    assert not nothing
    assert "Nothing in the log" in yaml_of(nothing)
    assert sentences(nothing) == []


def test_events_after_the_offsets_say_nothing() -> None:
    source = InMemory(Organisation(learners=60, sessions=6, untagged=5).events())
    cut = source.cut(0.5)
    early = InMemory([])
    early.rows = [*source.read({}, cut)]
    assert yaml_of(mine(source, cut)) == yaml_of(mine(early, cut))
    assert mine(source, cut).events == len(early.rows)
