-- Whether the firewall looks at the bodies of answers: held back up to a bound, so off unless somebody asks for it.
ALTER TABLE hcc.security_policies ADD COLUMN response_bodies boolean;

CREATE OR REPLACE VIEW hcc.waf_effective AS
  SELECT w.site_id, w.route_id, w.organization_id, e.*
    FROM (SELECT s.id AS site_id, NULL::uuid AS route_id, s.organization_id, o.path
            FROM hcc.gateway_sites s JOIN hcc.organizations o ON o.id = s.organization_id
           WHERE s.deleted_at IS NULL
          UNION ALL
          SELECT q.site_id, q.route_id, q.organization_id, o.path
            FROM hcc.security_policies q JOIN hcc.organizations o ON o.id = q.organization_id
           WHERE q.route_id IS NOT NULL) w
    CROSS JOIN LATERAL (
      SELECT coalesce((array_agg(p.mode ORDER BY p.depth DESC) FILTER (WHERE p.mode IS NOT NULL))[1], 'off') AS mode,
             coalesce((array_agg(p.paranoia ORDER BY p.depth DESC) FILTER (WHERE p.paranoia IS NOT NULL))[1], 1) AS paranoia,
             coalesce((array_agg(p.inbound_threshold ORDER BY p.depth DESC)
                         FILTER (WHERE p.inbound_threshold IS NOT NULL))[1], 5) AS inbound_threshold,
             coalesce((array_agg(p.outbound_threshold ORDER BY p.depth DESC)
                         FILTER (WHERE p.outbound_threshold IS NOT NULL))[1], 4) AS outbound_threshold,
             coalesce((array_agg(p.rule_set ORDER BY p.depth DESC) FILTER (WHERE p.rule_set IS NOT NULL))[1], '3.3.4') AS rule_set,
             coalesce((array_agg(p.response_bodies ORDER BY p.depth DESC)
                         FILTER (WHERE p.response_bodies IS NOT NULL))[1], false) AS response_bodies
        FROM (SELECT q.mode, q.paranoia, q.inbound_threshold, q.outbound_threshold, q.rule_set, q.response_bodies,
                     array_position(w.path, q.organization_id) AS depth
                FROM hcc.security_policies q
               WHERE q.organization_id = ANY (w.path) AND q.site_id IS NULL AND q.route_id IS NULL
              UNION ALL
              SELECT q.mode, q.paranoia, q.inbound_threshold, q.outbound_threshold, q.rule_set, q.response_bodies, 100
                FROM hcc.security_policies q
               WHERE q.organization_id = w.organization_id AND q.site_id = w.site_id AND q.route_id IS NULL
              UNION ALL
              SELECT q.mode, q.paranoia, q.inbound_threshold, q.outbound_threshold, q.rule_set, q.response_bodies, 101
                FROM hcc.security_policies q
               WHERE q.organization_id = w.organization_id AND q.site_id = w.site_id AND q.route_id = w.route_id) p) e;

-- A function's columns cannot be added to; nobody sees the moment between.
DROP FUNCTION hcc.waf_in_force(uuid);
CREATE FUNCTION hcc.waf_in_force(site uuid) RETURNS TABLE (
  route_id uuid, mode text, paranoia smallint, inbound_threshold integer, outbound_threshold integer, rule_set text,
  response_bodies boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT p.route_id, f.mode, f.paranoia::smallint, f.inbound_threshold, f.outbound_threshold, f.rule_set, f.response_bodies
    FROM gateway_sites s
    CROSS JOIN LATERAL (SELECT NULL::uuid AS route_id
                        UNION ALL SELECT r.id FROM gateway_routes r WHERE r.organization_id = s.organization_id AND r.site_id = s.id) p
    CROSS JOIN LATERAL (SELECT e.mode, e.paranoia, e.inbound_threshold, e.outbound_threshold, e.rule_set, e.response_bodies
                          FROM waf_effective e
                         WHERE e.site_id = s.id AND (e.route_id IS NULL OR e.route_id = p.route_id)
                         ORDER BY e.route_id NULLS LAST LIMIT 1) f
   WHERE s.id = site AND s.deleted_at IS NULL AND visible(s.organization_id)
   ORDER BY p.route_id NULLS FIRST
$$;
REVOKE ALL ON FUNCTION hcc.waf_in_force(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.waf_in_force(uuid) TO hcc_app, hcc_worker;

CREATE OR REPLACE VIEW hcc.gateway_config_waf AS
  SELECT e.site_id, e.route_id, e.mode, e.paranoia, e.inbound_threshold, e.outbound_threshold, e.rule_set, e.response_bodies
    FROM hcc.waf_effective e JOIN hcc.gateway_config_sites s ON s.id = e.site_id;
