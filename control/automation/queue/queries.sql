-- name: jobs
SELECT j.id, j.queue_name AS queue, j.task_name AS task, j.status::text AS status, j.attempts, j.priority, j.args AS arguments,
       j.scheduled_at, j.lock,
       (SELECT max(e.at) FROM jobs.procrastinate_events e WHERE e.job_id = j.id) AS changed_at
  FROM jobs.procrastinate_jobs j
 WHERE (%(status)s::text IS NULL OR j.status::text = %(status)s)
   AND (%(task)s::text IS NULL OR j.task_name = %(task)s)
   AND (%(search)s::text IS NULL OR j.task_name ILIKE %(search)s)

-- name: job_count
SELECT count(*) FROM jobs.procrastinate_jobs j
 WHERE (%(status)s::text IS NULL OR j.status::text = %(status)s)
   AND (%(task)s::text IS NULL OR j.task_name = %(task)s)
   AND (%(search)s::text IS NULL OR j.task_name ILIKE %(search)s)

-- name: job
SELECT j.id, j.queue_name AS queue, j.task_name AS task, j.status::text AS status, j.attempts, j.priority, j.args AS arguments,
       j.scheduled_at, j.lock,
       (SELECT max(e.at) FROM jobs.procrastinate_events e WHERE e.job_id = j.id) AS changed_at
  FROM jobs.procrastinate_jobs j WHERE j.id = %(id)s

-- name: job_history
SELECT e.type::text AS what, e.at FROM jobs.procrastinate_events e WHERE e.job_id = %(id)s ORDER BY e.id DESC LIMIT 50

-- name: by_status
SELECT j.status::text AS status, count(*) AS jobs FROM jobs.procrastinate_jobs j GROUP BY 1

-- name: job_again
SELECT hcc.job_again(%(id)s)

-- name: events
SELECT id, event_id, organization_id, topic, payload, created_at, relayed_at, attempts, next_attempt_at, last_error, dead_at
  FROM hcc.outbox_events
 WHERE (%(state)s::text IS NULL
        OR CASE %(state)s WHEN 'relayed' THEN relayed_at IS NOT NULL
                          WHEN 'dead' THEN dead_at IS NOT NULL AND relayed_at IS NULL
                          ELSE relayed_at IS NULL AND dead_at IS NULL END)
   AND (%(topic)s::text IS NULL OR topic = %(topic)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: event_count
SELECT count(*)
  FROM hcc.outbox_events
 WHERE (%(state)s::text IS NULL
        OR CASE %(state)s WHEN 'relayed' THEN relayed_at IS NOT NULL
                          WHEN 'dead' THEN dead_at IS NOT NULL AND relayed_at IS NULL
                          ELSE relayed_at IS NULL AND dead_at IS NULL END)
   AND (%(topic)s::text IS NULL OR topic = %(topic)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: event
SELECT id, event_id, organization_id, topic, payload, created_at, relayed_at, attempts, next_attempt_at, last_error, dead_at
  FROM hcc.outbox_events WHERE id = %(id)s

-- name: event_again
SELECT hcc.outbox_again(%(id)s)

-- name: outbox_state
SELECT waiting, oldest_seconds, dead FROM hcc.outbox_state()
