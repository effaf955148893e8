"""What a file of reference data may hold, and how to tell where it does not say."""

from collections.abc import Collection

ACTIVITIES, PROFILES, ROLES = "activities", "profiles", "roles"
SECTIONS = (ACTIVITIES, PROFILES, ROLES)
BASE = "base"
"""Beside the sections: what is put before each activity id that is no IRI."""


def section_of(stem: str, names: Collection[str]) -> str | None:
    """The section of records with fields `names` in a file called `stem`; None if in doubt."""
    if stem.lower() in SECTIONS:
        return stem.lower()
    if "learner" in names:
        return PROFILES
    if "role" in names and not {"skill", "skills"}.isdisjoint(names):
        return ROLES
    return ACTIVITIES if "id" in names else None
