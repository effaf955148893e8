-- Evidence of knowledge, one row for each time that a learner tried an activity.
SELECT
    learner, -- learner key
    activity, -- what was tried
    course, -- course that it belongs to
    content, -- kind of content
    difficulty, -- in [0, 1] as the catalogue had it
    statement, -- statement id
    log_partition, -- partition of learning.events
    log_offset, -- offset in it
    happened_at, -- POSIX seconds
    happened_time, -- the same as a timestamp, UTC
    happened_on, -- the same as a date
    ROW_NUMBER() OVER (
        PARTITION BY learner, activity ORDER BY happened_at, log_offset
    ) AS attempt, -- 1 is the learner's first at this activity
    outcome, -- in [0, 1]
    CASE WHEN outcome >= pass_mark THEN 1 ELSE 0 END AS passed, -- 1 where it reached the pass mark
    LAG(outcome) OVER (
        PARTITION BY learner, activity ORDER BY happened_at, log_offset
    ) AS previous_outcome, -- of the learner's attempt before, at this activity
    happened_at - LAG(happened_at) OVER (
        PARTITION BY learner, activity ORDER BY happened_at, log_offset
    ) AS seconds_since, -- since that attempt
    duration_sec, -- time spent, seconds
    learner_role, -- the learner's role then
    cohort -- the learner's cohort then
FROM statements
WHERE outcome IS NOT NULL
