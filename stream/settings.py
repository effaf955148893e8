"""Every setting, declared once: name, meaning, unit, default.

A setting is read from the environment variable `STEPSTREAM_<NAME>`; Kafka's and Redis's
addresses from the customary `KAFKA_BOOTSTRAP_SERVERS` and `REDIS_URL`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Self, get_type_hints

from schemas.errors import ConfigurationError

_DAY_SEC = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Redis, and how long it keeps what."""

    url: str = "redis://127.0.0.1:6379/0"
    namespace: str = ""
    """Put before every key, so that several installations can share a server."""
    pool: str = ""
    """Installations of one pool learn together; empty: each by itself."""
    timeout_sec: float = 5.0
    retry_sec: float = 0.25
    patience_sec: float = 60.0
    """How long an unreachable Redis is waited for before the process ends."""
    state_ttl_sec: int = 400 * _DAY_SEC
    """State and queue of a learner who does nothing more."""
    short_state_ttl_sec: int = 30 * _DAY_SEC
    """The same for a learner seen once only (anonymous traffic)."""
    statement_window_sec: int = 30 * _DAY_SEC

    def with_(self, **changes: Any) -> Self:
        """A copy with `changes`."""
        return replace(self, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of a worker and of the commands."""

    kafka: str = ""
    """Kafka's bootstrap servers; empty means the embedded stack."""
    redis: str = ""
    """Redis's URL; empty means the embedded stack."""
    prefix: str = ""
    """Put before every topic's name and every Redis key."""
    namespace: str = ""
    """Put before every Redis key instead of the prefix. Empty: the one that serves, which is the
    prefix until `stepstream replay` has filled another one and switched to it."""
    tenant: str = "default"
    """Part of every learner key: the same person is another learner in another tenant."""
    partitions: int = 12
    """Partitions of a topic, fixed when it is created."""
    group: str = "stepstream"
    """Consumer group of the workers."""
    pseudonym_key: str = ""
    """Secret (hexadecimal, 32 bytes) that learner keys are derived with."""
    home_page: str = "https://lms.example.org"
    """Home page of accounts that come without one."""
    strict: bool = False
    """Refuse what lenient validation would repair."""
    max_statement_bytes: int = 1_048_576
    """A larger message goes to the dead letters."""
    batch_events: int = 4000
    """At most so many messages are applied together. A batch is what has come, so it is small on a
    quiet stream; when there is a backlog, large ones rebuild each learner's queue less often."""
    statement_window: int = 32_768
    """Statements a partition surely recognises as sent again, counted back from the newest."""
    reject_window: int = 1000
    """Statements over which the share of rejects is measured."""
    reject_cap: float = 0.5
    """Largest share of rejects over the window; above it the worker stops. 1 never stops."""
    merge_every: int = 10_000
    """Events after which what partitions have learned is merged, sooner while there are few, and a
    minute after the last merge at the latest; 0: never, each partition learns alone."""
    parameter_pool: str = ""
    """Installations on one Redis that name the same pool learn from each other's events. Empty:
    this one's parameters never mix with another's."""
    objective: str = ""
    """YAML or JSON file with the objective's weights; empty means the built-in one."""
    metrics_host: str = "127.0.0.1"
    """Address that the Prometheus endpoint listens on."""
    metrics_port: int = 0
    """Port of the Prometheus endpoint; 0 takes a free one, -1 none."""
    serve_host: str = "127.0.0.1"
    """Address that `stepstream serve` listens on."""
    serve_port: int = 8080
    """Its port; 0 takes a free one."""
    tls_certificate: str = ""
    """PEM file with the certificate chain; empty: no TLS (put a proxy in front, or stay local)."""
    tls_key: str = ""
    """PEM file with the certificate's private key."""
    max_request_bytes: int = 8_388_608
    """A request with a larger body is refused (413)."""
    request_timeout_sec: float = 10.0
    """A request that takes longer to arrive is refused (408); its headers get half of that."""
    cors_origins: str = "*"
    """Origins of pages whose scripts may call, separated by commas. A script needs an API key all
    the same: no cookie is ever read."""
    slice_by: str = "role"
    """What learners are counted by in the metrics, besides all together: role or cohort."""
    slices: str = ""
    """Roles or cohorts that are counted by their own name, with commas between. Those of most
    learners follow, up to STEPSTREAM_SLICE_MOST; all others are "other"."""
    slice_most: int = 8
    """How many may be counted by their own name. Each takes some dozen series a worker."""
    session_timeout_sec: float = 12.0
    """A worker silent for so long loses its partitions."""
    stall_sec: float = 60.0
    """A worker whose partition has unread events and stands still for so long starts afresh."""
    home: str = ".stepstream"
    """Folder of the embedded stack's data."""
    archive: str = ""
    """Where events, queues and rejects are archived: a folder, or a URL that fsspec reaches; empty:
    `archive` in STEPSTREAM_HOME."""
    versions: str = ""
    """Where versions of the models lie, likewise; empty: `versions` in STEPSTREAM_HOME."""
    warehouse_memory: str = "1500MiB"
    """What a query over the archive may use before it goes on on disk."""
    patience_sec: float = 60.0
    """How long unreachable services are waited for before the process ends."""
    debug: bool = False
    """Show the traceback of an error."""

    @property
    def store(self) -> StoreSettings:
        """What the store needs of these settings."""
        return StoreSettings(
            url=self.redis,
            namespace=self.namespace or self.prefix,
            pool=self.parameter_pool,
            patience_sec=self.patience_sec,
        )

    @property
    def archive_place(self) -> str:
        """Where the archive is."""
        return self.archive or f"{self.home}/archive"

    @property
    def versions_place(self) -> str:
        """Where versions of the models are."""
        return self.versions or f"{self.home}/versions"

    def with_(self, **changes: Any) -> Self:
        """A copy with `changes`."""
        return replace(self, **changes)


_CUSTOMARY = {"kafka": "KAFKA_BOOTSTRAP_SERVERS", "redis": "REDIS_URL"}


def variable(name: str) -> str:
    """The environment variable of setting `name`."""
    return _CUSTOMARY.get(name, f"STEPSTREAM_{name.upper()}")


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Settings as the environment has them.

    Raises:
        ConfigurationError: where a value does not fit; names the variable and what it wants.
    """
    hints = get_type_hints(Settings)
    found = {
        setting.name: _parse(variable(setting.name), text, hints[setting.name])
        for setting in fields(Settings)
        if (text := environment.get(variable(setting.name))) not in {None, ""} and text is not None
    }
    unknown = _unknown(environment)
    if unknown:
        raise ConfigurationError(
            f"unknown setting {unknown}: known are "
            + ", ".join(variable(setting.name) for setting in fields(Settings))
        )
    return Settings(**found)


_OTHERS = {"STEPSTREAM_DATA", "STEPSTREAM_CACHE", "STEPSTREAM_REQUIRE_STACK"}


def _unknown(environment: Mapping[str, str]) -> str:
    known = {variable(setting.name) for setting in fields(Settings)} | _OTHERS
    stray = sorted(k for k in environment if k.startswith("STEPSTREAM_") and k not in known)
    return ", ".join(stray)


def _parse(name: str, text: str, wanted: type) -> Any:
    if wanted is bool:
        return _parse_bool(name, text)
    try:
        return wanted(text)
    except ValueError:
        raise ConfigurationError(
            f"{name}={text!r} is not {_NAMES[wanted]}: change or unset it"
        ) from None


_NAMES = {int: "a whole number", float: "a number", str: "text"}
_YES, _NO = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def _parse_bool(name: str, text: str) -> bool:
    if text.lower() in _YES | _NO:
        return text.lower() in _YES
    raise ConfigurationError(f"{name}={text!r} is neither true nor false: change or unset it")


def without_password(url: str) -> str:
    """`url` as it may be shown and logged."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
