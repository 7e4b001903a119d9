-- People, what they may do, and how they prove who they are.

-- A user is one person with one address. organization_id is the organisation that manages the account; memberships tie
-- the person to every organisation they work for.
CREATE TABLE hcc.users (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  email           text NOT NULL CHECK (char_length(email) BETWEEN 3 AND 320 AND email = lower(email)),
  username        text NOT NULL CHECK (username ~ '^[a-z0-9][a-z0-9._-]{1,62}$'),
  full_name       text NOT NULL DEFAULT '' CHECK (char_length(full_name) <= 255),
  locale          text NOT NULL DEFAULT 'en' CHECK (char_length(locale) BETWEEN 2 AND 35),
  timezone        text NOT NULL DEFAULT 'UTC' CHECK (char_length(timezone) BETWEEN 1 AND 64),
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  last_login_at   timestamptz,
  deleted_at      timestamptz,
  erased_at       timestamptz
);
CREATE UNIQUE INDEX users_email_key ON hcc.users (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_username_key ON hcc.users (username) WHERE deleted_at IS NULL;
CREATE INDEX users_organization ON hcc.users (organization_id, created_at DESC) WHERE deleted_at IS NULL;

CREATE TABLE hcc.memberships (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  user_id         uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  created_at      timestamptz NOT NULL DEFAULT now(),
  last_used_at    timestamptz,
  PRIMARY KEY (organization_id, user_id)
);
CREATE INDEX memberships_user ON hcc.memberships (user_id);
CALL hcc.make_tenant_table('memberships');
CREATE POLICY own_person ON hcc.memberships FOR SELECT TO hcc_app, hcc_worker USING (user_id = hcc.current_user_id());
CREATE POLICY own_person_used ON hcc.memberships FOR UPDATE TO hcc_app, hcc_worker
  USING (user_id = hcc.current_user_id()) WITH CHECK (user_id = hcc.current_user_id());
GRANT SELECT, INSERT, DELETE ON hcc.memberships TO hcc_app, hcc_worker;
GRANT UPDATE (last_used_at) ON hcc.memberships TO hcc_app, hcc_worker;

CALL hcc.make_tenant_table('users');
-- A membership is made only for somebody whom the transaction sees: knowing a stranger's id opens nothing. With its owner's
-- rights, since the policy of memberships would otherwise ask the policies of users, which ask memberships.
CREATE FUNCTION hcc.person_visible(person uuid) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT person = current_user_id()
      OR EXISTS (SELECT FROM users u WHERE u.id = person AND visible(u.organization_id))
      OR EXISTS (SELECT FROM memberships m WHERE m.user_id = person AND visible(m.organization_id))
$$;
DROP POLICY tenant_insert ON hcc.memberships;
CREATE POLICY tenant_insert ON hcc.memberships FOR INSERT TO hcc_app, hcc_worker
  WITH CHECK (hcc.writable(organization_id) AND hcc.person_visible(user_id));
CREATE POLICY own_person ON hcc.users FOR SELECT TO hcc_app, hcc_worker USING (id = hcc.current_user_id());
CREATE POLICY own_person_update ON hcc.users FOR UPDATE TO hcc_app, hcc_worker
  USING (id = hcc.current_user_id()) WITH CHECK (id = hcc.current_user_id());
-- A colleague whose account another organisation manages is seen, not changed.
CREATE POLICY member_read ON hcc.users FOR SELECT TO hcc_app, hcc_worker
  USING (EXISTS (SELECT FROM hcc.memberships m WHERE m.user_id = users.id AND hcc.visible(m.organization_id)));
GRANT SELECT, INSERT ON hcc.users TO hcc_app, hcc_worker;
GRANT UPDATE (email, username, full_name, locale, timezone, is_active, version, updated_at, last_login_at, deleted_at, erased_at)
  ON hcc.users TO hcc_app, hcc_worker;

-- Roles are data. A role without organisation belongs to the platform's own set and is readable by all.
CREATE TABLE hcc.roles (
  id              uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  organization_id uuid REFERENCES hcc.organizations (id),
  name            text NOT NULL CHECK (name ~ '^[a-z][a-z0-9-]{1,62}$'),
  description     text NOT NULL DEFAULT '',
  user_type       text NOT NULL CHECK (user_type IN ('admin', 'reseller', 'customer')),
  permissions     text[] NOT NULL DEFAULT '{}',
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX roles_name_key ON hcc.roles (organization_id, user_type, name) NULLS NOT DISTINCT;
CALL hcc.make_tenant_table('roles');
CREATE POLICY system_roles ON hcc.roles FOR SELECT TO hcc_app, hcc_worker USING (organization_id IS NULL);
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.roles TO hcc_app, hcc_worker;

CREATE TABLE hcc.user_roles (
  organization_id uuid NOT NULL,
  user_id         uuid NOT NULL,
  role_id         uuid NOT NULL REFERENCES hcc.roles (id),
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, user_id, role_id),
  FOREIGN KEY (organization_id, user_id) REFERENCES hcc.memberships (organization_id, user_id) ON DELETE CASCADE
);
CALL hcc.make_tenant_table('user_roles');
CREATE POLICY own_person ON hcc.user_roles FOR SELECT TO hcc_app, hcc_worker USING (user_id = hcc.current_user_id());
GRANT SELECT, INSERT, DELETE ON hcc.user_roles TO hcc_app, hcc_worker;

-- What proves the person. Apart from users, so that no list or join ever carries it.
CREATE TABLE hcc.user_credentials (
  user_id           uuid PRIMARY KEY REFERENCES hcc.users (id) ON DELETE CASCADE,
  password_hash     text,
  password_set_at   timestamptz,
  totp_secret       bytea,
  totp_pending      bytea,
  totp_enabled_at   timestamptz,
  totp_last_step    bigint NOT NULL DEFAULT 0,
  reset_token_hash  bytea,
  reset_expires_at  timestamptz
);
CREATE UNIQUE INDEX user_credentials_reset ON hcc.user_credentials (reset_token_hash) WHERE reset_token_hash IS NOT NULL;
CALL hcc.make_person_table('user_credentials');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.user_credentials TO hcc_app, hcc_worker;

CREATE TABLE hcc.recovery_codes (
  user_id   uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  code_hash bytea NOT NULL,
  used_at   timestamptz,
  PRIMARY KEY (user_id, code_hash)
);
CALL hcc.make_person_table('recovery_codes');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.recovery_codes TO hcc_app, hcc_worker;

CREATE TABLE hcc.password_history (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id       uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  password_hash text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX password_history_user ON hcc.password_history (user_id, created_at DESC, id DESC);
CALL hcc.make_person_table('password_history');
GRANT SELECT, INSERT, DELETE ON hcc.password_history TO hcc_app, hcc_worker;

-- A session is a family of refresh tokens. Only the newest token of a family is good; an older one seen again means that
-- somebody copied it, and ends the family (RFC 9700 section 4.14.2).
CREATE TABLE hcc.sessions (
  id              uuid PRIMARY KEY,
  user_id         uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  acting_org_id   uuid NOT NULL REFERENCES hcc.organizations (id),
  user_agent      text NOT NULL DEFAULT '' CHECK (char_length(user_agent) <= 512),
  address         inet,
  created_at      timestamptz NOT NULL DEFAULT now(),
  last_seen_at    timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz NOT NULL,
  revoked_at      timestamptz,
  revoked_reason  text
);
CREATE INDEX sessions_user ON hcc.sessions (user_id, last_seen_at DESC) WHERE revoked_at IS NULL;
CALL hcc.make_person_table('sessions');
GRANT SELECT, INSERT, UPDATE ON hcc.sessions TO hcc_app, hcc_worker;

CREATE TABLE hcc.refresh_tokens (
  token_hash  bytea PRIMARY KEY,
  session_id  uuid NOT NULL REFERENCES hcc.sessions (id) ON DELETE CASCADE,
  user_id     uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  created_at  timestamptz NOT NULL DEFAULT now(),
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz
);
CREATE INDEX refresh_tokens_session ON hcc.refresh_tokens (session_id);
CALL hcc.make_person_table('refresh_tokens');
GRANT SELECT, INSERT, UPDATE ON hcc.refresh_tokens TO hcc_app, hcc_worker;

-- Sessions ended before their access tokens expire; gateways and control refuse those tokens until then.
CREATE TABLE hcc.revoked_sessions (
  session_id uuid PRIMARY KEY,
  until      timestamptz NOT NULL
);
GRANT SELECT ON hcc.revoked_sessions TO hcc_app, hcc_worker;
CREATE FUNCTION hcc.revoke_session(session uuid, reason text, token_lifetime interval) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  ends timestamptz := now() + token_lifetime;
BEGIN
  UPDATE sessions SET revoked_at = now(), revoked_reason = reason
   WHERE id = session AND revoked_at IS NULL AND user_id = current_user_id();
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  INSERT INTO revoked_sessions (session_id, until) VALUES (session, ends) ON CONFLICT (session_id) DO NOTHING;
  DELETE FROM revoked_sessions WHERE until < now();
  PERFORM pg_notify('hcc_revocations', json_build_object('sid', session, 'until', extract(epoch FROM ends)::bigint)::text);
  RETURN true;
END
$$;

CREATE TABLE hcc.api_keys (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  user_id         uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  name            text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  prefix          text NOT NULL UNIQUE,
  key_hash        bytea NOT NULL,
  scopes          text[] NOT NULL,
  version         integer NOT NULL DEFAULT 1,
  expires_at      timestamptz,
  last_used_at    timestamptz,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz
);
CREATE INDEX api_keys_organization ON hcc.api_keys (organization_id, created_at DESC) WHERE deleted_at IS NULL;
CALL hcc.make_tenant_table('api_keys');
GRANT SELECT, INSERT ON hcc.api_keys TO hcc_app, hcc_worker;
GRANT UPDATE (name, scopes, version, expires_at, last_used_at, updated_at, deleted_at) ON hcc.api_keys TO hcc_app, hcc_worker;

-- Before anybody is known there is no tenant. These functions are the only doors, and each opens for one secret or one
-- address and gives the least that its caller needs.
CREATE FUNCTION hcc.find_login(address text) RETURNS TABLE (user_id uuid, is_active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT u.id, u.is_active FROM users u WHERE u.email = lower(address) AND u.deleted_at IS NULL
$$;
CREATE FUNCTION hcc.find_refresh_token(hash bytea) RETURNS TABLE (user_id uuid, session_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT t.user_id, t.session_id FROM refresh_tokens t WHERE t.token_hash = hash
$$;
CREATE FUNCTION hcc.find_reset_token(hash bytea) RETURNS uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT c.user_id FROM user_credentials c WHERE c.reset_token_hash = hash AND c.reset_expires_at > now()
$$;
CREATE FUNCTION hcc.find_api_key(key_prefix text) RETURNS TABLE (
  id uuid, organization_id uuid, user_id uuid, key_hash bytea, scopes text[], expires_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT k.id, k.organization_id, k.user_id, k.key_hash, k.scopes, k.expires_at
    FROM api_keys k JOIN users u ON u.id = k.user_id JOIN organizations o ON o.id = k.organization_id
   WHERE k.prefix = key_prefix AND k.deleted_at IS NULL AND u.is_active AND u.deleted_at IS NULL
     AND o.is_active AND o.deleted_at IS NULL
$$;
-- Of a person's memberships: the organisation's own facts, without opening the organisation.
CREATE FUNCTION hcc.my_organizations() RETURNS TABLE (
  organization_id uuid, kind text, name text, slug text, is_active boolean, last_used_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT o.id, o.kind, o.name, o.slug,
         NOT EXISTS (SELECT FROM organizations a WHERE a.id = ANY (o.path) AND (NOT a.is_active OR a.deleted_at IS NOT NULL)),
         m.last_used_at
    FROM memberships m JOIN organizations o ON o.id = m.organization_id
   WHERE m.user_id = current_user_id() AND o.deleted_at IS NULL
$$;

-- Failed logins by account and by address; the keys are hashes, so the table names nobody.
CREATE TABLE hcc.login_throttle (
  key_hash      bytea PRIMARY KEY,
  failures      integer NOT NULL,
  last_failure  timestamptz NOT NULL,
  blocked_until timestamptz NOT NULL
);
CREATE INDEX login_throttle_age ON hcc.login_throttle (last_failure);
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.login_throttle TO hcc_app, hcc_worker;

-- Token signing keys. Which one signs follows from the times alone: the newest whose active_from has passed.
CREATE TABLE hcc.signing_keys (
  kid         text PRIMARY KEY,
  algorithm   text NOT NULL CHECK (algorithm = 'EdDSA'),
  public_jwk  jsonb NOT NULL,
  private_key bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  active_from timestamptz NOT NULL,
  retires_at  timestamptz
);
GRANT SELECT ON hcc.signing_keys TO hcc_app;

INSERT INTO hcc.roles (name, user_type, description, permissions) VALUES
  ('superadmin', 'admin', 'Everything, everywhere', '{*}'),
  ('support', 'admin', 'Reads everything and helps customers',
   '{users:read,users:write,organizations:read,organizations:tree,organizations:enter,api-keys:read,audit:read,webhooks:read,operations:read,gateway:read,gateway-settings:read}'),
  ('owner', 'reseller', 'Everything in the reseller and its customers',
   '{users:*,organizations:*,api-keys:*,audit:read,webhooks:*,operations:read,gateway:*}'),
  ('staff', 'reseller', 'Daily work for customers',
   '{users:read,users:write,organizations:read,organizations:tree,organizations:enter,api-keys:read,audit:read,webhooks:read,operations:read,gateway:read}'),
  ('owner', 'customer', 'Everything in the organisation',
   '{users:*,organizations:read,organizations:write,api-keys:*,audit:read,webhooks:*,operations:read,gateway:*}'),
  ('member', 'customer', 'Reads, and manages the own account', '{users:read,organizations:read,operations:read,gateway:read}');
