"""`worker`: in this process, or supervised."""

import asyncio
import signal

import click

from online_models.compiled import is_compiled
from processors.warming import warm_up
from stream.cli.ending import say
from stream.cli.environment import configured, with_services
from stream.cli.output import examples
from stream.cli.process import end_with_standard_input, log_to_standard_error
from stream.objective_file import objective_of
from stream.supervisor import WORKER, Child, Supervisor
from stream.worker import run_worker


@click.command(
    "worker",
    epilog=examples(
        "stepstream worker --restart",
        "STEPSTREAM_METRICS_PORT=9101 stepstream worker",
    ),
)
@click.option("--restart", is_flag=True, help="Start it again whenever that helps.")
@click.option("--leash", is_flag=True, hidden=True, help="End when standard input ends.")
def worker_command(restart: bool, leash: bool) -> int:
    """Turn statements into queues, until it is stopped (Ctrl-C or SIGTERM).

    A worker ends itself on anything unexpected, because going on could lose an event: run it under
    a supervisor. --restart is one: after exit code 75 or a signal it starts the worker again, after
    0.2 s, and twice as long each time up to 10 s; after 78 or 0 it ends as well. As many workers as
    there are partitions may run at the same time; they share the work.

    Exit code 0 if it was stopped, 75 if starting it again helps, 78 if somebody must look first.
    """
    settings = with_services(configured())
    if restart:
        return asyncio.run(_supervise(Supervisor(Child(WORKER), say)))
    if leash:
        end_with_standard_input()
    log_to_standard_error(debug=settings.debug)
    if not is_compiled():
        say("compiling the models, once for this version: a minute or two")
    warm_up()
    run_worker(settings, objective_of(settings))
    return 0


async def _supervise(supervisor: Supervisor) -> int:
    task = asyncio.create_task(supervisor.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        say("stopped")
        return 0
