-- Values of metrics in TimescaleDB's columnstore where the server has it, in PostgreSQL's own partitions else. Both are the table
-- hcc.metric_samples, so whoever writes or reads need not know which it is.

-- Which of the two. Chosen by the migration, changed by `hcc metrics storage --convert`.
CREATE FUNCTION hcc.metric_storage() RETURNS text LANGUAGE sql STABLE AS $$
  SELECT CASE c.relkind WHEN 'p' THEN 'partitions' ELSE 'timescaledb' END FROM pg_class c WHERE c.oid = 'hcc.metric_samples'::regclass
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_storage() TO hcc_app, hcc_worker, hcc_ingest;

-- The partitions or chunks that were copied to the new table when the way of keeping them changed, and still stand in the old one.
CREATE TABLE hcc.metric_samples_moved (
  part     text PRIMARY KEY,
  moved_at timestamptz NOT NULL DEFAULT now()
);

-- What values are read from: while they move, from the old table too. A value that is in both is the same, of the same batch.
CREATE FUNCTION hcc.metric_samples_source() RETURNS text LANGUAGE sql STABLE SET search_path = hcc, pg_temp AS $$
  SELECT CASE WHEN to_regclass('hcc.metric_samples_before') IS NULL THEN 'hcc.metric_samples'
    ELSE '(SELECT time, series, value, batch FROM hcc.metric_samples UNION ALL'
         ' SELECT time, series, value, batch FROM hcc.metric_samples_before)' END
$$;

-- Why values cannot be kept in TimescaleDB; NULL when they can. An edition without the columnstore is of no use.
CREATE FUNCTION hcc.metric_timescaledb() RETURNS text LANGUAGE plpgsql STABLE SET search_path = hcc, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN
    RETURN 'the server does not have the extension timescaledb';
  END IF;
  -- shared_preload_libraries is for superusers to see; this setting is there when the library is.
  IF NOT EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.bgw_launcher_poll_time') THEN
    RETURN 'timescaledb is not among the server''s shared_preload_libraries';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    IF NOT has_database_privilege(current_database(), 'CREATE') THEN
      RETURN format('%s may not create the extension: grant CREATE on the database', current_user);
    END IF;
  ELSIF current_setting('timescaledb.license', true) IS DISTINCT FROM 'timescale' THEN
    RETURN 'the server''s timescaledb.license is not "timescale": it has no columnstore';
  END IF;
  RETURN NULL;
END
$$;

-- Creates the extension; as above.
CREATE FUNCTION hcc.metric_timescaledb_load() RETURNS text LANGUAGE plpgsql VOLATILE SET search_path = hcc, pg_temp AS $$
BEGIN
  IF metric_timescaledb() IS NULL AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    CREATE SCHEMA IF NOT EXISTS timescaledb;
    CREATE EXTENSION timescaledb SCHEMA timescaledb;
  END IF;
  RETURN metric_timescaledb();
END
$$;

-- The schema of the extension, quoted.
CREATE FUNCTION hcc.metric_extension_schema() RETURNS text LANGUAGE sql STABLE SET search_path = hcc, pg_temp AS $$
  SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'
$$;

