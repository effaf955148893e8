-- What learners said of what was offered to them; what was sent again is there once.
SELECT
    statement, -- id of the feedback
    learner, -- learner key
    MIN(activity) AS activity, -- what it is about
    MIN(kind) AS said, -- shown, opened, dismissed, not_relevant or rated
    MIN(rating) AS rating, -- how many stars of five, where it was rated
    MIN(decision) AS decision, -- the queue: its version, a dash, when it was made in milliseconds
    MIN(happened_at) AS happened_at -- POSIX seconds
FROM events
WHERE kind IN ('shown', 'opened', 'dismissed', 'not_relevant', 'rated')
GROUP BY statement, learner
