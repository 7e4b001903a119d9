-- name: insert
-- Only what is new: the same of a kind again says nothing more.
INSERT INTO hcc.place_evidence (id, organization_id, customer_id, kind, country, detail, source)
SELECT %(id)s, %(organization_id)s, %(customer_id)s, %(kind)s::text, %(country)s::text, %(detail)s::text, %(source)s
 WHERE NOT EXISTS (
   SELECT FROM (SELECT e.country::text AS country, e.detail FROM hcc.place_evidence e
                 WHERE e.organization_id = %(organization_id)s AND e.customer_id = %(customer_id)s AND e.kind = %(kind)s::text
                 ORDER BY e.seen_at DESC, e.id DESC LIMIT 1) latest
    WHERE latest.country IS NOT DISTINCT FROM %(country)s::text AND latest.detail = %(detail)s::text)
   AND (%(country)s::text IS NOT NULL OR EXISTS (
   SELECT FROM hcc.place_evidence e
    WHERE e.organization_id = %(organization_id)s AND e.customer_id = %(customer_id)s AND e.kind = %(kind)s::text))

-- name: latest
SELECT DISTINCT ON (e.kind) e.id, e.kind, e.country::text AS country, e.detail, e.source, e.seen_at
  FROM hcc.place_evidence e
 WHERE e.organization_id = %(organization_id)s AND e.customer_id = %(customer_id)s
 ORDER BY e.kind, e.seen_at DESC, e.id DESC

-- name: page
SELECT id, kind, country::text AS country, detail, source, seen_at FROM hcc.place_evidence WHERE customer_id = %(customer_id)s

-- name: count
SELECT count(*) FROM hcc.place_evidence WHERE customer_id = %(customer_id)s
