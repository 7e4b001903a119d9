-- name: page_page
SELECT id, organization_id, slug, title, description, components, is_public, version, created_at, updated_at
  FROM hcc.status_pages
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: page_count
SELECT count(*)
  FROM hcc.status_pages
 WHERE (%(organization_id)s::uuid IS NULL OR organization_id = %(organization_id)s)

-- name: page_get
SELECT id, organization_id, slug, title, description, components, is_public, version, created_at, updated_at
  FROM hcc.status_pages WHERE id = %(id)s

-- name: page_lock
SELECT id FROM hcc.status_pages WHERE id = %(id)s FOR UPDATE

-- name: page_how_many
SELECT count(*) FROM hcc.status_pages WHERE organization_id = %(organization_id)s

-- name: page_insert
INSERT INTO hcc.status_pages (id, organization_id, slug, title, description, components, is_public)
VALUES (%(id)s, %(organization_id)s, %(slug)s, %(title)s, %(description)s, %(components)s, %(is_public)s)

-- name: page_update
UPDATE hcc.status_pages
   SET slug = %(slug)s, title = %(title)s, description = %(description)s, components = %(components)s,
       is_public = %(is_public)s,
       version = version + 1, updated_at = now()
 WHERE id = %(id)s

-- name: page_delete
DELETE FROM hcc.status_pages WHERE id = %(id)s

-- name: incident_page
SELECT i.id, i.organization_id, i.page_id, i.title, i.impact, i.status, i.started_at, i.resolved_at,
       (SELECT coalesce(json_agg(json_build_object('id', u.id, 'status', u.status, 'text', u.text, 'created_at', u.created_at)
                                 ORDER BY u.created_at DESC, u.id DESC), '[]')
          FROM hcc.incident_updates u WHERE u.incident_id = i.id) AS updates,
       i.version, i.created_at, i.updated_at
  FROM hcc.incidents i
 WHERE (%(organization_id)s::uuid IS NULL OR i.organization_id = %(organization_id)s)
   AND (%(page_id)s::uuid IS NULL OR i.page_id = %(page_id)s)

-- name: incident_count
SELECT count(*)
  FROM hcc.incidents i
 WHERE (%(organization_id)s::uuid IS NULL OR i.organization_id = %(organization_id)s)
   AND (%(page_id)s::uuid IS NULL OR i.page_id = %(page_id)s)

-- name: incident_get
SELECT i.id, i.organization_id, i.page_id, i.title, i.impact, i.status, i.started_at, i.resolved_at,
       (SELECT coalesce(json_agg(json_build_object('id', u.id, 'status', u.status, 'text', u.text, 'created_at', u.created_at)
                                 ORDER BY u.created_at DESC, u.id DESC), '[]')
          FROM hcc.incident_updates u WHERE u.incident_id = i.id) AS updates,
       i.version, i.created_at, i.updated_at
  FROM hcc.incidents i
 WHERE i.id = %(id)s

-- name: incident_lock
SELECT id FROM hcc.incidents WHERE id = %(id)s FOR UPDATE

-- name: incident_how_many
SELECT count(*) FROM hcc.incidents WHERE organization_id = %(organization_id)s

-- name: incident_insert
WITH incident AS (
  INSERT INTO hcc.incidents (id, organization_id, page_id, title, impact, status, started_at, resolved_at)
  VALUES (%(id)s, %(organization_id)s, %(page_id)s, %(title)s, %(impact)s, %(status)s, %(started_at)s, %(resolved_at)s)
  RETURNING id, organization_id, status)
INSERT INTO hcc.incident_updates (id, organization_id, incident_id, status, text, created_by)
SELECT %(update_id)s, organization_id, id, status, %(text)s, %(by)s FROM incident

-- name: incident_update
WITH incident AS (
  UPDATE hcc.incidents
     SET status = %(status)s, version = version + 1, updated_at = now(),
         resolved_at = CASE WHEN %(status)s = 'resolved' THEN coalesce(resolved_at, greatest(started_at, %(at)s)) END
   WHERE id = %(id)s
  RETURNING id, organization_id)
INSERT INTO hcc.incident_updates (id, organization_id, incident_id, status, text, created_by, created_at)
SELECT %(update_id)s, organization_id, id, %(status)s, %(text)s, %(by)s, %(at)s FROM incident

-- name: incident_delete
DELETE FROM hcc.incidents WHERE id = %(id)s

-- name: checks_known
SELECT count(*) FROM hcc.checks WHERE organization_id = %(organization_id)s AND id = ANY (%(ids)s)

-- name: owner
SELECT hcc.status_page_owner(%(slug)s)

-- name: by_slug
SELECT id, organization_id, slug, title, description, components, is_public, version, created_at, updated_at
  FROM hcc.status_pages WHERE slug = %(slug)s

-- name: checks
SELECT c.id, c.name, c.kind, c.target, c.labels, c.interval_s,
       (SELECT max(s.last_at) FROM hcc.check_states s WHERE s.check_id = c.id) AS last_at
  FROM hcc.checks c WHERE c.id = ANY (%(ids)s)

-- name: spans
SELECT check_id, state, began, ended FROM hcc.check_spans
 WHERE check_id = ANY (%(ids)s) AND (ended IS NULL OR ended > %(after)s) ORDER BY began

-- name: shown_incidents
SELECT i.id, i.organization_id, i.page_id, i.title, i.impact, i.status, i.started_at, i.resolved_at,
       (SELECT coalesce(json_agg(json_build_object('id', u.id, 'status', u.status, 'text', u.text, 'created_at', u.created_at)
                                 ORDER BY u.created_at DESC, u.id DESC), '[]')
          FROM hcc.incident_updates u WHERE u.incident_id = i.id) AS updates,
       i.version, i.created_at, i.updated_at
  FROM hcc.incidents i
 WHERE i.page_id = %(page_id)s AND (i.resolved_at IS NULL OR i.resolved_at > %(after)s)
 ORDER BY i.started_at DESC LIMIT 50

-- name: own_checks
SELECT id, name FROM hcc.checks WHERE organization_id = %(organization_id)s AND is_active ORDER BY name, id LIMIT 200
