-- name: schedules_page
SELECT id, organization_id, name, is_default, steps, version, created_at, updated_at
  FROM hcc.dunning_schedules
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: schedules_count
SELECT count(*)
  FROM hcc.dunning_schedules
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s)

-- name: schedules_get
SELECT id, organization_id, name, is_default, steps, version, created_at, updated_at
  FROM hcc.dunning_schedules WHERE id = %(id)s

-- name: schedules_lock
SELECT id FROM hcc.dunning_schedules WHERE id = %(id)s FOR UPDATE

-- name: schedules_how_many
SELECT count(*) FROM hcc.dunning_schedules WHERE organization_id = %(organization_id)s

-- name: schedules_insert
INSERT INTO hcc.dunning_schedules (id, organization_id, name, is_default, steps)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(is_default)s, %(steps)s)

-- name: schedules_update
UPDATE hcc.dunning_schedules
   SET name = %(name)s, is_default = %(is_default)s, steps = %(steps)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: schedules_delete
DELETE FROM hcc.dunning_schedules WHERE id = %(id)s

-- name: sellers
SELECT organization_id FROM hcc.sellers_with_overdue(%(at)s)

-- name: open_cases
-- A case for each overdue invoice that has none: by the schedule of a plan that it charged, or the default one.
INSERT INTO hcc.dunning_cases (invoice_id, organization_id, customer_id, steps, next_on)
SELECT i.id, i.organization_id, i.customer_id, s.steps, i.due_date + (s.steps -> 0 ->> 'days')::integer
  FROM hcc.invoices i
  CROSS JOIN LATERAL (
    SELECT d.steps FROM hcc.dunning_schedules d
     WHERE d.organization_id = i.organization_id
       AND (d.is_default OR d.id IN (
         SELECT p.dunning_id FROM hcc.invoice_items t
           JOIN hcc.prices r ON r.organization_id = t.organization_id AND r.id = t.price_id
           JOIN hcc.plans p ON p.organization_id = r.organization_id AND p.id = r.plan_id
          WHERE t.organization_id = i.organization_id AND t.invoice_id = i.id))
     ORDER BY d.is_default, d.id LIMIT 1) AS s
 WHERE i.organization_id = %(organization_id)s AND i.status = 'overdue' AND i.kind = 'invoice'
ON CONFLICT (invoice_id) DO NOTHING

-- name: now_past_due
-- Subscriptions with an overdue invoice that are active.
UPDATE hcc.subscriptions s SET status = 'past_due', version = version + 1, updated_at = now()
 WHERE s.organization_id = %(organization_id)s AND s.status = 'active'
   AND s.id IN (SELECT c.subscription_id FROM hcc.invoices i JOIN hcc.subscription_charges c ON c.invoice_id = i.id
                 WHERE i.organization_id = %(organization_id)s AND i.status = 'overdue')
RETURNING s.id

-- name: now_recovered
-- Subscriptions whose overdue invoices are all settled.
UPDATE hcc.subscriptions s SET status = 'active', version = version + 1, updated_at = now()
 WHERE s.organization_id = %(organization_id)s AND s.status = 'past_due'
   AND NOT EXISTS (SELECT FROM hcc.subscription_charges c JOIN hcc.invoices i ON i.organization_id = c.organization_id AND i.id = c.invoice_id
                    WHERE c.subscription_id = s.id AND i.status = 'overdue')
RETURNING s.id

-- name: settled
-- Cases whose invoice is not overdue any more.
SELECT c.invoice_id, c.organization_id, c.customer_id, c.steps, c.done, c.next_on, c.suspended, c.stopped_at, c.stop_reason,
       c.closed_at, c.created_at
  FROM hcc.dunning_cases c JOIN hcc.invoices i ON i.organization_id = c.organization_id AND i.id = c.invoice_id
 WHERE c.organization_id = %(organization_id)s AND c.closed_at IS NULL AND i.status <> 'overdue'
 ORDER BY c.invoice_id LIMIT 1
   FOR UPDATE OF c SKIP LOCKED

-- name: claim
-- None whose payment is on its way: a charge, or a direct debit that its bank may still tell of.
SELECT c.invoice_id, c.organization_id, c.customer_id, c.steps, c.done, c.next_on, c.suspended, c.stopped_at, c.stop_reason,
       c.closed_at, c.created_at
  FROM hcc.dunning_cases c JOIN hcc.invoices i ON i.organization_id = c.organization_id AND i.id = c.invoice_id
 WHERE c.organization_id = %(organization_id)s AND c.closed_at IS NULL AND c.stopped_at IS NULL AND c.next_on <= %(today)s
   AND i.status = 'overdue' AND c.invoice_id <> ALL (%(failed)s)
   AND NOT EXISTS (SELECT FROM hcc.dunning_stops s WHERE s.customer_id = c.customer_id)
   AND NOT EXISTS (SELECT FROM hcc.payments p
                     LEFT JOIN hcc.sepa_batches b ON b.organization_id = p.organization_id AND b.id = p.sepa_batch_id
                    WHERE p.organization_id = c.organization_id AND p.invoice_id = c.invoice_id AND p.status = 'pending'
                      AND p.method IN ('card', 'sepa_debit') AND (b.id IS NULL OR b.collected_on + %(patience)s >= %(today)s))
 ORDER BY c.next_on, c.invoice_id LIMIT 1
   FOR UPDATE OF c SKIP LOCKED

