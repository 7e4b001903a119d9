-- Passkeys (WebAuthn): keys that a person's devices hold. One logs in by itself, or stands beside the password.

-- What authenticators call the person by: random, so that it tells nothing about them (WebAuthn section 14.6.1).
ALTER TABLE hcc.user_credentials ADD COLUMN passkey_handle bytea UNIQUE CHECK (octet_length(passkey_handle) = 64);

CREATE TABLE hcc.passkeys (
  id             uuid PRIMARY KEY,
  -- They go with all else that proves the person, when an account is erased.
  user_id        uuid NOT NULL REFERENCES hcc.user_credentials (user_id) ON DELETE CASCADE,
  credential_id  bytea NOT NULL UNIQUE CHECK (octet_length(credential_id) BETWEEN 16 AND 1023),
  public_key     bytea NOT NULL CHECK (octet_length(public_key) <= 1024),
  -- How often it was used, by its own count; 0 for good with those that do not count.
  sign_count     bigint NOT NULL CHECK (sign_count >= 0),
  transports     text[] NOT NULL DEFAULT '{}' CHECK (cardinality(transports) <= 8),
  aaguid         uuid NOT NULL,
  -- The name that it was made for, the host of one of HCC_PANEL_ORIGINS.
  rp_id          text NOT NULL CHECK (char_length(rp_id) BETWEEN 1 AND 253),
  name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
  is_backed_up   boolean NOT NULL,
  version        integer NOT NULL DEFAULT 1,
  created_at     timestamptz NOT NULL DEFAULT now(),
  last_used_at   timestamptz
);
CREATE INDEX passkeys_user ON hcc.passkeys (user_id, created_at);
CALL hcc.make_person_table('passkeys');
GRANT SELECT, INSERT, DELETE ON hcc.passkeys TO hcc_app, hcc_worker;
GRANT UPDATE (sign_count, name, is_backed_up, version, last_used_at) ON hcc.passkeys TO hcc_app, hcc_worker;

-- Before anybody is known: whose passkey this is.
CREATE FUNCTION hcc.find_passkey(credential bytea) RETURNS TABLE (user_id uuid, is_active boolean)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  SELECT u.id, u.is_active FROM passkeys p JOIN users u ON u.id = p.user_id
   WHERE p.credential_id = credential AND u.deleted_at IS NULL
$$;
REVOKE ALL ON FUNCTION hcc.find_passkey(bytea) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION hcc.find_passkey(bytea) TO hcc_app;

-- Challenges that were answered, until they expire: each is good once. Those that were not answered are kept nowhere, so that
-- asking for one costs nothing.
CREATE TABLE hcc.passkey_challenges (
  hash        bytea PRIMARY KEY CHECK (octet_length(hash) = 32),
  expires_at  timestamptz NOT NULL
);
CREATE INDEX passkey_challenges_expiry ON hcc.passkey_challenges (expires_at);
-- To lock a row is a change, to PostgreSQL.
GRANT SELECT, INSERT, UPDATE, DELETE ON hcc.passkey_challenges TO hcc_app, hcc_worker;
