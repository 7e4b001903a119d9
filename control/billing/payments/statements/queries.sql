-- name: profiles
SELECT p.id, p.organization_id, p.name, p.layout, p.version, p.created_at, p.updated_at
  FROM hcc.statement_profiles p
 WHERE (%(organization_id)s::uuid IS NULL OR p.organization_id = %(organization_id)s)

-- name: count_profiles
SELECT count(*) FROM hcc.statement_profiles p
 WHERE (%(organization_id)s::uuid IS NULL OR p.organization_id = %(organization_id)s)

-- name: profile
SELECT id, organization_id, name, layout, version, created_at, updated_at FROM hcc.statement_profiles WHERE id = %(id)s

-- name: insert_profile
INSERT INTO hcc.statement_profiles (id, organization_id, name, layout) VALUES (%(id)s, %(organization_id)s, %(name)s, %(layout)s)

-- name: update_profile
UPDATE hcc.statement_profiles SET name = %(name)s, layout = %(layout)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: delete_profile
DELETE FROM hcc.statement_profiles WHERE id = %(id)s

-- name: insert_statement
INSERT INTO hcc.bank_statements (id, organization_id, format, account, statement_id, opening, closing, currency, entries, known,
                                 created_by)
VALUES (%(id)s, %(organization_id)s, %(format)s, %(account)s, %(statement_id)s, %(opening)s, %(closing)s, %(currency)s,
        %(entries)s, %(known)s, %(created_by)s)

-- name: known
-- How many of these entries are here already.
SELECT count(*)
  FROM jsonb_to_recordset(%(lines)s) AS l (entry_reference text, booked_on date, amount numeric)
  JOIN hcc.bank_entries e ON e.organization_id = %(organization_id)s AND e.account = %(account)s
   AND e.entry_reference = l.entry_reference AND e.amount = l.amount AND e.booked_on = l.booked_on

-- name: insert_entries
INSERT INTO hcc.bank_entries (id, organization_id, statement_id, account, entry_reference, booked_on, amount, currency,
                              counterparty, counterparty_iban, remittance, creditor_reference, end_to_end_id, batch_reference,
                              return_code)
SELECT l.id, %(organization_id)s, %(statement_id)s, %(account)s, l.entry_reference, l.booked_on, l.amount, l.currency,
       l.counterparty, l.counterparty_iban, l.remittance, l.creditor_reference, l.end_to_end_id, l.batch_reference, l.return_code
  FROM jsonb_to_recordset(%(lines)s) AS l (
       id uuid, entry_reference text, booked_on date, amount numeric, currency char(3), counterparty text, counterparty_iban text,
       remittance text, creditor_reference text, end_to_end_id text, batch_reference text, return_code text)
ON CONFLICT (organization_id, account, entry_reference, amount, booked_on) DO NOTHING

-- name: statement
SELECT id, organization_id, format, account, statement_id, opening, closing, currency::text AS currency, entries, known, created_at
  FROM hcc.bank_statements WHERE id = %(id)s

-- name: statements
SELECT s.id, s.organization_id, s.format, s.account, s.statement_id, s.opening, s.closing, s.currency::text AS currency,
       s.entries, s.known, s.created_at
  FROM hcc.bank_statements s
 WHERE (%(organization_id)s::uuid IS NULL OR s.organization_id = %(organization_id)s)
   AND (%(account)s::text IS NULL OR s.account = %(account)s)

-- name: count_statements
SELECT count(*)
  FROM hcc.bank_statements s
 WHERE (%(organization_id)s::uuid IS NULL OR s.organization_id = %(organization_id)s)
   AND (%(account)s::text IS NULL OR s.account = %(account)s)

-- name: entries
SELECT e.id, e.organization_id, e.statement_id, e.account, e.entry_reference, e.booked_on, e.amount, e.currency::text AS currency,
       e.counterparty, e.counterparty_iban, e.remittance, e.creditor_reference, e.end_to_end_id, e.batch_reference, e.return_code,
       e.status, e.outcome, e.suggestions, e.payment_id, e.version, e.created_at, e.updated_at
  FROM hcc.bank_entries e
 WHERE (%(organization_id)s::uuid IS NULL OR e.organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR e.status = %(status)s)
   AND (%(statement_id)s::uuid IS NULL OR e.statement_id = %(statement_id)s)
   AND (%(search)s::text IS NULL OR e.remittance ILIKE %(search)s OR e.counterparty ILIKE %(search)s)

