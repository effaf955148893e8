"""`keys`: API keys are made, listed and revoked here."""

import secrets
from datetime import UTC, datetime, timedelta

import click
from rich.markup import escape

from schemas.codec import encode_json
from schemas.errors import ConfigurationError, Refused
from serving.access.feed import load_keys
from serving.access.keys import ApiKey, Scope, check_id, digest_of, key_to_json
from stream import clock
from stream.cli.ending import EXIT_NO, say
from stream.cli.environment import configured, services, with_kafka
from stream.cli.output import STRONG, emit, examples, json_option, out, table, when
from stream.kafka import Publisher
from stream.log import Message
from stream.settings import Settings
from stream.topic_creation import create_topics
from stream.topics import KEYS

_SECRET_BYTES = 32
_ID_BYTES = 6
_ALL = "all"


@click.group(
    "keys",
    epilog=examples(
        "stepstream keys create --name 'our LMS' --scope publish --scope queues:read",
        "stepstream keys list",
        "stepstream keys revoke 3f9a0c1d2e4b",
    ),
)
def keys_command() -> None:
    """Make, list and revoke API keys.

    A key works for one tenant, and for what its scopes say. Its secret is shown once and kept
    nowhere: of it only a hash goes to the topic `access.keys`, which every server follows.
    """


@keys_command.command(
    "create",
    epilog=examples(
        "stepstream keys create --name 'our LMS' --scope publish --scope queues:read",
        "stepstream keys create --name moodle --scope publish --tenant acme --days 365",
        "stepstream keys create --name analyst --scope all --json",
    ),
)
@click.option("--name", default="", help="What it is for, for people.")
@click.option("--id", "key_id", help="Its id.  [default: a drawn one]")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    required=True,
    type=click.Choice([*(scope.value for scope in Scope), _ALL]),
    help="What it may be used for; may be given several times.",
)
@click.option("--tenant", help="Whose learners.  [default: STEPSTREAM_TENANT]")
@click.option("--days", type=click.FloatRange(min=0, min_open=True), help="Ends after these.")
@click.option(
    "--rate", type=click.FloatRange(min=0, min_open=True), default=1000.0, show_default=True
)
@click.option("--burst", type=click.IntRange(min=1), help="At once.  [default: twice the rate]")
@click.option("--home-page", default="", help="Of accounts that come without one.")
@click.option("--lenient", is_flag=True, help="Repair known deviations of statements.")
@json_option
def create(
    *,
    name: str,
    key_id: str | None,
    scopes: tuple[str, ...],
    tenant: str | None,
    days: float | None,
    rate: float,
    burst: int | None,
    home_page: str,
    lenient: bool,
    as_json: bool,
) -> int:
    """Make an API key and show it, once.

    Scopes: publish (send statements), queues:read (queues, catalogue, feedback), learners:read
    (what is known of a learner), operate (erase, audit, models), all.
    """
    settings = services()
    create_topics(settings)
    if key_id is not None and key_id in {key.id for key in _all(settings)}:
        raise Refused(f"there is a key {key_id} already: revoke it first, or choose another id")
    secret, now = secrets.token_urlsafe(_SECRET_BYTES), clock.now()
    key = ApiKey(
        id=check_id(key_id or secrets.token_hex(_ID_BYTES)),
        digest=digest_of(secret),
        tenant=tenant or settings.tenant,
        scopes=tuple(Scope) if _ALL in scopes else tuple(map(Scope, dict.fromkeys(scopes))),
        name=name,
        created_at=now,
        expires_at=None if days is None else _later(now, days),
        rate=rate,
        burst=burst or max(1, round(2 * rate)),
        home_page=home_page,
        lenient=lenient,
    )
    _publish(settings, key.id, encode_json(key_to_json(key)))
    token = f"{key.id}.{secret}"
    if as_json:
        emit(_plain(key) | {"key": token})
    else:
        say(f"key {key.id} of tenant {key.tenant}: its secret is shown this once")
        click.echo(token)
    return 0


@keys_command.command("list")
@json_option
def list_(as_json: bool) -> int:
    """List the keys: what each allows. Exit code 1 if there is none."""
    keys = _all(with_kafka(configured()))
    if as_json:
        emit([_plain(key) for key in keys])
    else:
        shown = table("id", "tenant", "scopes", "for", "made", "ends")
        for key in keys:
            ends = "never" if key.expires_at is None else when(key.expires_at)
            scopes = ", ".join(key.scopes)
            shown.add_row(
                f"[{STRONG}]{key.id}[/]",
                escape(key.tenant),
                scopes,
                escape(key.name),
                when(key.created_at),
                ends,
            )
        out.print(shown if keys else "there is no API key: make one with `stepstream keys create`")
    return 0 if keys else EXIT_NO


@keys_command.command("revoke", epilog=examples("stepstream keys revoke 3f9a0c1d2e4b"))
@click.argument("key_ids", metavar="ID...", nargs=-1, required=True)
def revoke(key_ids: tuple[str, ...]) -> int:
    """Take keys away: servers refuse them at once. Exit code 1 if one is unknown."""
    settings = with_kafka(configured())
    known = {key.id for key in _all(settings)}
    for key_id in known.intersection(key_ids):
        _publish(settings, key_id, None)
        say(f"key {key_id} is revoked")
    unknown = sorted(set(key_ids) - known)
    for key_id in unknown:
        say(f"there is no key {key_id!r}: `stepstream keys list` names them")
    return EXIT_NO if unknown else 0


def _all(settings: Settings) -> list[ApiKey]:
    return load_keys(settings.kafka, settings.prefix).all()


def _publish(settings: Settings, key_id: str, value: bytes | None) -> None:
    def told(error: object, _: object) -> None:
        failures.extend([error] if error else [])

    failures: list[object] = []
    with Publisher(settings.kafka) as publisher:
        message = Message(settings.prefix + KEYS.name, value, key_id.encode())
        publisher.send_blocking(message, told)
        left = publisher.flush()
    if failures or left:
        raise Refused(f"Kafka did not take it ({failures or 'no answer'}): try again")


def _plain(key: ApiKey) -> dict[str, object]:
    return {name: value for name, value in key_to_json(key).items() if name != "digest"}


def _later(now: float, days: float) -> float:
    try:
        return (datetime.fromtimestamp(now, UTC) + timedelta(days=days)).timestamp()
    except OverflowError:
        raise ConfigurationError("--days is further away than a calendar goes") from None
