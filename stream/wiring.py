"""What a worker and its twin in memory are put together from."""

from processors.identity import Pseudonyms
from processors.ingest import IngestContext
from processors.reference import Reference
from processors.witness import GROUPINGS
from schemas.errors import ConfigurationError
from schemas.statement.validation import Mode, Validator
from stream.settings import Settings
from stream.slices import Slices

_KEY_BYTES = 32


def ingest_context(settings: Settings, reference: Reference) -> IngestContext:
    """What ingest needs of the settings.

    Raises:
        ConfigurationError: where the pseudonym key is missing or too short.
    """
    return IngestContext(
        validator=Validator(
            Mode.STRICT if settings.strict else Mode.LENIENT,
            home_page=settings.home_page,
            max_bytes=settings.max_statement_bytes,
        ),
        pseudonym_key=pseudonym_key(settings),
        lookup=reference.lookup,
        tenant=settings.tenant,
        profile=reference.profile,
        erasures=reference,
    )


def slices(settings: Settings) -> Slices:
    """The groups of learners that metrics name.

    Raises:
        ConfigurationError: where groups cannot be made so.
    """
    if settings.slice_by not in GROUPINGS:
        raise ConfigurationError(
            f"STEPSTREAM_SLICE_BY={settings.slice_by!r} must be one of {', '.join(GROUPINGS)}"
        )
    names = [name.strip() for name in settings.slices.split(",")]
    return Slices(filter(None, names), settings.slice_most)


def pseudonym_key(settings: Settings) -> bytes:
    """The secret that learner keys are derived with.

    Raises:
        ConfigurationError: where it is missing or too short.
    """
    try:
        key = bytes.fromhex(settings.pseudonym_key)
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        raise ConfigurationError(
            "STEPSTREAM_PSEUDONYM_KEY must be 64 hexadecimal digits: make one with "
            "`python -c 'import secrets; print(secrets.token_hex(32))'` and give the same one to "
            "every worker, for ever"
        )
    return key


def pseudonyms(settings: Settings) -> Pseudonyms:
    """What turns identifiers of people into learner keys.

    Raises:
        ConfigurationError: where the pseudonym key is missing or too short.
    """
    return Pseudonyms(pseudonym_key(settings), settings.tenant)
