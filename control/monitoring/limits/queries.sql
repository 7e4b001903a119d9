-- name: page
SELECT o.id, o.id AS organization_id, o.name AS organization_name, coalesce(l.values_per_s, 0) AS values_per_s,
       coalesce(l.active_series, 1000000) AS active_series, coalesce(l.version, 0) AS version, l.updated_at
  FROM hcc.organizations o LEFT JOIN hcc.metric_limits l ON l.organization_id = o.id
 WHERE o.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR o.name ILIKE %(search)s OR o.slug ILIKE %(search)s)

-- name: count
SELECT count(*) FROM hcc.organizations o
 WHERE o.deleted_at IS NULL
   AND (%(search)s::text IS NULL OR o.name ILIKE %(search)s OR o.slug ILIKE %(search)s)

-- name: get
SELECT o.id, o.id AS organization_id, o.name AS organization_name, coalesce(l.values_per_s, 0) AS values_per_s,
       coalesce(l.active_series, 1000000) AS active_series, coalesce(l.version, 0) AS version, l.updated_at
  FROM hcc.organizations o LEFT JOIN hcc.metric_limits l ON l.organization_id = o.id
 WHERE o.id = %(organization_id)s AND o.deleted_at IS NULL

-- name: lock
SELECT id FROM hcc.organizations WHERE id = %(organization_id)s AND deleted_at IS NULL FOR UPDATE

-- name: put
INSERT INTO hcc.metric_limits AS old (organization_id, values_per_s, active_series)
VALUES (%(organization_id)s, %(values_per_s)s, %(active_series)s)
ON CONFLICT (organization_id) DO UPDATE SET values_per_s = excluded.values_per_s, active_series = excluded.active_series,
  version = old.version + 1, updated_at = now()
