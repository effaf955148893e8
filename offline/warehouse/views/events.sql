-- What learners did, as the log has it: a statement that was sent again is there again.
SELECT
    log_partition, -- partition of learning.events
    log_offset, -- offset in it
    log_day, -- UTC day that it is filed under
    logged_at, -- when the log took it, POSIX seconds
    id AS statement, -- statement id
    tenant, -- the organisation
    learner, -- learner key, a pseudonym
    kind, -- what was done: answered, completed, viewed, ...
    verb, -- the verb's IRI
    activity, -- id of what it was done with
    NULLIF(title, '') AS title, -- its name
    NULLIF(activity_type, '') AS activity_type, -- IRI of its type
    NULLIF(course, '') AS course, -- course that it belongs to
    NULLIF(parent, '') AS parent, -- what it is part of
    NULLIF(content, '') AS content, -- kind of content: video, reading, quiz, ...
    skills, -- its skills, a list
    difficulty, -- its difficulty in [0, 1]
    minutes, -- its planned length
    CASE WHEN occurred_at < received_at THEN occurred_at ELSE received_at END AS happened_at, -- POSIX seconds; never after its arrival
    at_time AS happened_time, -- the same as a timestamp, UTC
    CAST(at_time AS DATE) AS happened_on, -- the same as a date
    success, -- as the sender judged it
    completion, -- as the sender judged it
    scaled, -- score in [-1, 1]
    outcome, -- evidence of knowledge in [0, 1]; null where it is none
    pass_mark, -- smallest outcome that counts as passed
    duration_sec, -- time spent, seconds
    progress, -- share of the activity done, in [0, 1]
    NULLIF(registration, '') AS registration, -- the sender's id of the enrolment
    NULLIF(session, '') AS session_id, -- the sender's id of the session
    NULLIF(role, '') AS learner_role, -- the learner's role then
    NULLIF(cohort, '') AS cohort, -- the learner's cohort then
    NULLIF(source, '') AS platform, -- platform that sent it
    NULLIF(voids, '') AS voids, -- id of the statement that this one withdraws
    NULLIF(decision, '') AS decision, -- of feedback: the queue that it is about
    rating -- of feedback: how many stars of five
FROM archive_events
WHERE problem IS NULL
