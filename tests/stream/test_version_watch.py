"""Which version is live, as metrics tell it."""

from typing import Any

import pytest
from harness.promotion_world import World, in_a_world

from online_models.meaning import MODELS
from schemas.errors import Refused
from schemas.version import Verdict
from stream.demo.readings import read_registry
from stream.metrics import Metrics
from stream.version_watch import VersionWatch


async def told(watch: VersionWatch, metrics: Metrics) -> dict[str, Any]:
    await watch.look()
    found = read_registry(metrics)
    labels = [dict(one.labels) for one in found.samples if one.name == "model_version"]
    assert [one["model"] for one in labels] == [model.name for model in MODELS]
    (live,) = {one["version"] for one in labels}
    return {
        "live": live,
        "changes": found.by("version_changes", "action"),
        "pinned": found.value("models_pinned"),
        "refused": found.value("version_refused"),
    }


def test_what_is_live_pinned_and_refused_is_told() -> None:
    async def law(world: World) -> None:
        metrics = Metrics()
        watch = VersionWatch(world.pool, metrics)
        nothing = {"live": "", "changes": {}, "pinned": 0, "refused": 0}
        assert await told(watch, metrics) == nothing

        await world.candidate("v1", Verdict(passed=False, reasons=("worse",)))
        with pytest.raises(Refused):
            await world.promoter.promote("v1")
        assert await told(watch, metrics) == {**nothing, "refused": 1}

        await world.candidate("v2")
        await world.promoter.promote("v2")
        await world.pool.pin(1.0)
        live = {"live": "v2", "changes": {"promoted": 1}, "pinned": 1, "refused": 0}
        assert await told(watch, metrics) == live

        await world.pool.unpin()
        await world.promoter.roll_back()
        changes = {"promoted": 1, "rolled_back": 1}
        assert await told(watch, metrics) == {**nothing, "changes": changes}

    in_a_world(law)
