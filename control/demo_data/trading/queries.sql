-- name: begin
-- What the statements below share; the folk come in by COPY.
CREATE TEMPORARY TABLE folk (
  place integer PRIMARY KEY, org uuid NOT NULL DEFAULT gen_random_uuid(), id uuid NOT NULL DEFAULT gen_random_uuid(),
  slug text NOT NULL, number text NOT NULL, name text NOT NULL, contact text NOT NULL, email text NOT NULL, address jsonb NOT NULL,
  language text NOT NULL, tax_id text NOT NULL, since timestamptz NOT NULL, plan integer NOT NULL DEFAULT 0, buyer jsonb,
  subscription uuid) ON COMMIT PRESERVE ROWS

-- name: end
DROP TABLE IF EXISTS folk, first_of_year, batch, entries

-- name: has_customers
SELECT EXISTS (SELECT FROM hcc.customers WHERE organization_id = %(seller)s AND email LIKE '%%.example'
                  AND number LIKE %(like)s)

-- name: organizations
INSERT INTO hcc.organizations (id, parent_id, kind, path, name, slug, created_at)
SELECT org, %(seller)s, 'customer', '{}', name, slug, since FROM folk

-- name: customers
INSERT INTO hcc.customers (id, organization_id, customer_org_id, number, kind, name, contact, email, address, currency, language,
                           tax_id, tax_id_status, is_active, created_at, updated_at)
SELECT id, %(seller)s, org, number, 'business', name, contact, email, address, 'EUR', language, tax_id,
       CASE tax_id WHEN '' THEN 'none' ELSE 'valid' END, place %% 50 <> 49, since, since
  FROM folk

-- name: buyers
UPDATE folk SET plan = place %% 6, buyer = jsonb_build_object(
  'number', number, 'kind', 'business', 'name', name, 'contact', contact, 'email', email, 'address', address, 'tax_id', tax_id,
  'tax_id_status', CASE tax_id WHEN '' THEN 'none' ELSE 'valid' END)

-- name: existing
-- The customers that a seller has already, so that more invoices of theirs can be made.
INSERT INTO folk (place, org, id, slug, number, name, contact, email, address, language, tax_id, since, subscription)
SELECT row_number() OVER (ORDER BY c.number) - 1, c.customer_org_id, c.id, '', c.number, c.name, c.contact, c.email, c.address,
       c.language, c.tax_id, c.created_at,
       (SELECT s.id FROM hcc.subscriptions s WHERE s.customer_id = c.id ORDER BY s.created_at LIMIT 1)
  FROM hcc.customers c WHERE c.organization_id = %(seller)s AND c.number LIKE %(like)s

-- name: done
-- How far an earlier run came: the invoices that are there, the day that was the first one, and the numbers before.
SELECT count(i.id), min(f.since)::date,
       (SELECT x.number_sequence - 1 FROM hcc.invoices x JOIN folk y ON y.id = x.customer_id WHERE x.number IS NOT NULL
         ORDER BY x.created_at LIMIT 1)
  FROM folk f LEFT JOIN hcc.invoices i ON i.customer_id = f.id

-- name: days
-- When invoices are issued: more from year to year, or `steady`. Also where each year's numbers begin.
CREATE TEMPORARY TABLE first_of_year ON COMMIT PRESERVE ROWS AS
SELECT extract(year FROM d.day)::integer AS year, min(n) AS first, max(n) AS last
  FROM generate_series(1, %(many)s) AS n
 CROSS JOIN LATERAL (SELECT %(first)s::date + CASE WHEN %(steady)s THEN n::bigint * %(days)s / %(many)s
                                                   ELSE floor(%(days)s * sqrt(n::float8 / %(many)s)) END::integer AS day) d
 GROUP BY 1

