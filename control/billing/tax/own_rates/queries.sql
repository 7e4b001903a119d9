-- name: page
SELECT id, organization_id, country::text AS country, region, tax_class, percent, components, valid_from, valid_to, note, version,
       created_at, updated_at
  FROM hcc.tax_rates
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(country)s::text IS NULL OR country = %(country)s)
   AND (%(tax_class)s::text IS NULL OR tax_class = %(tax_class)s)
   AND (%(on)s::date IS NULL OR (valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)))

-- name: count
SELECT count(*)
  FROM hcc.tax_rates
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(country)s::text IS NULL OR country = %(country)s)
   AND (%(tax_class)s::text IS NULL OR tax_class = %(tax_class)s)
   AND (%(on)s::date IS NULL OR (valid_from <= %(on)s AND (valid_to IS NULL OR valid_to >= %(on)s)))

-- name: get
SELECT id, organization_id, country::text AS country, region, tax_class, percent, components, valid_from, valid_to, note, version,
       created_at, updated_at
  FROM hcc.tax_rates WHERE id = %(id)s

-- name: lock
SELECT id FROM hcc.tax_rates WHERE id = %(id)s FOR UPDATE

-- name: how_many
SELECT count(*) FROM hcc.tax_rates WHERE organization_id = %(organization_id)s AND (valid_to IS NULL OR valid_to >= current_date)

-- name: insert
INSERT INTO hcc.tax_rates (id, organization_id, country, region, tax_class, percent, components, valid_from, valid_to, note)
VALUES (%(id)s, %(organization_id)s, %(country)s, %(region)s, %(tax_class)s, %(percent)s, %(components)s, %(valid_from)s,
        %(valid_to)s, %(note)s)

-- name: end
UPDATE hcc.tax_rates SET valid_to = %(valid_to)s, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.tax_rates WHERE id = %(id)s
