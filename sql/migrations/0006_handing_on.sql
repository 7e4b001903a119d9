-- What leaves the platform by itself: events that could not be handed on at once, bounced mail, and what is forgotten in time.

ALTER TABLE hcc.outbox_events
  ADD attempts        integer NOT NULL DEFAULT 0,
  ADD next_attempt_at timestamptz,
  ADD last_error      text,
  ADD dead_at         timestamptz;
DROP INDEX hcc.outbox_events_waiting;
CREATE INDEX outbox_events_waiting ON hcc.outbox_events (id) WHERE relayed_at IS NULL AND dead_at IS NULL;
CREATE INDEX outbox_events_dead ON hcc.outbox_events (id) WHERE dead_at IS NOT NULL;
CREATE INDEX outbox_events_relayed ON hcc.outbox_events (relayed_at) WHERE relayed_at IS NOT NULL;

-- One relay at a time, the others find nothing: events are handed on in the order of their ids. The rows stay locked until
-- the relay's transaction ends; one that crashes before that has claimed nothing.
DROP FUNCTION hcc.claim_outbox(integer);
CREATE FUNCTION hcc.claim_outbox(batch integer) RETURNS TABLE (
  id bigint, event_id uuid, organization_id uuid, topic text, payload jsonb, created_at timestamptz, attempts integer)
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hcc.outbox', 7)) THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT e.id, e.event_id, e.organization_id, e.topic, e.payload, e.created_at, e.attempts
      FROM outbox_events e
     WHERE e.relayed_at IS NULL AND e.dead_at IS NULL AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= now())
     ORDER BY e.id
     LIMIT batch
       FOR UPDATE SKIP LOCKED;
END
$$;
CREATE FUNCTION hcc.outbox_relayed(events bigint[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  UPDATE outbox_events SET relayed_at = now(), attempts = attempts + 1 WHERE id = ANY (events) AND relayed_at IS NULL
$$;
-- Without `again_in` the event is dead: it is kept, counted and shown, and not tried again by itself.
CREATE FUNCTION hcc.outbox_failed(event bigint, reason text, again_in interval) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  UPDATE outbox_events
     SET attempts = attempts + 1, last_error = left(reason, 500), next_attempt_at = now() + again_in,
         dead_at = CASE WHEN again_in IS NULL THEN now() END
   WHERE id = event AND relayed_at IS NULL
$$;
CREATE FUNCTION hcc.outbox_state() RETURNS TABLE (waiting bigint, oldest_seconds double precision, dead bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT (SELECT count(*) FROM outbox_events WHERE relayed_at IS NULL AND dead_at IS NULL),
         (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::double precision
            FROM outbox_events WHERE relayed_at IS NULL AND dead_at IS NULL),
         (SELECT count(*) FROM outbox_events WHERE dead_at IS NOT NULL)
$$;
CREATE FUNCTION hcc.forget_relayed_events(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (DELETE FROM outbox_events WHERE relayed_at < now() - greatest(older_than, interval '1 day') RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Why an endpoint was switched off by the platform: NULL when its owner did it or it is on.
ALTER TABLE hcc.webhook_endpoints ADD disabled_reason text;
CREATE INDEX webhook_deliveries_finished ON hcc.webhook_deliveries (updated_at) WHERE status IN ('succeeded', 'failed');
CREATE FUNCTION hcc.forget_webhook_deliveries(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (
    DELETE FROM webhook_deliveries
     WHERE status IN ('succeeded', 'failed') AND updated_at < now() - greatest(older_than, interval '1 day') RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- A bounce comes back to an address that holds the mail's id and nothing else, so there is no tenant to work for.
CREATE FUNCTION hcc.note_bounce(mail uuid, reason text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  UPDATE outgoing_mail SET status = 'bounced', error = left(reason, 500) WHERE id = mail AND status = 'sent';
  RETURN FOUND;
END
$$;
CREATE INDEX outgoing_mail_finished ON hcc.outgoing_mail (created_at) WHERE status IN ('sent', 'failed', 'bounced');
CREATE FUNCTION hcc.forget_mail(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (
    DELETE FROM outgoing_mail
     WHERE status IN ('sent', 'failed', 'bounced') AND created_at < now() - greatest(older_than, interval '1 day') RETURNING 1)
  SELECT count(*) FROM gone
$$;

GRANT EXECUTE ON FUNCTION hcc.claim_outbox(integer), hcc.outbox_relayed(bigint[]), hcc.outbox_failed(bigint, text, interval),
  hcc.outbox_state(), hcc.forget_relayed_events(interval), hcc.forget_webhook_deliveries(interval),
  hcc.note_bounce(uuid, text), hcc.forget_mail(interval) TO hcc_worker;
