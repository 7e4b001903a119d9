-- name: insert_mandate
INSERT INTO hcc.payment_methods (id, organization_id, customer_id, customer_org_id, kind, last4, iban, bic, holder,
                                 mandate_reference, mandate_signed_on, mandate_scheme, mandate_kind, pre_notification_days,
                                 given_online, holder_address, is_default)
SELECT %(id)s, c.organization_id, c.id, c.customer_org_id, 'sepa_debit', right(%(iban)s::text, 4), %(iban)s, %(bic)s, %(holder)s,
       %(reference)s, %(signed_on)s, %(scheme)s, %(kind)s, %(pre_notification_days)s,
       %(given_online)s, %(holder_address)s,
       NOT EXISTS (SELECT FROM hcc.payment_methods m
                    WHERE m.organization_id = c.organization_id AND m.customer_id = c.id AND m.is_default)
  FROM hcc.customers c WHERE c.id = %(customer_id)s

-- name: has_mandate
SELECT EXISTS (SELECT FROM hcc.payment_methods
                WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND iban = %(iban)s
                  AND status = 'active')

-- name: insert_consent
INSERT INTO hcc.mandate_consents (payment_method_id, organization_id, customer_org_id, given_by, given_with, address, user_agent,
                                  language, creditor_name, creditor_id, creditor_address, words)
VALUES (%(payment_method_id)s, %(organization_id)s, %(customer_org_id)s, %(given_by)s, %(given_with)s, %(address)s,
        %(user_agent)s, %(language)s, %(creditor_name)s, %(creditor_id)s, %(creditor_address)s, %(words)s)

-- name: consent
SELECT payment_method_id, given_at, given_by, given_with, address, user_agent, language, creditor_name, creditor_id,
       creditor_address, words
  FROM hcc.mandate_consents WHERE payment_method_id = %(payment_method_id)s

-- name: candidates
-- Open invoices with the customer's newest mandate of the scheme, the default one first. Who has a card charged by default is
-- debited only where the invoice is named.
SELECT i.id AS invoice_id, i.number AS invoice_number, i.customer_id, i.currency::text AS currency, i.balance, i.issued_on,
       i.due_date, i.status, i.kind, m.id AS mandate_id, m.mandate_reference, m.mandate_signed_on, m.mandate_kind,
       m.mandate_used_on, m.pre_notification_days, m.iban, m.bic, m.holder, coalesce(m.holder_address, c.address) AS address,
       EXISTS (SELECT FROM hcc.payments p WHERE p.organization_id = i.organization_id AND p.invoice_id = i.id
                  AND p.status = 'pending' AND p.method IN ('card', 'sepa_debit')) AS is_under_way
  FROM hcc.invoices i
  JOIN hcc.customers c ON c.organization_id = i.organization_id AND c.id = i.customer_id
  LEFT JOIN LATERAL (
       SELECT x.id, x.mandate_reference, x.mandate_signed_on, x.mandate_kind, x.mandate_used_on, x.pre_notification_days, x.iban,
              x.bic, x.holder, x.holder_address
         FROM hcc.payment_methods x
        WHERE x.organization_id = i.organization_id AND x.customer_id = i.customer_id AND x.status = 'active'
          AND x.mandate_scheme = %(scheme)s
        ORDER BY x.is_default DESC, x.created_at DESC LIMIT 1) m ON true
 WHERE i.organization_id = %(organization_id)s
   AND CASE WHEN %(invoice_ids)s::uuid[] IS NULL
            THEN i.status IN ('sent', 'partially_paid', 'overdue') AND i.kind <> 'credit_note' AND i.due_date <= %(due_by)s
             AND m.id IS NOT NULL
             AND NOT EXISTS (SELECT FROM hcc.payment_methods d
                              WHERE d.organization_id = i.organization_id AND d.customer_id = i.customer_id AND d.is_default
                                AND d.status = 'active' AND d.kind = 'card')
            ELSE i.id = ANY(%(invoice_ids)s::uuid[]) END
 ORDER BY i.customer_id, i.due_date, i.id
 LIMIT %(most)s

-- name: lock_customers
SELECT id FROM hcc.customers WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE

-- name: insert_batch
INSERT INTO hcc.sepa_batches (id, organization_id, message_id, scheme, collected_on, payments, total, document, sha256)
VALUES (%(id)s, %(organization_id)s, %(message_id)s, %(scheme)s, %(collected_on)s, %(payments)s, %(total)s, %(document)s,
        %(sha256)s)

-- name: mandate_used
UPDATE hcc.payment_methods SET mandate_used_on = %(on)s, version = version + 1, updated_at = now() WHERE id = ANY(%(ids)s)

-- name: batch
SELECT id, organization_id, message_id, scheme, status, collected_on, payments, total, encode(sha256, 'hex') AS sha256, version,
       created_at, updated_at
  FROM hcc.sepa_batches WHERE id = %(id)s

-- name: lock_batch
SELECT id FROM hcc.sepa_batches WHERE id = %(id)s FOR UPDATE

-- name: document
SELECT document FROM hcc.sepa_batches WHERE id = %(id)s

-- name: batches
SELECT b.id, b.organization_id, b.message_id, b.scheme, b.status, b.collected_on, b.payments, b.total,
       encode(b.sha256, 'hex') AS sha256, b.version, b.created_at, b.updated_at
  FROM hcc.sepa_batches b
 WHERE (%(organization_id)s::uuid IS NULL OR b.organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR b.status = %(status)s)

-- name: count_batches
SELECT count(*)
  FROM hcc.sepa_batches b
 WHERE (%(organization_id)s::uuid IS NULL OR b.organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR b.status = %(status)s)

-- name: set_status
UPDATE hcc.sepa_batches SET status = %(status)s, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: pending_of_batch
SELECT id FROM hcc.payments WHERE organization_id = %(organization_id)s AND sepa_batch_id = %(batch_id)s AND status = 'pending'
 ORDER BY customer_id, id

-- name: came_in
SELECT EXISTS (SELECT FROM hcc.payments WHERE organization_id = %(organization_id)s AND sepa_batch_id = %(batch_id)s
                  AND status NOT IN ('pending', 'failed', 'cancelled'))
