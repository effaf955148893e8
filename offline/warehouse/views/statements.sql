-- Each statement once, without those that were withdrawn, those that withdraw, and feedback.
WITH repeated AS (
    SELECT log_partition, tenant, statement, MIN(log_offset) AS first_offset
    FROM events
    GROUP BY log_partition, tenant, statement
    HAVING COUNT(*) > 1
),

withdrawn AS (
    SELECT DISTINCT tenant, voids
    FROM events
    WHERE voids IS NOT NULL
)

SELECT
    events.log_partition, -- partition of learning.events
    events.log_offset, -- offset in it, of the first copy
    events.log_day, -- UTC day that it is filed under
    events.logged_at, -- when the log took it, POSIX seconds
    events.statement, -- statement id
    events.learner, -- learner key, a pseudonym
    events.kind, -- what was done
    events.activity, -- id of what it was done with
    events.title, -- its name
    events.course, -- course that it belongs to
    events.content, -- kind of content
    events.skills, -- its skills, a list
    events.difficulty, -- its difficulty in [0, 1]
    events.minutes, -- its planned length
    events.happened_at, -- POSIX seconds; never after its arrival
    events.happened_time, -- the same as a timestamp, UTC
    events.happened_on, -- the same as a date
    events.success, -- as the sender judged it
    events.completion, -- as the sender judged it
    events.outcome, -- evidence of knowledge in [0, 1]; null where it is none
    events.pass_mark, -- smallest outcome that counts as passed
    events.duration_sec, -- time spent, seconds
    events.learner_role, -- the learner's role then
    events.cohort -- the learner's cohort then
FROM events
LEFT JOIN repeated
    ON events.log_partition = repeated.log_partition
    AND events.tenant = repeated.tenant
    AND events.statement = repeated.statement
LEFT JOIN withdrawn
    ON events.tenant = withdrawn.tenant
    AND events.statement = withdrawn.voids
WHERE events.voids IS NULL
    AND withdrawn.voids IS NULL
    AND events.kind NOT IN ('shown', 'opened', 'dismissed', 'not_relevant', 'rated')
    AND (repeated.first_offset IS NULL OR events.log_offset = repeated.first_offset)
