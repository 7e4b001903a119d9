-- name: get
SELECT media_type, is_hybrid, content, sha256
  FROM hcc.invoice_documents
 WHERE organization_id = %(organization_id)s AND invoice_id = %(invoice_id)s AND format = %(format)s

-- name: exists
SELECT EXISTS (SELECT FROM hcc.invoice_documents
                WHERE organization_id = %(organization_id)s AND invoice_id = %(invoice_id)s AND format = %(format)s)

-- name: keep
-- The first one made is the document; a second run of the job makes another, which is thrown away.
INSERT INTO hcc.invoice_documents (organization_id, customer_org_id, invoice_id, format, is_hybrid, media_type, content, sha256)
VALUES (%(organization_id)s, %(customer_org_id)s, %(invoice_id)s, %(format)s, %(is_hybrid)s, %(media_type)s, %(content)s,
        sha256(%(content)s))
ON CONFLICT (organization_id, invoice_id, format) DO NOTHING

-- name: corrected
SELECT number, issued_on FROM hcc.invoices WHERE id = %(id)s AND number IS NOT NULL

-- name: look
SELECT page_size, colour, logo, logo_type FROM hcc.billing_settings WHERE organization_id = %(organization_id)s

-- name: collected_from
-- From what an invoice is collected by itself: the customer's default way to pay, where its subscriptions say so.
SELECT m.kind, coalesce(m.brand, '') AS brand, coalesce(m.last4, '') AS last4
  FROM hcc.invoices i
  JOIN hcc.payment_methods m ON m.organization_id = i.organization_id AND m.customer_id = i.customer_id AND m.is_default
   AND m.status = 'active'
 WHERE i.id = %(invoice_id)s AND i.kind = 'invoice' AND i.total > 0
   AND EXISTS (SELECT FROM hcc.invoice_items t
                 JOIN hcc.subscription_items x ON x.organization_id = t.organization_id AND x.id = t.subscription_item_id
                 JOIN hcc.subscriptions s ON s.organization_id = x.organization_id AND s.id = x.subscription_id
                WHERE t.invoice_id = i.id AND s.collection = 'automatic')

-- name: set_logo
UPDATE hcc.billing_settings SET logo = %(logo)s, logo_type = %(logo_type)s, version = version + 1, updated_at = now()
 WHERE organization_id = %(organization_id)s

-- name: waiting
-- The operation that already makes this document for the same asker.
SELECT id, organization_id, kind, status, progress, subject_type, subject_id, result, error, created_by, created_at, updated_at,
       finished_at
  FROM hcc.operations
 WHERE organization_id = %(organization_id)s AND kind = 'invoice.document' AND subject_type = 'invoice_document'
   AND subject_id = %(subject_id)s AND status IN ('pending', 'running') AND created_at > now() - interval '1 hour'
 ORDER BY created_at DESC LIMIT 1
