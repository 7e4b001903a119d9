-- Single requests of sites, shown while somebody watches: gateways are told which sites, and hand over what they saw, a few of
-- each second. Nothing of it outlives a few minutes, so it needs no log either.

CREATE UNLOGGED TABLE hcc.site_watches (
  site_id         uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  until           timestamptz NOT NULL,
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX site_watches_organization ON hcc.site_watches (organization_id, site_id);
CALL hcc.make_tenant_table('site_watches');
GRANT SELECT ON hcc.site_watches TO hcc_app, hcc_worker;

-- What one gateway saw of one site in about half a second; no requests are its word that it looks.
CREATE UNLOGGED TABLE hcc.seen_requests (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  site_id         uuid NOT NULL,
  gateway         text NOT NULL,
  at              timestamptz NOT NULL DEFAULT now(),
  left_out        bigint NOT NULL CHECK (left_out >= 0),
  -- As the access log has them.
  requests        jsonb NOT NULL CHECK (jsonb_typeof(requests) = 'array'),
  FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites (organization_id, id) ON DELETE CASCADE
);
CREATE INDEX seen_requests_site ON hcc.seen_requests (organization_id, site_id, id);
CREATE INDEX seen_requests_at ON hcc.seen_requests (at);
CALL hcc.make_tenant_table('seen_requests');
GRANT SELECT ON hcc.seen_requests TO hcc_app, hcc_worker;

-- Watches a site for a minute from now: `begun`, `watched` already, or `full` when too many are. Gateways are told at most twice
-- a minute. Clocks differ, so they are told for how long and not until when.
CREATE FUNCTION hcc.watch_site(site uuid) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  owner uuid;
  ends timestamptz;
BEGIN
  SELECT s.organization_id INTO owner FROM gateway_sites s WHERE s.id = site AND s.deleted_at IS NULL AND visible(s.organization_id);
  IF owner IS NULL THEN
    RETURN NULL;
  END IF;
  SELECT w.until INTO ends FROM site_watches w WHERE w.site_id = site;
  IF ends > now() + interval '30 seconds' THEN
    RETURN 'watched';
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.site_watches', 9));
  DELETE FROM site_watches w WHERE w.until <= now();
  SELECT w.until INTO ends FROM site_watches w WHERE w.site_id = site;
  IF ends IS NULL AND EXISTS (SELECT FROM site_watches w HAVING count(*) >= 64 OR count(*) FILTER (WHERE w.organization_id = owner) >= 8) THEN
    RETURN 'full';
  END IF;
  INSERT INTO site_watches (site_id, organization_id, until) VALUES (site, owner, now() + interval '60 seconds')
  ON CONFLICT (site_id) DO UPDATE SET until = excluded.until;
  PERFORM pg_notify('hcc_watches', json_build_object('site', site, 'seconds', 60)::text);
  RETURN CASE WHEN ends IS NULL THEN 'begun' ELSE 'watched' END;
END
$$;
REVOKE ALL ON FUNCTION hcc.watch_site(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.watch_site(uuid) TO hcc_app;

-- For gateways that were not there when it was told.
CREATE VIEW hcc.gateway_config_watches AS
  SELECT w.site_id, ceil(extract(epoch FROM w.until - now()))::integer AS seconds FROM hcc.site_watches w WHERE w.until > now();
GRANT SELECT ON hcc.gateway_config_watches TO hcc_gateway;

-- What a gateway saw of a site since the last time, if it is watched; of each site the newest 600 are kept, for five minutes.
CREATE FUNCTION hcc.seen_requests_add(gateway_name text, seen jsonb) RETURNS void
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  owner uuid;
  site uuid := seen ->> 'site';
BEGIN
  SELECT w.organization_id INTO owner FROM site_watches w WHERE w.site_id = site AND w.until > now() - interval '10 seconds';
  IF owner IS NULL THEN
    RETURN;
  END IF;
  INSERT INTO seen_requests (organization_id, site_id, gateway, left_out, requests)
  VALUES (owner, site, left(gateway_name, 255), (seen ->> 'left_out')::bigint, seen -> 'requests');
  -- Several gateways do this at the same time, and none waits for another.
  DELETE FROM seen_requests s WHERE s.id IN (
    SELECT o.id FROM seen_requests o
     WHERE o.organization_id = owner AND o.site_id = site
       AND (o.at < now() - interval '5 minutes'
            OR o.id <= (SELECT n.id FROM seen_requests n WHERE n.organization_id = owner AND n.site_id = site
                         ORDER BY n.id DESC OFFSET 600 LIMIT 1))
       FOR UPDATE SKIP LOCKED);
END
$$;
REVOKE ALL ON FUNCTION hcc.seen_requests_add(text, jsonb) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.seen_requests_add(text, jsonb) TO hcc_gateway;

-- What nobody watches any more goes too; how many rows went.
CREATE FUNCTION hcc.forget_seen_requests() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (DELETE FROM seen_requests s WHERE s.at < now() - interval '5 minutes' RETURNING 1) SELECT count(*) FROM gone
$$;
REVOKE ALL ON FUNCTION hcc.forget_seen_requests() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.forget_seen_requests() TO hcc_worker;
