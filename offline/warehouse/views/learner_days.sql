-- What each learner did on each UTC day.
WITH days AS (
    SELECT
        learner,
        happened_on,
        COUNT(*) AS actions,
        COUNT(DISTINCT activity) AS activities,
        SUM(CASE WHEN outcome IS NOT NULL THEN 1 ELSE 0 END) AS attempts,
        SUM(CASE WHEN outcome >= pass_mark THEN 1 ELSE 0 END) AS passed,
        AVG(outcome) AS mean_outcome,
        SUM(CASE WHEN kind IN ('completed', 'passed', 'mastered') THEN 1 ELSE 0 END) AS completions,
        SUM(duration_sec) / 60.0 AS minutes_spent,
        MIN(happened_at) AS first_at,
        MAX(happened_at) AS last_at
    FROM statements
    GROUP BY learner, happened_on
)

SELECT
    learner, -- learner key
    happened_on, -- the day
    actions, -- statements
    activities, -- different activities
    attempts, -- statements with evidence of knowledge
    passed, -- of these, those that reached the pass mark
    mean_outcome, -- of the attempts, in [0, 1]
    completions, -- activities completed, passed or mastered
    minutes_spent, -- as far as senders say how long
    first_at, -- first action, POSIX seconds
    last_at, -- last action, POSIX seconds
    ROW_NUMBER() OVER (PARTITION BY learner ORDER BY happened_on) AS active_day, -- 1 is the learner's first
    first_at - LAG(last_at) OVER (
        PARTITION BY learner ORDER BY happened_on
    ) AS seconds_away, -- since the last action of the active day before
    SUM(actions) OVER (
        PARTITION BY learner ORDER BY happened_on ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ) AS actions_so_far -- of the learner, this day included
FROM days
