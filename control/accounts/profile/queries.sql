-- name: notices
SELECT id, template, status, created_at, sent_at
  FROM hcc.outgoing_mail
 WHERE organization_id = %(organization_id)s AND recipient = %(email)s
   AND (%(template)s::text IS NULL OR template = %(template)s)

-- name: notice_count
SELECT count(*)
  FROM hcc.outgoing_mail
 WHERE organization_id = %(organization_id)s AND recipient = %(email)s
   AND (%(template)s::text IS NULL OR template = %(template)s)
