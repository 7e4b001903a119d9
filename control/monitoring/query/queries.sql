-- name: series
-- Those that the matchers may mean. What PostgreSQL cannot decide as Prometheus would is decided afterwards.
SELECT id, name, labels::text AS labels
  FROM hcc.metric_series
 WHERE (%(names)s::text[] IS NULL OR name = ANY (%(names)s))
   AND labels @> %(labels)s::jsonb
 LIMIT %(most)s

-- name: samples
-- Runs with its owner's rights, since values have no row level security; it leaves out series of others.
SELECT series, times, "values" FROM hcc.metric_samples_of(%(wanted)s::integer[], %(first)s::timestamptz, %(last)s::timestamptz)

-- name: rollups
-- As `samples`. The columns that are not asked for do not travel.
SELECT series, times,
       CASE %(figure)s::text WHEN 'count' THEN counts WHEN 'sum' THEN sums WHEN 'min' THEN mins WHEN 'max' THEN maxs
                             WHEN 'last' THEN lasts ELSE increases END AS "values"
  FROM hcc.metric_rollups_of(%(wanted)s::integer[], %(step)s::integer, %(first)s::timestamptz, %(last)s::timestamptz)

-- name: kept
-- For how many days each table keeps its values.
SELECT raw_days, minute_days, five_minute_days, hour_days, day_days FROM hcc.metric_settings

-- name: time_limit
SELECT set_config('statement_timeout', %(milliseconds)s::text, true)

-- name: families
SELECT name, kind AS type, help, unit FROM hcc.metric_families
 WHERE (%(name)s::text IS NULL OR name = %(name)s)
 ORDER BY name
 LIMIT %(most)s
