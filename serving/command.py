"""`serve`: HTTP in this process."""

import click

from online_models.compiled import is_compiled
from processors.warming import warm_up
from schemas.errors import ConfigurationError
from serving.engine import Engine
from serving.server import serve
from stream.cli.ending import say
from stream.cli.environment import configured, with_services
from stream.cli.output import examples
from stream.cli.process import end_with_standard_input, log_to_standard_error
from stream.objective_file import objective_of
from stream.topic_creation import create_topics


@click.command(
    "serve",
    epilog=examples(
        "stepstream keys create --name 'our LMS' --scope publish --scope queues:read",
        "stepstream serve",
        "stepstream serve --port 8443",
        "STEPSTREAM_TLS_CERTIFICATE=cert.pem STEPSTREAM_TLS_KEY=key.pem stepstream serve",
    ),
)
@click.option("--host", help="Listen here.  [default: STEPSTREAM_SERVE_HOST, 127.0.0.1]")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="At this port; 0 takes a free one.  [default: STEPSTREAM_SERVE_PORT, 8080]",
)
@click.option("--leash", is_flag=True, hidden=True, help="End when standard input ends.")
def serve_command(host: str | None, port: int | None, leash: bool) -> int:
    """Answer over HTTP until it is stopped (Ctrl-C or SIGTERM).

    Under /v1 are queues, learners, feedback and explanations; /xapi takes statements as an LMS
    sends them; /console is for people who want to see a queue and why it is so; /docs is the API,
    to be tried, and /openapi.json the same for programs; /health says live and ready.

    What tells or changes anything wants an API key: `stepstream keys create`. As many servers as
    are wanted may run; they keep nothing. Without a certificate it speaks plain HTTP: stay on
    loopback, or put a proxy that speaks TLS in front.

    Exit code 0 if it was stopped, 75 if starting it again helps, 78 if somebody must look first.
    """
    settings = with_services(configured())
    settings = settings.with_(
        serve_host=host or settings.serve_host,
        serve_port=settings.serve_port if port is None else port,
    )
    if bool(settings.tls_certificate) != bool(settings.tls_key):
        raise ConfigurationError(
            "TLS wants both STEPSTREAM_TLS_CERTIFICATE and STEPSTREAM_TLS_KEY: set the other one"
        )
    if leash:
        end_with_standard_input()
    log_to_standard_error(debug=settings.debug)
    if not is_compiled():
        say("compiling the models, once for this version: a minute or two")
    warm_up()
    create_topics(settings)
    engine = Engine(settings, objective_of(settings))
    if settings.metrics_port >= 0:
        port = engine.metrics.serve(settings.metrics_host, settings.metrics_port)
        say(f"metrics at http://{settings.metrics_host}:{port}/metrics")

    def started(address: str) -> None:
        say(f"answers at {address}: /console for people, /docs for programs")
        if not len(engine.keyring):
            say("there is no API key yet: make one with `stepstream keys create`")

    serve(settings, engine, started)
    return 0