-- name: batch
-- Some invoices with all that follows from them. A line sold for a month, often one or two more; tax as the customer is taxed.
CREATE TEMPORARY TABLE batch ON COMMIT DROP AS
SELECT s.n, gen_random_uuid() AS id, c.id AS customer_id, c.org, c.name, c.plan, c.buyer, c.subscription, c.language, d.day, t.status,
       CASE WHEN t.status <> 'draft' THEN y.year END AS year, s.n - y.first + 1 + %(offset)s AS sequence,
       p.price, m.setup, m.domain, p.price + m.setup + m.domain AS amount, x.rate,
       round(p.price * x.rate / 100, 2) + round(m.setup * x.rate / 100, 2) + round(m.domain * x.rate / 100, 2) AS tax,
       CASE WHEN x.rate = 0 THEN 'AE' ELSE 'S' END AS category, c.address ->> 'country' AS country, c.tax_id,
       d.day + CASE WHEN %(steady)s AND t.status = 'sent' THEN 900 ELSE 14 END AS due,
       least(d.day + 1 + h.hash %% 20, current_date) AS received, gen_random_uuid() AS payment,
       CASE WHEN h.hash %% 4 = 0 THEN 'sepa_debit' WHEN h.hash %% 19 = 0 THEN 'cash' ELSE 'bank_transfer' END AS method
  FROM generate_series(%(low)s::integer, %(high)s::integer) AS s(n)
 CROSS JOIN LATERAL (SELECT (hashint4(s.n) & 2147483647) AS hash) h
 CROSS JOIN LATERAL (SELECT %(first)s::date + CASE WHEN %(steady)s THEN s.n::bigint * %(days)s / %(many)s
                                                   ELSE floor(%(days)s * sqrt(s.n::float8 / %(many)s)) END::integer AS day) d
  JOIN first_of_year y ON s.n BETWEEN y.first AND y.last
  JOIN folk c ON c.place = s.n::bigint * 7919 %% %(customers)s
 CROSS JOIN LATERAL (SELECT (ARRAY[9.90, 19.90, 39.90, 79, 149, 299])[c.plan + 1]::numeric AS price) p
 CROSS JOIN LATERAL (SELECT CASE WHEN h.hash %% 5 = 1 THEN 49 ELSE 0 END::numeric AS setup,
                            CASE WHEN h.hash %% 3 = 1 THEN 14.40 ELSE 0 END::numeric AS domain) m
 CROSS JOIN LATERAL (SELECT CASE c.tax_id WHEN '' THEN 19 ELSE 0 END::numeric AS rate) x
 CROSS JOIN LATERAL (SELECT CASE
   WHEN %(steady)s THEN CASE WHEN s.n %% 100 < 90 THEN 'paid' WHEN s.n %% 100 < 97 THEN 'sent' ELSE 'overdue' END
   WHEN s.n > %(many)s - %(many)s / 1000 THEN 'draft'
   WHEN d.day + 14 < current_date THEN
     CASE WHEN h.hash %% 1000 < 8 AND d.day + 90 < current_date THEN 'uncollectible' WHEN h.hash %% 1000 < 30 THEN 'overdue'
          ELSE 'paid' END
   ELSE CASE WHEN h.hash %% 1000 < 550 THEN 'sent' WHEN h.hash %% 1000 < 620 THEN 'partially_paid' ELSE 'paid' END END AS status) t

-- name: invoices
INSERT INTO hcc.invoices (id, organization_id, customer_id, customer_org_id, customer_name, status, number, number_prefix,
                          number_sequence, subscription_id, currency, amount, tax, total, paid, tax_subtotals, tax_treatment, seller,
                          buyer, language, supplied_from, supplied_to, issued_on, due_date, issued_at, sent_at, paid_at, closed_at,
                          created_at, updated_at)
