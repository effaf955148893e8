-- What could not be used, and why.
WITH marks AS (
    SELECT DISTINCT log_partition, redriven
    FROM archive_rejects
    WHERE redriven IS NOT NULL
)

SELECT
    archive_rejects.log_partition, -- partition of learning.rejected
    archive_rejects.log_offset, -- offset in it
    archive_rejects.log_day, -- UTC day that it is filed under
    archive_rejects.logged_at, -- when it was refused, POSIX seconds
    archive_rejects.reason, -- reason code
    archive_rejects.detail, -- one line for people, without personal data
    archive_rejects.origin_topic, -- topic of the message
    archive_rejects.origin_partition, -- partition of the message
    archive_rejects.origin_offset, -- offset of the message
    archive_rejects.origin_index, -- place of the statement in the message; -1: it held one
    archive_rejects.origin_time, -- when the message reached the log, UTC
    CASE WHEN marks.redriven IS NULL THEN 0 ELSE 1 END AS was_redriven -- 1 where it was sent again
FROM archive_rejects
LEFT JOIN marks
    ON archive_rejects.log_partition = marks.log_partition
    AND archive_rejects.log_offset = marks.redriven
WHERE archive_rejects.reason IS NOT NULL
