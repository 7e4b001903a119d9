-- Alert rules and what they found; what keeps alerts from being told: silences, maintenance, inhibition.

UPDATE hcc.roles SET permissions = permissions || '{monitoring:*}'::text[] WHERE organization_id IS NULL AND name = 'owner';
UPDATE hcc.roles SET permissions = permissions || '{monitoring:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'), ('customer', 'member'));

CREATE TABLE hcc.alert_rules (
  id                uuid PRIMARY KEY,
  organization_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  name              text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  kind              text NOT NULL DEFAULT 'query' CHECK (kind IN ('query', 'anomaly')),
  expression        text NOT NULL CHECK (char_length(expression) BETWEEN 1 AND 8000),
  recovery          text CHECK (char_length(recovery) BETWEEN 1 AND 8000),
  anomaly           jsonb,
  interval_s        integer NOT NULL DEFAULT 60 CHECK (interval_s BETWEEN 10 AND 86400),
  for_s             integer NOT NULL DEFAULT 0 CHECK (for_s BETWEEN 0 AND 604800),
  keep_firing_for_s integer NOT NULL DEFAULT 0 CHECK (keep_firing_for_s BETWEEN 0 AND 604800),
  no_data           text NOT NULL DEFAULT 'ok' CHECK (no_data IN ('ok', 'alert', 'keep')),
  severity          text NOT NULL DEFAULT 'warning' CHECK (severity IN ('info', 'warning', 'critical')),
  labels            jsonb NOT NULL DEFAULT '{}',
  annotations       jsonb NOT NULL DEFAULT '{}',
  is_active         boolean NOT NULL DEFAULT true,
  version           integer NOT NULL DEFAULT 1,
  created_at        timestamptz NOT NULL DEFAULT now(),
  updated_at        timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT alert_rules_name UNIQUE (organization_id, name),
  CHECK ((kind = 'anomaly') = (anomaly IS NOT NULL))
);
CALL hcc.make_tenant_table('alert_rules');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.alert_rules TO hcc_app, hcc_worker;