-- Gives hcc.metric_samples its other form, empty. What was there is hcc.metric_samples_before until metric_storage_move has moved
-- all of it; new values go to the new table at once. Does nothing when the form is that already.
CREATE FUNCTION hcc.metric_storage_begin(wanted text) RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = hcc, pg_temp AS $$
DECLARE
  refusal text;
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
BEGIN
  IF wanted NOT IN ('timescaledb', 'partitions') THEN
    RAISE invalid_parameter_value USING MESSAGE = format('storage is "timescaledb" or "partitions", not "%s"', wanted);
  END IF;
  IF wanted = metric_storage() THEN
    RETURN;
  END IF;
  IF to_regclass('hcc.metric_samples_before') IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format(
      'values are still being moved to "%s"; end that first', metric_storage());
  END IF;
  IF wanted = 'timescaledb' THEN
    refusal := metric_timescaledb_load();
    IF refusal IS NOT NULL THEN
      RAISE object_not_in_prerequisite_state USING MESSAGE = refusal;
    END IF;
  END IF;
  ALTER TABLE hcc.metric_samples RENAME TO metric_samples_before;
  IF wanted = 'partitions' THEN
    CREATE TABLE hcc.metric_samples (LIKE hcc.metric_samples_before) PARTITION BY RANGE (time);
  ELSE
    CREATE TABLE hcc.metric_samples (LIKE hcc.metric_samples_before);
    EXECUTE format('SELECT %s.create_hypertable(''hcc.metric_samples'', ''time'', chunk_time_interval => %L::interval,'
                   ' create_default_indexes => false)', metric_extension_schema(), make_interval(hours => hours));
    -- Values come sorted by series and time, so that is the order within the columnstore too.
    ALTER TABLE hcc.metric_samples SET (timescaledb.compress, timescaledb.compress_segmentby = 'series',
                                        timescaledb.compress_orderby = 'time');
  END IF;
  GRANT INSERT ON hcc.metric_samples TO hcc_ingest;
  PERFORM metric_hot_index();
  IF NOT EXISTS (SELECT FROM hcc.metric_samples_before LIMIT 1) THEN
    DROP TABLE hcc.metric_samples_before;
  END IF;
END
$$;

-- Whether what is being filled shall have an index by (series, time).
CREATE FUNCTION hcc.metric_hot_indexed() RETURNS boolean LANGUAGE sql STABLE SET search_path = hcc, pg_temp AS $$
  SELECT s.hot_index = 'always' OR (s.hot_index = 'auto' AND
    (SELECT coalesce(sum(g.values), 0) < 50000 * 600 FROM metric_segments g WHERE g.written_at > now() - interval '10 minutes'))
    FROM metric_settings s
$$;

-- With TimescaleDB: gives the index to chunks that are made from now on, or takes it from all. Rows in the columnstore are not in
-- it, so it is as large as what came since the last compaction.
CREATE FUNCTION hcc.metric_hot_index() RETURNS void LANGUAGE plpgsql VOLATILE SET search_path = hcc, pg_temp AS $$
BEGIN
  IF metric_storage() <> 'timescaledb' THEN
    RETURN;
  END IF;
  IF metric_hot_indexed() THEN
    CREATE INDEX IF NOT EXISTS metric_samples_hot ON ONLY hcc.metric_samples (series, time);
  ELSE
    DROP INDEX IF EXISTS hcc.metric_samples_hot;
  END IF;
END
$$;

-- The parts of a table of values, of either form.
CREATE FUNCTION hcc.metric_parts(parent regclass)
RETURNS TABLE (part regclass, began timestamptz, ended timestamptz, compacted boolean)
LANGUAGE plpgsql STABLE SET search_path = hcc, pg_temp AS $$
BEGIN
  IF (SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = parent) THEN
    RETURN QUERY
      SELECT c.oid::regclass, substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$FROM \('([^']+)'\)$x$)::timestamptz,
             substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$TO \('([^']+)'\)$x$)::timestamptz,
             EXISTS (SELECT FROM pg_index x JOIN pg_class k ON k.oid = x.indexrelid JOIN pg_am a ON a.oid = k.relam
                      WHERE x.indrelid = c.oid AND a.amname = 'btree')
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent ORDER BY 2;
  ELSE
    -- The status has a bit for each of: in the columnstore, in no order there, frozen, rows outside it.
    RETURN QUERY EXECUTE
      'SELECT format(''%I.%I'', c.chunk_schema, c.chunk_name)::regclass, c.range_start, c.range_end, k.status & 11 = 1'
      '  FROM timescaledb_information.chunks c JOIN _timescaledb_catalog.chunk k'
      '    ON (k.schema_name, k.table_name) = (c.chunk_schema, c.chunk_name)'
      ' WHERE (c.hypertable_schema, c.hypertable_name) = (SELECT n.nspname, t.relname FROM pg_class t'
      '         JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = $1) ORDER BY 2' USING parent;
  END IF;
