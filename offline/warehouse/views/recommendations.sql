-- Each activity of each queue that was published; a queue that was sent twice is there once.
WITH numbered AS (
    SELECT
        *,
        ROW_NUMBER() OVER (
            PARTITION BY learner, version, generated_at, item_rank ORDER BY log_offset
        ) AS copy_number
    FROM archive_queue_items
)

SELECT
    learner, -- learner key
    version, -- offset of the event after which it was made; -1 before any
    generated_at, -- when it was made, POSIX seconds
    generated_time, -- the same as a timestamp, UTC
    log_partition, -- partition of recommendations
    log_offset, -- offset in it
    model, -- version of the models
    policy, -- name of the objective
    fallback, -- whether content rules stood in for the engine
    activity, -- what is recommended
    title, -- its name
    item_rank, -- place in the queue, 1 is next
    score, -- what it was ranked by
    propensity, -- probability that the policy puts it there, in (0, 1]
    success AS expected_success, -- probability of succeeding
    engagement AS expected_engagement, -- probability of finishing it once started
    gain AS expected_gain, -- change of proficiency
    retention AS expected_retention, -- probability of recall if nothing is done
    transfer AS expected_transfer, -- probability of use on the job
    minutes, -- planned length
    not_before, -- not to be done before, POSIX seconds
    reasons -- reason codes, a list
FROM numbered
WHERE copy_number = 1
