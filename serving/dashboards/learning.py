"""Learning: what learners reach, what it means to the organisation, and whether for all alike."""

from serving.dashboards.board import Board, Panel, Query, Row, rate, share

HOUR = 3600


def _an_hour(metric: str, *by: str) -> str:
    return f"{HOUR} * {rate(metric, *by)}"


def _of_slice(part: str, whole: str) -> str:
    return f"{rate(part, 'slice')} / {rate(whole, 'slice')}"


_TAKEN = 'turns{place=~"next|top5|later"}'
_KNOWN = 'turns{place!="unknown"}'

REACHED = Row(
    "What learners reach",
    (
        Panel(
            title="Skills mastered",
            meaning="Times an hour that a proficiency has reached its target.",
            queries=(Query(_an_hour("skills_mastered")),),
        ),
        Panel(
            title="Near-term transfer",
            meaning="Successes among first tries at what a finished activity had prepared.",
            queries=(Query(share(rate('transfers{result="success"}'), rate("transfers"))),),
            unit="percentunit",
        ),
        Panel(
            title="Activities finished",
            meaning="For the first time, an hour.",
            queries=(Query(_an_hour("activities_finished")),),
        ),
        Panel(
            title="First tries that count for transfer",
            meaning="An hour, by result.",
            queries=(Query(_an_hour("transfers", "result"), "{{result}}"),),
        ),
    ),
)
BUSINESS = Row(
    "What it means to the organisation",
    (
        Panel(
            title="Duties fulfilled",
            meaning="Compliance, an hour: in time or late.",
            queries=(Query(_an_hour("duties_met", "result"), "{{result}}"),),
        ),
        Panel(
            title="Duties open and overdue",
            meaning="Of the learners whose queue was built last; see learners_watched.",
            queries=(
                Query("sum(stepstream_duties_open)", "open"),
                Query("sum(stepstream_duties_overdue)", "overdue"),
            ),
        ),
        Panel(
            title="Learners watched",
            meaning="Whose last queue some worker remembers.",
            queries=(Query("sum(stepstream_learners_watched)"),),
        ),
    ),
)
QUEUES = Row(
    "What becomes of queues",
    (
        Panel(
            title="Recommendations taken",
            meaning="Of the times that a learner turned to something: it stood in the queue.",
            queries=(
                Query(share(rate(_TAKEN), rate(_KNOWN)), "anywhere in it"),
                Query(share(rate('turns{place="next"}'), rate(_KNOWN)), "as the next one"),
            ),
            unit="percentunit",
        ),
        Panel(
            title="What learners turn to",
            meaning="An hour, by its place in the queue as it was.",
            queries=(Query(_an_hour("turns", "place"), "{{place}}"),),
        ),
        Panel(
            title="Coverage",
            meaning="Share of the catalogue in a queue within an hour; of the worker with most.",
            queries=(
                Query("max(stepstream_catalogue_offered / (stepstream_catalogue_activities > 0))"),
            ),
            unit="percentunit",
        ),
    ),
)
SLICES = Row(
    "Whether for all alike: by role or cohort, as STEPSTREAM_SLICE_BY says",
    (
        Panel(
            title="Outcomes",
            meaning="Their mean, where 1 is right and 0 is wrong.",
            queries=(Query(_of_slice("outcomes_observed", "outcomes"), "{{slice}}"),),
            unit="percentunit",
        ),
        Panel(
            title="Calibration gap",
            meaning="Success predicted less success observed: above 0 the models expect too much.",
            queries=(
                Query(
                    f"({rate('outcomes_predicted', 'slice')} - "
                    f"{rate('outcomes_observed', 'slice')}) / {rate('outcomes', 'slice')}",
                    "{{slice}}",
                ),
            ),
            from_zero=False,
        ),
        Panel(
            title="Recommendations taken",
            meaning="Of the times that a learner turned to something.",
            queries=(Query(_of_slice(_TAKEN, _KNOWN), "{{slice}}"),),
            unit="percentunit",
        ),
        Panel(
            title="Items offered",
            meaning="In a queue, on average.",
            queries=(Query(_of_slice("items_offered", "queues_built"), "{{slice}}"),),
        ),
        Panel(
            title="Queues read",
            meaning="Over HTTP, an hour.",
            queries=(Query(_an_hour("learner_reads", "slice"), "{{slice}}"),),
        ),
        Panel(
            title="Skills mastered",
            meaning="An hour.",
            queries=(Query(_an_hour("skills_mastered", "slice"), "{{slice}}"),),
        ),
        Panel(
            title="Activities finished",
            meaning="An hour.",
            queries=(Query(_an_hour("activities_finished", "slice"), "{{slice}}"),),
        ),
        Panel(
            title="Duties overdue",
            meaning="Of those that are open.",
            queries=(
                Query(
                    "sum by (slice) (stepstream_duties_overdue) / "
                    "(sum by (slice) (stepstream_duties_open) > 0)",
                    "{{slice}}",
                ),
            ),
            unit="percentunit",
        ),
    ),
)

BOARD = Board(
    name="learning",
    title="Stepstream: learning",
    meaning="What learners reach and what becomes of their queues, also by groups.",
    rows=(REACHED, BUSINESS, QUEUES, SLICES),
)
