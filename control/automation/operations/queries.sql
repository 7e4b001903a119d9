-- name: page
SELECT id, organization_id, kind, status, progress, subject_type, subject_id, result, error, created_by,
       created_at, updated_at, finished_at
  FROM hcc.operations
 WHERE (%(status)s::text IS NULL OR status = %(status)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: count
SELECT count(*)
  FROM hcc.operations
 WHERE (%(status)s::text IS NULL OR status = %(status)s)
   AND (%(kind)s::text IS NULL OR kind = %(kind)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: get
SELECT id, organization_id, kind, status, progress, subject_type, subject_id, result, error, created_by,
       created_at, updated_at, finished_at
  FROM hcc.operations
 WHERE id = %(id)s
