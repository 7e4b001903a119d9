-- name: is_of_subscription
SELECT EXISTS (SELECT FROM hcc.invoice_items WHERE invoice_id = %(invoice_id)s AND subscription_item_id IS NOT NULL)

-- name: chances
-- An invoice, the customer's default way to pay, and what stands in the way of charging the one to the other. What a bank said
-- of this card and this invoice holds until there is another card.
SELECT i.id AS invoice_id, i.customer_id, i.customer_org_id, i.number AS invoice_number, i.status, i.kind, i.balance,
       EXISTS (SELECT FROM hcc.invoice_items t
                 JOIN hcc.subscription_items x ON x.organization_id = t.organization_id AND x.id = t.subscription_item_id
                 JOIN hcc.subscriptions s ON s.organization_id = x.organization_id AND s.id = x.subscription_id
                WHERE t.invoice_id = i.id AND s.collection = 'automatic') AS is_automatic,
       EXISTS (SELECT FROM hcc.payments p
                WHERE p.organization_id = i.organization_id AND p.invoice_id = i.id AND p.status = 'pending'
                  AND p.method IN ('card', 'sepa_debit')) AS is_under_way,
       m.id AS method_id, m.kind AS method_kind, coalesce(m.brand, '') AS brand, coalesce(m.last4, '') AS last4,
       coalesce((SELECT CASE WHEN p.failure_is_final THEN 'declined_for_good' ELSE 'needs_confirmation' END
                   FROM hcc.payments p
                  WHERE p.organization_id = i.organization_id AND p.invoice_id = i.id AND p.payment_method_id = m.id
                    AND (p.status = 'failed' AND (p.failure_is_final OR p.failure_code = ANY (%(unconfirmed)s))
                         OR p.status = 'cancelled' AND p.off_session)
                  ORDER BY p.failure_is_final DESC LIMIT 1), '') AS refusal
  FROM hcc.invoices i
  LEFT JOIN hcc.payment_methods m ON m.organization_id = i.organization_id AND m.customer_id = i.customer_id AND m.is_default
       AND m.status = 'active'
 WHERE i.id = %(invoice_id)s AND i.organization_id = %(organization_id)s

-- name: customer_of
SELECT customer_id FROM hcc.invoices WHERE id = %(invoice_id)s AND organization_id = %(organization_id)s

-- name: known
SELECT outcome, reason, payment_id FROM hcc.collection_tries
 WHERE organization_id = %(organization_id)s AND invoice_id = %(invoice_id)s AND cause = %(cause)s

-- name: insert_try
INSERT INTO hcc.collection_tries (organization_id, customer_org_id, invoice_id, cause, outcome, reason, payment_id)
VALUES (%(organization_id)s, %(customer_org_id)s, %(invoice_id)s, %(cause)s, %(outcome)s, %(reason)s, %(payment_id)s)

-- name: open_for_card
-- Open invoices of a customer's automatic subscriptions that this card was not tried for by another cause; none that dunning was
-- stopped for.
SELECT i.id
  FROM hcc.invoices i
 WHERE i.organization_id = %(organization_id)s AND i.customer_id = %(customer_id)s AND i.kind = 'invoice'
   AND i.status IN ('sent', 'partially_paid', 'overdue')
   AND EXISTS (SELECT FROM hcc.invoice_items t
                 JOIN hcc.subscription_items x ON x.organization_id = t.organization_id AND x.id = t.subscription_item_id
                 JOIN hcc.subscriptions s ON s.organization_id = x.organization_id AND s.id = x.subscription_id
                WHERE t.invoice_id = i.id AND s.collection = 'automatic')
   AND NOT EXISTS (SELECT FROM hcc.payments p WHERE p.organization_id = i.organization_id AND p.invoice_id = i.id
                      AND p.payment_method_id = %(method_id)s
                      AND NOT EXISTS (SELECT FROM hcc.collection_tries t WHERE t.organization_id = i.organization_id
                                         AND t.invoice_id = i.id AND t.cause = %(cause)s AND t.payment_id = p.id))
   AND NOT EXISTS (SELECT FROM hcc.dunning_stops d WHERE d.customer_id = i.customer_id)
   AND NOT EXISTS (SELECT FROM hcc.dunning_cases c WHERE c.invoice_id = i.id AND c.stopped_at IS NOT NULL)
 ORDER BY i.due_date, i.id
 LIMIT %(most)s

-- name: told
-- What a mail says of a payment.
SELECT p.id, p.invoice_id, p.off_session, p.amount, p.currency::text AS currency, p.status, p.provider_reference, p.failure_code,
       p.failure_is_final, coalesce(m.brand, '') AS brand, coalesce(m.last4, '') AS last4,
       CASE WHEN coalesce(m.iban, '') = '' THEN '' ELSE left(m.iban, 4) || '…' || right(m.iban, 4) END AS iban
  FROM hcc.payments p
  LEFT JOIN hcc.payment_methods m ON m.organization_id = p.organization_id AND m.id = p.payment_method_id
 WHERE p.id = %(id)s AND p.organization_id = %(organization_id)s

-- name: note_announcement
-- Nothing comes back for one that was announced.
INSERT INTO hcc.subscription_changes (id, organization_id, customer_org_id, subscription_id, kind, effective_on, detail)
VALUES (%(id)s, %(organization_id)s, %(customer_org_id)s, %(subscription_id)s, 'price_announced', %(effective_on)s, %(detail)s)
ON CONFLICT (id) DO NOTHING
RETURNING id
