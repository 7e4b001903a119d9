-- Checks that workers make from outside, and what they found.

CREATE TABLE hcc.checks (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
  kind            text NOT NULL CHECK (kind IN ('http', 'tcp', 'icmp', 'dns', 'heartbeat', 'database')),
  target          text NOT NULL DEFAULT '' CHECK (char_length(target) <= 2048),
  expects         jsonb NOT NULL DEFAULT '{}',
  sealed          bytea,
  token_hash      bytea UNIQUE CHECK (octet_length(token_hash) = 32),
  interval_s      integer NOT NULL DEFAULT 60 CHECK (interval_s BETWEEN 20 AND 86400),
  timeout_s       integer NOT NULL DEFAULT 10 CHECK (timeout_s BETWEEN 1 AND 60),
  retries         integer NOT NULL DEFAULT 1 CHECK (retries BETWEEN 0 AND 10),
  locations       text[] NOT NULL DEFAULT '{default}' CHECK (cardinality(locations) BETWEEN 1 AND 10),
  quorum          integer NOT NULL DEFAULT 1 CHECK (quorum BETWEEN 1 AND 10),
  severity        text NOT NULL DEFAULT 'critical' CHECK (severity IN ('info', 'warning', 'critical')),
  labels          jsonb NOT NULL DEFAULT '{}',
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT checks_name UNIQUE (organization_id, name),
  CHECK ((kind = 'heartbeat') = (token_hash IS NOT NULL))
);
CALL hcc.make_tenant_table('checks');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.checks TO hcc_app, hcc_worker;

-- What one location knows of a check, and when it looks again.
CREATE TABLE hcc.check_states (
  check_id        uuid NOT NULL REFERENCES hcc.checks (id) ON DELETE CASCADE,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  location        text NOT NULL CHECK (char_length(location) BETWEEN 1 AND 64),
  state           text NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'up', 'down')),
  since           timestamptz NOT NULL DEFAULT now(),
  due_at          timestamptz NOT NULL DEFAULT now(),
  last_at         timestamptz,
  beat_at         timestamptz,
  failures        integer NOT NULL DEFAULT 0,
  message         text NOT NULL DEFAULT '',
  ms              double precision,
  figures         jsonb NOT NULL DEFAULT '{}',
  PRIMARY KEY (check_id, location)
);
CREATE INDEX check_states_organization ON hcc.check_states (organization_id);
CREATE INDEX check_states_due ON hcc.check_states (location, due_at);
CALL hcc.make_tenant_table('check_states');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.check_states TO hcc_app, hcc_worker;

-- How a check as a whole was, from when to when; at most one span of each is open.
CREATE TABLE hcc.check_spans (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  check_id        uuid NOT NULL REFERENCES hcc.checks (id) ON DELETE CASCADE,
  state           text NOT NULL CHECK (state IN ('up', 'down', 'unknown')),
  began           timestamptz NOT NULL,
  ended           timestamptz,
  message         text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX check_spans_open ON hcc.check_spans (check_id) WHERE ended IS NULL;
CREATE INDEX check_spans_of ON hcc.check_spans (organization_id, check_id, began DESC);
CALL hcc.make_tenant_table('check_spans');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.check_spans TO hcc_app, hcc_worker;

CREATE TABLE hcc.check_results (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  check_id        uuid NOT NULL REFERENCES hcc.checks (id) ON DELETE CASCADE,
  location        text NOT NULL,
  at              timestamptz NOT NULL,
  ok              boolean NOT NULL,
  ms              double precision,
  message         text NOT NULL DEFAULT '',
  figures         jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX check_results_of ON hcc.check_results (check_id, at DESC);
CREATE INDEX check_results_organization ON hcc.check_results (organization_id, at DESC);
CREATE INDEX check_results_age ON hcc.check_results (at);
CALL hcc.make_tenant_table('check_results');
GRANT SELECT, INSERT ON hcc.check_results TO hcc_app, hcc_worker;

-- From when on a location's checks are being made without a pause; those of the platform, whose names everybody may use.
CREATE TABLE hcc.check_locations (
  location text PRIMARY KEY CHECK (char_length(location) BETWEEN 1 AND 64),
  since    timestamptz NOT NULL,
  seen_at  timestamptz NOT NULL
);
GRANT SELECT ON hcc.check_locations TO hcc_app, hcc_worker;
GRANT INSERT, UPDATE ON hcc.check_locations TO hcc_worker;

-- Takes what is due at a location; each is next due on its own raster after `at`.
CREATE FUNCTION hcc.checks_claim(at_location text, most integer, at timestamptz)
RETURNS TABLE (check_id uuid, organization_id uuid)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH due AS (
    SELECT s.check_id, s.due_at, c.interval_s
      FROM check_states s JOIN checks c ON c.id = s.check_id JOIN organizations o ON o.id = s.organization_id
     WHERE s.location = at_location AND s.due_at <= at AND c.is_active AND o.is_active AND o.deleted_at IS NULL
     ORDER BY s.due_at LIMIT most FOR UPDATE OF s SKIP LOCKED)
  UPDATE check_states s
     SET due_at = due.due_at + (floor(extract(epoch FROM at - due.due_at) / due.interval_s) + 1) * make_interval(secs => due.interval_s)
    FROM due WHERE s.check_id = due.check_id AND s.location = at_location
  RETURNING s.check_id, s.organization_id
$$;

-- A sign of life. False when nobody has such a token.
CREATE FUNCTION hcc.check_beat(hash bytea, at timestamptz) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  -- Due at once, so that a recovery is known at once.
  UPDATE check_states s SET beat_at = at, due_at = CASE WHEN s.state = 'up' THEN s.due_at ELSE least(s.due_at, at) END
    FROM checks c JOIN organizations o ON o.id = c.organization_id
   WHERE s.check_id = c.id AND c.token_hash = hash AND c.is_active AND o.is_active AND o.deleted_at IS NULL;
  RETURN FOUND;
END
$$;

-- Checks without a result for three intervals though somebody should have looked, and those that were so.
CREATE FUNCTION hcc.checks_stuck(at timestamptz) RETURNS TABLE (check_id uuid, organization_id uuid, stuck boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH judged AS (
    SELECT c.id, c.organization_id, c.is_active AND bool_or(
             greatest(s.last_at, s.since, c.created_at,
                      CASE WHEN l.seen_at > at - interval '60 seconds' THEN l.since ELSE l.seen_at END)
             < at - 3 * make_interval(secs => c.interval_s)) AS stuck
      FROM checks c JOIN check_states s ON s.check_id = c.id LEFT JOIN check_locations l ON l.location = s.location
     GROUP BY c.id)
  SELECT j.id, j.organization_id, j.stuck FROM judged j
   WHERE j.stuck OR EXISTS (SELECT FROM alerts a WHERE a.organization_id = j.organization_id AND a.source = 'stuck'
                               AND a.source_id = j.id AND a.phase <> 'resolved')
$$;

CREATE FUNCTION hcc.forget_checks(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH results AS (DELETE FROM check_results WHERE at < now() - interval '2 days' RETURNING 1),
       spans AS (DELETE FROM check_spans WHERE ended < now() - older_than RETURNING 1)
  SELECT (SELECT count(*) FROM results) + (SELECT count(*) FROM spans)
$$;
GRANT EXECUTE ON FUNCTION hcc.checks_claim(text, integer, timestamptz), hcc.checks_stuck(timestamptz),
  hcc.forget_checks(interval) TO hcc_worker;
GRANT EXECUTE ON FUNCTION hcc.check_beat(bytea, timestamptz) TO hcc_app;
