-- Export and erasure of a person's data (GDPR articles 15, 17 and 20).

-- A finished export waits here, sealed, until it is fetched or a week has passed.
CREATE TABLE hcc.user_exports (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  user_id         uuid NOT NULL REFERENCES hcc.users (id) ON DELETE CASCADE,
  document        bytea NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz NOT NULL DEFAULT now() + interval '7 days'
);
CREATE INDEX user_exports_organization ON hcc.user_exports (organization_id, created_at DESC);
CALL hcc.make_tenant_table('user_exports');
GRANT SELECT, INSERT, DELETE ON hcc.user_exports TO hcc_app, hcc_worker;

-- Takes a person's data out of every table that quotes them. The caller must be able to write the account.
-- Events, deliveries and audit entries quote the names of API keys too; the organisation of an event may be another than the
-- one that manages the account, so the person's id alone decides.
CREATE FUNCTION hcc.erase_person(person uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
DECLARE
  account users;
BEGIN
  SELECT * INTO account FROM users WHERE id = person FOR UPDATE;
  IF NOT FOUND OR NOT writable(account.organization_id) THEN
    RAISE insufficient_privilege USING MESSAGE = 'there is no such account in reach';
  END IF;
  DELETE FROM user_credentials WHERE user_id = person;
  DELETE FROM recovery_codes WHERE user_id = person;
  DELETE FROM password_history WHERE user_id = person;
  DELETE FROM refresh_tokens WHERE user_id = person;
  UPDATE sessions SET user_agent = '', address = NULL, revoked_at = coalesce(revoked_at, now()),
                      revoked_reason = coalesce(revoked_reason, 'erased') WHERE user_id = person;
  UPDATE api_keys SET name = 'erased', deleted_at = coalesce(deleted_at, now()) WHERE user_id = person;
  DELETE FROM user_exports WHERE user_id = person;
  DELETE FROM outgoing_mail WHERE recipient = account.email;
  UPDATE outbox_events SET payload = jsonb_build_object('id', person)
   WHERE payload ->> 'id' = person::text;
  UPDATE outbox_events SET payload = jsonb_build_object('id', payload -> 'id', 'user_id', person)
   WHERE payload ->> 'user_id' = person::text;
  UPDATE webhook_deliveries SET body = body || jsonb_build_object('data', jsonb_build_object('id', person))
   WHERE body -> 'data' ->> 'id' = person::text;
  UPDATE webhook_deliveries
     SET body = body || jsonb_build_object('data', jsonb_build_object('id', body -> 'data' -> 'id', 'user_id', person))
   WHERE body -> 'data' ->> 'user_id' = person::text;
  PERFORM set_config('app.erasing', 'on', true);
  UPDATE audit_log SET before = NULL, after = NULL, address = CASE WHEN actor_id = person THEN NULL ELSE address END
   WHERE (subject_type = 'user' AND subject_id = person::text) OR actor_id = person
      OR before ->> 'user_id' = person::text OR after ->> 'user_id' = person::text;
  PERFORM set_config('app.erasing', '', true);
  UPDATE users SET email = format('erased-%s@erased.invalid', person), username = 'erased-' || replace(person::text, '-', ''),
                   full_name = '', locale = 'en', timezone = 'UTC', is_active = false, version = version + 1,
                   updated_at = now(), last_login_at = NULL, deleted_at = coalesce(deleted_at, now()), erased_at = now()
   WHERE id = person;
END
$$;
GRANT EXECUTE ON FUNCTION hcc.erase_person(uuid) TO hcc_app, hcc_worker;
