-- name: detectors
SELECT name, is_active, threshold, window_s, ban_s, most_ban_s, version, updated_at FROM hcc.threat_detectors ORDER BY name

-- name: detector
SELECT name, is_active, threshold, window_s, ban_s, most_ban_s, version, updated_at FROM hcc.threat_detectors WHERE name = %(name)s

-- name: lock
SELECT version FROM hcc.threat_detectors WHERE name = %(name)s FOR UPDATE

-- name: update
UPDATE hcc.threat_detectors
   SET is_active = %(is_active)s, threshold = %(threshold)s, window_s = %(window_s)s, ban_s = %(ban_s)s,
       most_ban_s = %(most_ban_s)s, version = version + 1, updated_at = now()
 WHERE name = %(name)s

-- name: lock_judging
-- One worker judges at a time; the others find nothing to do.
SELECT pg_try_advisory_xact_lock(hashtextextended('hcc.threats', 9))

-- name: threats
SELECT detector, organization_id, host(client) AS client, total, threshold, window_s, sites, first_at, last_at, sample, ban_s,
       most_ban_s, earlier
  FROM hcc.threats()
