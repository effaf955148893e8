"""Serving: is it quick, is it right, who is refused."""

from serving.dashboards.board import Board, Panel, Query, Row, quantile, quantiles, rate, share

_ERRORS = rate('http_requests{status=~"5.."}')

NOW = Row(
    "Now",
    (
        Panel(
            title="Requests a second",
            meaning="Over HTTP, all servers.",
            queries=(Query(rate("http_requests")),),
            single=True,
        ),
        Panel(
            title="Latency, 99 %",
            meaning="Of all routes, read to answered.",
            queries=(Query(quantile(0.99, "http_seconds")),),
            unit="s",
            single=True,
            warn_above=0.25,
        ),
        Panel(
            title="Errors",
            meaning="Share of the answers that are the server's fault (5xx).",
            queries=(Query(share(_ERRORS, rate("http_requests"))),),
            unit="percentunit",
            single=True,
            warn_above=0.01,
        ),
        Panel(
            title="Fallbacks",
            meaning="Share of the queues that come of content rules alone.",
            queries=(Query(share(rate('queue_reads{source="fallback"}'), rate("queue_reads"))),),
            unit="percentunit",
            single=True,
            warn_above=0.05,
        ),
        Panel(
            title="Open streams",
            meaning="Clients that are told of each change of a queue.",
            queries=(Query("sum(stepstream_http_open)"),),
            single=True,
        ),
    ),
)
ANSWERS = Row(
    "Answers",
    (
        Panel(
            title="By status",
            meaning="A second.",
            queries=(Query(rate("http_requests", "status"), "{{status}}"),),
        ),
        Panel(
            title="By route",
            meaning="A second.",
            queries=(Query(rate("http_requests", "route", "method"), "{{method}} {{route}}"),),
        ),
        Panel(
            title="Latency by route",
            meaning="99 % take no longer.",
            queries=(Query(quantile(0.99, "http_seconds", "route"), "{{route}}"),),
            unit="s",
        ),
        Panel(
            title="Refused",
            meaning="A second, by reason: keys, scopes, limits.",
            queries=(Query(rate("denied", "reason"), "{{reason}}"),),
        ),
    ),
)
QUEUES = Row(
    "Queues",
    (
        Panel(
            title="Queues by source",
            meaning="A second.",
            queries=(Query(rate("queue_reads", "source"), "{{source}}"),),
        ),
        Panel(
            title="Fallbacks by reason",
            meaning="A second.",
            queries=(Query(rate("fallbacks", "reason"), "{{reason}}"),),
        ),
        Panel(
            title="Rules at reading",
            meaning="Items left out of a stored queue, a second, by the rule.",
            queries=(Query(rate("rules_at_reading", "code"), "{{code}}"),),
        ),
        Panel(
            title="Feedback",
            meaning="What learners say of recommendations, a second.",
            queries=(Query(rate("feedback", "kind"), "{{kind}}"),),
        ),
    ),
)
RECEIVER = Row(
    "Statements over HTTP, and erasure",
    (
        Panel(
            title="Statements received",
            meaning="A second, by result.",
            queries=(Query(rate("received_statements", "result"), "{{result}}"),),
        ),
        Panel(
            title="Until Kafka has acknowledged",
            meaning="From a request with statements.",
            queries=quantiles("receive_seconds", 0.5, 0.99),
            unit="s",
        ),
        Panel(
            title="Erasures",
            meaning="Steps of erasures that were done in a day.",
            queries=(Query("sum by (step) (increase(stepstream_erasures_total[1d]))", "{{step}}"),),
        ),
    ),
)

BOARD = Board(
    name="serving",
    title="Stepstream: serving",
    meaning="HTTP: queues, statements, feedback.",
    rows=(NOW, ANSWERS, QUEUES, RECEIVER),
)
