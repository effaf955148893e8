"""Versions of the models in a place: written once, verified whenever they are read.

<id>/<model>.numbers          what was fitted, as `online_models.packing` has it
<id>/origin/<model>.numbers   the shared base whose events it was fitted on
<id>/version.json             the facts, with digests of both; written last: without it the
version is not there
<id>/verdict.json             what proving it came to; written once
<id>/report.html ...          whatever else is attached; written once
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from offline.places import Place
from online_models.contract import Numbered, misfit
from online_models.meaning import MEANING, MODELS
from online_models.merging import Merging
from online_models.packing import digest, pack, unpack
from online_models.tables import Table, Tables
from schemas.codec import decode_json, encode_json
from schemas.errors import Refused
from schemas.version import FORMAT, Verdict, Version, version_from_json, version_to_json

FACTS = "version.json"
VERDICT = "verdict.json"
_NUMBERS = ".numbers"
_ORIGIN = "origin/"
_AT_ONCE = 100_000

Models = Mapping[str, Tables]
"""Numbers by model."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A version with its numbers, all of them verified."""

    version: Version
    numbers: Models
    origin: Models
    """The live base that it was fitted on the events of."""


class Versions:
    """The versions in a place."""

    def __init__(self, place: Place) -> None:
        self.place = place

    def ids(self) -> list[str]:
        """Of all versions that are there, oldest first."""
        found = (name.split("/") for name in self.place.names())
        return [parts[0] for parts in found if parts[1:] == [FACTS]]

    def resolve(self, prefix: str) -> str:
        """The one version whose id begins so.

        Raises:
            Refused: where there is none, or more than one.
        """
        ids = self.ids()
        found = [one for one in ids if one.startswith(prefix)]
        if prefix in found or len(found) == 1:
            return prefix if prefix in found else found[0]
        if found:
            raise Refused(f"{prefix} may be {', '.join(found)}: say more of it")
        known = f"there are {', '.join(ids)}" if ids else "there is none yet"
        raise Refused(f"no version is called {prefix} in {self.place.url}: {known}")

    def write(self, version: Version, numbers: Models, origin: Models) -> Version:
        """Have the version there, all of it or nothing; returns it with its seals.

        Args:
            version: its `meaning`, `seal`, `origin_seal`, `parameters`, `format`, `verdict` and
                `metrics` are not looked at.
            numbers: what was fitted.
            origin: the live base that it was fitted on the events of.

        Raises:
            Refused: where there is a version of that id, or where the numbers are such that
                `load` would refuse them.
        """
        name = version.id
        if self.place.has(f"{name}/{FACTS}"):
            raise Refused(f"version {name} exists and is never overwritten: take another id")
        check_numbers(name, numbers)
        self.place.remove_folder(name)  # what a crash has left
        sealed = replace(
            version,
            meaning=MEANING,
            seal=self._put(f"{name}/", numbers),
            origin_seal=self._put(f"{name}/{_ORIGIN}", origin),
            parameters={model: sum(map(len, one.values())) for model, one in numbers.items()},
            format=FORMAT,
            verdict=None,
            metrics={},
        )
        self.place.put(f"{name}/{FACTS}", encode_json(version_to_json(sealed)))
        return sealed

    def _put(self, folder: str, models: Models) -> str:
        packed = {name: pack(tables) for name, tables in sorted(models.items())}
        for name, blob in packed.items():
            self.place.put(f"{folder}{name}{_NUMBERS}", blob)
        return digest(packed)

    def facts(self, name: str) -> Version:
        """What is known of a version, with verdict and metrics where it was proved.

        Raises:
            Refused: where there is none of that id, or it cannot be read by this code.
        """
        plain = self._json(name, FACTS)
        if plain is None:
            raise Refused(f"no version is called {name} in {self.place.url}")
        if plain.get("format", 0) > FORMAT:
            raise Refused(
                f"version {name} is of format {plain['format']}, this code reads up to {FORMAT}: "
                "update Stepstream first"
            )
        plain |= self._json(name, VERDICT) or {}
        try:
            return version_from_json(plain)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _damaged(name, f"{FACTS} lacks or garbles {error}") from error

    def _json(self, name: str, file: str) -> dict[str, Any] | None:
        try:
            plain = decode_json(self.place.read(f"{name}/{file}"))
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise _damaged(name, f"{file} is no JSON") from error
        if not isinstance(plain, dict):
            raise _damaged(name, f"{file} is no JSON object")
        return plain

    def load(self, name: str) -> Loaded:
        """A version with its numbers.

        Raises:
            Refused: where anything about it is not as it was written, or cannot be used by the
                models of this code.
        """
        version = self.facts(name)
        if version.id != name:
            raise _damaged(name, f"{FACTS} is of {version.id}")
        if version.meaning != MEANING:
            raise Refused(
                f"version {name} was made for other models ({version.meaning}, here {MEANING}): "
                "run `stepstream recalibrate` with this code"
            )
        numbers = self._models(name, "", version.seal)
        origin = self._models(name, _ORIGIN, version.origin_seal)
        check_numbers(name, numbers)
        return Loaded(version, numbers, origin)

    def _models(self, name: str, folder: str, seal: str) -> Models:
        start = f"{name}/{folder}"
        files = [one[len(start) :] for one in self.place.names(start.rstrip("/"))]
        packed = {
            file.removesuffix(_NUMBERS): self.place.read(start + file)
            for file in files
            if file.endswith(_NUMBERS) and "/" not in file
        }
        if digest(packed) != seal:
            what = folder.rstrip("/") or "fitted"
            raise _damaged(name, f"its {what} numbers are not those that were written")
        try:
            return {model: unpack(blob) for model, blob in packed.items()}
        except ValueError as error:  # sealed, so it was written like that
            raise _damaged(name, str(error)) from error

    def attach(self, name: str, file: str, data: bytes) -> None:
        """Lay a file beside the numbers, once.

        Raises:
            Refused: where it is there already, or there is no such version.
        """
        self.facts(name)
        if self.place.has(f"{name}/{file}"):
            raise Refused(f"version {name} has its {file}, which is never overwritten")
        self.place.put(f"{name}/{file}", data)

    def prove(self, name: str, verdict: Verdict, metrics: Mapping[str, Any]) -> Version:
        """Say once and for all what proving a version came to.

        Raises:
            Refused: where that was said, or there is no such version.
        """
        plain = {
            "verdict": {"passed": verdict.passed, "reasons": list(verdict.reasons)},
            "metrics": metrics,
        }
        self.attach(name, VERDICT, encode_json(plain))
        return self.facts(name)


