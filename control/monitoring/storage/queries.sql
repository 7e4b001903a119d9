-- name: roll_up
-- What is over and changed since the last time, by time step; how many steps.
SELECT hcc.metric_roll_up();

-- name: maintain
-- Partitions ahead of time, indexes behind it, the end of what is too old; how many partitions were dropped.
SELECT hcc.metric_maintain();
