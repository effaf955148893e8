"""The pipeline: does it keep up, is it fresh, what does it refuse."""

from serving.dashboards.board import Board, Panel, Query, Row, quantile, quantiles, rate, share

NOW = Row(
    "Now",
    (
        Panel(
            title="Statements a second",
            meaning="Accepted and rejected, by all workers.",
            queries=(Query(rate("statements")),),
            single=True,
        ),
        Panel(
            title="Oldest unread message",
            meaning="For how long the longest has been seen to wait, over all partitions.",
            queries=(Query("max(stepstream_lag_seconds)"),),
            unit="s",
            single=True,
            warn_above=60,
        ),
        Panel(
            title="Queue age, 99 %",
            meaning="From a statement's arrival in the log to its learner's queue in Redis.",
            queries=(Query(quantile(0.99, "queue_age_seconds")),),
            unit="s",
            single=True,
            warn_above=5,
        ),
        Panel(
            title="Rejected",
            meaning="Share of the statements.",
            queries=(Query(share(rate('statements{result="rejected"}'), rate("statements"))),),
            unit="percentunit",
            single=True,
            warn_above=0.05,
        ),
        Panel(
            title="Processes that answer",
            meaning="By what they are; those that Prometheus knows and that do not answer are 0.",
            queries=(Query('sum by (job) (up{job=~"stepstream-.+"})', "{{job}}"),),
            single=True,
        ),
    ),
)
THROUGHPUT = Row(
    "Throughput",
    (
        Panel(
            title="Statements",
            meaning="By what became of them, a second.",
            queries=(Query(rate("statements", "result"), "{{result}}"),),
        ),
        Panel(
            title="Events by kind",
            meaning="What learners did, a second.",
            queries=(Query(rate("events", "kind"), "{{kind}}"),),
        ),
        Panel(
            title="Events applied",
            meaning="By worker, a second.",
            queries=(Query(rate("events_applied", "instance"), "{{instance}}"),),
        ),
        Panel(
            title="Queues written",
            meaning="By cause, a second: an event, or a clock or change of reference data.",
            queries=(Query(rate("queues_written", "cause"), "{{cause}}"),),
        ),
        Panel(
            title="Batch size",
            meaning="Events that are applied together; large ones mean a backlog.",
            queries=quantiles("batch_events", 0.5, 0.99),
        ),
        Panel(
            title="Messages",
            meaning="Read from the statements' topic, a second; each holds one statement or many.",
            queries=(Query(rate("messages")),),
        ),
    ),
)
LAG = Row(
    "Lag",
    (
        Panel(
            title="Unread messages",
            meaning="By consumer group, topic and partition, as Kafka itself knows it.",
            queries=(
                Query(
                    "max by (group, topic, partition) (stepstream_lag)",
                    "{{group}} {{topic}} {{partition}}",
                ),
            ),
        ),
        Panel(
            title="Oldest unread message",
            meaning="For how long it has been seen to wait, by group, topic and partition.",
            queries=(
                Query(
                    "max by (group, topic, partition) (stepstream_lag_seconds)",
                    "{{group}} {{topic}} {{partition}}",
                ),
            ),
            unit="s",
        ),
        Panel(
            title="Archive",
            meaning="Messages that are not in the archive yet, by topic; it flushes at times.",
            queries=(Query("sum by (topic) (stepstream_archive_lag)", "{{topic}}"),),
        ),
    ),
)
FRESHNESS = Row(
    "Freshness",
    (
        Panel(
            title="Queue age",
            meaning="From a statement's arrival in the log to its learner's queue in Redis.",
            queries=quantiles("queue_age_seconds", 0.5, 0.95, 0.99),
            unit="s",
        ),
        Panel(
            title="Checkpoint",
            meaning="Time of one atomic write to Redis, all partitions of a batch.",
            queries=quantiles("checkpoint_seconds", 0.5, 0.99),
            unit="s",
        ),
        Panel(
            title="Batches",
            meaning="Half of them take no longer: statements to events, and events to checkpoint.",
            queries=(
                Query(quantile(0.5, "ingest_batch_seconds"), "ingest"),
                Query(quantile(0.5, "batch_seconds"), "personalize"),
            ),
            unit="s",
        ),
        Panel(
            title="Waiting",
            meaning="Queues that a clock or a change has made stale; those on the way to Kafka.",
            queries=(
                Query("sum(stepstream_rebuilds_waiting)", "stale"),
                Query("sum(stepstream_outbox)", "not acknowledged"),
            ),
        ),
    ),
)
REFUSALS = Row(
    "Refusals",
    (
        Panel(
            title="Rejects by reason",
            meaning="Dead letters, a second; `learning.rejected` has each with its reason.",
            queries=(Query(rate("rejects", "reason"), "{{reason}}"),),
        ),
        Panel(
            title="Repairs",
            meaning="Deviations that lenient validation has repaired, a second.",
            queries=(Query(rate("repairs", "deviation"), "{{deviation}}"),),
        ),
        Panel(
            title="Known already",
            meaning="A second: sent again, withdrawn, or another content under a known id.",
            queries=(
                Query(rate("duplicates"), "duplicates"),
                Query(rate("voided"), "voided"),
                Query(rate("conflicts"), "conflicts"),
            ),
        ),
    ),
)
WORKERS = Row(
    "Workers",
    (
        Panel(
            title="Rebalances",
            meaning="Times that partitions were shared out anew, by worker, in an hour.",
            queries=(
                Query(
                    "sum by (instance) (increase(stepstream_rebalances_total[1h]))", "{{instance}}"
                ),
            ),
        ),
        Panel(
            title="Partitions",
            meaning="Owned, by worker.",
            queries=(
                Query(
                    'sum by (instance) (stepstream_partitions{job="stepstream-worker"})',
                    "{{instance}}",
                ),
            ),
        ),
        Panel(
            title="Partitions taken over",
            meaning="In an hour, by worker.",
            queries=(
                Query("sum by (instance) (increase(stepstream_claims_total[1h]))", "{{instance}}"),
            ),
        ),
    ),
)

BOARD = Board(
    name="pipeline",
    title="Stepstream: pipeline",
    meaning="From a statement to a fresh queue.",
    rows=(NOW, THROUGHPUT, LAG, FRESHNESS, REFUSALS, WORKERS),
)
