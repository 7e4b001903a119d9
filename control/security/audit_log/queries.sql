-- name: page
SELECT id, organization_id, at, actor_id, actor_type, actor_org_id, action, subject_type, subject_id, before, after,
       host(address) AS address, request_id
  FROM hcc.audit_log
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(actor_id)s::uuid IS NULL OR actor_id = %(actor_id)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)
   AND (%(subject_type)s::text IS NULL OR subject_type = %(subject_type)s)
   AND (%(subject_id)s::text IS NULL OR subject_id = %(subject_id)s)
   AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
   AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR at < %(until)s)

-- name: count
SELECT count(*)
  FROM hcc.audit_log
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(actor_id)s::uuid IS NULL OR actor_id = %(actor_id)s)
   AND (%(action)s::text IS NULL OR action = %(action)s)
   AND (%(subject_type)s::text IS NULL OR subject_type = %(subject_type)s)
   AND (%(subject_id)s::text IS NULL OR subject_id = %(subject_id)s)
   AND (%(request_id)s::text IS NULL OR request_id = %(request_id)s)
   AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
   AND (%(until)s::timestamptz IS NULL OR at < %(until)s)

-- name: get
SELECT id, organization_id, at, actor_id, actor_type, actor_org_id, action, subject_type, subject_id, before, after,
       host(address) AS address, request_id
  FROM hcc.audit_log
 WHERE id = %(id)s
