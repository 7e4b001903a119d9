-- What happened, what follows from it, and what must not happen twice.

CREATE TABLE hcc.audit_log (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  at              timestamptz NOT NULL DEFAULT now(),
  actor_id        uuid,
  actor_type      text NOT NULL CHECK (actor_type IN ('user', 'api_key', 'system')),
  actor_org_id    uuid,
  action          text NOT NULL,
  subject_type    text NOT NULL,
  subject_id      text NOT NULL,
  before          jsonb,
  after           jsonb,
  address         inet,
  request_id      text
);
CREATE INDEX audit_log_organization ON hcc.audit_log (organization_id, at DESC, id DESC);
CREATE INDEX audit_log_subject ON hcc.audit_log (organization_id, subject_type, subject_id, at DESC);
CALL hcc.make_tenant_table('audit_log');
GRANT SELECT, INSERT ON hcc.audit_log TO hcc_app, hcc_worker;
-- Append-only for everybody, the owner included, with one door: erasing a person blanks what entries quote of them. Who did
-- what, when and to which record stays.
CREATE FUNCTION hcc.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_log' AND current_setting('app.erasing', true) = 'on' THEN
    IF (to_jsonb(NEW) - 'before' - 'after' - 'address') = (to_jsonb(OLD) - 'before' - 'after' - 'address') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE insufficient_privilege USING MESSAGE = format('%I is append-only', TG_TABLE_NAME);
END
$$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE ON hcc.audit_log
  FOR EACH ROW EXECUTE FUNCTION hcc.refuse_change();
CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON hcc.audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION hcc.refuse_change();

-- Events leave with the transaction that made them; the relay hands them on at least once.
CREATE TABLE hcc.outbox_events (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  event_id        uuid NOT NULL UNIQUE,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  topic           text NOT NULL CHECK (topic ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'),
  payload         jsonb NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  relayed_at      timestamptz
);
CREATE INDEX outbox_events_waiting ON hcc.outbox_events (id) WHERE relayed_at IS NULL;
CREATE INDEX outbox_events_organization ON hcc.outbox_events (organization_id, id DESC);
CALL hcc.make_tenant_table('outbox_events');
GRANT SELECT, INSERT ON hcc.outbox_events TO hcc_app, hcc_worker;
CREATE FUNCTION hcc.outbox_wake() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('hcc_outbox', '');
  RETURN NULL;
END
$$;
CREATE TRIGGER outbox_wake AFTER INSERT ON hcc.outbox_events FOR EACH STATEMENT EXECUTE FUNCTION hcc.outbox_wake();
-- The relay serves every organisation, so it claims through a function rather than seeing the table.
CREATE FUNCTION hcc.claim_outbox(batch integer) RETURNS SETOF hcc.outbox_events
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  UPDATE outbox_events e SET relayed_at = now()
   WHERE e.id IN (SELECT w.id FROM outbox_events w WHERE w.relayed_at IS NULL ORDER BY w.id LIMIT batch FOR UPDATE SKIP LOCKED)
  RETURNING e.*
$$;

CREATE TABLE hcc.idempotency_keys (
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  actor_id        uuid NOT NULL,
  key             text NOT NULL CHECK (char_length(key) BETWEEN 1 AND 255),
  request_hash    bytea NOT NULL,
  status          smallint NOT NULL,
  response        bytea NOT NULL,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (organization_id, actor_id, key)
);
CREATE INDEX idempotency_keys_age ON hcc.idempotency_keys (created_at);
CALL hcc.make_tenant_table('idempotency_keys');
GRANT SELECT, INSERT ON hcc.idempotency_keys TO hcc_app, hcc_worker;
CREATE FUNCTION hcc.forget_idempotency_keys(older_than interval) RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = hcc, pg_temp AS $$
  WITH gone AS (DELETE FROM idempotency_keys WHERE created_at < now() - greatest(older_than, interval '24 hours') RETURNING 1)
  SELECT count(*) FROM gone
$$;

-- Long work answers 202 with one of these.
CREATE TABLE hcc.operations (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  kind            text NOT NULL,
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'succeeded', 'failed', 'cancelled')),
  progress        smallint NOT NULL DEFAULT 0 CHECK (progress BETWEEN 0 AND 100),
  subject_type    text NOT NULL,
  subject_id      text NOT NULL,
  result          jsonb,
  error           jsonb,
  created_by      uuid,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  finished_at     timestamptz
);
CREATE INDEX operations_organization ON hcc.operations (organization_id, created_at DESC);
CALL hcc.make_tenant_table('operations');
GRANT SELECT, INSERT, UPDATE ON hcc.operations TO hcc_app, hcc_worker;

