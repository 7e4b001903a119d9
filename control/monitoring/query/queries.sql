-- name: series
-- Those that the matchers may mean. What PostgreSQL cannot decide as Prometheus would is decided afterwards.
SELECT id, name, labels::text AS labels
  FROM hcc.metric_series
 WHERE (%(names)s::text[] IS NULL OR name = ANY (%(names)s))
   AND labels @> %(labels)s::jsonb
 LIMIT %(most)s

-- name: samples
-- Runs with its owner's rights, since values have no row level security; it leaves out series of others.
SELECT series, times, "values", batches
  FROM hcc.metric_values_of(%(wanted)s::integer[], %(first)s::timestamptz, %(last)s::timestamptz)

-- name: rollups
-- As `samples`; one figure alone travels.
SELECT series, times, "values"
  FROM hcc.metric_figures_of(%(wanted)s::integer[], %(step)s::integer, %(figure)s::text, %(first)s::timestamptz,
                             %(last)s::timestamptz)

-- name: kept
-- For how many days each table keeps its values, and from when on roll-ups lack some (µs since 1970).
SELECT raw_days, minute_days, five_minute_days, hour_days, day_days,
       (extract(epoch FROM hcc.metric_waiting_since()) * 1000000)::bigint AS waiting
  FROM hcc.metric_settings

-- name: bounds
-- For this transaction: how long a statement may take, and room to gather the values of many series at once.
SELECT set_config('statement_timeout', %(milliseconds)s::text, true), set_config('work_mem', '64MB', true)

-- name: families
SELECT name, kind AS type, help, unit FROM hcc.metric_families
 WHERE (%(name)s::text IS NULL OR name = %(name)s)
 ORDER BY name
 LIMIT %(most)s
