-- Metrics: who may push, the series, their values, what segments of the ingesters' logs are in, and values by time step.
--
-- PostgreSQL refuses COPY FROM under row level security, so values have none and no serving role may touch them: they are read
-- through functions that join the series of the tenant.

-- What ingesters take: a token is a random secret of 160 bits or more, so its SHA-256 cannot be guessed back.
CREATE TABLE hcc.ingest_tokens (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  prefix          text NOT NULL CHECK (char_length(prefix) BETWEEN 1 AND 20),
  token_hash      bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz
);
CREATE INDEX ingest_tokens_organization ON hcc.ingest_tokens (organization_id, created_at DESC) WHERE deleted_at IS NULL;
CALL hcc.make_tenant_table('ingest_tokens');
GRANT SELECT, INSERT ON hcc.ingest_tokens TO hcc_app, hcc_worker;
GRANT UPDATE (name, version, updated_at, deleted_at) ON hcc.ingest_tokens TO hcc_app, hcc_worker;

-- What an organisation may send, where it is not the default. The selling side writes it with the plan.
CREATE TABLE hcc.metric_limits (
  organization_id uuid PRIMARY KEY REFERENCES hcc.organizations (id),
  values_per_s    bigint NOT NULL DEFAULT 0 CHECK (values_per_s >= 0),
  active_series   integer NOT NULL DEFAULT 1000000 CHECK (active_series BETWEEN 0 AND 100000000)
);
COMMENT ON COLUMN hcc.metric_limits.values_per_s IS 'Of each ingester, on average over ten seconds; 0 is without limit.';
CALL hcc.make_tenant_table('metric_limits');
GRANT SELECT ON hcc.metric_limits TO hcc_app, hcc_worker;

-- All that ingesters need to know; they keep it, so that they go on without the database.
CREATE VIEW hcc.ingest_config_tokens AS
  SELECT t.token_hash, t.organization_id, coalesce(l.values_per_s, 0) AS values_per_s,
         coalesce(l.active_series, 1000000) AS active_series
    FROM hcc.ingest_tokens t
    JOIN hcc.organizations o ON o.id = t.organization_id
    LEFT JOIN hcc.metric_limits l ON l.organization_id = o.id
   WHERE t.deleted_at IS NULL
     AND NOT EXISTS (SELECT FROM hcc.organizations a WHERE a.id = ANY (o.path) AND (NOT a.is_active OR a.deleted_at IS NOT NULL));
GRANT SELECT ON hcc.ingest_config_tokens TO hcc_ingest;

CREATE FUNCTION hcc.ingest_changed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM pg_notify('hcc_ingest', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER ingest_tokens_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.ingest_tokens
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.ingest_changed();
CREATE TRIGGER metric_limits_changed AFTER INSERT OR UPDATE OR DELETE ON hcc.metric_limits
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.ingest_changed();
CREATE TRIGGER organizations_ingest_changed AFTER UPDATE OF is_active, deleted_at ON hcc.organizations
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.ingest_changed();

CREATE TABLE hcc.metric_series (
  id              integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL,
  labels          jsonb NOT NULL DEFAULT '{}',
  key             bytea NOT NULL CHECK (octet_length(key) = 16),
  created_at      timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT metric_series_key UNIQUE (organization_id, key)
);
COMMENT ON COLUMN hcc.metric_series.key IS
  'The first half of the SHA-256 of name and sorted labels, a NUL before each label''s name and value.';
CREATE INDEX metric_series_name ON hcc.metric_series (organization_id, name);
CREATE INDEX metric_series_labels ON hcc.metric_series USING gin (labels jsonb_path_ops);
CALL hcc.make_tenant_table('metric_series');
GRANT SELECT ON hcc.metric_series TO hcc_app, hcc_worker;

-- What senders say about families of series.
CREATE TABLE hcc.metric_families (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL,
  kind            text NOT NULL CHECK (kind IN ('unknown', 'counter', 'gauge', 'histogram', 'gaugehistogram', 'summary', 'info', 'stateset')),
  unit            text NOT NULL DEFAULT '',
  help            text NOT NULL DEFAULT '',
  updated_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, name)
);
CALL hcc.make_tenant_table('metric_families');
GRANT SELECT ON hcc.metric_families TO hcc_app, hcc_worker;

