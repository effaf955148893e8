"""A worker that also writes down what it predicts: `python -m tests.harness.recording_worker FILE`.

It is the worker of `stepstream worker`; only the function that applies a batch is listened to.
FILE gets a line for each answer: the id of its statement and the predicted probability of success.
"""

import sys
from pathlib import Path
from typing import Any

import stream.personalizer
from online_models.success import SuccessModel
from processors.pipeline import Outcome
from schemas.codec import decode_json, encode_json
from stream.cli import main


def record(path: Path) -> None:
    """From now on write predictions down in `path`."""
    apply = stream.personalizer.personalize

    def listening(batch: Any, *rest: Any) -> Outcome:
        outcome = apply(batch, *rest)
        found = [one for one in outcome.observations if one.model == SuccessModel.name]
        with path.open("ab") as file:
            for (_, event), one in zip(batch.events, found, strict=True):
                file.write(encode_json([event.id, one.predicted]) + b"\n")
        return outcome

    stream.personalizer.personalize = listening


def recorded(path: Path) -> dict[str, float]:
    """Predictions by statement id; each answer was predicted once."""
    pairs = [decode_json(line) for line in path.read_bytes().splitlines()]
    found = dict(pairs)
    assert len(found) == len(pairs), "an answer was predicted twice"
    return found


if __name__ == "__main__":
    record(Path(sys.argv.pop()))
    sys.argv.append("worker")
    main()
