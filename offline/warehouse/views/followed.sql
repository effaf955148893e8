-- Each recommendation, and what the learner did next: within 7 days (604,800 seconds).
WITH done AS (
    SELECT learner, log_offset, activity, kind, happened_at, outcome
    FROM statements
),

queues AS (
    SELECT DISTINCT learner, version, generated_at
    FROM recommendations
),

lasting AS (
    SELECT
        learner,
        version,
        generated_at,
        LEAD(generated_at) OVER (
            PARTITION BY learner ORDER BY generated_at, version
        ) AS replaced_at
    FROM queues
),

moments AS (
    SELECT learner, log_offset AS moment, 0 AS is_queue, log_offset, -1.0 AS generated_at
    FROM done
    UNION ALL
    SELECT learner, version AS moment, 1 AS is_queue, NULL AS log_offset, generated_at
    FROM queues
),

following AS (
    SELECT
        learner,
        moment,
        is_queue,
        generated_at,
        MIN(log_offset) OVER (
            PARTITION BY learner ORDER BY moment, is_queue, generated_at
            ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
        ) AS next_offset
    FROM moments
),

answers AS (
    SELECT
        recommendations.learner,
        recommendations.version,
        recommendations.generated_at,
        recommendations.activity,
        MIN(done.happened_at) AS followed_at,
        MAX(done.outcome) AS best_outcome
    FROM recommendations
    INNER JOIN done
        ON recommendations.learner = done.learner
        AND recommendations.activity = done.activity
    WHERE done.happened_at > recommendations.generated_at
        AND done.happened_at <= recommendations.generated_at + 604800.0
        AND done.log_offset > recommendations.version
    GROUP BY
        recommendations.learner,
        recommendations.version,
        recommendations.generated_at,
        recommendations.activity
),

known AS (
    SELECT MAX(logged_at) AS up_to
    FROM events
)

SELECT
    recommendations.learner, -- learner key
    recommendations.version, -- offset of the event after which the queue was made; -1 before any
    recommendations.generated_at, -- when it was made, POSIX seconds
    recommendations.model, -- version of the models
    recommendations.policy, -- name of the objective
    recommendations.activity, -- what was recommended
    recommendations.item_rank, -- place in the queue, 1 is next
    recommendations.score, -- what it was ranked by
    recommendations.propensity, -- probability that the policy puts it there, in (0, 1]
    recommendations.expected_success, -- probability of succeeding
    recommendations.expected_engagement, -- probability of finishing it once started
    recommendations.expected_gain, -- change of proficiency
    lasting.replaced_at - recommendations.generated_at AS in_force_sec, -- until the learner's next queue; null: it is the newest
    done.activity AS next_activity, -- what the learner turned to next; null: nothing yet
    done.kind AS next_kind, -- what was done with it
    done.happened_at - recommendations.generated_at AS next_after_sec, -- how long after
    CASE
        WHEN done.activity = recommendations.activity
            AND done.happened_at <= recommendations.generated_at + 604800.0 THEN 1
        ELSE 0
    END AS was_next, -- 1 where that is the recommended one, within the horizon
    CASE WHEN answers.followed_at IS NULL THEN 0 ELSE 1 END AS was_followed, -- 1 where it was turned to at all, within the horizon
    answers.followed_at - recommendations.generated_at AS followed_after_sec, -- how long after
    answers.best_outcome, -- best outcome there, within the horizon, in [0, 1]
    CASE
        WHEN recommendations.generated_at + 604800.0 <= known.up_to THEN 1
        ELSE 0
    END AS horizon_is_over -- 0 where more may follow than the archive knows
FROM recommendations
INNER JOIN lasting
    ON recommendations.learner = lasting.learner
    AND recommendations.version = lasting.version
    AND recommendations.generated_at = lasting.generated_at
LEFT JOIN following
    ON recommendations.learner = following.learner
    AND recommendations.version = following.moment
    AND recommendations.generated_at = following.generated_at
    AND following.is_queue = 1
LEFT JOIN done
    ON following.learner = done.learner
    AND following.next_offset = done.log_offset
LEFT JOIN answers
    ON recommendations.learner = answers.learner
    AND recommendations.version = answers.version
    AND recommendations.generated_at = answers.generated_at
    AND recommendations.activity = answers.activity
CROSS JOIN known
