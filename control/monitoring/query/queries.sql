-- name: series
-- Those that the matchers may mean. What PostgreSQL cannot decide as Prometheus would is decided afterwards.
SELECT id, name, labels FROM hcc.metric_series_of(%(names)s::text[], %(labels)s::jsonb, %(most)s::integer)

-- name: names
-- The metrics' names, each once: from one to the next by the index, however many series each has.
WITH RECURSIVE found AS (
  (SELECT name FROM hcc.metric_series WHERE organization_id = hcc.current_org_id() ORDER BY name LIMIT 1)
  UNION ALL
  SELECT (SELECT s.name FROM hcc.metric_series s
           WHERE s.organization_id = hcc.current_org_id() AND s.name > f.name ORDER BY s.name LIMIT 1)
    FROM found f WHERE f.name IS NOT NULL
)
SELECT name FROM found WHERE name IS NOT NULL LIMIT %(most)s

-- name: label_values
SELECT DISTINCT CASE WHEN %(label)s::text = '__name__' THEN name ELSE labels ->> %(label)s::text END AS name
  FROM hcc.metric_series
 WHERE (%(names)s::text[] IS NULL OR name = ANY (%(names)s))
   AND labels @> %(labels)s::jsonb
   AND (%(label)s::text = '__name__' OR labels ? %(label)s::text)
 ORDER BY 1
 LIMIT %(most)s

-- name: label_names
SELECT DISTINCT k.name
  FROM hcc.metric_series s CROSS JOIN LATERAL jsonb_object_keys(s.labels) AS k(name)
 WHERE (%(names)s::text[] IS NULL OR s.name = ANY (%(names)s))
   AND s.labels @> %(labels)s::jsonb
 ORDER BY 1
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
