-- Each activity of each queue that was published; a queue that was sent twice is there once.
WITH repeated AS (
    SELECT learner, version, generated_at, MIN(log_offset) AS first_offset
    FROM archive_queues
    WHERE learner IS NOT NULL
    GROUP BY learner, version, generated_at
    HAVING COUNT(*) > 1
)

SELECT
    archive_queue_items.learner, -- learner key
    archive_queue_items.version, -- offset of the event after which it was made; -1 before any
    archive_queue_items.generated_at, -- when it was made, POSIX seconds
    archive_queue_items.generated_time, -- the same as a timestamp, UTC
    archive_queue_items.log_partition, -- partition of recommendations
    archive_queue_items.log_offset, -- offset in it
    archive_queue_items.model, -- version of the models
    archive_queue_items.policy, -- name of the objective
    archive_queue_items.fallback, -- whether content rules stood in for the engine
    archive_queue_items.activity, -- what is recommended
    archive_queue_items.title, -- its name
    archive_queue_items.item_rank, -- place in the queue, 1 is next
    archive_queue_items.score, -- what it was ranked by
    archive_queue_items.propensity, -- probability that the policy puts it there, in (0, 1]
    archive_queue_items.success AS expected_success, -- probability of succeeding
    archive_queue_items.engagement AS expected_engagement, -- probability of finishing it once started
    archive_queue_items.gain AS expected_gain, -- change of proficiency
    archive_queue_items.retention AS expected_retention, -- probability of recall if nothing is done
    archive_queue_items.transfer AS expected_transfer, -- probability of use on the job
    archive_queue_items.minutes, -- planned length
    archive_queue_items.not_before, -- not to be done before, POSIX seconds
    archive_queue_items.reasons -- reason codes, a list
FROM archive_queue_items
LEFT JOIN repeated
    ON archive_queue_items.learner = repeated.learner
    AND archive_queue_items.version = repeated.version
    AND archive_queue_items.generated_at = repeated.generated_at
WHERE repeated.first_offset IS NULL OR archive_queue_items.log_offset = repeated.first_offset