CREATE TABLE hcc.webhook_endpoints (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  url             text NOT NULL CHECK (char_length(url) <= 2048),
  description     text NOT NULL DEFAULT '' CHECK (char_length(description) <= 255),
  topics          text[] NOT NULL,
  secret          bytea NOT NULL,
  is_active       boolean NOT NULL DEFAULT true,
  version         integer NOT NULL DEFAULT 1,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  deleted_at      timestamptz,
  UNIQUE (organization_id, id)
);
CREATE INDEX webhook_endpoints_organization ON hcc.webhook_endpoints (organization_id, created_at DESC) WHERE deleted_at IS NULL;
CALL hcc.make_tenant_table('webhook_endpoints');
GRANT SELECT, INSERT, UPDATE ON hcc.webhook_endpoints TO hcc_app, hcc_worker;

CREATE TABLE hcc.webhook_deliveries (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  endpoint_id     uuid NOT NULL,
  event_id        uuid NOT NULL,
  topic           text NOT NULL,
  body            jsonb NOT NULL,
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'retrying', 'failed')),
  attempts        integer NOT NULL DEFAULT 0,
  response_status integer,
  response_ms     integer,
  error           text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  updated_at      timestamptz NOT NULL DEFAULT now(),
  next_attempt_at timestamptz,
  UNIQUE (organization_id, endpoint_id, event_id),
  FOREIGN KEY (organization_id, endpoint_id) REFERENCES hcc.webhook_endpoints (organization_id, id)
);
CREATE INDEX webhook_deliveries_endpoint ON hcc.webhook_deliveries (organization_id, endpoint_id, created_at DESC);
CALL hcc.make_tenant_table('webhook_deliveries');
GRANT SELECT, INSERT, UPDATE ON hcc.webhook_deliveries TO hcc_app, hcc_worker;

CREATE TABLE hcc.outgoing_mail (
  id              uuid PRIMARY KEY,
  organization_id uuid NOT NULL REFERENCES hcc.organizations (id),
  recipient       text NOT NULL,
  template        text NOT NULL,
  locale          text NOT NULL DEFAULT 'en',
  context         bytea NOT NULL,
  message_id      text NOT NULL UNIQUE,
  status          text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'sent', 'retrying', 'failed', 'bounced')),
  attempts        integer NOT NULL DEFAULT 0,
  error           text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  sent_at         timestamptz
);
CREATE INDEX outgoing_mail_organization ON hcc.outgoing_mail (organization_id, created_at DESC);
CALL hcc.make_tenant_table('outgoing_mail');
GRANT SELECT, INSERT, UPDATE ON hcc.outgoing_mail TO hcc_app, hcc_worker;

-- Functions open for named roles only (PUBLIC lost EXECUTE in 0001).
GRANT EXECUTE ON FUNCTION hcc.current_org_id(), hcc.current_user_id(), hcc.in_subtree(uuid), hcc.visible(uuid, uuid),
  hcc.writable(uuid), hcc.person_visible(uuid), hcc.my_organizations(),
  hcc.revoke_session(uuid, text, interval) TO hcc_app, hcc_worker;
GRANT EXECUTE ON FUNCTION hcc.find_login(text), hcc.find_refresh_token(bytea), hcc.find_reset_token(bytea),
  hcc.find_api_key(text) TO hcc_app;
GRANT EXECUTE ON FUNCTION hcc.find_login(text) TO hcc_worker;
GRANT EXECUTE ON FUNCTION hcc.claim_outbox(integer), hcc.forget_idempotency_keys(interval) TO hcc_worker;
