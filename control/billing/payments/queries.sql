-- name: page
SELECT p.id, p.organization_id, p.customer_id, p.customer_org_id, p.invoice_id, p.method, p.provider, p.provider_reference,
       p.payment_method_id, p.currency::text AS currency, p.amount,
       CASE WHEN hcc.visible(p.organization_id) THEN p.fee ELSE 0 END AS fee, p.fee_currency::text AS fee_currency,
       p.refunded, p.disputed, p.exchange_rate, p.status, p.received_on, p.reference, p.notice, p.requires_action,
       p.failure_code, p.failure_message, p.failure_is_final, p.sepa_batch_id, p.sequence_type, p.bank_entry_id, p.version,
       p.succeeded_at, p.created_at, p.updated_at
  FROM hcc.payments p
 WHERE (%(organization_id)s::uuid IS NULL OR p.organization_id = %(organization_id)s)
   AND (%(customer_org_id)s::uuid IS NULL OR p.customer_org_id = %(customer_org_id)s)
   AND (%(customer_id)s::uuid IS NULL OR p.customer_id = %(customer_id)s)
   AND (%(status)s::text IS NULL OR p.status = %(status)s)
   AND (%(method)s::text IS NULL OR p.method = %(method)s)
   AND (%(received_since)s::date IS NULL OR p.received_on >= %(received_since)s)
   AND (%(received_until)s::date IS NULL OR p.received_on <= %(received_until)s)
   AND (%(search)s::text IS NULL OR p.reference ILIKE %(search)s OR p.provider_reference ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.payments p
 WHERE (%(organization_id)s::uuid IS NULL OR p.organization_id = %(organization_id)s)
   AND (%(customer_org_id)s::uuid IS NULL OR p.customer_org_id = %(customer_org_id)s)
   AND (%(customer_id)s::uuid IS NULL OR p.customer_id = %(customer_id)s)
   AND (%(status)s::text IS NULL OR p.status = %(status)s)
   AND (%(method)s::text IS NULL OR p.method = %(method)s)
   AND (%(received_since)s::date IS NULL OR p.received_on >= %(received_since)s)
   AND (%(received_until)s::date IS NULL OR p.received_on <= %(received_until)s)
   AND (%(search)s::text IS NULL OR p.reference ILIKE %(search)s OR p.provider_reference ILIKE %(search)s)

-- name: of_invoice
SELECT p.id, p.organization_id, p.customer_id, p.customer_org_id, p.invoice_id, p.method, p.provider, p.provider_reference,
       p.payment_method_id, p.currency::text AS currency, p.amount,
       CASE WHEN hcc.visible(p.organization_id) THEN p.fee ELSE 0 END AS fee, p.fee_currency::text AS fee_currency,
       p.refunded, p.disputed, p.exchange_rate, p.status, p.received_on, p.reference, p.notice, p.requires_action,
       p.failure_code, p.failure_message, p.failure_is_final, p.sepa_batch_id, p.sequence_type, p.bank_entry_id, p.version,
       p.succeeded_at, p.created_at, p.updated_at
  FROM hcc.payments p
 WHERE p.id = ANY (ARRAY(SELECT b.id FROM hcc.payments b WHERE b.organization_id = %(organization_id)s AND b.invoice_id = %(invoice_id)s
                       UNION
                       SELECT a.payment_id FROM hcc.payment_allocations a
                        WHERE a.organization_id = %(organization_id)s AND a.invoice_id = %(invoice_id)s))

-- name: count_of_invoice
SELECT count(*)
  FROM hcc.payments p
 WHERE p.id = ANY (ARRAY(SELECT b.id FROM hcc.payments b WHERE b.organization_id = %(organization_id)s AND b.invoice_id = %(invoice_id)s
                       UNION
                       SELECT a.payment_id FROM hcc.payment_allocations a
                        WHERE a.organization_id = %(organization_id)s AND a.invoice_id = %(invoice_id)s))

-- name: get
SELECT p.id, p.organization_id, p.customer_id, p.customer_org_id, p.invoice_id, p.method, p.provider, p.provider_reference,
       p.payment_method_id, p.currency::text AS currency, p.amount,
       CASE WHEN hcc.visible(p.organization_id) THEN p.fee ELSE 0 END AS fee, p.fee_currency::text AS fee_currency,
       p.refunded, p.disputed, p.exchange_rate, p.status, p.received_on, p.reference, p.notice, p.requires_action,
       p.failure_code, p.failure_message, p.failure_is_final, p.sepa_batch_id, p.sequence_type, p.bank_entry_id, p.version,
       p.succeeded_at, p.created_at, p.updated_at
  FROM hcc.payments p WHERE p.id = %(id)s

-- name: customer_of
SELECT customer_id FROM hcc.payments WHERE id = %(id)s

-- name: by_reference
SELECT id FROM hcc.payments
 WHERE organization_id = %(organization_id)s AND provider = %(provider)s AND provider_reference = %(reference)s

-- name: lock_customer
-- All that moves a customer's money waits here for what does so already; documents may be written meanwhile.
SELECT id FROM hcc.customers WHERE id = %(id)s FOR NO KEY UPDATE

-- name: lock_customers
-- The same of several, always in the same order.
SELECT id FROM hcc.customers WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE

-- name: allocations
SELECT a.invoice_id, i.number AS invoice_number, sum(a.amount) AS amount
  FROM hcc.payment_allocations a
  LEFT JOIN hcc.invoices i ON i.organization_id = a.organization_id AND i.id = a.invoice_id
 WHERE a.payment_id = %(id)s
 GROUP BY a.invoice_id, i.number
HAVING sum(a.amount) <> 0
 ORDER BY min(a.id::text)

-- name: allocated_by
-- What one refund or dispute took back of a payment.
SELECT a.invoice_id, i.number AS invoice_number, a.amount
  FROM hcc.payment_allocations a
  LEFT JOIN hcc.invoices i ON i.organization_id = a.organization_id AND i.id = a.invoice_id
 WHERE a.payment_id = %(id)s AND a.kind = %(kind)s AND a.source = %(source)s
 ORDER BY a.id

-- name: refunds
SELECT id, payment_id, amount, reason, status, provider, provider_reference, refunded_on, failure_code, created_at
  FROM hcc.refunds WHERE payment_id = %(id)s
 ORDER BY created_at, id

-- name: open_invoices
-- The customer's open invoices in a currency, the oldest first; locked in the order of their ids by what follows.
SELECT id FROM hcc.invoices
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND currency = %(currency)s
   AND status IN ('sent', 'partially_paid', 'overdue') AND kind <> 'credit_note'
 ORDER BY due_date, issued_on, number_sequence
 LIMIT %(most)s

-- name: lock_invoices
SELECT id, organization_id, customer_id, number, kind, status, currency::text AS currency, balance, paid, exchange_rate
  FROM hcc.invoices WHERE id = ANY(%(ids)s)
 ORDER BY id FOR NO KEY UPDATE

-- name: carried
-- What an account holds of an invoice, in its own and in the seller's currency.
SELECT coalesce(sum(l.amount), 0) AS amount, coalesce(sum(l.base_amount), 0) AS base_amount
  FROM hcc.ledger_lines l
 WHERE l.organization_id = %(organization_id)s AND l.invoice_id = %(invoice_id)s AND l.account = %(account)s

-- name: credit
SELECT -amount AS amount, -base_amount AS base_amount FROM hcc.customer_credits
 WHERE organization_id = %(organization_id)s AND customer_id = %(customer_id)s AND currency = %(currency)s

-- name: credits
SELECT customer_id, currency::text AS currency, amount FROM hcc.customer_credits
 WHERE customer_id = %(customer_id)s AND amount <> 0
 ORDER BY currency

-- name: insert
INSERT INTO hcc.payments (id, organization_id, customer_id, customer_org_id, invoice_id, method, provider, payment_method_id,
                          currency, amount, reference, sepa_batch_id, sequence_type, off_session, keep_method)
VALUES (%(id)s, %(organization_id)s, %(customer_id)s, %(customer_org_id)s, %(invoice_id)s, %(method)s, %(provider)s,
        %(payment_method_id)s, %(currency)s, %(amount)s, %(reference)s, %(sepa_batch_id)s, %(sequence_type)s, %(off_session)s,
        %(keep_method)s)

-- name: succeed
UPDATE hcc.payments
   SET status = 'succeeded', received_on = %(received_on)s, exchange_rate = %(exchange_rate)s, fee = %(fee)s,
       fee_currency = %(fee_currency)s, notice = %(notice)s, bank_entry_id = coalesce(%(bank_entry_id)s, bank_entry_id),
       requires_action = false, failure_code = '', failure_message = '', failure_is_final = false, succeeded_at = now(),
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: fail
UPDATE hcc.payments
   SET status = %(status)s, failure_code = %(code)s, failure_message = %(message)s, failure_is_final = %(is_final)s,
       requires_action = false, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: note_provider
UPDATE hcc.payments
   SET provider_reference = %(reference)s, requires_action = %(requires_action)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: looked_at
-- So that what was asked longest ago is asked next.
UPDATE hcc.payments SET updated_at = now() WHERE id = %(id)s AND status = 'pending'

-- name: set_fee
UPDATE hcc.payments SET fee = %(fee)s, fee_currency = %(fee_currency)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: take_back
-- What went back changes the status.
UPDATE hcc.payments p
   SET refunded = p.refunded + %(refunded)s, disputed = p.disputed + %(disputed)s,
       status = CASE
         WHEN p.disputed + %(disputed)s > 0 THEN 'disputed'
         WHEN p.refunded + %(refunded)s >= p.amount THEN 'refunded'
         WHEN p.refunded + %(refunded)s > 0 THEN 'partially_refunded'
         ELSE 'succeeded' END,
       failure_code = coalesce(%(failure_code)s, p.failure_code), version = version + 1, updated_at = now()
 WHERE p.id = %(id)s

-- name: allocate
INSERT INTO hcc.payment_allocations (id, organization_id, customer_org_id, payment_id, invoice_id, amount, kind, source)
VALUES (%(id)s, %(organization_id)s, %(customer_org_id)s, %(payment_id)s, %(invoice_id)s, %(amount)s, %(kind)s, %(source)s)

-- name: insert_refund
INSERT INTO hcc.refunds (id, organization_id, customer_org_id, payment_id, provider, provider_reference, amount, reason, status,
                         refunded_on)
VALUES (%(id)s, %(organization_id)s, %(customer_org_id)s, %(payment_id)s, %(provider)s, %(provider_reference)s, %(amount)s,
        %(reason)s, %(status)s, %(refunded_on)s)

-- name: refund
SELECT id, payment_id, amount, reason, status, provider, provider_reference, refunded_on, failure_code, created_at
  FROM hcc.refunds WHERE id = %(id)s

-- name: refund_by_reference
SELECT id FROM hcc.refunds
 WHERE organization_id = %(organization_id)s AND provider = %(provider)s AND provider_reference = %(reference)s

-- name: set_refund
UPDATE hcc.refunds
   SET status = %(status)s, provider_reference = coalesce(%(reference)s, provider_reference), failure_code = %(failure_code)s,
       updated_at = now()
 WHERE id = %(id)s

-- name: insert_dispute
INSERT INTO hcc.disputes (id, organization_id, customer_org_id, payment_id, kind, provider, provider_reference, amount, reason,
                          status, evidence_due_at)
VALUES (%(id)s, %(organization_id)s, %(customer_org_id)s, %(payment_id)s, %(kind)s, %(provider)s, %(reference)s, %(amount)s,
        %(reason)s, %(status)s, %(evidence_due_at)s)

-- name: dispute_by_reference
SELECT id, payment_id, kind, provider, provider_reference, amount, fee, reason, status, is_withdrawn, evidence_due_at, created_at
  FROM hcc.disputes
 WHERE organization_id = %(organization_id)s AND provider = %(provider)s AND provider_reference = %(reference)s

-- name: set_dispute
UPDATE hcc.disputes
   SET status = %(status)s, fee = %(fee)s, is_withdrawn = %(is_withdrawn)s, evidence_due_at = %(evidence_due_at)s,
       updated_at = now()
 WHERE id = %(id)s

-- name: disputes
SELECT d.id, d.payment_id, d.kind, d.provider, d.provider_reference, d.amount, d.fee, d.reason, d.status, d.is_withdrawn,
       d.evidence_due_at, d.created_at
  FROM hcc.disputes d
 WHERE (%(organization_id)s::uuid IS NULL OR d.organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR d.status = %(status)s)
   AND (%(payment_id)s::uuid IS NULL OR d.payment_id = %(payment_id)s)

-- name: count_disputes
SELECT count(*)
  FROM hcc.disputes d
 WHERE (%(organization_id)s::uuid IS NULL OR d.organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR d.status = %(status)s)
   AND (%(payment_id)s::uuid IS NULL OR d.payment_id = %(payment_id)s)

-- name: insert_adjustment
INSERT INTO hcc.credit_adjustments (id, organization_id, customer_id, currency, amount, reason, created_by)
VALUES (%(id)s, %(organization_id)s, %(customer_id)s, %(currency)s, %(amount)s, %(reason)s, %(created_by)s)
