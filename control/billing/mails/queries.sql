-- name: page
SELECT m.id, m.organization_id, m.invoice_id, i.number AS invoice_number, m.what, m.status, m.recipients, m.accepted, m.refused,
       m.detail, m.message, m.message_id, m.attempts, m.sent_at, m.created_at, m.updated_at
  FROM hcc.invoice_mails m JOIN hcc.invoices i ON i.organization_id = m.organization_id AND i.id = m.invoice_id
 WHERE (%(invoice_id)s::uuid IS NULL OR m.invoice_id = %(invoice_id)s)
   AND (%(customer_id)s::uuid IS NULL OR i.customer_id = %(customer_id)s)
   AND (%(status)s::text IS NULL OR m.status = %(status)s)
   AND (%(search)s::text IS NULL OR i.number ILIKE %(search)s OR array_to_string(m.recipients, ' ') ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.invoice_mails m JOIN hcc.invoices i ON i.organization_id = m.organization_id AND i.id = m.invoice_id
 WHERE (%(invoice_id)s::uuid IS NULL OR m.invoice_id = %(invoice_id)s)
   AND (%(customer_id)s::uuid IS NULL OR i.customer_id = %(customer_id)s)
   AND (%(status)s::text IS NULL OR m.status = %(status)s)
   AND (%(search)s::text IS NULL OR i.number ILIKE %(search)s OR array_to_string(m.recipients, ' ') ILIKE %(search)s)

-- name: get
SELECT m.id, m.organization_id, m.invoice_id, i.number AS invoice_number, m.what, m.status, m.recipients, m.accepted, m.refused,
       m.detail, m.message, m.message_id, m.attempts, m.sent_at, m.created_at, m.updated_at
  FROM hcc.invoice_mails m JOIN hcc.invoices i ON i.organization_id = m.organization_id AND i.id = m.invoice_id
 WHERE m.id = %(id)s

-- name: insert
INSERT INTO hcc.invoice_mails (id, organization_id, customer_org_id, invoice_id, what, recipients, message, facts, request_id)
VALUES (%(id)s, %(organization_id)s, %(customer_org_id)s, %(invoice_id)s, %(what)s, %(recipients)s, %(message)s, %(facts)s, %(request_id)s)
ON CONFLICT (organization_id, request_id, invoice_id) WHERE request_id IS NOT NULL DO NOTHING
RETURNING id

-- name: requested
SELECT id FROM hcc.invoice_mails
 WHERE organization_id = %(organization_id)s AND request_id = %(request_id)s AND invoice_id = %(invoice_id)s

-- name: waiting
SELECT id, organization_id, invoice_id, what, recipients, message, facts, accepted, refused, attempts, created_at
  FROM hcc.invoice_mails WHERE id = %(id)s AND status IN ('queued', 'retrying')

-- name: take
-- Locked while it is being sent: a second run of the job finds nothing to do.
SELECT id, organization_id, invoice_id, what, recipients, message, facts, accepted, refused, attempts, created_at
  FROM hcc.invoice_mails WHERE id = %(id)s AND status IN ('queued', 'retrying')
   FOR UPDATE SKIP LOCKED

-- name: settle
UPDATE hcc.invoice_mails
   SET status = %(status)s, accepted = %(accepted)s, refused = %(refused)s, detail = %(detail)s, message_id = %(message_id)s,
       attempts = attempts + 1, updated_at = now(),
       sent_at = CASE WHEN cardinality(%(accepted)s::text[]) > 0 THEN coalesce(sent_at, now()) END
 WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.invoice_mails WHERE id = %(id)s FOR UPDATE

-- name: bounced
UPDATE hcc.invoice_mails
   SET status = %(status)s, accepted = %(accepted)s, refused = %(refused)s, detail = %(detail)s, updated_at = now()
 WHERE id = %(id)s

-- name: delayed
UPDATE hcc.invoice_mails SET detail = %(detail)s, updated_at = now() WHERE id = %(id)s

-- name: owner
SELECT hcc.invoice_mail_owner(%(id)s)

-- name: invoice_sent
UPDATE hcc.invoices SET sent_at = now(), version = version + 1, updated_at = now() WHERE id = %(id)s AND sent_at IS NULL