-- name: case
SELECT invoice_id, organization_id, customer_id, steps, done, next_on, suspended, stopped_at, stop_reason, closed_at, created_at
  FROM hcc.dunning_cases WHERE invoice_id = %(invoice_id)s

-- name: taken
-- With what became of the payment that a step began.
SELECT s.step, s.action, s.outcome, s.taken_on, s.created_at,
       CASE WHEN p.id IS NULL THEN s.detail
            ELSE s.detail || jsonb_build_object('payment_status', p.status, 'failure_code', p.failure_code) END AS detail
  FROM hcc.dunning_steps s
  LEFT JOIN hcc.payments p ON p.organization_id = s.organization_id AND p.id = (s.detail ->> 'payment_id')::uuid
 WHERE s.invoice_id = %(invoice_id)s ORDER BY s.step

-- name: ahead
-- The steps that are to come of an invoice: those of its case, or of the schedule that it will have when it is overdue.
SELECT i.due_date, coalesce(c.steps, s.steps) AS steps, coalesce(c.done, 0) AS done
  FROM hcc.invoices i
  LEFT JOIN hcc.dunning_cases c ON c.organization_id = i.organization_id AND c.invoice_id = i.id
  LEFT JOIN LATERAL (
    SELECT d.steps FROM hcc.dunning_schedules d
     WHERE d.organization_id = i.organization_id
       AND (d.is_default OR d.id IN (
         SELECT p.dunning_id FROM hcc.invoice_items t
           JOIN hcc.prices r ON r.organization_id = t.organization_id AND r.id = t.price_id
           JOIN hcc.plans p ON p.organization_id = r.organization_id AND p.id = r.plan_id
          WHERE t.organization_id = i.organization_id AND t.invoice_id = i.id))
     ORDER BY d.is_default, d.id LIMIT 1) AS s ON true
 WHERE i.id = %(invoice_id)s AND i.due_date IS NOT NULL AND coalesce(c.steps, s.steps) IS NOT NULL
   AND c.stopped_at IS NULL AND c.closed_at IS NULL
   AND NOT EXISTS (SELECT FROM hcc.dunning_stops d WHERE d.customer_id = i.customer_id)

-- name: took
INSERT INTO hcc.dunning_steps (invoice_id, step, organization_id, action, outcome, detail, taken_on)
VALUES (%(invoice_id)s, %(step)s, %(organization_id)s, %(action)s, %(outcome)s, %(detail)s, %(taken_on)s)

-- name: move_on
UPDATE hcc.dunning_cases SET done = %(done)s, next_on = %(next_on)s, suspended = suspended || %(suspended)s::uuid[]
 WHERE invoice_id = %(invoice_id)s

-- name: close
UPDATE hcc.dunning_cases SET closed_at = now(), next_on = NULL WHERE invoice_id = %(invoice_id)s

-- name: stop
UPDATE hcc.dunning_cases SET stopped_at = now(), stop_reason = %(reason)s WHERE invoice_id = %(invoice_id)s AND stopped_at IS NULL

-- name: go_on
UPDATE hcc.dunning_cases SET stopped_at = NULL, stop_reason = '' WHERE invoice_id = %(invoice_id)s AND stopped_at IS NOT NULL

-- name: stop_customer
INSERT INTO hcc.dunning_stops (customer_id, organization_id, reason) VALUES (%(customer_id)s, %(organization_id)s, %(reason)s)
ON CONFLICT (customer_id) DO NOTHING

-- name: go_on_customer
DELETE FROM hcc.dunning_stops WHERE customer_id = %(customer_id)s

-- name: still_overdue
-- Whether another invoice of a subscription is overdue.
SELECT EXISTS (SELECT FROM hcc.subscription_charges c JOIN hcc.invoices i ON i.organization_id = c.organization_id AND i.id = c.invoice_id
                WHERE c.subscription_id = %(subscription_id)s AND i.status = 'overdue')

-- name: stop_of_customer
SELECT reason, created_at FROM hcc.dunning_stops WHERE customer_id = %(customer_id)s

-- name: open_of_customer
SELECT c.invoice_id, i.number AS invoice_number, c.done, jsonb_array_length(c.steps) AS steps, c.next_on, c.stopped_at
  FROM hcc.dunning_cases c JOIN hcc.invoices i ON i.organization_id = c.organization_id AND i.id = c.invoice_id
 WHERE c.customer_id = %(customer_id)s AND c.closed_at IS NULL
 ORDER BY c.next_on NULLS LAST, c.invoice_id LIMIT 50

-- name: plans_of
SELECT id, name, count(*) OVER () AS total FROM hcc.plans WHERE dunning_id = %(id)s ORDER BY name, id