def check_numbers(name: str, models: Models) -> None:
    """See to it that the models of this code can serve and go on from these numbers.

    Args:
        name: of the version, for the reason.
        models: numbers by model.

    Raises:
        Refused: names the first model whose numbers cannot be used.
    """
    known = {model.name: model for model in MODELS}
    for model, tables in sorted(models.items()):
        if model not in known:
            raise Refused(
                f"version {name} has numbers of {model!r}, which is no model that is shared: "
                f"there are {', '.join(sorted(known))}"
            )
        for width, table in tables.items():
            _check_table(f"version {name}, model {model!r}", known[model].merging, width, table)
            _check_rows(name, known[model], table)


def _check_table(what: str, merging: Merging, width: int, table: Table) -> None:
    rule = merging.rules.get(width)
    if rule is None:
        raise Refused(f"{what}: rows of {width} numbers, of which it has none")
    if len(table) > merging.max_parameters:
        most = f"{merging.max_parameters:,}"
        raise Refused(f"{what}: {len(table):,} names, it holds {most} at most: drop the least")
    if not np.all(table.names[1:] > table.names[:-1]):
        raise Refused(f"{what}: names are not in order, each once")
    with np.errstate(all="ignore"):
        sound = np.isfinite(table.values).all(axis=1)
        sound &= np.isfinite(rule.information(table.names, table.values))
    if not sound.all():
        raise Refused(f"{what}: {table.names[~sound][0].decode()!r} holds no usable numbers")


def _check_rows(name: str, model: type[Numbered], table: Table) -> None:
    """Row by row as the model itself sees it, some at a time since that takes room.

    A model is not asked to hold them as its own: of those it may hold fewer than a base has.
    """
    made = model()
    for start in range(0, len(table), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        rows = table.values[part].tolist()
        for raw, row in zip(table.names[part].tolist(), rows, strict=True):
            key = raw.decode(errors="replace")
            if not made.fits(key, tuple(row)):
                raise Refused(f"version {name}: {misfit(made, key)}")


def _damaged(name: str, what: str) -> Refused:
    return Refused(
        f"version {name} is damaged: {what}; restore its folder from a backup, or make a new one "
        "with `stepstream recalibrate`"
    )
