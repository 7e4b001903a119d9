-- Agents of hosting servers, the claims with which they are installed, when tokens were last used, and tokens of gateways.

UPDATE hcc.roles SET permissions = permissions || '{agents:*}'::text[] WHERE organization_id IS NULL AND name = 'owner';
UPDATE hcc.roles SET permissions = permissions || '{agents:read}'::text[]
 WHERE organization_id IS NULL AND (user_type, name) IN (('admin', 'support'), ('reseller', 'staff'));

-- A claim is a random secret that is good once: whoever installs an agent exchanges it for a token of ingestion.
CREATE TABLE hcc.agent_claims (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL DEFAULT '' CHECK (char_length(name) <= 100),
  claim_hash      bytea NOT NULL UNIQUE CHECK (octet_length(claim_hash) = 32),
  expires_at      timestamptz NOT NULL,
  used_at         timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now()
);
COMMENT ON COLUMN hcc.agent_claims.name IS 'What the agent will be called; empty leaves it to the server that it runs on.';
CREATE INDEX agent_claims_organization ON hcc.agent_claims (organization_id, created_at DESC);
CALL hcc.make_tenant_table('agent_claims');
GRANT SELECT, INSERT, DELETE ON hcc.agent_claims TO hcc_app, hcc_worker;

CREATE TABLE hcc.agents (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 253),
  agent_version   text NOT NULL DEFAULT '' CHECK (char_length(agent_version) <= 50),
  token_id        uuid NOT NULL UNIQUE REFERENCES hcc.ingest_tokens (id),
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz
);
CREATE INDEX agents_organization ON hcc.agents (organization_id, created_at DESC) WHERE deleted_at IS NULL;
CALL hcc.make_tenant_table('agents');
GRANT SELECT, INSERT ON hcc.agents TO hcc_app, hcc_worker;
GRANT UPDATE (name, agent_version, version, updated_at, deleted_at) ON hcc.agents TO hcc_app, hcc_worker;

-- A table of its own: a change of ingest_tokens is told to every ingester.
CREATE TABLE hcc.ingest_token_uses (
  token_id        uuid PRIMARY KEY REFERENCES hcc.ingest_tokens (id),
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  last_used_at    timestamptz NOT NULL
);
CALL hcc.make_tenant_table('ingest_token_uses');
GRANT SELECT ON hcc.ingest_token_uses TO hcc_app, hcc_worker;

-- What an ingester saw since the last time.
CREATE FUNCTION hcc.ingest_tokens_used(hashes bytea[], at timestamptz[]) RETURNS void
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  INSERT INTO ingest_token_uses (token_id, organization_id, last_used_at)
  SELECT t.id, t.organization_id, max(least(u.used, now()))
    FROM unnest(hashes, at) AS u(hash, used) JOIN ingest_tokens t ON t.token_hash = u.hash
   GROUP BY t.id, t.organization_id
  ON CONFLICT (token_id) DO UPDATE SET last_used_at = excluded.last_used_at
   WHERE excluded.last_used_at > ingest_token_uses.last_used_at
$$;
GRANT EXECUTE ON FUNCTION hcc.ingest_tokens_used(bytea[], timestamptz[]) TO hcc_ingest;

-- The door for whoever has a claim: it is used up here, or was no good. Of two at once one gets it.
CREATE FUNCTION hcc.agent_claim_take(hash bytea) RETURNS TABLE (organization_id uuid, name text)
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  UPDATE agent_claims c SET used_at = now()
   WHERE c.claim_hash = hash AND c.used_at IS NULL AND c.expires_at > now()
     AND NOT EXISTS (SELECT FROM organizations o JOIN organizations a ON a.id = ANY (o.path)
                      WHERE o.id = c.organization_id AND (NOT a.is_active OR a.deleted_at IS NOT NULL))
  RETURNING c.organization_id, c.name
$$;
GRANT EXECUTE ON FUNCTION hcc.agent_claim_take(bytea) TO hcc_app;

-- A gateway serves the sites of many organisations, and pushes what they did for each of them with one token. Only the owner of
-- the schema makes such a token, and only of the platform's organisation does it count as one.
ALTER TABLE hcc.ingest_tokens ADD COLUMN for_others boolean NOT NULL DEFAULT false;
REVOKE INSERT ON hcc.ingest_tokens FROM hcc_app, hcc_worker;
GRANT INSERT (id, organization_id, name, prefix, token_hash) ON hcc.ingest_tokens TO hcc_app, hcc_worker;
CREATE OR REPLACE VIEW hcc.ingest_config_tokens AS
  SELECT t.token_hash, t.organization_id, coalesce(l.values_per_s, 0) AS values_per_s,
         coalesce(l.active_series, 1000000) AS active_series, t.for_others AND o.kind = 'platform' AS for_others
    FROM hcc.ingest_tokens t
    JOIN hcc.organizations o ON o.id = t.organization_id
    LEFT JOIN hcc.metric_limits l ON l.organization_id = o.id
   WHERE t.deleted_at IS NULL
     AND NOT EXISTS (SELECT FROM hcc.organizations a WHERE a.id = ANY (o.path) AND (NOT a.is_active OR a.deleted_at IS NOT NULL));

-- For whom such a token may push.
CREATE VIEW hcc.ingest_config_organizations AS
  SELECT o.id FROM hcc.organizations o
   WHERE NOT EXISTS (SELECT FROM hcc.organizations a WHERE a.id = ANY (o.path) AND (NOT a.is_active OR a.deleted_at IS NOT NULL));
GRANT SELECT ON hcc.ingest_config_organizations TO hcc_ingest;
