-- What was done with each activity, by everybody.
SELECT
    activity, -- id
    MAX(title) AS title, -- name
    MAX(course) AS course, -- course that it belongs to
    MAX(content) AS content, -- kind of content
    MAX(difficulty) AS difficulty, -- in [0, 1] as the catalogue had it
    MAX(minutes) AS planned_minutes, -- planned length
    COUNT(*) AS actions, -- statements
    COUNT(DISTINCT learner) AS learners, -- different learners
    SUM(CASE WHEN outcome IS NOT NULL THEN 1 ELSE 0 END) AS attempts, -- statements with evidence of knowledge
    AVG(outcome) AS mean_outcome, -- of these, in [0, 1]
    SUM(CASE WHEN outcome >= pass_mark THEN 1 ELSE 0 END) AS passed, -- of these, those that reached the pass mark
    AVG(duration_sec) / 60.0 AS mean_minutes, -- as far as senders say how long
    MIN(happened_at) AS first_at, -- first action, POSIX seconds
    MAX(happened_at) AS last_at -- last action, POSIX seconds
FROM statements
GROUP BY activity
