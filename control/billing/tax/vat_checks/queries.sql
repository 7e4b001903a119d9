-- name: watch
-- Ask at once about an id that is new or another. One that is watched already keeps its time, unless what was known of it was
-- dropped since, as another address does.
INSERT INTO hcc.vat_watches AS w (organization_id, customer_id, tax_id, queued_until)
VALUES (%(organization_id)s, %(customer_id)s, %(tax_id)s, now() + interval '1 hour')
ON CONFLICT (organization_id, customer_id) DO UPDATE
   SET tax_id = excluded.tax_id, attempts = 0, next_check_at = now(), queued_until = excluded.queued_until
 WHERE w.tax_id <> excluded.tax_id OR %(again)s
    OR (%(is_pending)s AND w.attempts = 0 AND w.next_check_at > now() + interval '1 hour')

-- name: unwatch
DELETE FROM hcc.vat_watches WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s

-- name: due
SELECT organization_id, customer_id, tax_id FROM hcc.due_vat_watches(%(most)s)

-- name: claim
-- Taken for a while: a second run of the job finds nothing to do, and a run that dies is made up for later.
UPDATE hcc.vat_watches
   SET next_check_at = now() + interval '10 minutes', queued_until = '-infinity'
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND tax_id = %(tax_id)s AND next_check_at <= now()
RETURNING attempts

-- name: asked
UPDATE hcc.vat_watches
   SET attempts = %(attempts)s, next_check_at = now() + %(again_in)s, queued_until = '-infinity'
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND tax_id = %(tax_id)s

-- name: requester
SELECT vat_id FROM hcc.billing_settings WHERE organization_id = %(organization_id)s

-- name: insert
INSERT INTO hcc.vat_checks (id, organization_id, customer_id, tax_id, outcome, reason, requester, consultation_number, name, address)
VALUES (%(id)s, %(organization_id)s, %(customer_id)s, %(tax_id)s, %(outcome)s, %(reason)s, %(requester)s,
        %(consultation_number)s, %(name)s, %(address)s)

-- name: settle
-- What is known of the id, unless the customer has another one by now. The number comes back when it changed.
UPDATE hcc.customers
   SET tax_id_status = %(status)s, version = version + 1, updated_at = now()
 WHERE id = %(customer_id)s AND tax_id = %(tax_id)s AND tax_id_status <> %(status)s
RETURNING number

-- name: flag
-- Finalised invoices on which the customer owes the tax by this id, issued since the id was last known to be valid.
INSERT INTO hcc.tax_flags (id, organization_id, invoice_id, customer_id, reason, detail)
SELECT gen_random_uuid(), i.organization_id, i.id, i.customer_id, 'tax_id_invalid', %(tax_id)s
  FROM hcc.invoices i
 WHERE i.organization_id = %(organization_id)s AND i.customer_id = %(customer_id)s AND i.status NOT IN ('draft', 'cancelled')
   AND i.kind <> 'credit_note' AND i.tax_treatment ->> 'reason' = 'reverse_charge' AND i.buyer ->> 'tax_id' = %(tax_id)s
   AND i.issued_at > coalesce((SELECT max(c.checked_at) FROM hcc.vat_checks c
                                WHERE c.organization_id = i.organization_id AND c.customer_id = i.customer_id
                                  AND c.tax_id = %(tax_id)s AND c.outcome = 'valid'), '-infinity')
ON CONFLICT (organization_id, invoice_id, reason, detail) DO NOTHING
RETURNING invoice_id

-- name: page
SELECT id, organization_id, customer_id, tax_id, outcome, reason, register, requester, consultation_number, name, address, checked_at
  FROM hcc.vat_checks WHERE customer_id = %(customer_id)s

-- name: count
SELECT count(*) FROM hcc.vat_checks WHERE customer_id = %(customer_id)s

-- name: flags_page
SELECT f.id, f.organization_id, f.invoice_id, i.number AS invoice_number, f.customer_id, f.reason, f.detail, f.resolution,
       f.resolved_at, f.version, f.created_at, f.updated_at
  FROM hcc.tax_flags f JOIN hcc.invoices i ON i.organization_id = f.organization_id AND i.id = f.invoice_id
 WHERE (%(organization_id)s::uuid IS NULL OR f.organization_id = %(organization_id)s)
   AND (%(customer_id)s::uuid IS NULL OR f.customer_id = %(customer_id)s)
   AND (%(resolved)s::boolean IS NULL OR (f.resolved_at IS NOT NULL) = %(resolved)s)

-- name: flags_count
SELECT count(*)
  FROM hcc.tax_flags f
 WHERE (%(organization_id)s::uuid IS NULL OR f.organization_id = %(organization_id)s)
   AND (%(customer_id)s::uuid IS NULL OR f.customer_id = %(customer_id)s)
   AND (%(resolved)s::boolean IS NULL OR (f.resolved_at IS NOT NULL) = %(resolved)s)

-- name: flag_get
SELECT f.id, f.organization_id, f.invoice_id, i.number AS invoice_number, f.customer_id, f.reason, f.detail, f.resolution,
       f.resolved_at, f.version, f.created_at, f.updated_at
  FROM hcc.tax_flags f JOIN hcc.invoices i ON i.organization_id = f.organization_id AND i.id = f.invoice_id
 WHERE f.id = %(id)s

-- name: flag_lock
SELECT id FROM hcc.tax_flags WHERE id = %(id)s FOR UPDATE

-- name: flag_resolve
UPDATE hcc.tax_flags SET resolution = %(resolution)s, resolved_at = now(), version = version + 1, updated_at = now()
 WHERE id = %(id)s
