-- name: roll_up
-- What is over and changed since the last time, by time step; how many steps.
SELECT hcc.metric_roll_up();

-- name: maintain
-- Partitions ahead of time, the end of what is too old; how many partitions were dropped.
SELECT hcc.metric_maintain();

-- name: compact
-- An index for the next partition that is full, or the columnstore for the next chunk; its name.
SELECT hcc.metric_compact();

-- name: storage
SELECT hcc.metric_storage();

-- name: timescaledb
-- Why values cannot be kept there; NULL when they can.
SELECT hcc.metric_timescaledb();

-- name: parts
-- What there is of values, in the present form and, while they move, in the former.
SELECT to_regclass('hcc.metric_samples_before') IS NOT NULL AS moving,
       (SELECT count(*) FROM hcc.metric_parts('hcc.metric_samples')) AS parts,
       (SELECT coalesce(sum(pg_total_relation_size(p.part)), 0)::bigint FROM hcc.metric_parts('hcc.metric_samples') p) AS bytes;

-- name: parts_before
SELECT count(*) AS parts, coalesce(sum(pg_total_relation_size(p.part)), 0)::bigint AS bytes
  FROM hcc.metric_parts('hcc.metric_samples_before') p;

-- name: begin
SELECT hcc.metric_storage_begin(%(wanted)s);

-- name: move
-- The next part; NULL when all are moved.
SELECT hcc.metric_storage_move();
