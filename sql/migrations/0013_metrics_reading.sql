-- Who may ask questions about metrics.
UPDATE hcc.roles SET permissions = permissions || '{metrics:*}'::text[] WHERE organization_id IS NULL AND name = 'owner';
UPDATE hcc.roles SET permissions = permissions || '{metrics:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'), ('customer', 'member'));

-- Values of series that the current transaction may see, from `first` to `last`, both included. Times are those of PostgreSQL's
-- binary form (µs since 2000-01-01); times and values are numbers of 64 bits, batches of 32, the most significant byte first.
-- In no order, and with every batch: sorting here costs several times what it does where the values are used.
CREATE FUNCTION hcc.metric_values_of(wanted integer[], first timestamptz, last timestamptz)
RETURNS TABLE (series integer, times bytea, "values" bytea, batches bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  -- With the times as constants, partitions that cannot have them are not even planned.
  RETURN QUERY EXECUTE format(
    'SELECT m.series, string_agg(timestamptz_send(m.time), ''''::bytea), string_agg(float8send(m.value), ''''::bytea),'
    '       string_agg(int4send(m.batch), ''''::bytea)'
    '  FROM metric_samples m WHERE m.series = ANY ($1) AND m.time >= %L AND m.time <= %L GROUP BY m.series', first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$$;

-- One figure of steps of `step` seconds, in the same form; a step's time is that of its beginning.
CREATE FUNCTION hcc.metric_figures_of(wanted integer[], step integer, figure text, first timestamptz, last timestamptz)
RETURNS TABLE (series integer, times bytea, "values" bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  IF figure NOT IN ('count', 'sum', 'min', 'max', 'last', 'increase') THEN
    RAISE invalid_parameter_value USING MESSAGE = 'there is no such figure of a step';
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT r.series, string_agg(timestamptz_send(r.bucket), ''''::bytea), string_agg(float8send(r.%I::float8), ''''::bytea)'
    '  FROM metric_rollups r WHERE r.step = %L AND r.series = ANY ($1) AND r.bucket >= %L AND r.bucket <= %L GROUP BY r.series',
    figure, step, first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_values_of(integer[], timestamptz, timestamptz),
  hcc.metric_figures_of(integer[], integer, text, timestamptz, timestamptz) TO hcc_app, hcc_worker;

-- The first minute of the last hours whose values are not rolled up yet: later ones are best read as they were sent. NULL is none.
CREATE FUNCTION hcc.metric_waiting_since() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT to_timestamp(min(m.minute) * 60.0) FROM metric_segments s CROSS JOIN LATERAL unnest(s.minutes) AS m(minute)
   WHERE s.minutes <> '{}' AND m.minute > extract(epoch FROM now() - interval '6 hours') / 60
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_waiting_since() TO hcc_app, hcc_worker;

-- Series of the current organisation by name, by labels, or both. A function, since under row level security an index over jsonb
-- is not used: its operators are not leakproof.
CREATE FUNCTION hcc.metric_series_of(names text[], wanted jsonb, most integer) RETURNS TABLE (id integer, name text, labels text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  IF names IS NULL AND wanted <> '{}' THEN
    RETURN QUERY SELECT s.id, s.name, s.labels::text FROM metric_series s
      WHERE s.labels @> wanted AND s.organization_id = current_org_id() LIMIT most;
  ELSIF names IS NULL THEN
    RETURN QUERY SELECT s.id, s.name, s.labels::text FROM metric_series s WHERE s.organization_id = current_org_id() LIMIT most;
  ELSE
    RETURN QUERY SELECT s.id, s.name, s.labels::text FROM metric_series s
      WHERE s.organization_id = current_org_id() AND s.name = ANY (names) AND s.labels @> wanted LIMIT most;
  END IF;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_series_of(text[], jsonb, integer) TO hcc_app, hcc_worker;