SELECT b.id, %(seller)s, b.customer_id, b.org, b.name, b.status, 'INV-' || b.year || '-' || lpad(b.sequence::text, %(digits)s, '0'),
       'INV-' || b.year || '-', CASE WHEN b.year IS NOT NULL THEN b.sequence END, b.subscription, 'EUR', b.amount, b.tax,
       b.amount + b.tax, CASE b.status WHEN 'paid' THEN b.amount + b.tax WHEN 'partially_paid' THEN round((b.amount + b.tax) / 2, 2)
                                       ELSE 0 END,
       jsonb_build_array(jsonb_build_object('category', b.category, 'rate', b.rate::text, 'taxable', b.amount::text,
                                            'tax', b.tax::text)),
       CASE WHEN b.year IS NOT NULL THEN jsonb_build_object(
         'reason', CASE b.category WHEN 'S' THEN 'domestic' ELSE 'reverse_charge' END, 'country', b.country, 'region', '',
         'category', b.category, 'legal', CASE b.category WHEN 'S' THEN '' ELSE 'Article 196, Directive 2006/112/EC' END) END,
       CASE WHEN b.year IS NOT NULL THEN %(paper)s::jsonb END, CASE WHEN b.year IS NOT NULL THEN b.buyer END, b.language,
       b.day, (b.day + interval '1 month')::date - 1, CASE WHEN b.year IS NOT NULL THEN b.day END,
       CASE WHEN b.year IS NOT NULL THEN b.due END, CASE WHEN b.year IS NOT NULL THEN w.at END,
       CASE WHEN b.year IS NOT NULL THEN w.at END, CASE b.status WHEN 'paid' THEN b.received END,
       CASE b.status WHEN 'paid' THEN b.received WHEN 'uncollectible' THEN b.day + 80 END, w.at, w.at
  FROM batch b CROSS JOIN LATERAL (SELECT b.day + interval '8 hours' + b.n * interval '1 millisecond' AS at) w

-- name: open_lines
-- Lines come with their invoices here, in one transaction; the guard is for those that come later.
ALTER TABLE hcc.invoice_items DISABLE TRIGGER guard

-- name: close_lines
ALTER TABLE hcc.invoice_items ENABLE TRIGGER guard

-- name: items
INSERT INTO hcc.invoice_items (id, organization_id, customer_org_id, invoice_id, position, description, quantity, unit_price,
                               tax_category, tax_rate, line_total, line_tax, period_start, period_end, monthly_price)
SELECT gen_random_uuid(), %(seller)s, b.org, b.id, l.position, l.description, 1, l.price, b.category, b.rate, l.price,
       round(l.price * b.rate / 100, 2), l.since, l.until, l.monthly
  FROM batch b
 CROSS JOIN LATERAL (VALUES
   (1, (ARRAY['Web S', 'Web M', 'Web L', 'Server M', 'Server L', 'Server XL'])[b.plan + 1], b.price, b.day,
    (b.day + interval '1 month')::date, b.price),
   (2, 'Set-up', b.setup, NULL, NULL, NULL), (3, 'Domain, a year', b.domain, NULL, NULL, NULL)
 ) AS l(position, description, price, since, until, monthly)
 WHERE l.price > 0

-- name: payments
INSERT INTO hcc.payments (id, organization_id, customer_id, customer_org_id, invoice_id, method, currency, amount, status,
                          received_on, reference, succeeded_at, created_at, updated_at)
SELECT b.payment, %(seller)s, b.customer_id, b.org, b.id, b.method, 'EUR', i.paid, 'succeeded', b.received, i.number,
       b.received + interval '9 hours', b.received + interval '9 hours' + b.n * interval '1 millisecond',
       b.received + interval '9 hours'
  FROM batch b JOIN hcc.invoices i ON i.id = b.id WHERE i.paid > 0

-- name: allocations
INSERT INTO hcc.payment_allocations (id, organization_id, customer_org_id, payment_id, invoice_id, amount, kind, source)
SELECT gen_random_uuid(), %(seller)s, b.org, b.payment, b.id, i.paid, 'payment', b.payment
  FROM batch b JOIN hcc.invoices i ON i.id = b.id WHERE i.paid > 0

