"""What each stage costs an event, in microseconds, on the stream's twins in memory.

    PYTHONPATH=.:tests python -m bench.stages [--statements 6000]

The stages are the pipeline's own functions, timed apart on the same statements by one core.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.conditions import conditions
from harness.statements import answers
from harness.streams import local_settings

from online_models.replica import Replica
from online_models.served import Served
from processors.application import Application
from processors.ingest import Origin, ingest
from processors.learning import learn
from processors.objective import Objective
from processors.queueing import Basis, Occasion, rebuild
from processors.reference import Reference
from processors.state import apply, decode, encode, fresh
from processors.trace import trace_of
from processors.warming import warm_up
from schemas.checkpoint import Memory
from schemas.codec import decode_json, encode_json
from schemas.event import event_from_json, event_to_json
from stream.wiring import ingest_context

LEARNERS = 500


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--statements", type=int, default=6000)
    options = parser.parse_args()
    print(conditions())
    warm_up()  # what a worker has done before events come
    raws = [raw for _, raw in answers(options.statements, LEARNERS, 1)]
    print(f"{'validate, statement to event':40s}{_ingest(raws):8.1f} us")
    events = _events(raws)
    coded = [encode_json(event_to_json(event)) for event in events]
    print(f"{'encode the event':40s}{_each(events, _encode):8.1f} us")
    print(f"{'decode the event':40s}{_each(coded, _decode):8.1f} us")
    print(f"{'trace':40s}{_each(events, trace_of):8.1f} us")
    print(f"{'state: decode, apply, encode':40s}{_state(events):8.1f} us")
    print(f"{'predict, learn, remember':40s}{_learn(events):8.1f} us")
    print(f"{'all of that, with receipts':40s}{_apply(events):8.1f} us")
    print(f"{'rebuild the queue':40s}{_queue(raws):8.1f} us")


def _each(values: Sequence[Any], call: Callable[[Any], object]) -> float:
    started = time.perf_counter()
    for value in values:
        call(value)
    return (time.perf_counter() - started) / len(values) * 1e6


def _encode(event: Any) -> bytes:
    return encode_json(event_to_json(event))


def _decode(coded: bytes) -> object:
    return event_from_json(decode_json(coded))


def _origin(number: int) -> Origin:
    return Origin("xapi.statements", 0, number, 1.9e9)


def _known(raws: Sequence[bytes]) -> Any:
    reference = Reference()
    context = ingest_context(local_settings(), reference)
    for number, raw in enumerate(raws):
        for activity in ingest(raw, _origin(number), context).observed:
            reference.put(activity)
    return context, reference


def _ingest(raws: Sequence[bytes]) -> float:
    context, _ = _known(raws)
    origin = _origin(0)
    return _each(raws, lambda raw: ingest(raw, origin, context))


def _events(raws: Sequence[bytes]) -> list[Any]:
    context, _ = _known(raws)
    return [ingest(raw, _origin(n), context).events[0] for n, raw in enumerate(raws)]


def _state(events: Sequence[Any]) -> float:
    blobs: dict[str, bytes] = {}
    traces = [(event.learner, trace_of(event)) for event in events]

    def one(pair: tuple[str, Any]) -> None:
        learner, trace = pair
        blob = blobs.get(learner)
        state = fresh() if blob is None else decode(blob)
        apply(state, trace)
        blobs[learner] = encode(state)

    return _each(traces, one)


def _learn(events: Sequence[Any]) -> float:
    models, states = Replica(), {event.learner: fresh() for event in events}
    spent = 0.0
    for event in events:
        state, trace = states[event.learner], trace_of(event)
        started = time.perf_counter()
        answer = learn(models, state, event, trace).answer
        spent += time.perf_counter() - started
        apply(state, trace)
        started = time.perf_counter()
        if answer is not None:
            answer.remember(state)
        spent += time.perf_counter() - started
    return spent / len(events) * 1e6


def _apply(events: Sequence[Any]) -> float:
    work = Application(Memory({}, {}), Replica())
    numbered = list(enumerate(events))
    spent = _each(numbered, lambda pair: work.apply(*pair))
    return spent + _each([0], lambda _: work.encoded_states()) / len(events)


def _queue(raws: Sequence[bytes]) -> float:
    _, reference = _known(raws)
    models = Replica()
    work = Application(Memory({}, {}), models)
    for offset, event in enumerate(_events(raws)):
        work.apply(offset, event)
    basis = Basis(reference, Served(models), Objective())
    touched = list(work.touched())

    def one(item: Any) -> bytes:
        occasion = Occasion(1.9e9, item.version, item.cause)
        return encode_json(rebuild(item.learner, item.state, basis, occasion).queue)

    return _each(touched, one)


if __name__ == "__main__":
    main()
