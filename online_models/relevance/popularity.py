"""Popularity: what the model has to beat, and what serves in its place where it is put aside."""

from collections.abc import Callable, Sequence

from online_models.moment import Because, Description, Moment
from online_models.relevance.model import Floats, RelevanceModel


class Popularity:
    """All learners alike, from the visits that a model has counted; asked as the model is."""

    def __init__(self, model: RelevanceModel) -> None:
        self._model = model

    @property
    def known(self) -> int:
        """How many items are known."""
        return self._model.known

    def chances(
        self, moment: Moment, items: Sequence[int], describe: Callable[[int], Description]
    ) -> Floats:
        """Probability of each of `items` being the next; what they are about does not count."""
        del describe
        return self._model.popularity(moment, items)

    def propose(self, moment: Moment, most: int) -> list[int]:
        """The items visited most that the learner has not met of late, most visited first."""
        met = set(moment.recent.tolist())
        found = self._model.most_popular(most + len(met))
        return [key for key in found if key not in met][:most]

    def because(self, moment: Moment, item: int) -> Because | None:
        """How often everybody visited `item`; None where nobody did."""
        return self._model.because(moment._replace(recent=moment.recent[:0], cohorts=()), item)
