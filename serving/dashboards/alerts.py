"""Alerts: what is asked, from when on it is a fault, and what to do then."""

from dataclasses import dataclass
from math import inf

from serving.dashboards.board import name_of


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast alerts are; for tests, where nobody waits for minutes."""

    scale: float = 1.0
    """Of windows and waiting times."""
    longest_sec: float = inf
    """Of both, after that."""
    threshold_scale: float = 1.0
    """Of thresholds that are times."""

    def seconds(self, seconds: float) -> str:
        """A duration as Prometheus writes it."""
        return f"{max(1, round(min(self.longest_sec, seconds * self.scale)))}s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One alert. The texts make its page in the runbook."""

    name: str
    query: str
    """PromQL; `WINDOW` stands for the window."""
    above: float
    """A fault from here on."""
    is_time: bool = False
    """Whether the query gives seconds."""
    window_sec: float = 300.0
    for_sec: float = 120.0
    severity: str
    """"page" for what cannot wait till the morning, else "ticket"."""
    summary: str
    """One line, with labels as `{{ $labels.x }}`."""
    means: str
    look: tuple[str, ...]
    do: tuple[str, ...]

    @property
    def anchor(self) -> str:
        """Of its section in the runbook."""
        return self.name.lower()

    def asked(self, pace: Pace) -> str:
        """The query without the threshold."""
        return self.query.replace("WINDOW", pace.seconds(self.window_sec))

    def expr(self, pace: Pace) -> str:
        """The query with the threshold."""
        above = self.above * pace.threshold_scale if self.is_time else self.above
        return f"({self.asked(pace)}) > {above:g}"


_LAG = "group, topic, partition"


def _share(part: str, which: str, whole: str) -> str:
    chosen = f"rate({name_of(part)}_total{{{which}}}[WINDOW])"
    return f"(sum({chosen}) or vector(0)) / sum(rate({name_of(whole)}_total[WINDOW]))"


