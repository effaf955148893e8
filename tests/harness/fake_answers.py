"""Fixed answers of the API, about one learner of the invented organisation."""

from typing import Any

from processors.reference import Reference

Json = Any
NOW = 1_764_147_000.0
KEY = "4f" * 16
BASE = "https://learn.larkmoor.example/"
QUEUE = tuple(f"{BASE}{one}" for one in ("sql/joins", "statistics/intervals", "charts/clinic"))


def queue_of(reference: Reference, activities: list[str], version: int = 7) -> Json:
    """A queue of those activities."""
    items = [item(reference, one, rank) for rank, one in enumerate(activities, 1)]
    return {
        "learner": KEY,
        "version": version,
        "generated_at": NOW + version,
        "cause": {"statement": "5f1c7a52-3b0e-5d0a-9a61-0c5f9d1e1001", "verb": "v/completed"},
        "model": "online",
        "policy": "default",
        "items": items,
        "put_aside": [],
        "fallback": False,
        "decision": f"{version}-{NOW:.0f}",
    }


def item(reference: Reference, activity: str, rank: int) -> Json:
    """One item, with reasons of both shapes."""
    known = reference.lookup(activity)
    assert known is not None, activity
    skill = known.skills[0] if known.skills else "SQL"
    return {
        "activity": activity,
        "title": known.title,
        "rank": rank,
        "score": 0.61 - rank / 20,
        "propensity": 0.93,
        "expected": {"success": 0.71, "engagement": 0.8, "gain": 0.06, "retention": 0.55},
        "minutes": known.minutes or 30.0,
        "not_before": NOW,
        "reasons": [
            {
                "code": "skill_gap",
                "text": f"Closes your largest gap: {skill} (0.42 of 0.80 required)",
                "evidence": {"skill": skill, "proficiency": 0.42, "target": 0.8},
            },
            {
                "code": "unlocks",
                "text": "Opens Advanced SQL and 2 more",
                "evidence": {"activity": f"{BASE}sql/windows", "count": 3},
            },
        ],
    }


LEARNER: Json = {
    "learner": KEY,
    "profile": {
        "role": "Data analyst",
        "level": "junior",
        "cohort": "2026-spring",
        "minutes_per_week": 120,
    },
    "role": "Data analyst",
    "goals": ["SQL"],
    "skills": [
        {
            "skill": "SQL",
            "proficiency": 0.42,
            "uncertainty": 0.11,
            "target": 0.8,
            "gap": 0.38,
            "recall": 0.9,
            "half_life_days": 12.0,
            "attempts": 6,
            "last_practised": NOW,
        },
        {
            "skill": "Statistics",
            "proficiency": 0.66,
            "uncertainty": 0.08,
            "target": 0.6,
            "gap": 0.0,
            "recall": 0.74,
            "half_life_days": 31.0,
            "attempts": 14,
            "last_practised": NOW,
        },
        {
            "skill": "Presenting",
            "proficiency": 0.5,
            "uncertainty": 0.22,
            "target": None,
            "gap": None,
            "recall": None,
            "half_life_days": None,
            "attempts": 0,
            "last_practised": None,
        },
    ],
    "recent": [
        {
            "activity": f"{BASE}sql/first-questions",
            "title": "SQL basics: ask a table a question",
            "kind": "completed",
            "at": NOW - 3600,
            "outcome": None,
        },
        {
            "activity": f"{BASE}statistics/check",
            "title": "Statistics check",
            "kind": "scored",
            "at": NOW - 86400,
            "outcome": 0.65,
        },
    ],
    "features": {"velocity": 0.42, "performance_delta": -0.05, "session_minutes": 43.0},
}
_QUALITY = {
    "events": 5210.0,
    "auc": 0.741,
    "log_loss": 0.58,
    "baseline_log_loss": 0.66,
    "ece": 0.021,
    "rmse": 0.44,
    "baseline_rmse": 0.48,
    "mae": None,
    "coverage": None,
}
_MEASURED = {
    "unit": "nats",
    "quality": {"total": _QUALITY, "5000": _QUALITY, "500": _QUALITY},
    "put_aside": {},
    "newest_at": NOW,
    "drifts": 1,
    "drift_at": NOW - 86400,
    "invalid": 0,
}
MODELS: Json = {
    "partitions": 8, "events": 52_100, "base": 17,
    "models": [
        {"name": "success", "schema": "success/3", "shared": 812, "own": 96, "measured": _MEASURED},
        {"name": "engagement", "schema": "engagement/2", "shared": 64, "own": 12,
         "measured": _MEASURED | {"put_aside": {"3": {"reason": "worse"}}}},
        {"name": "relevance", "schema": "relevance/4", "shared": 23, "own": 4, "measured": None},
    ],
}  # fmt: skip
AUDIT: Json = [
    {
        "at": NOW,
        "tenant": "acme",
        "key": "desk",
        "name": "L&D desk",
        "action": "queue",
        "learner": KEY,
    },
    {
        "at": NOW - 9,
        "tenant": "acme",
        "key": "lms",
        "name": "Moodle",
        "action": "why",
        "learner": KEY,
    },
]
