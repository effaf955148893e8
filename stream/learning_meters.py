"""The metrics of what learners do with their queues and learn by them.

A *slice* is one of a bounded number of groups of learners (`stream.slices`), so that it can be seen
whether what holds for all holds for each.
"""

from stream.meters import Meters


class LearningMeters:
    """Metrics of learning, among those of a process."""

    def __init__(self, meters: Meters) -> None:
        self._declare_outcomes(meters)
        self._declare_queues(meters)

    def _declare_outcomes(self, meters: Meters) -> None:
        self.mastered = meters.counter(
            "skills_mastered",
            "Times that a learner's proficiency at a skill reached its target.",
            "slice",
        )
        self.finished = meters.counter(
            "activities_finished", "Activities that a learner finished for the first time.", "slice"
        )
        self.transfers = meters.counter(
            "transfers",
            "First outcomes at an activity that a finished one had prepared (all prerequisites, or "
            "another of its skills), by result: success or failure.",
            "slice",
            "result",
        )
        self.duties_met = meters.counter(
            "duties_met",
            "Compliance duties fulfilled, by result: in_time or late.",
            "slice",
            "result",
        )
        self.scored = meters.counter(
            "outcomes", "Outcomes that had been predicted: how many.", "slice"
        )
        self.predicted = meters.counter(
            "outcomes_predicted", "Sum of the probabilities of success predicted for them.", "slice"
        )
        self.observed = meters.counter(
            "outcomes_observed", "Sum of these outcomes, each in [0, 1].", "slice"
        )

    def _declare_queues(self, meters: Meters) -> None:
        self.turns = meters.counter(
            "turns",
            "Times that a learner turned to another activity, by its place in the queue as it was: "
            "next, top5, later, elsewhere (not in it) or unknown (this worker built none).",
            "slice",
            "place",
        )
        self.queues = meters.counter("queues_built", "Queues built.", "slice")
        self.offers = meters.counter("items_offered", "Items of the queues built.", "slice")
        self.reads = meters.counter(
            "learner_reads", "Queues handed out to who asked over HTTP.", "slice"
        )
        self.duties = meters.gauge(
            "duties_open",
            "Duties not fulfilled, of learners whose queue this worker built.",
            "slice",
        )
        self.overdue = meters.gauge(
            "duties_overdue", "Of those, past their date when the queue was built.", "slice"
        )
        self.watched = meters.gauge(
            "learners_watched", "Learners whose last queue this worker remembers."
        )
        self.catalogue = meters.gauge("catalogue_activities", "Activities that may be offered.")
        self.covered = meters.gauge(
            "catalogue_offered", "Of those, in a queue that this worker built within an hour."
        )