-- name: entries
-- What each invoice, payment and loss is in the books, as the services book it.
CREATE TEMPORARY TABLE entries ON COMMIT DROP AS
SELECT gen_random_uuid() AS entry, e.kind, e.source, e.booked_on, left(i.number || e.text, 300) AS text, i.total, i.paid, b.*
  FROM batch b JOIN hcc.invoices i ON i.id = b.id
 CROSS JOIN LATERAL (VALUES ('invoice', b.day, b.id, ' ' || b.name, true), ('payment', b.received, b.payment, '', i.paid > 0),
                            ('write_off', b.day + 80, b.id, '', b.status = 'uncollectible'))
         AS e(kind, booked_on, source, text, wanted)
 WHERE e.wanted AND b.status <> 'draft'

-- name: book
INSERT INTO hcc.ledger_entries (id, organization_id, booked_on, kind, source, part, text, currency)
SELECT entry, %(seller)s, booked_on, kind, source, '', text, 'EUR' FROM entries

-- name: book_lines
INSERT INTO hcc.ledger_lines (organization_id, entry_id, account, customer_id, invoice_id, amount, base_amount, tax_country,
                              tax_category, tax_rate, tax_reason, tax_id, tax_on, period_start, period_end, monthly, base_monthly,
                              booked_on)
SELECT %(seller)s, e.entry, l.account, e.customer_id, e.id, l.amount, l.amount, CASE WHEN l.taxed THEN e.country END,
       CASE WHEN l.taxed THEN e.category END, CASE WHEN l.taxed THEN e.rate END,
       CASE WHEN l.taxed THEN CASE e.category WHEN 'S' THEN 'domestic' ELSE 'reverse_charge' END END,
       CASE WHEN l.taxed AND e.category = 'AE' THEN e.tax_id END, CASE WHEN l.taxed THEN e.day END, p.since,
       CASE WHEN p.since IS NOT NULL THEN (p.since + interval '1 month')::date END, p.monthly, p.monthly, e.booked_on
  FROM entries e
 CROSS JOIN LATERAL (VALUES
   ('invoice', 'receivable', e.total, false), ('invoice', 'deferred_revenue', -e.price, true),
   ('invoice', 'revenue', -(e.setup + e.domain), true), ('invoice', 'tax', -e.tax, true),
   ('payment', CASE e.method WHEN 'cash' THEN 'cash' ELSE 'bank' END, e.paid, false), ('payment', 'receivable', -e.paid, false),
   ('write_off', 'bad_debt', e.total, false), ('write_off', 'receivable', -e.total, false)
 ) AS l(kind, account, amount, taxed)
 CROSS JOIN LATERAL (SELECT CASE WHEN l.account = 'deferred_revenue' THEN e.day END AS since,
                            CASE WHEN l.account = 'deferred_revenue' THEN l.amount END AS monthly) p
 WHERE l.kind = e.kind AND l.amount <> 0

-- name: numbers
-- The series go on where these end.
INSERT INTO hcc.number_series AS s (organization_id, kind, prefix, last)
SELECT organization_id, 'invoice', number_prefix, max(number_sequence)
  FROM hcc.invoices WHERE organization_id = %(seller)s AND kind = 'invoice' AND number IS NOT NULL GROUP BY 1, 3
ON CONFLICT (organization_id, kind, prefix) DO UPDATE SET last = greatest(s.last, excluded.last)

-- name: taken
SELECT coalesce(max(last), 0) FROM hcc.number_series WHERE organization_id = %(seller)s AND kind = 'invoice'

-- name: catalogue
-- A product, six plans and their prices.
WITH product AS (
  INSERT INTO hcc.products (id, organization_id, name, description) VALUES (gen_random_uuid(), %(seller)s, 'Web and servers', 'By the month')
  RETURNING id),
