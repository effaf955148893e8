-- Each statement once, without those that were withdrawn and those that withdraw.
WITH numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (PARTITION BY learner, statement ORDER BY log_offset) AS copy_number
    FROM events
    WHERE voids IS NULL
),

withdrawn AS (
    SELECT DISTINCT voids
    FROM events
    WHERE voids IS NOT NULL
)

SELECT
    numbered.log_partition, -- partition of learning.events
    numbered.log_offset, -- offset in it, of the first copy
    numbered.log_day, -- UTC day that it is filed under
    numbered.logged_at, -- when the log took it, POSIX seconds
    numbered.statement, -- statement id
    numbered.learner, -- learner key, a pseudonym
    numbered.kind, -- what was done
    numbered.activity, -- id of what it was done with
    numbered.title, -- its name
    numbered.course, -- course that it belongs to
    numbered.content, -- kind of content
    numbered.skills, -- its skills, a list
    numbered.difficulty, -- its difficulty in [0, 1]
    numbered.minutes, -- its planned length
    numbered.happened_at, -- POSIX seconds; never after its arrival
    numbered.happened_time, -- the same as a timestamp, UTC
    numbered.happened_on, -- the same as a date
    numbered.success, -- as the sender judged it
    numbered.completion, -- as the sender judged it
    numbered.outcome, -- evidence of knowledge in [0, 1]; null where it is none
    numbered.pass_mark, -- smallest outcome that counts as passed
    numbered.duration_sec, -- time spent, seconds
    numbered.learner_role, -- the learner's role then
    numbered.cohort -- the learner's cohort then
FROM numbered
LEFT JOIN withdrawn ON numbered.statement = withdrawn.voids
WHERE numbered.copy_number = 1 AND withdrawn.voids IS NULL