-- How values are kept; one row.
CREATE TABLE hcc.metric_settings (
  only_one        boolean PRIMARY KEY DEFAULT true CHECK (only_one),
  partition_hours integer NOT NULL DEFAULT 6 CHECK (partition_hours IN (1, 2, 3, 4, 6, 8, 12, 24)),
  hot_index       text NOT NULL DEFAULT 'auto' CHECK (hot_index IN ('auto', 'always', 'never')),
  raw_days        integer NOT NULL DEFAULT 15 CHECK (raw_days BETWEEN 1 AND 3650),
  minute_days     integer NOT NULL DEFAULT 30 CHECK (minute_days BETWEEN 1 AND 3650),
  five_minute_days integer NOT NULL DEFAULT 90 CHECK (five_minute_days BETWEEN 1 AND 3650),
  hour_days       integer NOT NULL DEFAULT 400 CHECK (hour_days BETWEEN 1 AND 36500),
  day_days        integer NOT NULL DEFAULT 3650 CHECK (day_days BETWEEN 1 AND 36500)
);
COMMENT ON COLUMN hcc.metric_settings.hot_index IS
  'Whether the partition being filled has an index by (series, time): auto is yes up to 50,000 values a second.';
INSERT INTO hcc.metric_settings DEFAULT VALUES;
GRANT SELECT ON hcc.metric_settings TO hcc_app, hcc_worker;

-- The segments whose values are in: written in the transaction of their COPY, so that a segment counts once or not at all.
CREATE TABLE hcc.metric_segments (
  ingester   uuid NOT NULL,
  segment    bigint NOT NULL,
  batch      integer GENERATED ALWAYS AS IDENTITY,
  values     bigint NOT NULL,
  minutes    integer[] NOT NULL,
  written_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (ingester, segment)
);
COMMENT ON COLUMN hcc.metric_segments.minutes IS 'Minutes since the Unix epoch with values that are not rolled up yet.';
CREATE INDEX metric_segments_to_roll_up ON hcc.metric_segments (batch) WHERE minutes <> '{}';
CREATE INDEX metric_segments_age ON hcc.metric_segments (written_at);
GRANT SELECT, INSERT ON hcc.metric_segments TO hcc_ingest;

-- Of values of one series and time that of the highest batch counts.
CREATE TABLE hcc.metric_samples (
  time   timestamptz NOT NULL,
  series integer NOT NULL,
  value  double precision NOT NULL,
  batch  integer NOT NULL
) PARTITION BY RANGE (time);
GRANT INSERT ON hcc.metric_samples TO hcc_ingest;

-- `increase` counts up over resets, from the last value of the step before when that is not longer ago than five minutes.
CREATE TABLE hcc.metric_rollups (
  step     integer NOT NULL CHECK (step IN (60, 300, 3600, 86400)),
  bucket   timestamptz NOT NULL,
  series   integer NOT NULL,
  count    bigint NOT NULL,
  sum      double precision NOT NULL,
  min      double precision NOT NULL,
  max      double precision NOT NULL,
  last     double precision NOT NULL,
  increase double precision NOT NULL,
  PRIMARY KEY (step, series, bucket)
) PARTITION BY LIST (step);
CREATE TABLE hcc.metric_rollups_60 PARTITION OF hcc.metric_rollups FOR VALUES IN (60) PARTITION BY RANGE (bucket);
CREATE TABLE hcc.metric_rollups_300 PARTITION OF hcc.metric_rollups FOR VALUES IN (300) PARTITION BY RANGE (bucket);
CREATE TABLE hcc.metric_rollups_3600 PARTITION OF hcc.metric_rollups FOR VALUES IN (3600) PARTITION BY RANGE (bucket);
CREATE TABLE hcc.metric_rollups_86400 PARTITION OF hcc.metric_rollups FOR VALUES IN (86400) PARTITION BY RANGE (bucket);

-- Steps above a minute whose values changed.
CREATE TABLE hcc.metric_rollups_due (
  step   integer NOT NULL,
  bucket timestamptz NOT NULL,
  PRIMARY KEY (step, bucket)
);