plans AS (
  INSERT INTO hcc.plans (id, organization_id, product_id, name, features)
  SELECT gen_random_uuid(), %(seller)s, p.id, n.name, jsonb_build_object('disk_gb', 10 * n.place)
    FROM product p CROSS JOIN unnest(ARRAY['Web S', 'Web M', 'Web L', 'Server M', 'Server L', 'Server XL'])
         WITH ORDINALITY AS n(name, place)
  RETURNING id, name)
INSERT INTO hcc.prices (id, organization_id, plan_id, currency, interval, model, amount, valid_from, used_at)
SELECT gen_random_uuid(), %(seller)s, p.id, 'EUR', 'month', 'flat',
       CASE p.name WHEN 'Web S' THEN 9.90 WHEN 'Web M' THEN 19.90 WHEN 'Web L' THEN 39.90 WHEN 'Server M' THEN 79
                   WHEN 'Server L' THEN 149 ELSE 299 END, current_date - 760, now()
  FROM plans p

-- name: subscriptions
WITH made AS (
  INSERT INTO hcc.subscriptions (id, organization_id, customer_id, customer_org_id, name, status, currency, interval, collection,
                                 prices_include_tax, anchor_month, anchor_day, started_on, billed_until, due_on, period_start,
                                 period_end, trial_ends_on, ended_on, cancel_reason, created_at)
  SELECT f.subscription, %(seller)s, f.id, f.org, p.name, s.status, 'EUR', 'month', 'invoice', false, date_trunc('month', f.since),
         a.day, f.since::date, d.next, CASE WHEN s.status NOT IN ('cancelled', 'paused') THEN d.next END, d.begin, d.next,
         CASE s.status WHEN 'trialing' THEN d.next END, CASE s.status WHEN 'cancelled' THEN d.begin END,
         CASE s.status WHEN 'cancelled' THEN 'Moved to another place' ELSE '' END, f.since
    FROM folk f
    JOIN LATERAL (SELECT (ARRAY['Web S', 'Web M', 'Web L', 'Server M', 'Server L', 'Server XL'])[f.plan + 1] AS name) p ON true
   CROSS JOIN LATERAL (SELECT (1 + f.place %% 28)::smallint AS day) a
   CROSS JOIN LATERAL (SELECT (date_trunc('month', current_date) + (a.day - 1) * interval '1 day'
                               - CASE WHEN a.day > extract(day FROM current_date) THEN interval '1 month' ELSE interval '0' END)::date
                              AS begin) b
   CROSS JOIN LATERAL (SELECT b.begin, (b.begin + interval '1 month')::date AS next) d
   CROSS JOIN LATERAL (SELECT CASE WHEN f.place %% 40 = 7 THEN 'past_due' WHEN f.place %% 40 = 8 THEN 'trialing'
                                   WHEN f.place %% 40 = 9 THEN 'paused' WHEN f.place %% 40 = 10 THEN 'cancelled'
                                   ELSE 'active' END AS status) s
   WHERE f.subscription IS NOT NULL
  RETURNING id, customer_org_id, name, started_on, ended_on, period_start, period_end, organization_id),
items AS (
  INSERT INTO hcc.subscription_items (id, organization_id, customer_org_id, subscription_id, plan_id, price_id, name, quantity,
                                      position, started_on, ended_on)
  SELECT gen_random_uuid(), m.organization_id, m.customer_org_id, m.id, l.id, r.id, l.name, 1, 1, m.started_on, m.ended_on
    FROM made m
    JOIN hcc.products o ON o.organization_id = m.organization_id AND o.name = 'Web and servers'
    JOIN hcc.plans l ON l.organization_id = m.organization_id AND l.product_id = o.id AND l.name = m.name
    JOIN hcc.prices r ON r.organization_id = l.organization_id AND r.plan_id = l.id
  RETURNING subscription_id)
SELECT count(*) FROM items

-- name: subscribe
-- Which of the folk have one: every second, up to so many.
UPDATE folk SET subscription = gen_random_uuid() WHERE place %% 2 = 0 AND place < 2 * %(many)s

-- name: add_up
SELECT hcc.add_up_invoice_tallies()
