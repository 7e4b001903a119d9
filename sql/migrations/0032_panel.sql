-- The panel in the browser. Its cookie is one more proof of a session that is there already, so that ending the session ends it.

CREATE TABLE hcc.web_sessions (
  session_id      uuid PRIMARY KEY REFERENCES hcc.sessions (id) ON DELETE CASCADE,
  user_id         uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  -- SHA-256 of the cookie. A new one at each change of what the session may do.
  secret_hash     bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
  -- Where a member of staff works at the moment, when it is not their own organisation.
  entered_org_id  uuid REFERENCES hcc.organizations (id) ON DELETE SET NULL,
  -- When the password was last given; dangerous acts want that to be recent.
  confirmed_at    timestamptz NOT NULL DEFAULT now(),
  created_at      timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX web_sessions_user ON hcc.web_sessions (user_id);
CALL hcc.make_person_table('web_sessions');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.web_sessions TO hcc_app, hcc_worker;

-- Before anybody is known: who holds this cookie. Ended sessions, and those begun too long ago, are not found.
CREATE FUNCTION hcc.find_web_session(hash bytea, longest interval) RETURNS TABLE (
  session_id uuid, user_id uuid, organization_id uuid, entered_org_id uuid, confirmed_at timestamptz, last_seen_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT w.session_id, w.user_id, s.acting_org_id, w.entered_org_id, w.confirmed_at, s.last_seen_at
    FROM web_sessions w JOIN sessions s ON s.id = w.session_id
   WHERE w.secret_hash = hash AND s.revoked_at IS NULL AND s.expires_at > now() AND w.created_at > now() - longest
$$;
REVOKE ALL ON FUNCTION hcc.find_web_session(bytea, interval) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.find_web_session(bytea, interval) TO hcc_app;

-- How a person wants the panel to look: the columns of a table, for instance.
CREATE TABLE hcc.web_preferences (
  user_id     uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  name        text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  value       jsonb NOT NULL CHECK (octet_length(value::text) <= 10000),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (user_id, name)
);
CALL hcc.make_person_table('web_preferences');
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.web_preferences TO hcc_app, hcc_worker;
