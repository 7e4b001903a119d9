-- name: lately
-- Of the organisations in reach; a mail is forgotten some time after it went out.
SELECT status, count(*) AS mails, max(created_at) AS newest FROM hcc.outgoing_mail
 WHERE created_at > now() - interval '7 days' GROUP BY status

-- name: last_error
SELECT error FROM hcc.outgoing_mail
 WHERE error IS NOT NULL AND created_at > now() - interval '7 days' ORDER BY created_at DESC, id DESC LIMIT 1
