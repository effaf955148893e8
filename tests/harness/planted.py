"""Versions that must be refused, made of one that need not be."""

from dataclasses import replace

from harness.candidates import base_of, fitted, noisy

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.places import Place
from offline.versions import Loaded, Models, Versions
from online_models.meaning import MODELS
from online_models.merging import Merging, pruned
from online_models.tables import Tables
from stream.settings import Settings

_NOISE = 0.3
"""Standard deviation, in log odds, of what is added to each weight."""
_PASSES = 2


def worse(loaded: Loaded) -> Models:
    """Its success model with noise on every weight."""
    return noisy(dict(loaded.numbers), "success", _NOISE)


def from_the_future(loaded: Loaded, settings: Settings) -> Models:
    """What it would be had it learned the events after those that it says it was fitted on."""
    source = ArchiveSource(Archive(Place(settings.archive_place), settings.prefix))
    later = [*source.read(loaded.version.trained_up_to, source.ends())]
    models: Models = loaded.numbers
    for _ in range(_PASSES):
        models = fitted(later, base_of(dict(models))).models
    return {
        model.name: _held(model.merging, models[model.name])
        for model in MODELS
        if model.name in models
    }


def _held(merging: Merging, tables: Tables) -> Tables:
    """No more of them than a base may hold."""
    most = merging.max_parameters
    rules = merging.rules
    return {w: pruned(table, most, rules[w].information) for w, table in tables.items()}


def plant(settings: Settings, version: str, fault: str) -> str:
    """Write `version` with the fault `worse` or `future`, not proved; returns its id."""
    versions = Versions(Place(settings.versions_place))
    loaded = versions.load(version)
    numbers = worse(loaded) if fault == "worse" else from_the_future(loaded, settings)
    facts = replace(loaded.version, id=f"{version}-{fault}", verdict=None, metrics={})
    return versions.write(facts, numbers, loaded.origin).id