END
$$;

CREATE FUNCTION hcc.metric_part_drop(parent regclass, part regclass, began timestamptz, ended timestamptz) RETURNS void
LANGUAGE plpgsql VOLATILE SET search_path = hcc, pg_temp AS $$
BEGIN
  IF (SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = parent) THEN
    EXECUTE format('DROP TABLE %s', part);
  ELSE
    EXECUTE format('SELECT %s.drop_chunks($1, older_than => $2, newer_than => $3)', metric_extension_schema())
      USING parent, ended, began;
  END IF;
END
$$;

-- Moves the next part of what was there before: copied by one call, dropped by another, so that whoever reads meanwhile finds each
-- value at least once. What is left to do, in words; NULL when all is done. A transaction each; may be ended and begun again.
CREATE FUNCTION hcc.metric_storage_move() RETURNS text LANGUAGE plpgsql VOLATILE SET search_path = hcc, pg_temp AS $$
DECLARE
  old regclass := to_regclass('hcc.metric_samples_before');
  one record;
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
BEGIN
  IF old IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.metric_storage_move', 12));
  SELECT p.*, m.part IS NOT NULL AS moved INTO one
    FROM metric_parts(old) p LEFT JOIN metric_samples_moved m ON m.part = p.part::text ORDER BY m.part IS NULL, p.began DESC LIMIT 1;
  IF one IS NULL THEN
    EXECUTE 'DROP TABLE hcc.metric_samples_before';
    DELETE FROM metric_samples_moved;
    RETURN NULL;
  END IF;
  IF one.moved THEN
    PERFORM metric_part_drop(old, one.part, one.began, one.ended);
    DELETE FROM metric_samples_moved m WHERE m.part = one.part::text;
    RETURN format('%s to %s is moved', one.began, one.ended);
  END IF;
  PERFORM metric_prepare(ARRAY(SELECT generate_series(one.began, one.ended - interval '1 microsecond', make_interval(hours => hours))
                               UNION SELECT one.ended - interval '1 microsecond'));
  IF metric_storage() = 'timescaledb' AND current_setting('timescaledb.enable_direct_compress_insert', true) IS NOT NULL THEN
    PERFORM set_config('timescaledb.enable_direct_compress_insert', 'on', true);
  END IF;
  EXECUTE format('INSERT INTO hcc.metric_samples (time, series, value, batch) SELECT time, series, value, batch FROM %s'
                 ' WHERE time >= %L AND time < %L ORDER BY series, time', old, one.began, one.ended);
  INSERT INTO metric_samples_moved (part) VALUES (one.part::text);
  RETURN format('%s to %s is copied', one.began, one.ended);
END
$$;

-- As before, but nothing where chunks make themselves.
CREATE OR REPLACE FUNCTION hcc.metric_prepare(times timestamptz[]) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
  indexes text[];
  start timestamptz;
BEGIN
  IF metric_storage() = 'timescaledb' THEN
    RETURN;
  END IF;
  indexes := CASE WHEN metric_hot_indexed() THEN ARRAY['btree (series, time)']
                  ELSE ARRAY['brin (series, time) WITH (pages_per_range = 16)'] END;
  FOR start IN SELECT DISTINCT date_bin(make_interval(hours => hours), t, '2000-01-01Z') FROM unnest(times) AS t LOOP
    PERFORM metric_partition('metric_samples', start, hours, indexes);
  END LOOP;
END
$$;

