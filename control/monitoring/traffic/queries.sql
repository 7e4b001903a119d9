-- name: site_names
SELECT id, name FROM hcc.gateway_sites WHERE id = ANY (%(ids)s)
