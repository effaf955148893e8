"""What goes wrong between a learner and a log."""

from collections import deque
from dataclasses import dataclass
from typing import Any

from processors.draws import Draws
from stream.demo.minds import DAY_SEC
from stream.demo.statements import VERBS, moment, voiding

Json = dict[str, Any]
_MINUTE_SEC = 60.0
_REMEMBERED = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Mess:
    """How often what happens, each a share of all statements."""

    duplicate: float = 0.01
    """One of the newest comes again, byte for byte."""
    malformed: float = 0.002
    """One of the newest comes again, damaged."""
    voided: float = 0.001
    """One of the newest is withdrawn by its learner."""
    late: float = 0.02
    """It happened up to two days before it arrives."""
    without_id: float = 0.05
    """It comes as Moodle sends it: without id, its time in whole seconds; in time."""


CLEAN = Mess(duplicate=0.0, malformed=0.0, voided=0.0, late=0.0, without_id=0.0)


class Line:
    """The way from the learners to the log; deterministic by `draws`."""

    def __init__(self, mess: Mess, draws: Draws) -> None:
        self._mess = mess
        self._draws = draws
        self._sent: deque[bytes] = deque(maxlen=_REMEMBERED)
        self._voidable: deque[tuple[Json, str]] = deque(maxlen=_REMEMBERED)

    def noise(self) -> bytes | None:
        """A message that no learner meant to send, if it is time for one."""
        mess, chance = self._mess, self._draws.uniform()
        if not self._sent or chance >= mess.duplicate + mess.malformed:
            return None
        again = self._sent[self._draws.below(len(self._sent))]
        return again if chance < mess.duplicate else self._damaged(again)

    def withdrawal(self) -> Json | None:
        """A voiding statement without id and time, if it is time for one."""
        if not self._voidable or self._draws.uniform() >= self._mess.voided:
            return None
        place = self._draws.below(len(self._voidable))
        actor, target = self._voidable[place]
        del self._voidable[place]
        return voiding(actor, target)

    def stamped(self, statement: Json, name: str, now: float) -> Json:
        """`statement` with its id and the time when it happened."""
        mess, chance = self._mess, self._draws.uniform()
        if chance < mess.without_id:
            return {**statement, "timestamp": moment(float(int(now)))}
        if statement["verb"] is not VERBS["voided"]:
            self._voidable.append((statement["actor"], name))
        if chance < mess.without_id + mess.late:
            now -= _MINUTE_SEC + 2.0 * DAY_SEC * self._draws.uniform()
        return {"id": name, **statement, "timestamp": moment(now)}

    def remember(self, sent: bytes) -> None:
        """Keep what may come again."""
        self._sent.append(sent)

    def _damaged(self, sent: bytes) -> bytes:
        damages = (
            lambda: sent[: len(sent) // 2],
            lambda: sent.replace(b'"verb"', b'"werb"', 1),
            lambda: sent.replace(b'"homePage"', b'"homepage"', 1),
            lambda: sent.replace(b'"timestamp":"2', b'"timestamp":"x', 1),
            lambda: b"\xff" + sent,
        )
        return damages[self._draws.below(len(damages))]()
