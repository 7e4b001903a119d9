-- name: silence_page
SELECT id, organization_id, matchers, reason, starts_at, ends_at, created_by, version, created_at, updated_at
  FROM hcc.silences
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: silence_count
SELECT count(*)
  FROM hcc.silences
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: silence_get
SELECT id, organization_id, matchers, reason, starts_at, ends_at, created_by, version, created_at, updated_at
  FROM hcc.silences WHERE id = %(id)s

-- name: silence_lock
SELECT id FROM hcc.silences WHERE id = %(id)s FOR UPDATE

-- name: silence_how_many
SELECT count(*) FROM hcc.silences WHERE organization_id = %(organization_id)s

-- name: silence_insert
INSERT INTO hcc.silences (id, organization_id, matchers, reason, starts_at, ends_at, created_by)
VALUES (%(id)s, %(organization_id)s, %(matchers)s, %(reason)s, %(starts_at)s, %(ends_at)s, %(created_by)s)

-- name: silence_update
UPDATE hcc.silences
   SET matchers = %(matchers)s, reason = %(reason)s, starts_at = %(starts_at)s, ends_at = %(ends_at)s,
       created_by = %(created_by)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: silence_delete
-- It stays in the list, ended.
UPDATE hcc.silences
   SET ends_at = least(ends_at, greatest(starts_at, now())), version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: window_page
SELECT id, organization_id, name, matchers, starts_at, duration_s, repeats, repeats_until, timezone, is_active, version,
       created_at, updated_at
  FROM hcc.maintenance_windows
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: window_count
SELECT count(*)
  FROM hcc.maintenance_windows
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: window_get
SELECT id, organization_id, name, matchers, starts_at, duration_s, repeats, repeats_until, timezone, is_active, version,
       created_at, updated_at
  FROM hcc.maintenance_windows WHERE id = %(id)s

-- name: window_lock
SELECT id FROM hcc.maintenance_windows WHERE id = %(id)s FOR UPDATE

-- name: window_how_many
SELECT count(*) FROM hcc.maintenance_windows WHERE organization_id = %(organization_id)s

-- name: window_insert
INSERT INTO hcc.maintenance_windows (id, organization_id, name, matchers, starts_at, duration_s, repeats, repeats_until, timezone, is_active)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(matchers)s, %(starts_at)s, %(duration_s)s, %(repeats)s, %(repeats_until)s,
        %(timezone)s, %(is_active)s)

-- name: window_update
UPDATE hcc.maintenance_windows
   SET name = %(name)s, matchers = %(matchers)s, starts_at = %(starts_at)s, duration_s = %(duration_s)s,
       repeats = %(repeats)s, repeats_until = %(repeats_until)s, timezone = %(timezone)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: window_delete
DELETE FROM hcc.maintenance_windows WHERE id = %(id)s

-- name: inhibition_page
SELECT id, organization_id, name, source, target, equal, is_active, version, created_at, updated_at
  FROM hcc.inhibitions
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: inhibition_count
SELECT count(*)
  FROM hcc.inhibitions
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: inhibition_get
SELECT id, organization_id, name, source, target, equal, is_active, version, created_at, updated_at
  FROM hcc.inhibitions WHERE id = %(id)s

-- name: inhibition_lock
SELECT id FROM hcc.inhibitions WHERE id = %(id)s FOR UPDATE

-- name: inhibition_how_many
SELECT count(*) FROM hcc.inhibitions WHERE organization_id = %(organization_id)s

-- name: inhibition_insert
INSERT INTO hcc.inhibitions (id, organization_id, name, source, target, equal, is_active)
VALUES (%(id)s, %(organization_id)s, %(name)s, %(source)s, %(target)s, %(equal)s, %(is_active)s)

-- name: inhibition_update
UPDATE hcc.inhibitions
   SET name = %(name)s, source = %(source)s, target = %(target)s, equal = %(equal)s, is_active = %(is_active)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: inhibition_delete
DELETE FROM hcc.inhibitions WHERE id = %(id)s

-- name: living_silences
SELECT id, organization_id, matchers, reason, starts_at, ends_at, created_by, version, created_at, updated_at
  FROM hcc.silences
 WHERE organization_id = %(organization_id)s AND ends_at > now() - interval '1 day'

-- name: living_windows
SELECT id, organization_id, name, matchers, starts_at, duration_s, repeats, repeats_until, timezone, is_active, version,
       created_at, updated_at
  FROM hcc.maintenance_windows
 WHERE organization_id = %(organization_id)s AND is_active

-- name: living_inhibitions
SELECT id, organization_id, name, source, target, equal, is_active, version, created_at, updated_at
  FROM hcc.inhibitions
 WHERE organization_id = %(organization_id)s AND is_active
