-- name: workers
SELECT count(*) AS count, extract(epoch FROM now() - max(last_heartbeat))::float8 AS age_s FROM jobs.procrastinate_workers

-- name: gateways
SELECT gateway AS name, extract(epoch FROM now() - reported_at)::float8 AS age_s, jsonb_array_length(refused) AS refused
  FROM hcc.gateway_reports WHERE reported_at > now() - interval '7 days' ORDER BY reported_at, gateway LIMIT 20

-- name: database_size
SELECT pg_database_size(current_database())