-- When each rule is due, and how the last evaluation went.
CREATE TABLE hcc.alert_evaluations (
  rule_id         uuid PRIMARY KEY REFERENCES hcc.alert_rules (id) ON DELETE CASCADE,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  due_at          timestamptz NOT NULL DEFAULT now(),
  checked_at      timestamptz,
  health          text NOT NULL DEFAULT 'new' CHECK (health IN ('new', 'ok', 'unknown', 'error')),
  error           text,
  took_ms         integer NOT NULL DEFAULT 0,
  lag_ms          bigint NOT NULL DEFAULT 0,
  missed          bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN hcc.alert_evaluations.lag_ms IS 'How long after it was due the last evaluation began.';
COMMENT ON COLUMN hcc.alert_evaluations.missed IS 'Evaluations left out because nobody was there in time; they are never made up for.';
CREATE INDEX alert_evaluations_organization ON hcc.alert_evaluations (organization_id);
CREATE INDEX alert_evaluations_due ON hcc.alert_evaluations (due_at);
CALL hcc.make_tenant_table('alert_evaluations');
GRANT SELECT, INSERT, UPDATE ON hcc.alert_evaluations TO hcc_app, hcc_worker;

-- One row a series that a rule (or a check, or the watch over ingestion itself) has something to say about.
CREATE TABLE hcc.alerts (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  source          text NOT NULL CHECK (source IN ('rule', 'check', 'stuck', 'ingestion')),
  source_id       uuid NOT NULL,
  fingerprint     bytea NOT NULL CHECK (octet_length(fingerprint) = 16),
  name            text NOT NULL,
  severity        text NOT NULL CHECK (severity IN ('info', 'warning', 'critical')),
  series          jsonb NOT NULL,
  labels          jsonb NOT NULL,
  annotations     jsonb NOT NULL DEFAULT '{}',
  phase           text NOT NULL CHECK (phase IN ('pending', 'firing', 'recovering', 'no_data', 'resolved')),
  since           timestamptz NOT NULL,
  fired_at        timestamptz,
  resolved_at     timestamptz,
  known_at        timestamptz NOT NULL,
  value           double precision,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  acknowledged_note text NOT NULL DEFAULT '',
  version         integer NOT NULL DEFAULT 1,
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT alerts_series UNIQUE (organization_id, source, source_id, fingerprint)
);
COMMENT ON COLUMN hcc.alerts.since IS 'From when on the phase counts; time that nobody watched is left out by moving it.';
COMMENT ON COLUMN hcc.alerts.known_at IS 'When the condition was last known.';
CREATE INDEX alerts_living ON hcc.alerts (organization_id, phase);
CREATE INDEX alerts_resolved ON hcc.alerts (resolved_at) WHERE phase = 'resolved';
CALL hcc.make_tenant_table('alerts');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.alerts TO hcc_app, hcc_worker;

CREATE TABLE hcc.alert_changes (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  alert_id        uuid NOT NULL,
  name            text NOT NULL,
  labels          jsonb NOT NULL,
  before          text NOT NULL,
  after           text NOT NULL,
  value           double precision,
  at              timestamptz NOT NULL
);
CREATE INDEX alert_changes_of ON hcc.alert_changes (organization_id, at DESC);
CREATE INDEX alert_changes_age ON hcc.alert_changes (at);
CALL hcc.make_tenant_table('alert_changes');
GRANT SELECT, INSERT ON hcc.alert_changes TO hcc_app, hcc_worker;

-- When values of an organisation did not come. `filled` says that they came afterwards.
CREATE TABLE hcc.ingest_outages (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  began           timestamptz NOT NULL,
  ended           timestamptz,
  filled          boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX ingest_outages_open ON hcc.ingest_outages (organization_id) WHERE ended IS NULL;
CREATE INDEX ingest_outages_of ON hcc.ingest_outages (organization_id, began DESC);
CALL hcc.make_tenant_table('ingest_outages');
GRANT SELECT, INSERT, UPDATE ON hcc.ingest_outages TO hcc_app, hcc_worker;

CREATE TABLE hcc.silences (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  matchers        jsonb NOT NULL,
  reason          text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
  starts_at       timestamptz NOT NULL,
  ends_at         timestamptz NOT NULL,
  created_by      uuid,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CHECK (ends_at >= starts_at)
);
CREATE INDEX silences_of ON hcc.silences (organization_id, ends_at);
CALL hcc.make_tenant_table('silences');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.silences TO hcc_app, hcc_worker;

CREATE TABLE hcc.maintenance_windows (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  matchers        jsonb NOT NULL DEFAULT '[]',
  starts_at       timestamptz NOT NULL,
  duration_s      integer NOT NULL CHECK (duration_s BETWEEN 60 AND 2678400),
  repeats         text NOT NULL DEFAULT 'never' CHECK (repeats IN ('never', 'daily', 'weekly')),
  repeats_until   timestamptz,
  timezone        text NOT NULL DEFAULT 'UTC' CHECK (char_length(timezone) BETWEEN 1 AND 64),
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN hcc.maintenance_windows.timezone IS 'Whose clock a repeated window follows through summer and winter.';
CREATE INDEX maintenance_windows_of ON hcc.maintenance_windows (organization_id);
CALL hcc.make_tenant_table('maintenance_windows');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.maintenance_windows TO hcc_app, hcc_worker;

CREATE TABLE hcc.inhibitions (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  source          jsonb NOT NULL,
  target          jsonb NOT NULL,
  equal           text[] NOT NULL DEFAULT '{}',
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX inhibitions_of ON hcc.inhibitions (organization_id);
CALL hcc.make_tenant_table('inhibitions');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.inhibitions TO hcc_app, hcc_worker;

-- Takes rules that are due at `at`: each is next due on its own raster after `at`, whatever was missed in between.
CREATE FUNCTION hcc.alert_rules_claim(most integer, at timestamptz)
RETURNS TABLE (rule_id uuid, organization_id uuid, due_at timestamptz)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH due AS (
    SELECT e.rule_id, e.due_at, r.interval_s, floor(extract(epoch FROM at - e.due_at) / r.interval_s)::bigint AS passed
      FROM alert_evaluations e JOIN alert_rules r ON r.id = e.rule_id JOIN organizations o ON o.id = e.organization_id
     WHERE e.due_at <= at AND r.is_active AND o.is_active AND o.deleted_at IS NULL
     ORDER BY e.due_at LIMIT most FOR UPDATE OF e SKIP LOCKED)
  UPDATE alert_evaluations e
     SET due_at = due.due_at + (due.passed + 1) * make_interval(secs => due.interval_s), missed = e.missed + due.passed
    FROM due WHERE e.rule_id = due.rule_id
  RETURNING e.rule_id, e.organization_id, due.due_at
$$;

-- The newest value of the current organisation in that time, as its youngest and oldest series tell, and if they tell nothing
-- any of the others. NULL where there is none.
CREATE FUNCTION hcc.metric_newest(after timestamptz, until timestamptz) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  found timestamptz;
  ids integer[];
BEGIN
  ids := ARRAY(SELECT s.id FROM metric_series s WHERE s.organization_id = current_org_id() ORDER BY s.id DESC LIMIT 200)
       || ARRAY(SELECT s.id FROM metric_series s WHERE s.organization_id = current_org_id() ORDER BY s.id LIMIT 200);
  EXECUTE format('SELECT max(m.time) FROM metric_samples m WHERE m.series = ANY ($1) AND m.time > %L AND m.time <= %L', after, until)
     INTO found USING ids;
  IF found IS NULL AND cardinality(ids) = 400 THEN
    EXECUTE format('SELECT t.time FROM (SELECT s.id FROM metric_series s WHERE s.organization_id = $1 ORDER BY s.id DESC LIMIT 50000) AS s'
                   ' CROSS JOIN LATERAL (SELECT max(m.time) AS time FROM metric_samples m'
                   '   WHERE m.series = s.id AND m.time > %L AND m.time <= %L) AS t WHERE t.time IS NOT NULL LIMIT 1', after, until)
       INTO found USING current_org_id();
  END IF;
  RETURN found;
END
$$;

-- Whether values of anybody were written since.
CREATE FUNCTION hcc.metric_written_since(since timestamptz) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp
  RETURN EXISTS (SELECT FROM hcc.metric_segments s WHERE s.written_at > since);

CREATE FUNCTION hcc.forget_alerts(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH changes AS (DELETE FROM alert_changes WHERE at < now() - older_than RETURNING 1),
       outages AS (DELETE FROM ingest_outages WHERE ended < now() - older_than RETURNING 1),
       silent AS (DELETE FROM silences WHERE ends_at < now() - older_than RETURNING 1),
       over AS (DELETE FROM alerts WHERE phase = 'resolved' AND resolved_at < now() - least(older_than, interval '1 day') RETURNING 1)
  SELECT (SELECT count(*) FROM changes) + (SELECT count(*) FROM outages) + (SELECT count(*) FROM silent) + (SELECT count(*) FROM over)
$$;
GRANT EXECUTE ON FUNCTION hcc.alert_rules_claim(integer, timestamptz), hcc.metric_newest(timestamptz, timestamptz),
  hcc.metric_written_since(timestamptz), hcc.forget_alerts(interval) TO hcc_worker;