ALERTS = (
    Alert(
        name="StepstreamWorkerDown",
        query='1 - up{job="stepstream-worker"}',
        above=0.5,
        for_sec=60,
        severity="page",
        summary="worker {{ $labels.instance }} does not answer",
        means="Prometheus cannot read the worker's metrics: it has ended, hangs, or cannot be "
        "reached. While others run they take its partitions over after "
        "STEPSTREAM_SESSION_TIMEOUT_SEC; if it was the last one, queues grow old.",
        look=(
            "`docker compose ps worker`, `kubectl get pods`: does it run, how often did it start?",
            (
                "The end of its log: the last line says why it ended and what helps; exit code 75 "
                "means starting it again helps, 78 that somebody must look first."
            ),
            "Pipeline dashboard, row Lag: does anybody read its partitions?",
        ),
        do=(
            "Start it again; nothing is lost, it goes on from its last checkpoint.",
            "With exit code 78 do what its last line says before.",
            (
                "Where the process lives but does not answer, end it: a half-dead worker that "
                "comes back is fenced off and cannot do harm."
            ),
        ),
    ),
    Alert(
        name="StepstreamStuckPartition",
        query=f"max by ({_LAG}) (min_over_time({name_of('lag')}[WINDOW])) * on ({_LAG}) "
        f"(max by ({_LAG}) (changes({name_of('committed_offset')}[WINDOW])) == bool 0)",
        above=0,
        severity="page",
        summary="{{ $labels.topic }} partition {{ $labels.partition }} has unread messages and "
        "stands still",
        means="The partition has had unread messages for the whole window and its group has "
        "acknowledged none. A worker ends itself when it sees that of its own partition "
        "(STEPSTREAM_STALL_SEC); so it hangs, or nobody owns the partition, or what it meets "
        "there ends it again and again.",
        look=(
            "Is StepstreamWorkerDown firing as well? Then that first.",
            "Pipeline dashboard, Partitions: is the sum the number of partitions?",
            (
                "The worker's log for the partition's number; does the same error come back after "
                "each start?"
            ),
        ),
        do=(
            "End the worker that owns it (SIGKILL if it does not end): another one takes over.",
            (
                "If every owner ends with the same error, keep the message's offset from the log "
                "and report it; `stepstream replay` builds anew beside what serves."
            ),
            "If Redis or Kafka do not answer, they come first: workers wait for them.",
        ),
    ),
    Alert(
        name="StepstreamLag",
        query=f"max by (group, topic) ({name_of('lag_seconds')})",
        above=60,
        is_time=True,
        severity="page",
        summary="{{ $labels.topic }} is read {{ $value | humanizeDuration }} late",
        means="Messages come faster than they are handled, or not all partitions are handled: "
        "queues show what learners did before that.",
        look=(
            "Pipeline dashboard, Unread messages: one partition or all?",
            "All, and growing: more comes than workers manage; Throughput says how much more.",
            "All, and falling: a backlog after an outage, which ends by itself.",
            "One: see StepstreamStuckPartition.",
            "Checkpoint time: a slow Redis slows everything.",
        ),
        do=(
            "Start more workers, up to one for each partition.",
            "Where Redis is slow: look at its memory, its persistence and its neighbours.",
            "An import of old statements may take its time: silence the alert until it has ended.",
        ),
    ),
    Alert(
        name="StepstreamStaleQueues",
        query=f"histogram_quantile(0.99, sum by (le) (rate({name_of('queue_age_seconds')}_bucket"
        "[WINDOW])))",
        above=5,
        is_time=True,
        window_sec=900,
        severity="ticket",
        summary="1 % of queues were {{ $value | humanizeDuration }} late or more",
        means="Queues were written long after the statements that they answer to had arrived.",
        look=(
            "Pipeline dashboard, row Freshness: are batches long, is the checkpoint slow?",
            "StepstreamLag: is there a backlog?",
            "After an outage the backlog is what is late; that ends by itself.",
        ),
        do=(
            "As for StepstreamLag.",
            (
                "If only batches are long: smaller STEPSTREAM_BATCH_EVENTS make queues younger and "
                "the whole slower."
            ),
        ),
    ),
    Alert(
        name="StepstreamRejectShare",
        query=_share("statements", 'result="rejected"', "statements"),
        above=0.05,
        severity="ticket",
        summary="{{ $value | humanizePercentage }} of the statements are rejected",
        means="A sender sends what cannot be understood. Nothing is lost: each is in "
        "`learning.rejected` with its reason. Above STEPSTREAM_REJECT_CAP workers stop.",
        look=(
            "Pipeline dashboard, Rejects by reason: one reason or many?",
            '`stepstream sql "SELECT * FROM rejects LIMIT 20"` shows what was sent.',
            "`stepstream validate FILE` explains a statement.",
        ),
        do=(
            "Tell whoever runs the sender the reason and an example.",
            "When it is put right, `stepstream redrive --yes` sends the dead letters again.",
        ),
    ),
    Alert(
        name="StepstreamModelDrift",
        query=f"sum by (model) (increase({name_of('drift_signals')}_total[WINDOW]))",
        above=0,
        window_sec=3600,
        for_sec=0,
        severity="ticket",
        summary="the loss of model {{ $labels.model }} has risen against its baseline's",
        means="The model predicts worse than it did, compared with a baseline that sees the same "
        "events. Where it is worse than the baseline for long enough it is put aside by itself, "
        "and the baseline serves.",
        look=(
            "Models dashboard, Log-loss with the window 500: model above baseline?",
            "Put aside: in how many partitions?",
            (
                "`stepstream models` names the moment; what changed then: a new course, another "
                "sender, other marking?"
            ),
        ),
        do=(
            (
                "Often nothing: models learn from each event, and one that was put aside comes "
                "back when it is better again."
            ),
            "If a promotion came just before: `stepstream models rollback`.",
            "If what comes in is wrong: stop the sender, then void its statements.",
            "If the world has changed: `stepstream recalibrate --promote`.",
        ),
    ),
    Alert(
        name="StepstreamVersionRefused",
        query=f"max({name_of('version_refused')})",
        above=0.5,
        for_sec=0,
        severity="ticket",
        summary="the version of the models that was judged last was not proved better",
        means="A recalibration has made a version that its gate refused, or somebody asked to "
        "promote one that was not proved. What is live stays as it is.",
        look=(
            "`stepstream models list`: which version, and the gate's reasons.",
            "`report.html` beside the version: where it is worse.",
        ),
        do=(
            "Nothing, if what is live is simply good: the next recalibration may pass.",
            (
                "If none has passed for weeks, look whether the archive is whole "
                "(`stepstream_archive_lost_offsets_total`) and whether there are enough new events."
            ),
            "The alert ends with the next version that passes.",
        ),
    ),
    Alert(
        name="StepstreamServingErrors",
        query=_share("http_requests", 'status=~"5.."', "http_requests"),
        above=0.01,
        severity="page",
        summary="{{ $value | humanizePercentage }} of the answers over HTTP are errors",
        means="The server could not do what it was asked, and it was not the caller's fault. "
        "Queues have a fallback and do not count here; statements and feedback have none.",
        look=(
            (
                "Serving dashboard, By route and By status: 503 means that Kafka or Redis do not "
                "answer, 500 is a fault of the program."
            ),
            "`/health/ready` names what is missing.",
            "The log of the server has each 500.",
        ),
        do=(
            "503: put Kafka or Redis right; senders of statements send again by themselves.",
            "500: keep the log and report it; if it came with a new release, go back.",
        ),
    ),
    Alert(
        name="StepstreamFallbacks",
        query=_share("fallbacks", 'reason!="no_queue"', "queue_reads"),
        above=0.05,
        severity="page",
        summary="{{ $value | humanizePercentage }} of the queues are made without the engine",
        means="Readers get an answer by content rules alone because the engine's could not be had. "
        "Learners who have no queue yet do not count.",
        look=(
            "Serving dashboard, Fallbacks by reason.",
            "`/health/ready` of the server: does Redis answer?",
        ),
        do=("Put Redis, or the way to it, right; servers use it again at once.",),
    ),
)
