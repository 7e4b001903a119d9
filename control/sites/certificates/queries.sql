-- name: page
SELECT id, organization_id, hosts, is_default, key_type, subject, issuer, serial, fingerprint, not_before, not_after, version,
       created_at, updated_at
  FROM hcc.gateway_certificates
 WHERE (%(search)s::text IS NULL OR array_to_string(hosts, ' ') ILIKE %(search)s OR issuer ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(expires_before)s::timestamptz IS NULL OR not_after < %(expires_before)s)

-- name: count
SELECT count(*)
  FROM hcc.gateway_certificates
 WHERE (%(search)s::text IS NULL OR array_to_string(hosts, ' ') ILIKE %(search)s OR issuer ILIKE %(search)s)
   AND (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)
   AND (%(expires_before)s::timestamptz IS NULL OR not_after < %(expires_before)s)

-- name: get
SELECT id, organization_id, hosts, is_default, key_type, subject, issuer, serial, fingerprint, not_before, not_after, version,
       created_at, updated_at
  FROM hcc.gateway_certificates WHERE id = %(id)s

-- name: lock
SELECT id, organization_id, hosts, is_default, key_type, subject, issuer, serial, fingerprint, not_before, not_after, version,
       created_at, updated_at
  FROM hcc.gateway_certificates WHERE id = %(id)s FOR UPDATE

-- name: stored
-- What a change without a new key, or without a new chain, is checked against.
SELECT chain_pem, private_key FROM hcc.gateway_certificates WHERE id = %(id)s

-- name: how_many
SELECT count(*) FROM hcc.gateway_certificates WHERE organization_id = %(organization_id)s

-- name: no_default
UPDATE hcc.gateway_certificates SET is_default = false, version = version + 1, updated_at = now()
 WHERE is_default AND id <> %(id)s

-- name: insert
INSERT INTO hcc.gateway_certificates (id, organization_id, hosts, is_default, chain_pem, private_key, key_type, subject, issuer,
                                      serial, fingerprint, not_before, not_after)
VALUES (%(id)s, %(organization_id)s, %(hosts)s, %(is_default)s, %(chain_pem)s, %(private_key)s, %(key_type)s, %(subject)s,
        %(issuer)s, %(serial)s, %(fingerprint)s, %(not_before)s, %(not_after)s)

-- name: update
UPDATE hcc.gateway_certificates
   SET hosts = %(hosts)s, is_default = %(is_default)s, chain_pem = %(chain_pem)s, private_key = %(private_key)s,
       key_type = %(key_type)s, subject = %(subject)s, issuer = %(issuer)s, serial = %(serial)s, fingerprint = %(fingerprint)s,
       not_before = %(not_before)s, not_after = %(not_after)s, version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: mark
UPDATE hcc.gateway_certificates SET is_default = %(is_default)s, version = version + 1, updated_at = now() WHERE id = %(id)s

-- name: delete
DELETE FROM hcc.gateway_certificates WHERE id = %(id)s

-- name: sites
-- Of its organisation, with a name that it is for.
SELECT s.id, s.name, count(*) OVER () AS total
  FROM hcc.gateway_certificates c JOIN hcc.gateway_sites s ON s.organization_id = c.organization_id AND s.deleted_at IS NULL
 WHERE c.id = %(id)s
   AND EXISTS (SELECT FROM unnest(s.hosts) h(host) WHERE h.host = ANY (c.hosts) OR regexp_replace(h.host, '^[^.]+', '*') = ANY (c.hosts))
 ORDER BY s.name, s.id
