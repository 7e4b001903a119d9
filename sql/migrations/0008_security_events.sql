-- What gateways found: partitioned by day, written through one function, forgotten by dropping days.

CREATE TABLE hcc.security_events (
  id              uuid NOT NULL,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  at              timestamptz NOT NULL,
  gateway         text NOT NULL,
  requests        bigint NOT NULL CHECK (requests > 0),
  action          text NOT NULL CHECK (action IN ('blocked', 'detected', 'banned', 'denied', 'challenged', 'limited', 'logged')),
  source          text NOT NULL CHECK (source IN ('waf', 'rule', 'list', 'ban', 'limit')),
  subject_id      text,
  message         text NOT NULL,
  rule_ids        integer[] NOT NULL DEFAULT '{}',
  matches         jsonb NOT NULL DEFAULT '[]',
  score           integer,
  client          inet NOT NULL,
  country         text,
  asn             bigint,
  site_id         uuid,
  route_id        uuid,
  method          text NOT NULL,
  host            text NOT NULL,
  path            text NOT NULL,
  user_agent      text NOT NULL,
  status          integer NOT NULL,
  request_id      text NOT NULL,
  PRIMARY KEY (organization_id, at, id)
) PARTITION BY RANGE (at);
CREATE INDEX security_events_id ON hcc.security_events (id);
CREATE INDEX security_events_client ON hcc.security_events (organization_id, client, at DESC);
CREATE INDEX security_events_site ON hcc.security_events (organization_id, site_id, at DESC);
CREATE INDEX security_events_rules ON hcc.security_events USING gin (rule_ids);
CREATE INDEX security_events_request ON hcc.security_events (request_id);
CALL hcc.make_tenant_table('security_events');
GRANT SELECT ON hcc.security_events TO hcc_app, hcc_worker;

ALTER TABLE hcc.security_settings ADD event_days integer NOT NULL DEFAULT 30 CHECK (event_days BETWEEN 1 AND 400);
GRANT SELECT (event_days), UPDATE (event_days) ON hcc.security_settings TO hcc_app;
GRANT SELECT (event_days) ON hcc.security_settings TO hcc_worker;

-- A day's partition; it is reached through its parent alone, so it has no grant, and row level security of its own besides.
CREATE FUNCTION hcc.security_events_day(day date) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  part text := 'security_events_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.security_events', 8));
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE hcc.%I PARTITION OF hcc.security_events FOR VALUES FROM (%L) TO (%L)',
                 part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', part);
END
$$;

-- One batch of a gateway. Whose an event is, the site says; without one it is the platform's. A batch that is sent again
-- changes nothing, and a clock that is far off is set right.
CREATE FUNCTION hcc.security_events_add(gateway_name text, batch jsonb) RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  written bigint;
BEGIN
  PERFORM security_events_day((now() AT TIME ZONE 'UTC')::date + d) FROM generate_series(-1, 1) AS d;
  INSERT INTO security_events (id, organization_id, at, gateway, requests, action, source, subject_id, message, rule_ids, matches,
    score, client, country, asn, site_id, route_id, method, host, path, user_agent, status, request_id)
  SELECT e.id, coalesce(s.organization_id, (SELECT o.id FROM organizations o WHERE o.kind = 'platform')),
         least(greatest(to_timestamp(e.at_ms / 1000.0), now() - interval '1 day'), now() + interval '1 hour'),
         left(gateway_name, 255), greatest(e.count, 1), e.action, e.source, left(e.subject, 100), left(coalesce(e.message, ''), 1000),
         coalesce((SELECT array_agg(DISTINCT (m ->> 'rule_id')::integer) FROM jsonb_array_elements(e.matches) AS m), '{}'),
         coalesce(e.matches, '[]'), e.score, e.client, left(e.country, 2), e.asn, s.id, e.route, left(e.method, 64), left(e.host, 512),
         left(e.path, 2048), left(e.user_agent, 512), e.status, left(e.request_id, 200)
    FROM jsonb_to_recordset(batch) AS e(id uuid, at_ms bigint, count bigint, action text, source text, subject text, message text,
           matches jsonb, score integer, client inet, country text, asn bigint, site uuid, route uuid, method text, host text,
           path text, user_agent text, status integer, request_id text)
    LEFT JOIN gateway_sites s ON s.id = e.site
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS written = ROW_COUNT;
  RETURN written;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.security_events_add(text, jsonb) TO hcc_gateway;

-- Drops the days that are over; the number of days that went.
CREATE FUNCTION hcc.forget_security_events() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  part record;
  gone bigint := 0;
  first_kept date := (now() AT TIME ZONE 'UTC')::date - coalesce((SELECT event_days FROM security_settings), 30);
BEGIN
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'hcc.security_events'::regclass LOOP
    IF to_date(right(part.relname, 8), 'YYYYMMDD') < first_kept THEN
      EXECUTE format('DROP TABLE hcc.%I', part.relname);
      gone := gone + 1;
    END IF;
  END LOOP;
  RETURN gone;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.forget_security_events() TO hcc_worker;

-- An exclusion is made from an event of one's own.
COMMENT ON COLUMN hcc.waf_exclusions.event_id IS 'The event it was made from; events are forgotten sooner.';