-- As before, from wherever values are.
CREATE OR REPLACE FUNCTION hcc.metric_samples_of(wanted integer[], first timestamptz, last timestamptz)
RETURNS TABLE (series integer, times bytea, "values" bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT v.series, string_agg(timestamptz_send(v.time), ''''::bytea ORDER BY v.time),'
    '       string_agg(float8send(v.value), ''''::bytea ORDER BY v.time)'
    '  FROM (SELECT DISTINCT ON (m.series, m.time) m.series, m.time, m.value FROM %s m'
    '         WHERE m.series = ANY ($1) AND m.time >= %L AND m.time <= %L ORDER BY m.series, m.time, m.batch DESC) AS v'
    ' GROUP BY v.series', metric_samples_source(), first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$$;
CREATE OR REPLACE FUNCTION hcc.metric_values_of(wanted integer[], first timestamptz, last timestamptz)
RETURNS TABLE (series integer, times bytea, "values" bytea, batches bytea)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT m.series, string_agg(timestamptz_send(m.time), ''''::bytea), string_agg(float8send(m.value), ''''::bytea),'
    '       string_agg(int4send(m.batch), ''''::bytea)'
    '  FROM %s m WHERE m.series = ANY ($1) AND m.time >= %L AND m.time <= %L GROUP BY m.series',
    metric_samples_source(), first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$$;

-- As before, with an index by time: steps come in its order, so one of blocks costs next to nothing.
CREATE OR REPLACE FUNCTION hcc.metric_rollup_partition(of_step integer, at timestamptz) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  hours integer := CASE of_step WHEN 60 THEN 24 WHEN 300 THEN 168 WHEN 3600 THEN 720 ELSE 8760 END;
BEGIN
  PERFORM metric_partition('metric_rollups_' || of_step, date_bin(make_interval(hours => hours), at, '2000-01-01Z'), hours,
                           ARRAY['brin (bucket) WITH (pages_per_range = 16, autosummarize = on)']);
END
$$;

-- One minute from its values, of all series or of these. NaN (as when a series ends) is no value.
DROP FUNCTION hcc.metric_roll_up_minute(timestamptz);
CREATE FUNCTION hcc.metric_roll_up_minute(start timestamptz, only_series integer[] DEFAULT NULL) RETURNS void
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
    '           FROM (SELECT DISTINCT ON (m.series, m.time) m.series, m.time, m.value FROM %4$s m'
    '                  WHERE m.time >= %1$L AND m.time < %3$L AND ($1 IS NULL OR m.series = ANY ($1))'
    '                  ORDER BY m.series, m.time, m.batch DESC) AS u'
    '          WHERE u.value <> ''NaN'') AS v'
    '  GROUP BY v.series'
    ' ON CONFLICT (step, series, bucket) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,'
    '   max = excluded.max, last = excluded.last, increase = excluded.increase',
    start, start - interval '5 minutes', start + interval '1 minute', metric_samples_source()) USING only_series;
END
$$;

-- As before; after a late value the next minute with one of the same series counts up from it, and that may be minutes later.
CREATE OR REPLACE FUNCTION hcc.metric_roll_up(most integer DEFAULT 120) RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  -- Values are seconds on their way.
  until timestamptz := now() - interval '20 seconds';
  over integer := floor(extract(epoch FROM until) / 60)::integer - 1;
  batches integer[];
  due integer[];
  due_times timestamptz[];
  follow integer[];
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
    due_times := ARRAY(SELECT to_timestamp(m * 60.0) FROM unnest(due) AS m);
    -- As far as a minute looks back for the value it counts up from.
    FOR one IN SELECT DISTINCT m.minute + n.next FROM unnest(due) AS m(minute), generate_series(0, 5) AS n(next)
                WHERE m.minute + n.next <= over ORDER BY 1 LOOP
      start := to_timestamp(one * 60.0);
      IF one = ANY (due) THEN
        PERFORM metric_roll_up_minute(start);
      ELSE
        -- Series whose last minute before this one is among those just made.
        EXECUTE format('SELECT array_agg(r.series) FROM (SELECT b.series FROM metric_rollups_60 b WHERE b.bucket >= %L AND b.bucket < %L'
                       ' GROUP BY b.series HAVING max(b.bucket) = ANY ($1)) AS r', start - interval '5 minutes', start)
          INTO follow USING due_times;
        CONTINUE WHEN follow IS NULL;
        PERFORM metric_roll_up_minute(start, follow);
      END IF;
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

-- What is full is made fit for reading, one partition or chunk a call: an index, or the columnstore. Its name; NULL when none is left.
CREATE FUNCTION hcc.metric_compact() RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  one record;
BEGIN
  -- Readers come first; what is not done now is done next time.
  SET LOCAL lock_timeout = '2s';
  SELECT * INTO one FROM metric_parts('hcc.metric_samples') p
   WHERE NOT p.compacted AND p.ended < now() - interval '10 minutes' ORDER BY p.ended LIMIT 1;
  IF one IS NULL THEN
    RETURN NULL;
  END IF;
  IF metric_storage() = 'partitions' THEN
    EXECUTE format('CREATE INDEX ON %s (series, time)', one.part);
  ELSE
    EXECUTE format('SELECT %s.compress_chunk($1, true)', metric_extension_schema()) USING one.part;
  END IF;
  RETURN one.part::text;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.metric_compact() TO hcc_worker;

-- Partitions ahead of time and the end of what is too old; how many partitions and chunks were dropped.
CREATE OR REPLACE FUNCTION hcc.metric_maintain() RETURNS integer
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  keep metric_settings;
  parent text;
  one record;
  dropped integer := 0;
BEGIN
  SELECT * INTO keep FROM metric_settings;
  -- Readers come first; what is not done now is done next time.
  SET LOCAL lock_timeout = '2s';
  PERFORM metric_prepare(ARRAY[now(), now() + make_interval(hours => keep.partition_hours)]);
  PERFORM metric_hot_index();
  IF metric_storage() = 'timescaledb' THEN
    EXECUTE format('SELECT %s.set_chunk_time_interval(''hcc.metric_samples'', $1)', metric_extension_schema())
      USING make_interval(hours => keep.partition_hours);
  END IF;
  FOREACH parent IN ARRAY ARRAY['metric_samples', 'metric_samples_before', 'metric_rollups_60', 'metric_rollups_300',
                                'metric_rollups_3600', 'metric_rollups_86400'] LOOP
    CONTINUE WHEN to_regclass('hcc.' || parent) IS NULL;
    FOR one IN SELECT * FROM metric_parts(('hcc.' || parent)::regclass) p
                WHERE p.ended < now() - make_interval(days => CASE parent WHEN 'metric_rollups_60' THEN keep.minute_days
                        WHEN 'metric_rollups_300' THEN keep.five_minute_days WHEN 'metric_rollups_3600' THEN keep.hour_days
                        WHEN 'metric_rollups_86400' THEN keep.day_days ELSE keep.raw_days END) LOOP
      PERFORM metric_part_drop(('hcc.' || parent)::regclass, one.part, one.began, one.ended);
      dropped := dropped + 1;
    END LOOP;
  END LOOP;
  -- As long as a removed file could come back from a disk that lost power.
  DELETE FROM metric_segments s WHERE s.written_at < now() - interval '30 days' AND s.minutes = '{}';
  RETURN dropped;
END
$$;

-- Tokens are made and revoked by owners; limits are set by those who sell.
UPDATE hcc.roles SET permissions = permissions || '{ingest-tokens:*}'::text[] WHERE organization_id IS NULL AND name = 'owner';
UPDATE hcc.roles SET permissions = permissions || '{ingest-tokens:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'));
UPDATE hcc.roles SET permissions = permissions || '{metric-limits:write}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) = ('reseller', 'owner');
ALTER TABLE hcc.metric_limits ADD COLUMN version integer NOT NULL DEFAULT 1, ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
GRANT INSERT, UPDATE ON hcc.metric_limits TO hcc_app;

-- The choice. `SET hcc.metric_storage = 'partitions'` before the migration keeps partitions also where TimescaleDB is.
DO $$
BEGIN
  IF coalesce(current_setting('hcc.metric_storage', true), '') <> 'partitions' AND hcc.metric_timescaledb_load() IS NULL THEN
    -- A database with values is left as it is: moving them takes its time, and is the operator's to begin.
    IF NOT EXISTS (SELECT FROM hcc.metric_samples LIMIT 1) THEN
      PERFORM hcc.metric_storage_begin('timescaledb');
    END IF;
  END IF;
END
$$;
