-- name: insert
-- Only what is new: the same of a kind again says nothing more.
INSERT INTO hcc.place_evidence (id, organization_id, customer_id, kind, country, detail, source)
SELECT %(id)s, %(organization_id)s, %(customer_id)s, %(kind)s, %(country)s, %(detail)s, %(source)s
 WHERE (%(country)s::text, %(detail)s::text) IS DISTINCT FROM (
   SELECT e.country::text, e.detail FROM hcc.place_evidence e
    WHERE e.organization_id = %(organization_id)s AND e.customer_id = %(customer_id)s AND e.kind = %(kind)s
    ORDER BY e.seen_at DESC, e.id DESC LIMIT 1)
   AND (%(country)s::text IS NOT NULL OR EXISTS (
   SELECT FROM hcc.place_evidence e
    WHERE e.organization_id = %(organization_id)s AND e.customer_id = %(customer_id)s AND e.kind = %(kind)s))

-- name: latest
SELECT DISTINCT ON (e.kind) e.id, e.kind, e.country::text AS country, e.detail, e.source, e.seen_at
  FROM hcc.place_evidence e
 WHERE e.organization_id = %(organization_id)s AND e.customer_id = %(customer_id)s
 ORDER BY e.kind, e.seen_at DESC, e.id DESC

-- name: page
SELECT id, kind, country::text AS country, detail, source, seen_at FROM hcc.place_evidence WHERE customer_id = %(customer_id)s

-- name: count
SELECT count(*) FROM hcc.place_evidence WHERE customer_id = %(customer_id)s