-- Makes a partition from `start` on. Attached, not created in place: that needs no lock that readers or writers feel.
CREATE FUNCTION hcc.metric_partition(parent text, start timestamptz, hours integer, indexes text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  part text := parent || to_char(start AT TIME ZONE 'UTC', '"_"YYYYMMDD"_"HH24');
  definition text;
BEGIN
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.metric_partition', 12));
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE hcc.%I (LIKE hcc.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
  FOREACH definition IN ARRAY indexes LOOP
    EXECUTE format('CREATE INDEX ON hcc.%I USING %s', part, definition);
  END LOOP;
  EXECUTE format('ALTER TABLE hcc.%I ATTACH PARTITION hcc.%I FOR VALUES FROM (%L) TO (%L)',
                 parent, part, start, start + make_interval(hours => hours));
END
$$;

-- Partitions for values of these times. Called before a COPY, and ahead of time by a job.
CREATE FUNCTION hcc.metric_prepare(times timestamptz[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
  mode text := (SELECT s.hot_index FROM metric_settings s);
  indexed boolean := mode = 'always' OR (mode = 'auto' AND
    (SELECT coalesce(sum(s.values), 0) < 50000 * 600 FROM metric_segments s WHERE s.written_at > now() - interval '10 minutes'));
  start timestamptz;
BEGIN
  FOR start IN SELECT DISTINCT date_bin(make_interval(hours => hours), t, '2000-01-01Z') FROM unnest(times) AS t LOOP
    PERFORM metric_partition('metric_samples', start, hours,
      CASE WHEN indexed THEN ARRAY['btree (series, time)'] ELSE ARRAY['brin (series, time) WITH (pages_per_range = 16)'] END);
  END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_prepare(timestamptz[]) TO hcc_ingest, hcc_worker;

-- The ids of series, in the order asked; 0 where the organisation is gone.
CREATE FUNCTION hcc.metric_series_ids(owners uuid[], names text[], label_sets jsonb[], keys bytea[]) RETURNS integer[]
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  INSERT INTO metric_series (organization_id, name, labels, key)
  SELECT DISTINCT ON (a.owner, a.key) a.owner, a.name, a.labels, a.key
    FROM unnest(owners, names, label_sets, keys) AS a(owner, name, labels, key)
    JOIN organizations o ON o.id = a.owner
   WHERE NOT EXISTS (SELECT FROM metric_series s WHERE s.organization_id = a.owner AND s.key = a.key)
   ORDER BY a.owner, a.key
  ON CONFLICT DO NOTHING;
  RETURN (SELECT array_agg(coalesce(s.id, 0) ORDER BY a.place)
            FROM unnest(owners, keys) WITH ORDINALITY AS a(owner, key, place)
            LEFT JOIN metric_series s ON s.organization_id = a.owner AND s.key = a.key);
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_series_ids(uuid[], text[], jsonb[], bytea[]) TO hcc_ingest;

CREATE FUNCTION hcc.metric_families_add(owners uuid[], names text[], kinds text[], units text[], helps text[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  INSERT INTO metric_families (organization_id, name, kind, unit, help)
  SELECT DISTINCT ON (a.owner, a.name) a.owner, a.name, a.kind, a.unit, a.help
    FROM unnest(owners, names, kinds, units, helps) WITH ORDINALITY AS a(owner, name, kind, unit, help, place)
    JOIN organizations o ON o.id = a.owner
   ORDER BY a.owner, a.name, a.place DESC
  ON CONFLICT (organization_id, name) DO UPDATE
    SET kind = excluded.kind, unit = excluded.unit, help = excluded.help, updated_at = now()
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_families_add(uuid[], text[], text[], text[], text[]) TO hcc_ingest;

-- Values of series that the current transaction may see, from `first` to `last`, both included. Times are those of PostgreSQL's
-- binary form (µs since 2000-01-01), times and values numbers of 64 bits, the most significant byte first, ascending by time.
CREATE FUNCTION hcc.metric_samples_of(wanted integer[], first timestamptz, last timestamptz)
RETURNS TABLE (series integer, times bytea, "values" bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  -- With the times as constants, partitions that cannot have them are not even planned.
  RETURN QUERY EXECUTE format(
    'SELECT v.series, string_agg(timestamptz_send(v.time), ''''::bytea ORDER BY v.time),'
    '       string_agg(float8send(v.value), ''''::bytea ORDER BY v.time)'
    '  FROM (SELECT DISTINCT ON (m.series, m.time) m.series, m.time, m.value FROM metric_samples m'
    '         WHERE m.series = ANY ($1) AND m.time >= %L AND m.time <= %L ORDER BY m.series, m.time, m.batch DESC) AS v'
    ' GROUP BY v.series', first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_samples_of(integer[], timestamptz, timestamptz) TO hcc_app, hcc_worker;

-- A partition of steps: a day of minutes, a week of five minutes, thirty days of hours, a year of days.
CREATE FUNCTION hcc.metric_rollup_partition(of_step integer, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  hours integer := CASE of_step WHEN 60 THEN 24 WHEN 300 THEN 168 WHEN 3600 THEN 720 ELSE 8760 END;
BEGIN
  PERFORM metric_partition('metric_rollups_' || of_step, date_bin(make_interval(hours => hours), at, '2000-01-01Z'), hours, '{}');
END
$$;

-- What is too large to be added up counts as infinite: the sum of two such would be an error, and end the work for everybody.
CREATE FUNCTION hcc.metric_bounded(value double precision) RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE
  RETURN CASE WHEN value > 1e290 THEN 'infinity'::double precision WHEN value < -1e290 THEN '-infinity'::double precision ELSE value END;

-- One minute from its values. NaN (as when a series ends) is no value.
CREATE FUNCTION hcc.metric_roll_up_minute(start timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  PERFORM metric_rollup_partition(60, start);
  EXECUTE format(
    'INSERT INTO metric_rollups_60 AS old (step, bucket, series, count, sum, min, max, last, increase)'
    ' SELECT 60, %1$L, v.series, count(*), sum(v.bounded), min(v.value), max(v.value), (array_agg(v.value ORDER BY v.time DESC))[1],'
    '        sum(CASE WHEN v.before IS NULL THEN 0 WHEN v.bounded >= v.before THEN v.bounded - v.before ELSE v.bounded END)'
    '   FROM (SELECT u.series, u.time, u.value, metric_bounded(u.value) AS bounded, metric_bounded(coalesce('
    '                lag(u.value) OVER (PARTITION BY u.series ORDER BY u.time),'
    '                (SELECT r.last FROM metric_rollups_60 r WHERE r.series = u.series AND r.bucket >= %2$L AND r.bucket < %1$L'
    '                  ORDER BY r.bucket DESC LIMIT 1))) AS before'
    '           FROM (SELECT DISTINCT ON (m.series, m.time) m.series, m.time, m.value FROM metric_samples m'
    '                  WHERE m.time >= %1$L AND m.time < %3$L ORDER BY m.series, m.time, m.batch DESC) AS u'
    '          WHERE u.value <> ''NaN'') AS v'
    '  GROUP BY v.series'
    ' ON CONFLICT (step, series, bucket) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,'
    '   max = excluded.max, last = excluded.last, increase = excluded.increase',
    start, start - interval '5 minutes', start + interval '1 minute');
END
$$;

-- One longer step from the next shorter ones.
CREATE FUNCTION hcc.metric_roll_up_step(of_step integer, start timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  shorter integer := CASE of_step WHEN 300 THEN 60 WHEN 3600 THEN 300 ELSE 3600 END;
BEGIN
  PERFORM metric_rollup_partition(of_step, start);
  EXECUTE format(
    'INSERT INTO metric_rollups (step, bucket, series, count, sum, min, max, last, increase)'
    ' SELECT %1$s, %2$L, r.series, sum(r.count)::bigint, sum(r.sum), min(r.min), max(r.max),'
    '        (array_agg(r.last ORDER BY r.bucket DESC))[1], sum(r.increase)'
    '   FROM metric_rollups_%3$s r WHERE r.bucket >= %2$L AND r.bucket < %4$L GROUP BY r.series'
    ' ON CONFLICT (step, series, bucket) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,'
    '   max = excluded.max, last = excluded.last, increase = excluded.increase',
    of_step, start, shorter, start + make_interval(secs => of_step));
END
$$;

-- Rolls up what is over and changed since the last time, late values too; how many steps that were. Of several at once one works.
CREATE FUNCTION hcc.metric_roll_up(most integer DEFAULT 120) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  -- Values are seconds on their way.
  until timestamptz := now() - interval '20 seconds';
  over integer := floor(extract(epoch FROM until) / 60)::integer - 1;
  batches integer[];
  due integer[];
  one integer;
  longer integer;
  start timestamptz;
  done integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hcc.metric_roll_up', 12)) THEN
    RETURN 0;
  END IF;
  -- What is written meanwhile is not among these, and so comes next time.
  SELECT array_agg(DISTINCT s.batch), (array_agg(DISTINCT m.minute ORDER BY m.minute))[1:most] INTO batches, due
    FROM metric_segments s CROSS JOIN LATERAL unnest(s.minutes) AS m(minute) WHERE s.minutes <> '{}' AND m.minute <= over;
  IF due IS NOT NULL THEN
    -- The minute after a late one begins at another value.
    FOR one IN SELECT DISTINCT m.minute + n.next FROM unnest(due) AS m(minute), (VALUES (0), (1)) AS n(next)
                WHERE m.minute + n.next <= over ORDER BY 1 LOOP
      start := to_timestamp(one * 60.0);
      PERFORM metric_roll_up_minute(start);
      INSERT INTO metric_rollups_due VALUES (300, date_bin('5 minutes', start, '2000-01-01Z')) ON CONFLICT DO NOTHING;
      done := done + 1;
    END LOOP;
    UPDATE metric_segments s SET minutes = ARRAY(SELECT m FROM unnest(s.minutes) AS m WHERE m <> ALL (due))
     WHERE s.batch = ANY (batches) AND s.minutes && due;
  END IF;
  FOREACH longer IN ARRAY ARRAY[300, 3600, 86400] LOOP
    FOR start IN DELETE FROM metric_rollups_due d WHERE d.step = longer AND d.bucket + make_interval(secs => longer) <= until
                 RETURNING d.bucket LOOP
      PERFORM metric_roll_up_step(longer, start);
      IF longer < 86400 THEN
        INSERT INTO metric_rollups_due
        VALUES (CASE longer WHEN 300 THEN 3600 ELSE 86400 END,
                date_bin(CASE longer WHEN 300 THEN interval '1 hour' ELSE interval '1 day' END, start, '2000-01-01Z'))
        ON CONFLICT DO NOTHING;
      END IF;
      done := done + 1;
    END LOOP;
  END LOOP;
  RETURN done;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_roll_up(integer) TO hcc_worker;

-- Partitions ahead of time, indexes of those that are full, and the end of what is too old; how many partitions were dropped.
CREATE FUNCTION hcc.metric_maintain() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  keep metric_settings;
  part record;
  dropped integer := 0;
BEGIN
  SELECT * INTO keep FROM metric_settings;
  PERFORM metric_prepare(ARRAY[now(), now() + make_interval(hours => keep.partition_hours)]);
  -- Readers come first; what is not done now is done next time.
  SET LOCAL lock_timeout = '2s';
  FOR part IN
    SELECT p.relname AS parent, c.oid, c.relname, substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$TO \('([^']+)'\)$x$)::timestamptz AS ended
      FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_class p ON p.oid = i.inhparent
     WHERE p.relnamespace = 'hcc'::regnamespace AND p.relname ~ '^metric_(samples|rollups_[0-9]+)$' ORDER BY 4
  LOOP
    IF part.ended < now() - make_interval(days => CASE part.parent WHEN 'metric_samples' THEN keep.raw_days
         WHEN 'metric_rollups_60' THEN keep.minute_days WHEN 'metric_rollups_300' THEN keep.five_minute_days
         WHEN 'metric_rollups_3600' THEN keep.hour_days ELSE keep.day_days END) THEN
      EXECUTE format('DROP TABLE hcc.%I', part.relname);
      dropped := dropped + 1;
    ELSIF part.parent = 'metric_samples' AND part.ended < now() - interval '10 minutes' AND NOT EXISTS (
        SELECT FROM pg_index x JOIN pg_class k ON k.oid = x.indexrelid JOIN pg_am a ON a.oid = k.relam
         WHERE x.indrelid = part.oid AND a.amname = 'btree') THEN
      EXECUTE format('CREATE INDEX ON hcc.%I (series, time)', part.relname);
    END IF;
  END LOOP;
  -- As long as a removed file could come back from a disk that lost power.
  DELETE FROM metric_segments s WHERE s.written_at < now() - interval '30 days' AND s.minutes = '{}';
  RETURN dropped;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_maintain() TO hcc_worker;
