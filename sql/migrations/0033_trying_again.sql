-- Staff of the platform look at the queue and the outbox, and let what was given up be tried again. The application reads
-- jobs and events as it is, but changes neither; these functions do, each for one state alone.

CREATE FUNCTION hcc.job_again(job bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = jobs, hcc, pg_temp AS $$
BEGIN
  PERFORM FROM procrastinate_jobs j WHERE j.id = job AND j.status = 'failed' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM procrastinate_retry_job_v2(job, now(), NULL, NULL, NULL);
  RETURN true;
END
$$;

-- As often as for a new event, from the first delay on.
CREATE FUNCTION hcc.outbox_again(event bigint) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  UPDATE outbox_events SET dead_at = NULL, attempts = 0, next_attempt_at = now()
   WHERE id = event AND relayed_at IS NULL AND dead_at IS NOT NULL AND visible(organization_id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM pg_notify('hcc_outbox', '');
  RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION hcc.job_again(bigint), hcc.outbox_again(bigint) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.job_again(bigint), hcc.outbox_again(bigint), hcc.outbox_state() TO hcc_app;

UPDATE hcc.roles SET permissions = array_append(permissions, 'jobs:read')
 WHERE organization_id IS NULL AND user_type = 'admin' AND name = 'support';
