"""Versions that must be refused, made of one that need not be."""

from dataclasses import replace

from harness.candidates import base_of, fitted, noisy

from offline.archive.listing import Archive
from offline.archive.reading import ArchiveSource
from offline.places import Place
from offline.versions import Loaded, Models, Versions
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
    return models


def plant(settings: Settings, version: str, fault: str) -> str:
    """Write `version` with the fault `worse` or `future`, not proved; returns its id."""
    versions = Versions(Place(settings.versions_place))
    loaded = versions.load(version)
    numbers = worse(loaded) if fault == "worse" else from_the_future(loaded, settings)
    facts = replace(loaded.version, id=f"{version}-{fault}", verdict=None, metrics={})
    return versions.write(facts, numbers, loaded.origin).id
