-- name: page
SELECT id, organization_id, customer_org_id, number, kind, name, contact, email, copies_to, address, currency::text AS currency,
       language, tax_id, tax_id_status, tax_exempt, buyer_reference, payment_terms_days,
       CASE WHEN organization_id = hcc.current_org_id() OR hcc.in_subtree(organization_id) THEN notes ELSE '' END AS notes,
       is_active, version, created_at, updated_at
  FROM hcc.customers
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(country)s::text IS NULL OR country = %(country)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR number ILIKE %(search)s OR email ILIKE %(search)s)

-- name: count
SELECT count(*)
  FROM hcc.customers
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(country)s::text IS NULL OR country = %(country)s)
   AND (%(is_active)s::boolean IS NULL OR is_active = %(is_active)s)
   AND (%(search)s::text IS NULL OR name ILIKE %(search)s OR number ILIKE %(search)s OR email ILIKE %(search)s)

-- name: get
SELECT id, organization_id, customer_org_id, number, kind, name, contact, email, copies_to, address, currency::text AS currency,
       language, tax_id, tax_id_status, tax_exempt, buyer_reference, payment_terms_days,
       CASE WHEN organization_id = hcc.current_org_id() OR hcc.in_subtree(organization_id) THEN notes ELSE '' END AS notes,
       is_active, version, created_at, updated_at
  FROM hcc.customers WHERE id = %(id)s

-- name: get_many
SELECT id, organization_id, customer_org_id, number, kind, name, contact, email, copies_to, address, currency::text AS currency,
       language, tax_id, tax_id_status, tax_exempt, buyer_reference, payment_terms_days,
       CASE WHEN organization_id = hcc.current_org_id() OR hcc.in_subtree(organization_id) THEN notes ELSE '' END AS notes,
       is_active, version, created_at, updated_at
  FROM hcc.customers WHERE id = ANY (%(ids)s)

-- name: lock
SELECT id FROM hcc.customers WHERE id = %(id)s FOR UPDATE

-- name: insert
INSERT INTO hcc.customers (id, organization_id, customer_org_id, number, kind, name, contact, email, copies_to, address, currency,
                           language, tax_id, tax_id_status, tax_exempt, buyer_reference, payment_terms_days, notes, is_active)
VALUES (%(id)s, %(organization_id)s, %(customer_org_id)s, %(number)s, %(kind)s, %(name)s, %(contact)s, %(email)s, %(copies_to)s,
        %(address)s, %(currency)s, %(language)s, %(tax_id)s, %(tax_id_status)s, %(tax_exempt)s, %(buyer_reference)s,
        %(payment_terms_days)s, %(notes)s, %(is_active)s)

-- name: update
UPDATE hcc.customers
   SET kind = %(kind)s, name = %(name)s, contact = %(contact)s, email = %(email)s, copies_to = %(copies_to)s,
       address = %(address)s, currency = %(currency)s, language = %(language)s, tax_id = %(tax_id)s,
       tax_id_status = %(tax_id_status)s, tax_exempt = %(tax_exempt)s, buyer_reference = %(buyer_reference)s,
       payment_terms_days = %(payment_terms_days)s, notes = %(notes)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: has_documents
SELECT EXISTS (SELECT FROM hcc.invoices WHERE organization_id = %(organization_id)s AND customer_id = %(id)s)

-- name: delete
DELETE FROM hcc.customers WHERE id = %(id)s

-- name: is_child
SELECT EXISTS (SELECT FROM hcc.organizations
                WHERE id = %(id)s AND parent_id = %(parent_id)s AND deleted_at IS NULL)

-- name: owed
SELECT currency::text AS currency, sum(balance) AS open, coalesce(sum(balance) FILTER (WHERE status = 'overdue'), 0) AS overdue,
       count(*) AS documents
  FROM hcc.invoices
 WHERE organization_id = %(organization_id)s AND customer_id = %(id)s AND kind <> 'credit_note'
   AND status IN ('sent', 'partially_paid', 'overdue')
 GROUP BY currency ORDER BY currency
