-- Each statement gives the number of rows that went. The functions run with their owner's rights, because no tenant's
-- transaction sees more than its own rows.

-- name: idempotency_keys
SELECT hcc.forget_idempotency_keys(%(older_than)s)

-- name: relayed_events
SELECT hcc.forget_relayed_events(%(older_than)s)

-- name: webhook_deliveries
SELECT hcc.forget_webhook_deliveries(%(older_than)s)

-- name: outgoing_mail
SELECT hcc.forget_mail(%(older_than)s)

-- name: login_throttle
WITH gone AS (DELETE FROM hcc.login_throttle WHERE last_failure < now() - %(older_than)s AND blocked_until < now() RETURNING 1)
SELECT count(*) FROM gone

-- name: client_tallies
-- Windows of detectors are an hour at most.
SELECT hcc.forget_client_tallies(%(older_than)s)

-- name: finished_jobs
-- The newest event of a job says when it finished.
WITH gone AS (
  DELETE FROM jobs.procrastinate_jobs j
   WHERE j.status IN ('succeeded', 'failed', 'cancelled', 'aborted')
     AND NOT EXISTS (SELECT FROM jobs.procrastinate_events e WHERE e.job_id = j.id AND e.at >= now() - %(older_than)s)
     AND (j.status = 'succeeded'
          OR NOT EXISTS (SELECT FROM jobs.procrastinate_events e WHERE e.job_id = j.id AND e.at >= now() - %(failed_older_than)s))
  RETURNING 1)
SELECT count(*) FROM gone

-- name: alerts
-- Changes of alerts, outages of ingestion and ended silences; alerts that are over go after a day.
SELECT hcc.forget_alerts(%(older_than)s)

-- name: notifications
SELECT hcc.forget_notifications(%(older_than)s)

-- name: checks
-- How checks were; single results go after two days.
SELECT hcc.forget_checks(%(older_than)s)

-- name: stalled_jobs
-- Jobs whose worker went away without a word; locked, so that two workers do not both queue one again.
SELECT j.id, j.task_name, j.attempts FROM jobs.procrastinate_jobs j
 WHERE j.status = 'doing'
   AND (j.worker_id IS NULL OR EXISTS (
         SELECT FROM jobs.procrastinate_workers w WHERE w.id = j.worker_id AND w.last_heartbeat < now() - %(silent)s))
 ORDER BY j.id
   FOR UPDATE OF j SKIP LOCKED

-- name: job_again
SELECT jobs.procrastinate_retry_job_v2(%(id)s::bigint, now(), NULL, NULL, NULL)

-- name: job_given_up
SELECT jobs.procrastinate_finish_job_v1(%(id)s::bigint, 'failed', false)