-- name: count_entries
SELECT count(*)
  FROM hcc.bank_entries e
 WHERE (%(organization_id)s::uuid IS NULL OR e.organization_id = %(organization_id)s)
   AND (%(status)s::text IS NULL OR e.status = %(status)s)
   AND (%(statement_id)s::uuid IS NULL OR e.statement_id = %(statement_id)s)
   AND (%(search)s::text IS NULL OR e.remittance ILIKE %(search)s OR e.counterparty ILIKE %(search)s)

-- name: entry
SELECT e.id, e.organization_id, e.statement_id, e.account, e.entry_reference, e.booked_on, e.amount, e.currency::text AS currency,
       e.counterparty, e.counterparty_iban, e.remittance, e.creditor_reference, e.end_to_end_id, e.batch_reference, e.return_code,
       e.status, e.outcome, e.suggestions, e.payment_id, e.version, e.created_at, e.updated_at
  FROM hcc.bank_entries e WHERE e.id = %(id)s

-- name: lock_entry
SELECT id FROM hcc.bank_entries WHERE id = %(id)s FOR UPDATE

-- name: open_entries
SELECT id FROM hcc.bank_entries WHERE organization_id = %(organization_id)s AND statement_id = %(statement_id)s AND status = 'open'
 ORDER BY id

-- name: set_entry
UPDATE hcc.bank_entries
   SET status = %(status)s, outcome = %(outcome)s, payment_id = %(payment_id)s, suggestions = %(suggestions)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: prefixes
SELECT DISTINCT prefix FROM hcc.number_series
 WHERE organization_id = %(organization_id)s AND kind IN ('invoice', 'debit_note')

-- name: debit
-- A direct debit by the id that its file gave it.
SELECT id FROM hcc.payments WHERE organization_id = %(organization_id)s AND id = %(id)s AND method = 'sepa_debit'

-- name: block
-- The direct debits of one block of a file that are still pending.
SELECT p.id, p.amount
  FROM hcc.payments p JOIN hcc.sepa_batches b ON b.organization_id = p.organization_id AND b.id = p.sepa_batch_id
 WHERE p.organization_id = %(organization_id)s AND b.message_id || '-' || p.sequence_type = %(reference)s AND p.status = 'pending'
 ORDER BY p.customer_id, p.id

-- name: candidates
-- Open invoices that an entry may be for: by number, by amount, by the customer's number or account.
SELECT i.id AS invoice_id, i.number, i.balance, i.currency::text AS currency, c.id AS customer_id, c.number AS customer_number,
       c.name AS customer_name,
       %(iban)s <> '' AND EXISTS (SELECT FROM hcc.payment_methods m
                                   WHERE m.organization_id = i.organization_id AND m.customer_id = i.customer_id
                                     AND m.iban = %(iban)s) AS has_iban
  FROM hcc.invoices i JOIN hcc.customers c ON c.organization_id = i.organization_id AND c.id = i.customer_id
 WHERE i.organization_id = %(organization_id)s AND i.currency = %(currency)s AND i.kind <> 'credit_note'
   AND i.id IN (
     (SELECT x.id FROM hcc.invoices x
       WHERE x.organization_id = %(organization_id)s AND x.number IS NOT NULL AND x.balance > 0 AND x.status <> 'draft'
         AND x.plain_number = ANY(%(numbers)s) LIMIT 50)
     UNION
     (SELECT x.id FROM hcc.invoices x
       WHERE x.organization_id = %(organization_id)s AND x.status IN ('sent', 'partially_paid', 'overdue')
         AND x.balance = %(amount)s LIMIT 50)
     UNION
     (SELECT x.id FROM hcc.invoices x JOIN hcc.customers k ON k.organization_id = x.organization_id AND k.id = x.customer_id
       WHERE x.organization_id = %(organization_id)s AND x.status IN ('sent', 'partially_paid', 'overdue')
         AND (k.number = ANY(%(words)s) OR k.id IN (
              SELECT m.customer_id FROM hcc.payment_methods m
               WHERE m.organization_id = %(organization_id)s AND m.iban = %(iban)s AND m.iban <> ''))
       ORDER BY x.due_date LIMIT 50))
 LIMIT 150
