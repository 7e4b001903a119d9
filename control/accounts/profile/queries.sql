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

-- name: unread
-- Those since the list was last opened; of the last week for somebody who never did. More than a hundred are not counted.
SELECT count(*) FROM (
  SELECT FROM hcc.outgoing_mail
   WHERE organization_id = %(organization_id)s AND recipient = %(email)s
     AND created_at > coalesce(
       (SELECT (value #>> '{}')::timestamptz FROM hcc.web_preferences WHERE user_id = %(user_id)s AND name = 'notices:seen'),
       now() - interval '7 days')
   LIMIT 100) AS fresh

-- name: seen
INSERT INTO hcc.web_preferences (user_id, name, value) VALUES (%(user_id)s, 'notices:seen', to_jsonb(now()))
ON CONFLICT (user_id, name) DO UPDATE SET value = excluded.value, updated_at = now()
