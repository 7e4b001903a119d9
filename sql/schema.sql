-- What sql/migrations add up to, written by `python -m control.core.schema`; sql/roles.sql comes before it.
-- Change the migrations, never this file.
SET check_function_bodies = false;
SET search_path = '';

CREATE FUNCTION hcc.add_up_invoice_tallies() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH several AS (
         SELECT organization_id, kind, status, issued_on FROM invoice_tallies GROUP BY 1, 2, 3, 4 HAVING count(*) > 1),
       gone AS (
         DELETE FROM invoice_tallies t USING several s
          WHERE t.organization_id = s.organization_id AND t.kind = s.kind AND t.status = s.status
            AND t.issued_on IS NOT DISTINCT FROM s.issued_on
         RETURNING t.organization_id, t.kind, t.status, t.issued_on, t.documents),
       kept AS (
         INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
         SELECT organization_id, kind, status, issued_on, sum(documents) FROM gone GROUP BY 1, 2, 3, 4 HAVING sum(documents) <> 0
         RETURNING 1)
  SELECT (SELECT count(*) FROM gone) - (SELECT count(*) FROM kept)
$$;

CREATE FUNCTION hcc.agent_claim_take(hash bytea) RETURNS TABLE(organization_id uuid, name text)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  UPDATE agent_claims c SET used_at = now()
   WHERE c.claim_hash = hash AND c.used_at IS NULL AND c.expires_at > now()
     AND NOT EXISTS (SELECT FROM organizations o JOIN organizations a ON a.id = ANY (o.path)
                      WHERE o.id = c.organization_id AND (NOT a.is_active OR a.deleted_at IS NOT NULL))
  RETURNING c.organization_id, c.name
$$;

CREATE FUNCTION hcc.alert_rules_claim(most integer, at timestamp with time zone) RETURNS TABLE(rule_id uuid, organization_id uuid, due_at timestamp with time zone)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH due AS (
    SELECT e.rule_id, e.due_at, r.interval_s, floor(extract(epoch FROM at - e.due_at) / r.interval_s)::bigint AS passed
      FROM alert_evaluations e JOIN alert_rules r ON r.id = e.rule_id JOIN organizations o ON o.id = e.organization_id
     WHERE e.due_at <= at AND r.is_active AND o.is_active AND o.deleted_at IS NULL
     ORDER BY e.due_at LIMIT most FOR UPDATE OF e SKIP LOCKED)
  UPDATE alert_evaluations e
     SET due_at = due.due_at + (due.passed + 1) * make_interval(secs => due.interval_s), missed = e.missed + due.passed
    FROM due WHERE e.rule_id = due.rule_id
  RETURNING e.rule_id, e.organization_id, due.due_at
$$;

CREATE FUNCTION hcc.ban_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM pg_notify('hcc_bans', json_build_object(
    'id', NEW.id, 'network', NEW.network::text, 'reason', left(NEW.reason, 200),
    'scope', (SELECT CASE WHEN o.kind = 'platform' THEN NULL ELSE o.id END FROM organizations o WHERE o.id = NEW.organization_id),
    'until', extract(epoch FROM NEW.until)::bigint, 'lifted', NEW.lifted_at IS NOT NULL)::text);
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.billing_sellers() RETURNS TABLE(organization_id uuid, timezone text)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT s.organization_id, s.timezone FROM billing_settings s ORDER BY s.organization_id
$$;

CREATE FUNCTION hcc.check_beat(hash bytea, at timestamp with time zone) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  -- Due at once, so that a recovery is known at once.
  UPDATE check_states s SET beat_at = at, due_at = CASE WHEN s.state = 'up' THEN s.due_at ELSE least(s.due_at, at) END
    FROM checks c JOIN organizations o ON o.id = c.organization_id
   WHERE s.check_id = c.id AND c.token_hash = hash AND c.is_active AND o.is_active AND o.deleted_at IS NULL;
  RETURN FOUND;
END
$$;

CREATE FUNCTION hcc.checks_claim(at_location text, most integer, at timestamp with time zone) RETURNS TABLE(check_id uuid, organization_id uuid)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH due AS (
    SELECT s.check_id, s.due_at, c.interval_s
      FROM check_states s JOIN checks c ON c.id = s.check_id JOIN organizations o ON o.id = s.organization_id
     WHERE s.location = at_location AND s.due_at <= at AND c.is_active AND o.is_active AND o.deleted_at IS NULL
     ORDER BY s.due_at LIMIT most FOR UPDATE OF s SKIP LOCKED)
  UPDATE check_states s
     SET due_at = due.due_at + (floor(extract(epoch FROM at - due.due_at) / due.interval_s) + 1) * make_interval(secs => due.interval_s)
    FROM due WHERE s.check_id = due.check_id AND s.location = at_location
  RETURNING s.check_id, s.organization_id
$$;

CREATE FUNCTION hcc.checks_stuck(at timestamp with time zone) RETURNS TABLE(check_id uuid, organization_id uuid, stuck boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH judged AS (
    SELECT c.id, c.organization_id, c.is_active AND bool_or(
             greatest(s.last_at, s.since, c.created_at,
                      CASE WHEN l.seen_at > at - interval '60 seconds' THEN l.since ELSE l.seen_at END)
             < at - 3 * make_interval(secs => c.interval_s)) AS stuck
      FROM checks c JOIN check_states s ON s.check_id = c.id LEFT JOIN check_locations l ON l.location = s.location
     GROUP BY c.id)
  SELECT j.id, j.organization_id, j.stuck FROM judged j
   WHERE j.stuck OR EXISTS (SELECT FROM alerts a WHERE a.organization_id = j.organization_id AND a.source = 'stuck'
                               AND a.source_id = j.id AND a.phase <> 'resolved')
$$;

CREATE FUNCTION hcc.claim_outbox(batch integer) RETURNS TABLE(id bigint, event_id uuid, organization_id uuid, topic text, payload jsonb, created_at timestamp with time zone, attempts integer)
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hcc.outbox', 7)) THEN
    RETURN;
  END IF;
  RETURN QUERY
    SELECT e.id, e.event_id, e.organization_id, e.topic, e.payload, e.created_at, e.attempts
      FROM outbox_events e
     WHERE e.relayed_at IS NULL AND e.dead_at IS NULL AND (e.next_attempt_at IS NULL OR e.next_attempt_at <= now())
     ORDER BY e.id
     LIMIT batch
       FOR UPDATE SKIP LOCKED;
END
$$;

CREATE FUNCTION hcc.client_tallies_add(gateway_name text, batch jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO client_tallies (organization_id, site_id, gateway, client, login, unauthorized, not_found, scanner, limited, waf_score, sample)
  SELECT coalesce(s.organization_id, (SELECT o.id FROM organizations o WHERE o.kind = 'platform')), s.id, left(gateway_name, 255),
         t.client, t.login, t.unauthorized, t.not_found, t.scanner, t.limited, t.score, left(t.sample, 512)
    FROM jsonb_to_recordset(batch) AS t(client inet, site uuid, login integer, unauthorized integer, not_found integer,
           scanner integer, limited integer, score integer, sample text)
    LEFT JOIN gateway_sites s ON s.id = t.site;
  PERFORM pg_notify('hcc_tallies', '');
END
$$;

CREATE FUNCTION hcc.cross_border_sellers(since date) RETURNS TABLE(organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT s.organization_id FROM billing_settings s
   WHERE NOT s.oss_registered AND EXISTS (
     SELECT FROM ledger_lines l
      WHERE l.organization_id = s.organization_id AND l.tax_on >= since
        AND l.tax_reason IN ('below_threshold', 'oss') AND l.account <> 'tax')
$$;

CREATE FUNCTION hcc.current_org_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.current_org_id'::text, true), ''::text))::uuid;

COMMENT ON FUNCTION hcc.current_org_id() IS 'The organisation this transaction works for; NULL when none was set.';

CREATE FUNCTION hcc.current_user_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (NULLIF(current_setting('app.current_user_id'::text, true), ''::text))::uuid;

COMMENT ON FUNCTION hcc.current_user_id() IS 'The person this transaction works for; NULL when none was set.';

CREATE FUNCTION hcc.customer_credits_count() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO customer_credits AS c (organization_id, customer_id, customer_org_id, currency, amount, base_amount)
  SELECT w.organization_id, w.customer_id, k.customer_org_id, e.currency, -sum(w.amount), -sum(w.base_amount)
    FROM written w
    JOIN ledger_entries e ON e.organization_id = w.organization_id AND e.id = w.entry_id
    JOIN customers k ON k.organization_id = w.organization_id AND k.id = w.customer_id
   WHERE w.account = 'customer_credit'
   GROUP BY w.organization_id, w.customer_id, k.customer_org_id, e.currency
  ON CONFLICT (organization_id, customer_id, currency) DO UPDATE
     SET amount = c.amount + excluded.amount, base_amount = c.base_amount + excluded.base_amount, updated_at = now();
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.due_vat_watches(most integer) RETURNS TABLE(organization_id uuid, customer_id uuid, tax_id text)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  UPDATE vat_watches w SET queued_until = now() + interval '1 hour'
    FROM (SELECT d.organization_id, d.customer_id FROM vat_watches d
           WHERE d.next_check_at <= now() AND d.queued_until <= now()
           ORDER BY d.next_check_at LIMIT most FOR UPDATE SKIP LOCKED) due
   WHERE w.organization_id = due.organization_id AND w.customer_id = due.customer_id
  RETURNING w.organization_id, w.customer_id, w.tax_id
$$;

CREATE FUNCTION hcc.erase_person(person uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
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

CREATE FUNCTION hcc.find_api_key(key_prefix text) RETURNS TABLE(id uuid, organization_id uuid, user_id uuid, key_hash bytea, scopes text[], expires_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT k.id, k.organization_id, k.user_id, k.key_hash, k.scopes, k.expires_at
    FROM api_keys k JOIN users u ON u.id = k.user_id JOIN organizations o ON o.id = k.organization_id
   WHERE k.prefix = key_prefix AND k.deleted_at IS NULL AND u.is_active AND u.deleted_at IS NULL
     AND o.is_active AND o.deleted_at IS NULL
$$;

CREATE FUNCTION hcc.find_login(address text) RETURNS TABLE(user_id uuid, is_active boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT u.id, u.is_active FROM users u WHERE u.email = lower(address) AND u.deleted_at IS NULL
$$;

CREATE FUNCTION hcc.find_passkey(credential bytea) RETURNS TABLE(user_id uuid, is_active boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT u.id, u.is_active FROM passkeys p JOIN users u ON u.id = p.user_id
   WHERE p.credential_id = credential AND u.deleted_at IS NULL
$$;

CREATE FUNCTION hcc.find_refresh_token(hash bytea) RETURNS TABLE(user_id uuid, session_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT t.user_id, t.session_id FROM refresh_tokens t WHERE t.token_hash = hash
$$;

CREATE FUNCTION hcc.find_reset_token(hash bytea) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT c.user_id FROM user_credentials c WHERE c.reset_token_hash = hash AND c.reset_expires_at > now()
$$;

CREATE FUNCTION hcc.find_web_session(hash bytea, longest interval) RETURNS TABLE(session_id uuid, user_id uuid, organization_id uuid, entered_org_id uuid, confirmed_at timestamp with time zone, last_seen_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT w.session_id, w.user_id, s.acting_org_id, w.entered_org_id, w.confirmed_at, s.last_seen_at
    FROM web_sessions w JOIN sessions s ON s.id = w.session_id
   WHERE w.secret_hash = hash AND s.revoked_at IS NULL AND s.expires_at > now() AND w.created_at > now() - longest
$$;

CREATE FUNCTION hcc.forget_alerts(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH changes AS (DELETE FROM alert_changes WHERE at < now() - older_than RETURNING 1),
       outages AS (DELETE FROM ingest_outages WHERE ended < now() - older_than RETURNING 1),
       silent AS (DELETE FROM silences WHERE ends_at < now() - older_than RETURNING 1),
       over AS (DELETE FROM alerts WHERE phase = 'resolved' AND resolved_at < now() - least(older_than, interval '1 day') RETURNING 1)
  SELECT (SELECT count(*) FROM changes) + (SELECT count(*) FROM outages) + (SELECT count(*) FROM silent) + (SELECT count(*) FROM over)
$$;

CREATE FUNCTION hcc.forget_checks(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH results AS (DELETE FROM check_results WHERE at < now() - interval '2 days' RETURNING 1),
       spans AS (DELETE FROM check_spans WHERE ended < now() - older_than RETURNING 1)
  SELECT (SELECT count(*) FROM results) + (SELECT count(*) FROM spans)
$$;

CREATE FUNCTION hcc.forget_client_tallies(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (DELETE FROM client_tallies WHERE at < now() - greatest(older_than, interval '1 hour') RETURNING 1) SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.forget_idempotency_keys(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (DELETE FROM idempotency_keys WHERE created_at < now() - greatest(older_than, interval '24 hours') RETURNING 1)
  SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.forget_mail(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (
    DELETE FROM outgoing_mail
     WHERE status IN ('sent', 'failed', 'bounced') AND created_at < now() - greatest(older_than, interval '1 day') RETURNING 1)
  SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.forget_notifications(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (DELETE FROM notifications WHERE created_at < now() - older_than AND status IN ('succeeded', 'failed') RETURNING 1)
  SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.forget_relayed_events(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (DELETE FROM outbox_events WHERE relayed_at < now() - greatest(older_than, interval '1 day') RETURNING 1)
  SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.forget_security_events() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  part record;
  gone bigint := 0;
  first_kept date := (now() AT TIME ZONE 'UTC')::date - coalesce((SELECT event_days FROM security_settings), 30);
BEGIN
  FOR part IN SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
               WHERE i.inhparent = 'hcc.security_events'::regclass LOOP
    IF to_date(right(part.relname, 8), 'YYYYMMDD') < first_kept THEN
      EXECUTE format('DROP TABLE hcc.%I', part.relname);
      gone := gone + 1;
    END IF;
  END LOOP;
  RETURN gone;
END
$$;

CREATE FUNCTION hcc.forget_seen_requests() RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (DELETE FROM seen_requests s WHERE s.at < now() - interval '5 minutes' RETURNING 1) SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.forget_webhook_deliveries(older_than interval) RETURNS bigint
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  WITH gone AS (
    DELETE FROM webhook_deliveries
     WHERE status IN ('succeeded', 'failed') AND updated_at < now() - greatest(older_than, interval '1 day') RETURNING 1)
  SELECT count(*) FROM gone
$$;

CREATE FUNCTION hcc.gateway_changed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_notify('hcc_gateway', TG_TABLE_NAME);
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.gateway_hold_hosts() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  DELETE FROM gateway_hosts g WHERE g.site_id = NEW.id AND (NEW.deleted_at IS NOT NULL OR g.host <> ALL (NEW.hosts));
  IF NEW.deleted_at IS NULL THEN
    INSERT INTO gateway_hosts (host, organization_id, site_id)
    SELECT DISTINCT n.host, NEW.organization_id, NEW.id FROM unnest(NEW.hosts) AS n(host)
     WHERE NOT EXISTS (SELECT FROM gateway_hosts g WHERE g.host = n.host AND g.site_id = NEW.id);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.gateway_hosts_refused(names text[], site uuid, organization uuid, home uuid) RETURNS text[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.gateway_hosts', 7));
  -- Three looks by index: the name itself, what lies below it, what lies above it.
  RETURN (
    WITH wanted AS (
      SELECT w.host, (reverse(CASE WHEN w.host LIKE '*.%' THEN substr(w.host, 3) ELSE w.host END) || '.') COLLATE "C" AS place
        FROM unnest(names) AS w(host)),
    nesting AS (
      SELECT n.host, g.organization_id
        FROM wanted n JOIN gateway_hosts g ON g.place >= n.place AND g.place < n.place || chr(127)
       WHERE n.host <> '*'
      UNION
      SELECT n.host, g.organization_id
        FROM wanted n
        CROSS JOIN LATERAL generate_series(1, length(n.place)) AS i
        JOIN gateway_hosts g ON g.place = left(n.place, i)
       WHERE n.host <> '*' AND substr(n.place, i, 1) = '.')
    SELECT coalesce(array_agg(r.host ORDER BY r.host), '{}')
      FROM (SELECT n.host FROM wanted n JOIN gateway_hosts g ON g.host = n.host WHERE g.site_id IS DISTINCT FROM site
            UNION
            SELECT n.host FROM nesting n
             WHERE n.organization_id <> organization
               AND NOT EXISTS (SELECT FROM organizations o WHERE o.id = n.organization_id AND o.path @> ARRAY[home])) r);
END
$$;

COMMENT ON FUNCTION hcc.gateway_hosts_refused(names text[], site uuid, organization uuid, home uuid) IS 'Of the names that a site of an organisation wants, those it cannot have: held by another site, or above or below a name of another organisation, unless that one is `home` (the organisation of who asks) or below it. Names are given out one transaction at a time.';

CREATE FUNCTION hcc.gateway_part_revised() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  -- The trigger above counts.
  UPDATE gateway_sites SET revision = revision WHERE id = coalesce(NEW.site_id, OLD.site_id);
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.gateway_person_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  person uuid := coalesce(to_jsonb(NEW), to_jsonb(OLD)) ->> TG_ARGV[0];
BEGIN
  IF EXISTS (SELECT FROM api_keys k WHERE k.user_id = person AND k.deleted_at IS NULL) THEN
    PERFORM pg_notify('hcc_gateway', TG_TABLE_NAME);
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.gateway_report_sites(gateway_name text, sites uuid[], revisions bigint[], errors text[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  INSERT INTO gateway_site_reports (gateway, site_id, organization_id, revision, error)
  SELECT gateway_name, s.id, s.organization_id, n.revision, left(n.error, 2000)
    FROM unnest(sites, revisions, errors) AS n(site, revision, error) JOIN gateway_sites s ON s.id = n.site
  ON CONFLICT (gateway, site_id) DO UPDATE SET revision = excluded.revision, error = excluded.error, reported_at = now()
$$;

CREATE FUNCTION hcc.gateway_site_certificates(site uuid) RETURNS TABLE(host text, certificate_id uuid, not_after timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT DISTINCT ON (h.host) h.host, c.id, c.not_after
    FROM gateway_config_sites s
    JOIN organizations o ON o.id = s.organization_id
    JOIN gateway_hosts h ON h.site_id = s.id AND h.host <> '*'
   CROSS JOIN LATERAL (VALUES (h.host), ('*.' || substr(h.host, strpos(h.host, '.') + 1))) AS w(host)
    JOIN gateway_certificates c ON c.organization_id = ANY (o.path) AND c.hosts @> ARRAY[w.host]
    JOIN organizations p ON p.id = c.organization_id AND p.is_active AND p.deleted_at IS NULL
   WHERE s.id = site AND visible(s.organization_id)
   ORDER BY h.host, (c.not_after > now()) DESC, array_position(o.path, c.organization_id) DESC, c.not_before DESC, c.id DESC
$$;

CREATE FUNCTION hcc.gateway_site_revised() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  NEW.revision := OLD.revision + 1;
  RETURN NEW;
END
$$;

CREATE FUNCTION hcc.in_subtree(organization uuid) RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF current_setting('app.current_access', true) IS DISTINCT FROM 'tree' THEN
    RETURN false;
  END IF;
  RETURN EXISTS (SELECT FROM organizations o WHERE o.id = organization AND o.path @> ARRAY[current_org_id()]);
END
$$;

COMMENT ON FUNCTION hcc.in_subtree(organization uuid) IS 'Whether the organisation is below the current one, in a transaction that was given access to the tree.';

CREATE FUNCTION hcc.ingest_changed() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM pg_notify('hcc_ingest', '');
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.ingest_tokens_used(hashes bytea[], at timestamp with time zone[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  INSERT INTO ingest_token_uses (token_id, organization_id, last_used_at)
  SELECT t.id, t.organization_id, max(least(u.used, now()))
    FROM unnest(hashes, at) AS u(hash, used) JOIN ingest_tokens t ON t.token_hash = u.hash
   GROUP BY t.id, t.organization_id
  ON CONFLICT (token_id) DO UPDATE SET last_used_at = excluded.last_used_at
   WHERE excluded.last_used_at > ingest_token_uses.last_used_at
$$;

CREATE FUNCTION hcc.invoice_documents_guard() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE check_violation USING MESSAGE = 'a document of an invoice is never changed', CONSTRAINT = 'invoice_document_kept';
END
$$;

CREATE FUNCTION hcc.invoice_items_guard() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  of_invoice CONSTANT uuid := CASE WHEN TG_OP = 'DELETE' THEN OLD.invoice_id ELSE NEW.invoice_id END;
  holds text;
BEGIN
  SELECT i.status INTO holds FROM invoices i WHERE i.id = of_invoice;
  -- Not found: the invoice itself is being deleted.
  IF FOUND AND holds <> 'draft' THEN
    RAISE check_violation USING MESSAGE = 'the invoice of this line is finalised', CONSTRAINT = 'invoice_finalised';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END
$$;

CREATE FUNCTION hcc.invoice_mail_owner(mail uuid, OUT organization_id uuid) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT m.organization_id FROM invoice_mails m WHERE m.id = mail
$$;

CREATE FUNCTION hcc.invoices_guard() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  -- Computed columns are not there yet in NEW.
  free CONSTANT text[] := ARRAY['status', 'paid', 'credited', 'balance', 'sent_at', 'paid_at', 'closed_at', 'version', 'updated_at',
                                'number_key', 'name_key', 'plain_number'];
BEGIN
  IF OLD.status = 'draft' THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.status = 'draft' OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE check_violation USING MESSAGE = format('invoice %s is finalised', OLD.number), CONSTRAINT = 'invoice_finalised';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION hcc.job_again(job bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'jobs', 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM FROM procrastinate_jobs j WHERE j.id = job AND j.status = 'failed' FOR UPDATE;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM procrastinate_retry_job_v2(job, now(), NULL, NULL, NULL);
  RETURN true;
END
$$;

CREATE FUNCTION hcc.ledger_append_only() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  RAISE insufficient_privilege USING MESSAGE = 'the ledger is append-only';
END
$$;

CREATE FUNCTION hcc.ledger_balanced() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  wrong uuid;
BEGIN
  SELECT l.entry_id INTO wrong FROM written l GROUP BY l.entry_id
  HAVING sum(l.amount) <> 0 OR sum(l.base_amount) <> 0 OR count(*) < 2 LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = format('the lines of ledger entry %s do not balance', wrong), CONSTRAINT = 'ledger_balanced';
  END IF;
  SELECT w.entry_id INTO wrong
    FROM (SELECT l.organization_id, l.entry_id, count(*) AS lines FROM written l GROUP BY l.organization_id, l.entry_id) AS w
   WHERE (SELECT e.created_at FROM ledger_entries e WHERE e.id = w.entry_id) <> now()
      OR (SELECT count(*) FROM ledger_lines o WHERE o.organization_id = w.organization_id AND o.entry_id = w.entry_id) <> w.lines
   LIMIT 1;
  IF FOUND THEN
    RAISE check_violation USING MESSAGE = format('ledger entry %s is closed', wrong), CONSTRAINT = 'ledger_closed';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.ledger_has_lines() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM ledger_lines l WHERE l.organization_id = NEW.organization_id AND l.entry_id = NEW.id) THEN
    RAISE check_violation USING MESSAGE = format('ledger entry %s has no lines', NEW.id), CONSTRAINT = 'ledger_has_lines';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.ledger_lines_day() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  SELECT e.booked_on INTO NEW.booked_on FROM ledger_entries e WHERE e.organization_id = NEW.organization_id AND e.id = NEW.entry_id;
  RETURN NEW;
END
$$;

CREATE PROCEDURE hcc.make_person_table(IN table_name text)
    LANGUAGE plpgsql
    AS $$
BEGIN
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', table_name);
  EXECUTE format('CREATE POLICY own_person ON hcc.%I TO hcc_app, hcc_worker '
                 'USING (user_id = hcc.current_user_id()) WITH CHECK (user_id = hcc.current_user_id())', table_name);
END
$$;

CREATE PROCEDURE hcc.make_tenant_table(IN table_name text, IN customer_column text DEFAULT NULL::text)
    LANGUAGE plpgsql
    AS $_$
DECLARE
  seen text := '(SELECT hcc.reaches_all()) OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = organization_id)';
BEGIN
  IF customer_column IS NOT NULL THEN
    seen := format('%1$I = (SELECT hcc.current_org_id()) OR %2$s OR EXISTS (SELECT FROM hcc.organizations o WHERE o.id = %1$I)',
                   customer_column, seen);
  END IF;
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', table_name);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', table_name);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', table_name);
  EXECUTE format('CREATE POLICY tenant_read ON hcc.%I FOR SELECT TO hcc_app, hcc_worker '
                 'USING (organization_id = (SELECT hcc.current_org_id()) OR %s)', table_name, seen);
  EXECUTE format('CREATE POLICY tenant_insert ON hcc.%I FOR INSERT TO hcc_app, hcc_worker '
                 'WITH CHECK (hcc.writable(organization_id))', table_name);
  EXECUTE format('CREATE POLICY tenant_update ON hcc.%I FOR UPDATE TO hcc_app, hcc_worker '
                 'USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id))', table_name);
  EXECUTE format('CREATE POLICY tenant_delete ON hcc.%I FOR DELETE TO hcc_app, hcc_worker '
                 'USING (hcc.writable(organization_id))', table_name);
END
$_$;

CREATE FUNCTION hcc.metric_bounded(value double precision) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (value > ('100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision) THEN 'Infinity'::double precision WHEN (value < ('-100000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000'::numeric)::double precision) THEN '-Infinity'::double precision ELSE value END;

CREATE FUNCTION hcc.metric_compact() RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
DECLARE
  one record;
BEGIN
  -- Readers come first; what is not done now is done next time.
  SET LOCAL lock_timeout = '2s';
  SELECT * INTO one FROM metric_parts('hcc.metric_samples') p
   WHERE NOT p.compacted AND p.ended < now() - interval '10 minutes' ORDER BY p.ended LIMIT 1;
  IF one IS NULL THEN
    RETURN NULL;
  END IF;
  IF metric_storage() = 'partitions' THEN
    EXECUTE format('CREATE INDEX ON %s (series, time)', one.part);
  ELSE
    EXECUTE format('SELECT %s.compress_chunk($1, true)', metric_extension_schema()) USING one.part;
  END IF;
  RETURN one.part::text;
END
$_$;

CREATE FUNCTION hcc.metric_extension_schema() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'timescaledb'
$$;

CREATE FUNCTION hcc.metric_families_add(owners uuid[], names text[], kinds text[], units text[], helps text[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  INSERT INTO metric_families (organization_id, name, kind, unit, help)
  SELECT DISTINCT ON (a.owner, a.name) a.owner, a.name, a.kind, a.unit, a.help
    FROM unnest(owners, names, kinds, units, helps) WITH ORDINALITY AS a(owner, name, kind, unit, help, place)
    JOIN organizations o ON o.id = a.owner
   ORDER BY a.owner, a.name, a.place DESC
  ON CONFLICT (organization_id, name) DO UPDATE
    SET kind = excluded.kind, unit = excluded.unit, help = excluded.help, updated_at = now()
$$;

CREATE FUNCTION hcc.metric_figures_of(wanted integer[], step integer, figure text, first timestamp with time zone, last timestamp with time zone) RETURNS TABLE(series integer, times bytea, "values" bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
BEGIN
  IF figure NOT IN ('count', 'sum', 'min', 'max', 'last', 'increase') THEN
    RAISE invalid_parameter_value USING MESSAGE = 'there is no such figure of a step';
  END IF;
  RETURN QUERY EXECUTE format(
    'SELECT r.series, string_agg(timestamptz_send(r.bucket), ''''::bytea), string_agg(float8send(r.%I::float8), ''''::bytea)'
    '  FROM metric_rollups r WHERE r.step = %L AND r.series = ANY ($1) AND r.bucket >= %L AND r.bucket <= %L GROUP BY r.series',
    figure, step, first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$_$;

CREATE FUNCTION hcc.metric_hot_index() RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF metric_storage() <> 'timescaledb' THEN
    RETURN;
  END IF;
  IF metric_hot_indexed() THEN
    CREATE INDEX IF NOT EXISTS metric_samples_hot ON ONLY hcc.metric_samples (series, time);
  ELSE
    DROP INDEX IF EXISTS hcc.metric_samples_hot;
  END IF;
END
$$;

CREATE FUNCTION hcc.metric_hot_indexed() RETURNS boolean
    LANGUAGE sql STABLE
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT s.hot_index = 'always' OR (s.hot_index = 'auto' AND
    (SELECT coalesce(sum(g.values), 0) < 50000 * 600 FROM metric_segments g WHERE g.written_at > now() - interval '10 minutes'))
    FROM metric_settings s
$$;

CREATE FUNCTION hcc.metric_maintain() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
DECLARE
  keep metric_settings;
  parent text;
  one record;
  dropped integer := 0;
BEGIN
  SELECT * INTO keep FROM metric_settings;
  -- Readers come first; what is not done now is done next time.
  SET LOCAL lock_timeout = '2s';
  PERFORM metric_prepare(ARRAY[now(), now() + make_interval(hours => keep.partition_hours)]);
  PERFORM metric_hot_index();
  IF metric_storage() = 'timescaledb' THEN
    EXECUTE format('SELECT %s.set_chunk_time_interval(''hcc.metric_samples'', $1)', metric_extension_schema())
      USING make_interval(hours => keep.partition_hours);
  END IF;
  FOREACH parent IN ARRAY ARRAY['metric_samples', 'metric_samples_before', 'metric_rollups_60', 'metric_rollups_300',
                                'metric_rollups_3600', 'metric_rollups_86400'] LOOP
    CONTINUE WHEN to_regclass('hcc.' || parent) IS NULL;
    FOR one IN SELECT * FROM metric_parts(('hcc.' || parent)::regclass) p
                WHERE p.ended < now() - make_interval(days => CASE parent WHEN 'metric_rollups_60' THEN keep.minute_days
                        WHEN 'metric_rollups_300' THEN keep.five_minute_days WHEN 'metric_rollups_3600' THEN keep.hour_days
                        WHEN 'metric_rollups_86400' THEN keep.day_days ELSE keep.raw_days END) LOOP
      PERFORM metric_part_drop(('hcc.' || parent)::regclass, one.part, one.began, one.ended);
      dropped := dropped + 1;
    END LOOP;
  END LOOP;
  -- As long as a removed file could come back from a disk that lost power.
  DELETE FROM metric_segments s WHERE s.written_at < now() - interval '30 days' AND s.minutes = '{}';
  RETURN dropped;
END
$_$;

CREATE FUNCTION hcc.metric_newest(after timestamp with time zone, until timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
DECLARE
  found timestamptz;
  ids integer[];
BEGIN
  ids := ARRAY(SELECT s.id FROM metric_series s WHERE s.organization_id = current_org_id() ORDER BY s.id DESC LIMIT 200)
       || ARRAY(SELECT s.id FROM metric_series s WHERE s.organization_id = current_org_id() ORDER BY s.id LIMIT 200);
  EXECUTE format('SELECT max(m.time) FROM metric_samples m WHERE m.series = ANY ($1) AND m.time > %L AND m.time <= %L', after, until)
     INTO found USING ids;
  IF found IS NULL AND cardinality(ids) = 400 THEN
    EXECUTE format('SELECT t.time FROM (SELECT s.id FROM metric_series s WHERE s.organization_id = $1 ORDER BY s.id DESC LIMIT 50000) AS s'
                   ' CROSS JOIN LATERAL (SELECT max(m.time) AS time FROM metric_samples m'
                   '   WHERE m.series = s.id AND m.time > %L AND m.time <= %L) AS t WHERE t.time IS NOT NULL LIMIT 1', after, until)
       INTO found USING current_org_id();
  END IF;
  RETURN found;
END
$_$;

CREATE FUNCTION hcc.metric_part_drop(parent regclass, part regclass, began timestamp with time zone, ended timestamp with time zone) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
BEGIN
  IF (SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = parent) THEN
    EXECUTE format('DROP TABLE %s', part);
  ELSE
    EXECUTE format('SELECT %s.drop_chunks($1, older_than => $2, newer_than => $3)', metric_extension_schema())
      USING parent, ended, began;
  END IF;
END
$_$;

CREATE FUNCTION hcc.metric_partition(parent text, start timestamp with time zone, hours integer, indexes text[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  part text := parent || to_char(start AT TIME ZONE 'UTC', '"_"YYYYMMDD"_"HH24');
  definition text;
BEGIN
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.metric_partition', 12));
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE hcc.%I (LIKE hcc.%I INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', part, parent);
  FOREACH definition IN ARRAY indexes LOOP
    EXECUTE format('CREATE INDEX ON hcc.%I USING %s', part, definition);
  END LOOP;
  EXECUTE format('ALTER TABLE hcc.%I ATTACH PARTITION hcc.%I FOR VALUES FROM (%L) TO (%L)',
                 parent, part, start, start + make_interval(hours => hours));
END
$$;

CREATE FUNCTION hcc.metric_parts(parent regclass) RETURNS TABLE(part regclass, began timestamp with time zone, ended timestamp with time zone, compacted boolean)
    LANGUAGE plpgsql STABLE
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
BEGIN
  IF (SELECT c.relkind = 'p' FROM pg_class c WHERE c.oid = parent) THEN
    RETURN QUERY
      SELECT c.oid::regclass, substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$FROM \('([^']+)'\)$x$)::timestamptz,
             substring(pg_get_expr(c.relpartbound, c.oid) FROM $x$TO \('([^']+)'\)$x$)::timestamptz,
             EXISTS (SELECT FROM pg_index x JOIN pg_class k ON k.oid = x.indexrelid JOIN pg_am a ON a.oid = k.relam
                      WHERE x.indrelid = c.oid AND a.amname = 'btree')
        FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = parent ORDER BY 2;
  ELSE
    -- The status has a bit for each of: in the columnstore, in no order there, frozen, rows outside it.
    RETURN QUERY EXECUTE
      'SELECT format(''%I.%I'', c.chunk_schema, c.chunk_name)::regclass, c.range_start, c.range_end, k.status & 11 = 1'
      '  FROM timescaledb_information.chunks c JOIN _timescaledb_catalog.chunk k'
      '    ON (k.schema_name, k.table_name) = (c.chunk_schema, c.chunk_name)'
      ' WHERE (c.hypertable_schema, c.hypertable_name) = (SELECT n.nspname, t.relname FROM pg_class t'
      '         JOIN pg_namespace n ON n.oid = t.relnamespace WHERE t.oid = $1) ORDER BY 2' USING parent;
  END IF;
END
$_$;

CREATE FUNCTION hcc.metric_prepare(times timestamp with time zone[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
  indexes text[];
  start timestamptz;
BEGIN
  IF metric_storage() = 'timescaledb' THEN
    RETURN;
  END IF;
  indexes := CASE WHEN metric_hot_indexed() THEN ARRAY['btree (series, time)']
                  ELSE ARRAY['brin (series, time) WITH (pages_per_range = 16)'] END;
  FOR start IN SELECT DISTINCT date_bin(make_interval(hours => hours), t, '2000-01-01Z') FROM unnest(times) AS t LOOP
    PERFORM metric_partition('metric_samples', start, hours, indexes);
  END LOOP;
END
$$;

CREATE FUNCTION hcc.metric_roll_up(most integer DEFAULT 120) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
DECLARE
  -- Values are seconds on their way.
  until timestamptz := now() - interval '20 seconds';
  over integer := floor(extract(epoch FROM until) / 60)::integer - 1;
  batches integer[];
  due integer[];
  due_times timestamptz[];
  follow integer[];
  one integer;
  longer integer;
  start timestamptz;
  done integer := 0;
BEGIN
  IF NOT pg_try_advisory_xact_lock(hashtextextended('hcc.metric_roll_up', 12)) THEN
    RETURN 0;
  END IF;
  -- What is written meanwhile is not among these, and so comes next time.
  SELECT array_agg(DISTINCT s.batch), (array_agg(DISTINCT m.minute ORDER BY m.minute))[1:most] INTO batches, due
    FROM metric_segments s CROSS JOIN LATERAL unnest(s.minutes) AS m(minute) WHERE s.minutes <> '{}' AND m.minute <= over;
  IF due IS NOT NULL THEN
    due_times := ARRAY(SELECT to_timestamp(m * 60.0) FROM unnest(due) AS m);
    -- As far as a minute looks back for the value it counts up from.
    FOR one IN SELECT DISTINCT m.minute + n.next FROM unnest(due) AS m(minute), generate_series(0, 5) AS n(next)
                WHERE m.minute + n.next <= over ORDER BY 1 LOOP
      start := to_timestamp(one * 60.0);
      IF one = ANY (due) THEN
        PERFORM metric_roll_up_minute(start);
      ELSE
        -- Series whose last minute before this one is among those just made.
        EXECUTE format('SELECT array_agg(r.series) FROM (SELECT b.series FROM metric_rollups_60 b WHERE b.bucket >= %L AND b.bucket < %L'
                       ' GROUP BY b.series HAVING max(b.bucket) = ANY ($1)) AS r', start - interval '5 minutes', start)
          INTO follow USING due_times;
        CONTINUE WHEN follow IS NULL;
        PERFORM metric_roll_up_minute(start, follow);
      END IF;
      INSERT INTO metric_rollups_due VALUES (300, date_bin('5 minutes', start, '2000-01-01Z')) ON CONFLICT DO NOTHING;
      done := done + 1;
    END LOOP;
    UPDATE metric_segments s SET minutes = ARRAY(SELECT m FROM unnest(s.minutes) AS m WHERE m <> ALL (due))
     WHERE s.batch = ANY (batches) AND s.minutes && due;
  END IF;
  FOREACH longer IN ARRAY ARRAY[300, 3600, 86400] LOOP
    FOR start IN DELETE FROM metric_rollups_due d WHERE d.step = longer AND d.bucket + make_interval(secs => longer) <= until
                 RETURNING d.bucket LOOP
      PERFORM metric_roll_up_step(longer, start);
      IF longer < 86400 THEN
        INSERT INTO metric_rollups_due
        VALUES (CASE longer WHEN 300 THEN 3600 ELSE 86400 END,
                date_bin(CASE longer WHEN 300 THEN interval '1 hour' ELSE interval '1 day' END, start, '2000-01-01Z'))
        ON CONFLICT DO NOTHING;
      END IF;
      done := done + 1;
    END LOOP;
  END LOOP;
  RETURN done;
END
$_$;

CREATE FUNCTION hcc.metric_roll_up_minute(start timestamp with time zone, only_series integer[] DEFAULT NULL::integer[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
BEGIN
  PERFORM metric_rollup_partition(60, start);
  EXECUTE format(
    'INSERT INTO metric_rollups_60 AS old (step, bucket, series, count, sum, min, max, last, increase)'
    ' SELECT 60, %1$L, v.series, count(*), sum(v.bounded), min(v.value), max(v.value), (array_agg(v.value ORDER BY v.time DESC))[1],'
    '        sum(CASE WHEN v.before IS NULL THEN 0 WHEN v.bounded >= v.before THEN v.bounded - v.before ELSE v.bounded END)'
    '   FROM (SELECT u.series, u.time, u.value, metric_bounded(u.value) AS bounded, metric_bounded(coalesce('
    '                lag(u.value) OVER (PARTITION BY u.series ORDER BY u.time),'
    '                (SELECT r.last FROM metric_rollups_60 r WHERE r.series = u.series AND r.bucket >= %2$L AND r.bucket < %1$L'
    '                  ORDER BY r.bucket DESC LIMIT 1))) AS before'
    '           FROM (SELECT DISTINCT ON (m.series, m.time) m.series, m.time, m.value FROM %4$s m'
    '                  WHERE m.time >= %1$L AND m.time < %3$L AND ($1 IS NULL OR m.series = ANY ($1))'
    '                  ORDER BY m.series, m.time, m.batch DESC) AS u'
    '          WHERE u.value <> ''NaN'') AS v'
    '  GROUP BY v.series'
    ' ON CONFLICT (step, series, bucket) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,'
    '   max = excluded.max, last = excluded.last, increase = excluded.increase',
    start, start - interval '5 minutes', start + interval '1 minute', metric_samples_source()) USING only_series;
END
$_$;

CREATE FUNCTION hcc.metric_roll_up_step(of_step integer, start timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
DECLARE
  shorter integer := CASE of_step WHEN 300 THEN 60 WHEN 3600 THEN 300 ELSE 3600 END;
BEGIN
  PERFORM metric_rollup_partition(of_step, start);
  EXECUTE format(
    'INSERT INTO metric_rollups (step, bucket, series, count, sum, min, max, last, increase)'
    ' SELECT %1$s, %2$L, r.series, sum(r.count)::bigint, sum(r.sum), min(r.min), max(r.max),'
    '        (array_agg(r.last ORDER BY r.bucket DESC))[1], sum(r.increase)'
    '   FROM metric_rollups_%3$s r WHERE r.bucket >= %2$L AND r.bucket < %4$L GROUP BY r.series'
    ' ON CONFLICT (step, series, bucket) DO UPDATE SET count = excluded.count, sum = excluded.sum, min = excluded.min,'
    '   max = excluded.max, last = excluded.last, increase = excluded.increase',
    of_step, start, shorter, start + make_interval(secs => of_step));
END
$_$;

CREATE FUNCTION hcc.metric_rollup_partition(of_step integer, at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  hours integer := CASE of_step WHEN 60 THEN 24 WHEN 300 THEN 168 WHEN 3600 THEN 720 ELSE 8760 END;
BEGIN
  PERFORM metric_partition('metric_rollups_' || of_step, date_bin(make_interval(hours => hours), at, '2000-01-01Z'), hours,
                           ARRAY['brin (bucket) WITH (pages_per_range = 16, autosummarize = on)']);
END
$$;

CREATE FUNCTION hcc.metric_samples_source() RETURNS text
    LANGUAGE sql STABLE
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT CASE WHEN to_regclass('hcc.metric_samples_before') IS NULL THEN 'hcc.metric_samples'
    ELSE '(SELECT time, series, value, batch FROM hcc.metric_samples UNION ALL'
         ' SELECT time, series, value, batch FROM hcc.metric_samples_before)' END
$$;

CREATE FUNCTION hcc.metric_series_ids(owners uuid[], names text[], label_sets jsonb[], keys bytea[]) RETURNS integer[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  INSERT INTO metric_series (organization_id, name, labels, key)
  SELECT DISTINCT ON (a.owner, a.key) a.owner, a.name, a.labels, a.key
    FROM unnest(owners, names, label_sets, keys) AS a(owner, name, labels, key)
    JOIN organizations o ON o.id = a.owner
   WHERE NOT EXISTS (SELECT FROM metric_series s WHERE s.organization_id = a.owner AND s.key = a.key)
   ORDER BY a.owner, a.key
  ON CONFLICT DO NOTHING;
  RETURN (SELECT array_agg(coalesce(s.id, 0) ORDER BY a.place)
            FROM unnest(owners, keys) WITH ORDINALITY AS a(owner, key, place)
            LEFT JOIN metric_series s ON s.organization_id = a.owner AND s.key = a.key);
END
$$;

CREATE FUNCTION hcc.metric_series_of(names text[], wanted jsonb, most integer) RETURNS TABLE(id integer, name text, labels text)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF names IS NULL AND wanted <> '{}' THEN
    RETURN QUERY SELECT s.id, s.name, s.labels::text FROM metric_series s
      WHERE s.labels @> wanted AND s.organization_id = current_org_id() LIMIT most;
  ELSIF names IS NULL THEN
    RETURN QUERY SELECT s.id, s.name, s.labels::text FROM metric_series s WHERE s.organization_id = current_org_id() LIMIT most;
  ELSE
    RETURN QUERY SELECT s.id, s.name, s.labels::text FROM metric_series s
      WHERE s.organization_id = current_org_id() AND s.name = ANY (names) AND s.labels @> wanted LIMIT most;
  END IF;
END
$$;

CREATE FUNCTION hcc.metric_storage() RETURNS text
    LANGUAGE sql STABLE
    AS $$
  SELECT CASE c.relkind WHEN 'p' THEN 'partitions' ELSE 'timescaledb' END FROM pg_class c WHERE c.oid = 'hcc.metric_samples'::regclass
$$;

CREATE FUNCTION hcc.metric_storage_begin(wanted text) RETURNS void
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  refusal text;
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
BEGIN
  IF wanted NOT IN ('timescaledb', 'partitions') THEN
    RAISE invalid_parameter_value USING MESSAGE = format('storage is "timescaledb" or "partitions", not "%s"', wanted);
  END IF;
  IF wanted = metric_storage() THEN
    RETURN;
  END IF;
  IF to_regclass('hcc.metric_samples_before') IS NOT NULL THEN
    RAISE object_not_in_prerequisite_state USING MESSAGE = format(
      'values are still being moved to "%s"; end that first', metric_storage());
  END IF;
  IF wanted = 'timescaledb' THEN
    refusal := metric_timescaledb_load();
    IF refusal IS NOT NULL THEN
      RAISE object_not_in_prerequisite_state USING MESSAGE = refusal;
    END IF;
  END IF;
  ALTER TABLE hcc.metric_samples RENAME TO metric_samples_before;
  IF wanted = 'partitions' THEN
    CREATE TABLE hcc.metric_samples (LIKE hcc.metric_samples_before) PARTITION BY RANGE (time);
  ELSE
    CREATE TABLE hcc.metric_samples (LIKE hcc.metric_samples_before);
    EXECUTE format('SELECT %s.create_hypertable(''hcc.metric_samples'', ''time'', chunk_time_interval => %L::interval,'
                   ' create_default_indexes => false)', metric_extension_schema(), make_interval(hours => hours));
    -- Values come sorted by series and time, so that is the order within the columnstore too.
    ALTER TABLE hcc.metric_samples SET (timescaledb.compress, timescaledb.compress_segmentby = 'series',
                                        timescaledb.compress_orderby = 'time');
  END IF;
  GRANT INSERT ON hcc.metric_samples TO hcc_ingest;
  PERFORM metric_hot_index();
  IF NOT EXISTS (SELECT FROM hcc.metric_samples_before LIMIT 1) THEN
    DROP TABLE hcc.metric_samples_before;
  END IF;
END
$$;

CREATE FUNCTION hcc.metric_storage_move() RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  old regclass := to_regclass('hcc.metric_samples_before');
  one record;
  hours integer := (SELECT s.partition_hours FROM metric_settings s);
BEGIN
  IF old IS NULL THEN
    RETURN NULL;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.metric_storage_move', 12));
  SELECT p.*, m.part IS NOT NULL AS moved INTO one
    FROM metric_parts(old) p LEFT JOIN metric_samples_moved m ON m.part = p.part::text ORDER BY m.part IS NULL, p.began DESC LIMIT 1;
  IF one IS NULL THEN
    EXECUTE 'DROP TABLE hcc.metric_samples_before';
    DELETE FROM metric_samples_moved;
    RETURN NULL;
  END IF;
  IF one.moved THEN
    PERFORM metric_part_drop(old, one.part, one.began, one.ended);
    DELETE FROM metric_samples_moved m WHERE m.part = one.part::text;
    RETURN format('%s to %s is moved', one.began, one.ended);
  END IF;
  PERFORM metric_prepare(ARRAY(SELECT generate_series(one.began, one.ended - interval '1 microsecond', make_interval(hours => hours))
                               UNION SELECT one.ended - interval '1 microsecond'));
  IF metric_storage() = 'timescaledb' AND current_setting('timescaledb.enable_direct_compress_insert', true) IS NOT NULL THEN
    PERFORM set_config('timescaledb.enable_direct_compress_insert', 'on', true);
  END IF;
  EXECUTE format('INSERT INTO hcc.metric_samples (time, series, value, batch) SELECT time, series, value, batch FROM %s'
                 ' WHERE time >= %L AND time < %L ORDER BY series, time', old, one.began, one.ended);
  INSERT INTO metric_samples_moved (part) VALUES (one.part::text);
  RETURN format('%s to %s is copied', one.began, one.ended);
END
$$;

CREATE FUNCTION hcc.metric_timescaledb() RETURNS text
    LANGUAGE plpgsql STABLE
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb') THEN
    RETURN 'the server does not have the extension timescaledb';
  END IF;
  -- shared_preload_libraries is for superusers to see; this setting is there when the library is.
  IF NOT EXISTS (SELECT FROM pg_settings WHERE name = 'timescaledb.bgw_launcher_poll_time') THEN
    RETURN 'timescaledb is not among the server''s shared_preload_libraries';
  END IF;
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    IF NOT has_database_privilege(current_database(), 'CREATE') THEN
      RETURN format('%s may not create the extension: grant CREATE on the database', current_user);
    END IF;
  ELSIF current_setting('timescaledb.license', true) IS DISTINCT FROM 'timescale' THEN
    RETURN 'the server''s timescaledb.license is not "timescale": it has no columnstore';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.metric_timescaledb_load() RETURNS text
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF metric_timescaledb() IS NULL AND NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'timescaledb') THEN
    CREATE SCHEMA IF NOT EXISTS timescaledb;
    CREATE EXTENSION timescaledb SCHEMA timescaledb;
  END IF;
  RETURN metric_timescaledb();
END
$$;

CREATE FUNCTION hcc.metric_values_of(wanted integer[], first timestamp with time zone, last timestamp with time zone) RETURNS TABLE(series integer, times bytea, "values" bytea, batches bytea)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $_$
BEGIN
  RETURN QUERY EXECUTE format(
    'SELECT m.series, string_agg(timestamptz_send(m.time), ''''::bytea), string_agg(float8send(m.value), ''''::bytea),'
    '       string_agg(int4send(m.batch), ''''::bytea)'
    '  FROM %s m WHERE m.series = ANY ($1) AND m.time >= %L AND m.time <= %L GROUP BY m.series',
    metric_samples_source(), first, last)
    USING ARRAY(SELECT s.id FROM metric_series s WHERE s.id = ANY (wanted) AND visible(s.organization_id));
END
$_$;

CREATE FUNCTION hcc.metric_waiting_since() RETURNS timestamp with time zone
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT to_timestamp(min(m.minute) * 60.0) FROM metric_segments s CROSS JOIN LATERAL unnest(s.minutes) AS m(minute)
   WHERE s.minutes <> '{}' AND m.minute > extract(epoch FROM now() - interval '6 hours') / 60
$$;

CREATE TABLE hcc.metric_segments (
    ingester uuid NOT NULL,
    segment bigint NOT NULL,
    batch integer NOT NULL,
    "values" bigint NOT NULL,
    minutes integer[] NOT NULL,
    written_at timestamp with time zone DEFAULT now() NOT NULL
);

COMMENT ON COLUMN hcc.metric_segments.minutes IS 'Minutes since the Unix epoch with values that are not rolled up yet.';

CREATE FUNCTION hcc.metric_written_since(since timestamp with time zone) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    RETURN (EXISTS (SELECT FROM hcc.metric_segments s WHERE (s.written_at > metric_written_since.since)));

CREATE FUNCTION hcc.my_organizations() RETURNS TABLE(organization_id uuid, kind text, name text, slug text, is_active boolean, last_used_at timestamp with time zone)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT o.id, o.kind, o.name, o.slug,
         NOT EXISTS (SELECT FROM organizations a WHERE a.id = ANY (o.path) AND (NOT a.is_active OR a.deleted_at IS NOT NULL)),
         m.last_used_at
    FROM memberships m JOIN organizations o ON o.id = m.organization_id
   WHERE m.user_id = current_user_id() AND o.deleted_at IS NULL
$$;

CREATE FUNCTION hcc.narrowed(scopes text[], held text[]) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (SELECT COALESCE(array_agg(DISTINCT n.scope ORDER BY n.scope), '{}'::text[]) AS "coalesce" FROM (SELECT CASE WHEN ((h.h = '*'::text) OR (h.h = s.s) OR ((h.h ~~ '%:*'::text) AND (split_part(h.h, ':'::text, 1) = split_part(s.s, ':'::text, 1)))) THEN s.s WHEN ((s.s = '*'::text) OR ((s.s ~~ '%:*'::text) AND (split_part(s.s, ':'::text, 1) = split_part(h.h, ':'::text, 1)))) THEN h.h ELSE NULL::text END AS "case" FROM (unnest(narrowed.scopes) s(s) CROSS JOIN unnest(narrowed.held) h(h))) n(scope) WHERE (n.scope IS NOT NULL));

CREATE FUNCTION hcc.note_bounce(mail uuid, reason text) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  UPDATE outgoing_mail SET status = 'bounced', error = left(reason, 500) WHERE id = mail AND status = 'sent';
  RETURN FOUND;
END
$$;

CREATE FUNCTION hcc.notification_organizations() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT o.id FROM organizations o
   WHERE EXISTS (SELECT FROM notification_groups g WHERE g.organization_id = o.id)
      OR (EXISTS (SELECT FROM alerts a WHERE a.organization_id = o.id AND a.phase IN ('firing', 'recovering', 'no_data'))
          AND EXISTS (SELECT FROM notification_routes r WHERE r.organization_id = o.id AND r.is_active))
$$;

CREATE FUNCTION hcc.organizations_place() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  parent organizations;
BEGIN
  IF NEW.parent_id IS NULL THEN
    NEW.path := ARRAY[NEW.id];
    RETURN NEW;
  END IF;
  SELECT * INTO parent FROM organizations WHERE id = NEW.parent_id AND deleted_at IS NULL FOR SHARE;
  IF NOT FOUND THEN
    RAISE foreign_key_violation USING MESSAGE = 'the parent organisation does not exist', CONSTRAINT = 'organizations_parent_exists';
  END IF;
  IF parent.kind = 'customer' OR (parent.kind = 'reseller' AND NEW.kind <> 'customer') THEN
    RAISE check_violation USING
      MESSAGE = format('a %s cannot be placed under a %s', NEW.kind, parent.kind), CONSTRAINT = 'organizations_tree';
  END IF;
  NEW.path := parent.path || NEW.id;
  RETURN NEW;
END
$$;

CREATE FUNCTION hcc.outbox_again(event bigint) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  UPDATE outbox_events SET dead_at = NULL, attempts = 0, next_attempt_at = now()
   WHERE id = event AND relayed_at IS NULL AND dead_at IS NOT NULL AND visible(organization_id);
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  PERFORM pg_notify('hcc_outbox', '');
  RETURN true;
END
$$;

CREATE FUNCTION hcc.outbox_failed(event bigint, reason text, again_in interval) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  UPDATE outbox_events
     SET attempts = attempts + 1, last_error = left(reason, 500), next_attempt_at = now() + again_in,
         dead_at = CASE WHEN again_in IS NULL THEN now() END
   WHERE id = event AND relayed_at IS NULL
$$;

CREATE FUNCTION hcc.outbox_relayed(events bigint[]) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  UPDATE outbox_events SET relayed_at = now(), attempts = attempts + 1 WHERE id = ANY (events) AND relayed_at IS NULL
$$;

CREATE FUNCTION hcc.outbox_state() RETURNS TABLE(waiting bigint, oldest_seconds double precision, dead bigint)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT (SELECT count(*) FROM outbox_events WHERE relayed_at IS NULL AND dead_at IS NULL),
         (SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::double precision
            FROM outbox_events WHERE relayed_at IS NULL AND dead_at IS NULL),
         (SELECT count(*) FROM outbox_events WHERE dead_at IS NOT NULL)
$$;

CREATE FUNCTION hcc.outbox_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM tell_live(e.organization_id, e.topic) FROM (SELECT DISTINCT organization_id, split_part(n.topic, '.', 1) AS topic FROM fresh n) e;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.outbox_wake() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  PERFORM pg_notify('hcc_outbox', '');
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.payment_accounted_for() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  of_payment CONSTANT uuid := to_jsonb(NEW) ->> CASE WHEN TG_TABLE_NAME = 'payments' THEN 'id' ELSE 'payment_id' END;
  wanted numeric;
  found_sum numeric;
BEGIN
  SELECT CASE WHEN p.succeeded_at IS NULL THEN 0 ELSE p.amount - p.refunded - p.disputed END INTO wanted
    FROM payments p WHERE p.id = of_payment;
  SELECT coalesce(sum(a.amount), 0) INTO found_sum FROM payment_allocations a
   WHERE a.organization_id = NEW.organization_id AND a.payment_id = of_payment;
  IF wanted <> found_sum THEN
    RAISE check_violation USING MESSAGE = format('payment %s: %s is allocated, not %s', of_payment, found_sum, wanted),
      CONSTRAINT = 'payment_accounted_for';
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.person_visible(person uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT person = current_user_id()
      OR EXISTS (SELECT FROM users u WHERE u.id = person AND visible(u.organization_id))
      OR EXISTS (SELECT FROM memberships m WHERE m.user_id = person AND visible(m.organization_id))
$$;

CREATE FUNCTION hcc.prices_guard() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  free CONSTANT text[] := ARRAY['valid_to', 'used_at', 'is_active', 'version', 'updated_at'];
BEGIN
  IF OLD.used_at IS NULL THEN
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  IF TG_OP = 'DELETE' OR NEW.used_at IS NULL OR to_jsonb(NEW) - free <> to_jsonb(OLD) - free THEN
    RAISE check_violation USING MESSAGE = 'a price that was used does not change', CONSTRAINT = 'price_used';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION hcc.reaches_all() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT coalesce(current_setting('app.current_access', true) = 'tree', false)
     AND EXISTS (SELECT FROM organizations o WHERE o.id = current_org_id() AND o.parent_id IS NULL)
$$;

COMMENT ON FUNCTION hcc.reaches_all() IS 'Whether the transaction was given access to the tree, and stands at its root: then every organisation is below.';

CREATE FUNCTION hcc.refuse_change() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'audit_log' AND current_setting('app.erasing', true) = 'on' THEN
    IF (to_jsonb(NEW) - 'before' - 'after' - 'address') = (to_jsonb(OLD) - 'before' - 'after' - 'address') THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE insufficient_privilege USING MESSAGE = format('%I is append-only', TG_TABLE_NAME);
END
$$;

CREATE FUNCTION hcc.revoke_session(session uuid, reason text, token_lifetime interval) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
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

CREATE FUNCTION hcc.rows_tell() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM tell_live(e.organization_id, TG_ARGV[0]) FROM (SELECT DISTINCT n.organization_id FROM fresh n WHERE n.organization_id IS NOT NULL) e;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.security_events_add(gateway_name text, batch jsonb) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  written bigint;
BEGIN
  PERFORM security_events_day((now() AT TIME ZONE 'UTC')::date + d) FROM generate_series(-1, 1) AS d;
  INSERT INTO security_events (id, organization_id, at, gateway, requests, action, source, subject_id, message, rule_ids, matches,
    score, client, country, asn, site_id, route_id, method, host, path, user_agent, status, request_id)
  SELECT e.id, coalesce(s.organization_id, (SELECT o.id FROM organizations o WHERE o.kind = 'platform')),
         least(greatest(to_timestamp(e.at_ms / 1000.0), now() - interval '1 day'), now() + interval '1 hour'),
         left(gateway_name, 255), greatest(e.count, 1), e.action, e.source, left(e.subject, 100), left(coalesce(e.message, ''), 1000),
         coalesce((SELECT array_agg(DISTINCT (m ->> 'rule_id')::integer) FROM jsonb_array_elements(e.matches) AS m), '{}'),
         coalesce(e.matches, '[]'), e.score, e.client, left(e.country, 2), e.asn, s.id, e.route, left(e.method, 64), left(e.host, 512),
         left(e.path, 2048), left(e.user_agent, 512), e.status, left(e.request_id, 200)
    FROM jsonb_to_recordset(batch) AS e(id uuid, at_ms bigint, count bigint, action text, source text, subject text, message text,
           matches jsonb, score integer, client inet, country text, asn bigint, site uuid, route uuid, method text, host text,
           path text, user_agent text, status integer, request_id text)
    LEFT JOIN gateway_sites s ON s.id = e.site
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS written = ROW_COUNT;
  RETURN written;
END
$$;

CREATE FUNCTION hcc.security_events_day(day date) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
DECLARE
  part text := 'security_events_' || to_char(day, 'YYYYMMDD');
BEGIN
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.security_events', 8));
  IF to_regclass(format('hcc.%I', part)) IS NOT NULL THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE hcc.%I PARTITION OF hcc.security_events FOR VALUES FROM (%L) TO (%L)',
                 part, day::timestamp AT TIME ZONE 'UTC', (day + 1)::timestamp AT TIME ZONE 'UTC');
  EXECUTE format('ALTER TABLE hcc.%I ENABLE ROW LEVEL SECURITY', part);
  EXECUTE format('ALTER TABLE hcc.%I FORCE ROW LEVEL SECURITY', part);
  EXECUTE format('CREATE POLICY owner_all ON hcc.%I TO hcc_owner USING (true) WITH CHECK (true)', part);
END
$$;

CREATE FUNCTION hcc.security_policy_route() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF NEW.route_id IS NOT NULL AND NOT EXISTS (
    SELECT FROM gateway_routes r WHERE r.id = NEW.route_id AND r.site_id = NEW.site_id AND r.organization_id = NEW.organization_id) THEN
    RAISE foreign_key_violation USING MESSAGE = 'the route is not of the site', CONSTRAINT = 'security_policies_route';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION hcc.seen_requests_add(gateway_name text, seen jsonb) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
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

CREATE FUNCTION hcc.seller_of_current() RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT parent_id FROM organizations WHERE id = current_org_id()
$$;

CREATE FUNCTION hcc.sellers_with_overdue(at timestamp with time zone) RETURNS TABLE(organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT b.organization_id FROM billing_settings b JOIN organizations o ON o.id = b.organization_id
   WHERE o.deleted_at IS NULL AND o.is_active
     AND (EXISTS (SELECT FROM invoices i WHERE i.organization_id = b.organization_id
                     AND i.status IN ('sent', 'partially_paid', 'overdue') AND i.due_date < (at AT TIME ZONE b.timezone)::date)
          OR EXISTS (SELECT FROM dunning_cases c WHERE c.organization_id = b.organization_id AND c.closed_at IS NULL))
$$;

CREATE FUNCTION hcc.sellers_with_renewals(at timestamp with time zone) RETURNS TABLE(organization_id uuid, today date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT b.organization_id, (at AT TIME ZONE b.timezone)::date
    FROM billing_settings b JOIN organizations o ON o.id = b.organization_id
   WHERE o.deleted_at IS NULL AND o.is_active
     AND EXISTS (SELECT FROM subscriptions s WHERE s.organization_id = b.organization_id
                    AND s.due_on <= (at AT TIME ZONE b.timezone)::date)
$$;

CREATE FUNCTION hcc.set_from_above(owner uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT CASE WHEN owner = hcc.current_org_id()
              THEN EXISTS (SELECT FROM hcc.organizations o WHERE o.id = owner AND o.kind = 'platform')
              ELSE hcc.in_subtree(owner) END
$$;

COMMENT ON FUNCTION hcc.set_from_above(owner uuid) IS 'Who may write what binds an organisation: those above it with access to the tree, never itself; the platform has nobody above it.';

CREATE FUNCTION hcc.silent_provider_work(older_than interval, many integer) RETURNS TABLE(organization_id uuid, kind text, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  (SELECT p.organization_id, 'payment', p.id FROM payments p
    WHERE p.status = 'pending' AND p.provider <> '' AND p.updated_at < now() - older_than ORDER BY p.updated_at LIMIT many)
  UNION ALL
  (SELECT r.organization_id, 'refund', r.id FROM refunds r
    WHERE r.status = 'pending' AND r.provider <> '' AND r.updated_at < now() - older_than ORDER BY r.updated_at LIMIT many)
  UNION ALL
  (SELECT e.organization_id, 'event', e.id FROM provider_events e
    WHERE e.status = 'received' AND e.received_at < now() - older_than ORDER BY e.received_at LIMIT many)
$$;

CREATE FUNCTION hcc.status_page_owner(of_slug text) RETURNS uuid
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT p.organization_id FROM status_pages p JOIN organizations o ON o.id = p.organization_id
   WHERE p.slug = of_slug AND p.is_public AND o.is_active AND o.deleted_at IS NULL
$$;

CREATE FUNCTION hcc.supplier_prices(on_day date) RETURNS TABLE(organization_id uuid, product_name text, product_description text, tax_class text, plan_id uuid, plan_name text, plan_description text, features jsonb, is_addon boolean, extends uuid[], trial_days smallint, price_id uuid, price_name text, currency character, "interval" text, model text, amount numeric, setup_fee numeric, tiers jsonb, meter jsonb, unit text, valid_from date, valid_to date)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT p.organization_id, p.name, p.description, p.tax_class, l.id, l.name, l.description, l.features, l.is_addon, l.extends,
         l.trial_days, r.id, r.name, r.currency, r.interval, r.model, r.amount, r.setup_fee, r.tiers,
         -- What is asked of the metrics is the seller's business.
         CASE WHEN r.meter IS NULL THEN NULL ELSE r.meter - 'selector' END, r.unit, r.valid_from, r.valid_to
    FROM products p
    JOIN plans l ON l.organization_id = p.organization_id AND l.product_id = p.id
    JOIN prices r ON r.organization_id = l.organization_id AND r.plan_id = l.id
   WHERE p.organization_id = seller_of_current() AND p.is_active AND l.is_active AND l.is_listed AND r.is_active
     AND r.valid_from <= on_day AND (r.valid_to IS NULL OR r.valid_to > on_day)
$$;

CREATE FUNCTION hcc.suppliers_of_resellers() RETURNS TABLE(organization_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT DISTINCT s.supplier_org_id FROM supplier_shares s ORDER BY 1
$$;

CREATE FUNCTION hcc.take_numbers(organization uuid, of_kind text, of_prefix text, many integer) RETURNS bigint
    LANGUAGE sql
    AS $$
  INSERT INTO hcc.number_series AS s (organization_id, kind, prefix, last) VALUES (organization, of_kind, of_prefix, many)
  ON CONFLICT (organization_id, kind, prefix) DO UPDATE SET last = s.last + many
  RETURNING last - many + 1
$$;

CREATE FUNCTION hcc.tally_invoices() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  IF TG_OP = 'INSERT' THEN
    INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
    SELECT organization_id, kind, status, issued_on, count(*) FROM new_rows GROUP BY 1, 2, 3, 4;
  ELSIF TG_OP = 'DELETE' THEN
    INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
    SELECT organization_id, kind, status, issued_on, -count(*) FROM old_rows GROUP BY 1, 2, 3, 4;
  ELSE
    INSERT INTO invoice_tallies (organization_id, kind, status, issued_on, documents)
    SELECT organization_id, kind, status, issued_on, sum(n)
      FROM (SELECT organization_id, kind, status, issued_on, 1 AS n FROM new_rows
            UNION ALL SELECT organization_id, kind, status, issued_on, -1 FROM old_rows) AS both_sides
     GROUP BY 1, 2, 3, 4 HAVING sum(n) <> 0;
  END IF;
  RETURN NULL;
END
$$;

CREATE FUNCTION hcc.tax_rates_guard() RETURNS trigger
    LANGUAGE plpgsql
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('hcc.tax_rates ' || NEW.organization_id, 0));
  IF EXISTS (SELECT FROM tax_rates r
              WHERE r.organization_id = NEW.organization_id AND r.country = NEW.country AND r.region = NEW.region
                AND r.tax_class = NEW.tax_class AND r.id <> NEW.id
                AND daterange(r.valid_from, r.valid_to, '[]') && daterange(NEW.valid_from, NEW.valid_to, '[]')) THEN
    RAISE exclusion_violation USING MESSAGE = 'another rate holds on some of these days', CONSTRAINT = 'tax_rates_overlap';
  END IF;
  RETURN NEW;
END
$$;

CREATE FUNCTION hcc.tell_live(organization uuid, topic text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT pg_notify('hcc_live', topic || ' ' || array_to_string(o.path, ' ')) FROM organizations o WHERE o.id = organization
$$;

CREATE FUNCTION hcc.threats() RETURNS TABLE(detector text, organization_id uuid, client inet, total bigint, threshold integer, window_s integer, sites bigint, first_at timestamp with time zone, last_at timestamp with time zone, sample text, ban_s integer, most_ban_s integer, earlier bigint)
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  -- First roughly, in one pass over the longest window; then exactly, for the few that could be past a threshold.
  WITH rough AS (
    SELECT t.organization_id, t.client, sum(t.login) AS login, sum(t.unauthorized) AS unauthorized, sum(t.not_found) AS not_found,
           sum(t.scanner) AS scanner, sum(t.limited) AS limited, sum(t.waf_score) AS waf_score
      FROM client_tallies t
     WHERE t.at > now() - make_interval(secs => (SELECT coalesce(max(d.window_s), 0) FROM threat_detectors d WHERE d.is_active))
     GROUP BY t.organization_id, t.client),
  candidates AS MATERIALIZED (
    SELECT r.organization_id, r.client, d.name, d.threshold, d.window_s, d.ban_s, d.most_ban_s,
           -- What was counted before the last ban of this client was lifted, or ended, is settled.
           greatest(now() - make_interval(secs => d.window_s),
                    (SELECT max(coalesce(b.lifted_at, b.until)) FROM bans b
                      WHERE b.organization_id = r.organization_id AND b.network >>= r.client
                        AND coalesce(b.lifted_at, b.until) <= now())) AS since
      FROM rough r
      JOIN threat_detectors d ON d.is_active AND d.threshold <=
           CASE d.name WHEN 'login' THEN r.login WHEN 'unauthorized' THEN r.unauthorized WHEN 'not_found' THEN r.not_found
                       WHEN 'scanner' THEN r.scanner WHEN 'limited' THEN r.limited WHEN 'waf_score' THEN r.waf_score END),
  past AS (
    SELECT c.name, c.threshold, c.window_s, c.ban_s, c.most_ban_s, c.organization_id, c.client, sum(m.measure) AS total,
           count(DISTINCT m.site_id) AS sites, min(m.at) AS first_at, max(m.at) AS last_at,
           (array_agg(m.sample ORDER BY m.measure DESC, m.at DESC))[1] AS sample
      FROM candidates c
      CROSS JOIN LATERAL (
        SELECT t.site_id, t.at, t.sample,
               CASE c.name WHEN 'login' THEN t.login WHEN 'unauthorized' THEN t.unauthorized WHEN 'not_found' THEN t.not_found
                           WHEN 'scanner' THEN t.scanner WHEN 'limited' THEN t.limited WHEN 'waf_score' THEN t.waf_score END AS measure
          FROM client_tallies t
         WHERE t.organization_id = c.organization_id AND t.client = c.client AND t.at > c.since) m
     WHERE m.measure > 0
     GROUP BY c.name, c.threshold, c.window_s, c.ban_s, c.most_ban_s, c.organization_id, c.client
    HAVING sum(m.measure) >= c.threshold)
  SELECT p.name, p.organization_id, p.client, p.total, p.threshold, p.window_s, p.sites, p.first_at, p.last_at, p.sample, p.ban_s,
         p.most_ban_s,
         (SELECT count(*) FROM bans b WHERE b.organization_id = p.organization_id AND b.network >>= p.client
             AND b.detector IS NOT NULL AND b.created_at > now() - interval '7 days')
    FROM past p
    JOIN organizations o ON o.id = p.organization_id
   WHERE NOT EXISTS (SELECT FROM bans b WHERE b.organization_id = ANY (o.path) AND b.network >>= p.client AND b.lifted_at IS NULL
                        AND (b.until IS NULL OR b.until > now()))
     AND NOT EXISTS (SELECT FROM gateway_settings g CROSS JOIN LATERAL unnest(g.trusted_proxies) AS n(network)
                      WHERE n.network >>= p.client)
     AND NOT EXISTS (SELECT FROM security_settings s CROSS JOIN LATERAL unnest(s.never_ban) AS n(network)
                      WHERE n.network >>= p.client)
     AND NOT EXISTS (SELECT FROM access_entries a WHERE a.organization_id = ANY (o.path) AND a.action = 'allow'
                        AND a.network >>= p.client AND masklen(a.network) > 0 AND (a.expires_at IS NULL OR a.expires_at > now()))
   ORDER BY p.organization_id, p.client, p.total::numeric / p.threshold DESC
$$;

CREATE FUNCTION hcc.unbooked_reseller_statements() RETURNS TABLE(organization_id uuid, statement_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
  SELECT s.reseller_org_id, s.id FROM reseller_statements s
   WHERE s.amount > 0 AND NOT EXISTS (
     SELECT FROM ledger_entries e
      WHERE e.organization_id = s.reseller_org_id AND e.kind = 'supplier_statement' AND e.source = s.id)
   ORDER BY s.month, s.id
$$;

CREATE FUNCTION hcc.visible(owner uuid, customer uuid DEFAULT NULL::uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT owner = hcc.current_org_id() OR customer = hcc.current_org_id()
      OR hcc.in_subtree(owner) OR (customer IS NOT NULL AND hcc.in_subtree(customer))
$$;

COMMENT ON FUNCTION hcc.visible(owner uuid, customer uuid) IS 'The one rule of tenancy. A row is visible to the organisation that owns it, to the customer it names, and, in a transaction with access to the tree, to the organisations above either. Policies for reading say the same by the organisations that are visible.';

CREATE FUNCTION hcc.waf_in_force(site uuid) RETURNS TABLE(route_id uuid, mode text, paranoia smallint, inbound_threshold integer, outbound_threshold integer, rule_set text, response_bodies boolean)
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
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

CREATE FUNCTION hcc.watch_site(site uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'hcc', 'pg_temp'
    AS $$
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

CREATE FUNCTION hcc.writable(owner uuid) RETURNS boolean
    LANGUAGE sql STABLE
    AS $$
  SELECT owner = hcc.current_org_id() OR hcc.in_subtree(owner)
$$;

COMMENT ON FUNCTION hcc.writable(owner uuid) IS 'Who may write a row: its owner, and organisations above it with access to the tree. A named customer only reads.';

CREATE TABLE hcc.access_entries (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid,
    network cidr,
    asn bigint,
    country text,
    action text NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT access_entries_action_check CHECK ((action = ANY (ARRAY['allow'::text, 'deny'::text]))),
    CONSTRAINT access_entries_asn_check CHECK (((asn >= 1) AND (asn <= '4294967295'::bigint))),
    CONSTRAINT access_entries_check CHECK ((num_nonnulls(network, asn, country) = 1)),
    CONSTRAINT access_entries_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT access_entries_note_check CHECK ((char_length(note) <= 500))
);

ALTER TABLE ONLY hcc.access_entries FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.agent_claims (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    claim_hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT agent_claims_claim_hash_check CHECK ((octet_length(claim_hash) = 32)),
    CONSTRAINT agent_claims_name_check CHECK ((char_length(name) <= 100))
);

ALTER TABLE ONLY hcc.agent_claims FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.agent_claims.name IS 'What the agent will be called; empty leaves it to the server that it runs on.';

CREATE TABLE hcc.agents (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    agent_version text DEFAULT ''::text NOT NULL,
    token_id uuid NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT agents_agent_version_check CHECK ((char_length(agent_version) <= 50)),
    CONSTRAINT agents_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 253)))
);

ALTER TABLE ONLY hcc.agents FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.alert_changes (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    alert_id uuid NOT NULL,
    name text NOT NULL,
    labels jsonb NOT NULL,
    before text NOT NULL,
    after text NOT NULL,
    value double precision,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY hcc.alert_changes FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.alert_evaluations (
    rule_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    checked_at timestamp with time zone,
    health text DEFAULT 'new'::text NOT NULL,
    error text,
    took_ms integer DEFAULT 0 NOT NULL,
    lag_ms bigint DEFAULT 0 NOT NULL,
    missed bigint DEFAULT 0 NOT NULL,
    CONSTRAINT alert_evaluations_health_check CHECK ((health = ANY (ARRAY['new'::text, 'ok'::text, 'unknown'::text, 'error'::text])))
);

ALTER TABLE ONLY hcc.alert_evaluations FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.alert_evaluations.lag_ms IS 'How long after it was due the last evaluation began.';

COMMENT ON COLUMN hcc.alert_evaluations.missed IS 'Evaluations left out because nobody was there in time; they are never made up for.';

CREATE TABLE hcc.alert_rules (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    kind text DEFAULT 'query'::text NOT NULL,
    expression text NOT NULL,
    recovery text,
    anomaly jsonb,
    interval_s integer DEFAULT 60 NOT NULL,
    for_s integer DEFAULT 0 NOT NULL,
    keep_firing_for_s integer DEFAULT 0 NOT NULL,
    no_data text DEFAULT 'ok'::text NOT NULL,
    severity text DEFAULT 'warning'::text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    annotations jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT alert_rules_check CHECK (((kind = 'anomaly'::text) = (anomaly IS NOT NULL))),
    CONSTRAINT alert_rules_expression_check CHECK (((char_length(expression) >= 1) AND (char_length(expression) <= 8000))),
    CONSTRAINT alert_rules_for_s_check CHECK (((for_s >= 0) AND (for_s <= 604800))),
    CONSTRAINT alert_rules_interval_s_check CHECK (((interval_s >= 10) AND (interval_s <= 86400))),
    CONSTRAINT alert_rules_keep_firing_for_s_check CHECK (((keep_firing_for_s >= 0) AND (keep_firing_for_s <= 604800))),
    CONSTRAINT alert_rules_kind_check CHECK ((kind = ANY (ARRAY['query'::text, 'anomaly'::text]))),
    CONSTRAINT alert_rules_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT alert_rules_no_data_check CHECK ((no_data = ANY (ARRAY['ok'::text, 'alert'::text, 'keep'::text]))),
    CONSTRAINT alert_rules_recovery_check CHECK (((char_length(recovery) >= 1) AND (char_length(recovery) <= 8000))),
    CONSTRAINT alert_rules_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text])))
);

ALTER TABLE ONLY hcc.alert_rules FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.alerts (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    source text NOT NULL,
    source_id uuid NOT NULL,
    fingerprint bytea NOT NULL,
    name text NOT NULL,
    severity text NOT NULL,
    series jsonb NOT NULL,
    labels jsonb NOT NULL,
    annotations jsonb DEFAULT '{}'::jsonb NOT NULL,
    phase text NOT NULL,
    since timestamp with time zone NOT NULL,
    fired_at timestamp with time zone,
    resolved_at timestamp with time zone,
    known_at timestamp with time zone NOT NULL,
    value double precision,
    acknowledged_at timestamp with time zone,
    acknowledged_by uuid,
    acknowledged_note text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT alerts_fingerprint_check CHECK ((octet_length(fingerprint) = 16)),
    CONSTRAINT alerts_phase_check CHECK ((phase = ANY (ARRAY['pending'::text, 'firing'::text, 'recovering'::text, 'no_data'::text, 'resolved'::text]))),
    CONSTRAINT alerts_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
    CONSTRAINT alerts_source_check CHECK ((source = ANY (ARRAY['rule'::text, 'check'::text, 'stuck'::text, 'ingestion'::text])))
);

ALTER TABLE ONLY hcc.alerts FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.alerts.since IS 'From when on the phase counts; time that nobody watched is left out by moving it.';

COMMENT ON COLUMN hcc.alerts.known_at IS 'When the condition was last known.';

CREATE TABLE hcc.api_keys (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    key_hash bytea NOT NULL,
    scopes text[] NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    expires_at timestamp with time zone,
    last_used_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT api_keys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE ONLY hcc.api_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.audit_log (
    id bigint NOT NULL,
    organization_id uuid NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    actor_id uuid,
    actor_type text NOT NULL,
    actor_org_id uuid,
    action text NOT NULL,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    before jsonb,
    after jsonb,
    address inet,
    request_id text,
    CONSTRAINT audit_log_actor_type_check CHECK ((actor_type = ANY (ARRAY['user'::text, 'api_key'::text, 'system'::text])))
);

ALTER TABLE ONLY hcc.audit_log FORCE ROW LEVEL SECURITY;

ALTER TABLE hcc.audit_log ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.audit_log_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.bank_entries (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    account text NOT NULL,
    entry_reference text NOT NULL,
    booked_on date NOT NULL,
    amount numeric(18,3) NOT NULL,
    currency character(3) NOT NULL,
    counterparty text DEFAULT ''::text NOT NULL,
    counterparty_iban text DEFAULT ''::text NOT NULL,
    remittance text DEFAULT ''::text NOT NULL,
    creditor_reference text DEFAULT ''::text NOT NULL,
    end_to_end_id text DEFAULT ''::text NOT NULL,
    batch_reference text DEFAULT ''::text NOT NULL,
    return_code text DEFAULT ''::text NOT NULL,
    status text DEFAULT 'open'::text NOT NULL,
    outcome text DEFAULT ''::text NOT NULL,
    suggestions jsonb DEFAULT '[]'::jsonb NOT NULL,
    payment_id uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT bank_entries_account_check CHECK (((char_length(account) >= 1) AND (char_length(account) <= 34))),
    CONSTRAINT bank_entries_amount_check CHECK ((amount <> (0)::numeric)),
    CONSTRAINT bank_entries_batch_reference_check CHECK ((char_length(batch_reference) <= 35)),
    CONSTRAINT bank_entries_counterparty_check CHECK ((char_length(counterparty) <= 140)),
    CONSTRAINT bank_entries_counterparty_iban_check CHECK ((char_length(counterparty_iban) <= 34)),
    CONSTRAINT bank_entries_creditor_reference_check CHECK ((char_length(creditor_reference) <= 35)),
    CONSTRAINT bank_entries_end_to_end_id_check CHECK ((char_length(end_to_end_id) <= 35)),
    CONSTRAINT bank_entries_entry_reference_check CHECK (((char_length(entry_reference) >= 1) AND (char_length(entry_reference) <= 140))),
    CONSTRAINT bank_entries_outcome_check CHECK ((char_length(outcome) <= 300)),
    CONSTRAINT bank_entries_remittance_check CHECK ((char_length(remittance) <= 1000)),
    CONSTRAINT bank_entries_return_code_check CHECK ((char_length(return_code) <= 10)),
    CONSTRAINT bank_entries_status_check CHECK ((status = ANY (ARRAY['open'::text, 'matched'::text, 'ignored'::text])))
);

ALTER TABLE ONLY hcc.bank_entries FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.bank_entries.amount IS 'Above zero came in, below went out.';

CREATE TABLE hcc.bank_statements (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    format text NOT NULL,
    account text NOT NULL,
    statement_id text DEFAULT ''::text NOT NULL,
    opening numeric(18,3),
    closing numeric(18,3),
    currency character(3) NOT NULL,
    entries integer NOT NULL,
    known integer NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT bank_statements_account_check CHECK (((char_length(account) >= 1) AND (char_length(account) <= 34))),
    CONSTRAINT bank_statements_format_check CHECK ((format = ANY (ARRAY['camt.053'::text, 'csv'::text]))),
    CONSTRAINT bank_statements_statement_id_check CHECK ((char_length(statement_id) <= 100))
);

ALTER TABLE ONLY hcc.bank_statements FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.bank_statements.known IS 'Entries that an earlier statement had brought already.';

CREATE TABLE hcc.bans (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    network cidr NOT NULL,
    reason text NOT NULL,
    detector text,
    evidence jsonb,
    until timestamp with time zone,
    created_by uuid,
    lifted_at timestamp with time zone,
    lifted_by uuid,
    lift_reason text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT bans_detector_check CHECK (((char_length(detector) >= 1) AND (char_length(detector) <= 50))),
    CONSTRAINT bans_lift_reason_check CHECK ((char_length(lift_reason) <= 500)),
    CONSTRAINT bans_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);

ALTER TABLE ONLY hcc.bans FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.billing_settings (
    organization_id uuid NOT NULL,
    legal_name text NOT NULL,
    address jsonb NOT NULL,
    email text NOT NULL,
    phone text DEFAULT ''::text NOT NULL,
    website text DEFAULT ''::text NOT NULL,
    registration text DEFAULT ''::text NOT NULL,
    vat_id text DEFAULT ''::text NOT NULL,
    tax_number text DEFAULT ''::text NOT NULL,
    oss_registered boolean DEFAULT false NOT NULL,
    small_business boolean DEFAULT false NOT NULL,
    iban text DEFAULT ''::text NOT NULL,
    bic text DEFAULT ''::text NOT NULL,
    account_holder text DEFAULT ''::text NOT NULL,
    creditor_id text DEFAULT ''::text NOT NULL,
    currency character(3) DEFAULT 'EUR'::bpchar NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    language text DEFAULT 'en'::text NOT NULL,
    page_size text DEFAULT 'A4'::text NOT NULL,
    rounding text DEFAULT 'half_up'::text NOT NULL,
    tax_rounding text DEFAULT 'invoice'::text NOT NULL,
    prices_include_tax boolean DEFAULT false NOT NULL,
    payment_terms_days smallint DEFAULT 14 NOT NULL,
    invoice_number text DEFAULT 'INV-{year}-{number:5}'::text NOT NULL,
    credit_note_number text DEFAULT 'CN-{year}-{number:5}'::text NOT NULL,
    debit_note_number text DEFAULT 'DN-{year}-{number:5}'::text NOT NULL,
    customer_number text DEFAULT 'C{number:6}'::text NOT NULL,
    footer text DEFAULT ''::text NOT NULL,
    colour text DEFAULT '#1f2937'::text NOT NULL,
    logo bytea,
    logo_type text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    tax_registrations text[] DEFAULT '{}'::text[] NOT NULL,
    pending_tax_id text DEFAULT 'as_valid'::text NOT NULL,
    online_mandates boolean DEFAULT false NOT NULL,
    pre_notification_days smallint DEFAULT 14 NOT NULL,
    CONSTRAINT billing_settings_account_holder_check CHECK ((char_length(account_holder) <= 70)),
    CONSTRAINT billing_settings_check CHECK (((logo IS NULL) = (logo_type IS NULL))),
    CONSTRAINT billing_settings_colour_check CHECK ((colour ~ '^#[0-9a-f]{6}$'::text)),
    CONSTRAINT billing_settings_creditor_id_check CHECK ((char_length(creditor_id) <= 35)),
    CONSTRAINT billing_settings_footer_check CHECK ((char_length(footer) <= 1000)),
    CONSTRAINT billing_settings_legal_name_check CHECK (((char_length(legal_name) >= 1) AND (char_length(legal_name) <= 200))),
    CONSTRAINT billing_settings_logo_check CHECK ((octet_length(logo) <= 524288)),
    CONSTRAINT billing_settings_logo_type_check CHECK ((logo_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/svg+xml'::text]))),
    CONSTRAINT billing_settings_page_size_check CHECK ((page_size = ANY (ARRAY['A4'::text, 'Letter'::text]))),
    CONSTRAINT billing_settings_payment_terms_days_check CHECK (((payment_terms_days >= 0) AND (payment_terms_days <= 365))),
    CONSTRAINT billing_settings_pending_tax_id_check CHECK ((pending_tax_id = ANY (ARRAY['as_valid'::text, 'as_invalid'::text]))),
    CONSTRAINT billing_settings_phone_check CHECK ((char_length(phone) <= 50)),
    CONSTRAINT billing_settings_pre_notification_days_check CHECK (((pre_notification_days >= 1) AND (pre_notification_days <= 30))),
    CONSTRAINT billing_settings_registration_check CHECK ((char_length(registration) <= 200)),
    CONSTRAINT billing_settings_rounding_check CHECK ((rounding = ANY (ARRAY['half_up'::text, 'half_even'::text]))),
    CONSTRAINT billing_settings_tax_number_check CHECK ((char_length(tax_number) <= 40)),
    CONSTRAINT billing_settings_tax_registrations_check CHECK ((cardinality(tax_registrations) <= 100)),
    CONSTRAINT billing_settings_tax_rounding_check CHECK ((tax_rounding = ANY (ARRAY['invoice'::text, 'line'::text]))),
    CONSTRAINT billing_settings_vat_id_check CHECK ((char_length(vat_id) <= 30)),
    CONSTRAINT billing_settings_website_check CHECK ((char_length(website) <= 200))
);

ALTER TABLE ONLY hcc.billing_settings FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.builtin_rules (
    organization_id uuid NOT NULL,
    pack text NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    given jsonb NOT NULL,
    rule_id uuid,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT builtin_rules_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 63))),
    CONSTRAINT builtin_rules_pack_check CHECK (((char_length(pack) >= 1) AND (char_length(pack) <= 63))),
    CONSTRAINT builtin_rules_version_check CHECK ((version > 0))
);

ALTER TABLE ONLY hcc.builtin_rules FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.builtin_rules.version IS 'Of the pack, when the rule was last given.';

COMMENT ON COLUMN hcc.builtin_rules.rule_id IS 'NULL once the organisation deleted the rule: it is not given again by itself.';

CREATE TABLE hcc.check_locations (
    location text NOT NULL,
    since timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    CONSTRAINT check_locations_location_check CHECK (((char_length(location) >= 1) AND (char_length(location) <= 64)))
);

CREATE TABLE hcc.check_results (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    check_id uuid NOT NULL,
    location text NOT NULL,
    at timestamp with time zone NOT NULL,
    ok boolean NOT NULL,
    ms double precision,
    message text DEFAULT ''::text NOT NULL,
    figures jsonb DEFAULT '{}'::jsonb NOT NULL
);

ALTER TABLE ONLY hcc.check_results FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.check_spans (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    check_id uuid NOT NULL,
    state text NOT NULL,
    began timestamp with time zone NOT NULL,
    ended timestamp with time zone,
    message text DEFAULT ''::text NOT NULL,
    CONSTRAINT check_spans_state_check CHECK ((state = ANY (ARRAY['up'::text, 'down'::text, 'unknown'::text])))
);

ALTER TABLE ONLY hcc.check_spans FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.check_states (
    check_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    location text NOT NULL,
    state text DEFAULT 'new'::text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    last_at timestamp with time zone,
    beat_at timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    message text DEFAULT ''::text NOT NULL,
    ms double precision,
    figures jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT check_states_location_check CHECK (((char_length(location) >= 1) AND (char_length(location) <= 64))),
    CONSTRAINT check_states_state_check CHECK ((state = ANY (ARRAY['new'::text, 'up'::text, 'down'::text])))
);

ALTER TABLE ONLY hcc.check_states FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.checks (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    target text DEFAULT ''::text NOT NULL,
    expects jsonb DEFAULT '{}'::jsonb NOT NULL,
    sealed bytea,
    token_hash bytea,
    interval_s integer DEFAULT 60 NOT NULL,
    timeout_s integer DEFAULT 10 NOT NULL,
    retries integer DEFAULT 1 NOT NULL,
    locations text[] DEFAULT '{default}'::text[] NOT NULL,
    quorum integer DEFAULT 1 NOT NULL,
    severity text DEFAULT 'critical'::text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT checks_check CHECK (((kind = 'heartbeat'::text) = (token_hash IS NOT NULL))),
    CONSTRAINT checks_interval_s_check CHECK (((interval_s >= 20) AND (interval_s <= 86400))),
    CONSTRAINT checks_kind_check CHECK ((kind = ANY (ARRAY['http'::text, 'tcp'::text, 'icmp'::text, 'dns'::text, 'heartbeat'::text, 'database'::text]))),
    CONSTRAINT checks_locations_check CHECK (((cardinality(locations) >= 1) AND (cardinality(locations) <= 10))),
    CONSTRAINT checks_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT checks_quorum_check CHECK (((quorum >= 1) AND (quorum <= 10))),
    CONSTRAINT checks_retries_check CHECK (((retries >= 0) AND (retries <= 10))),
    CONSTRAINT checks_severity_check CHECK ((severity = ANY (ARRAY['info'::text, 'warning'::text, 'critical'::text]))),
    CONSTRAINT checks_target_check CHECK ((char_length(target) <= 2048)),
    CONSTRAINT checks_timeout_s_check CHECK (((timeout_s >= 1) AND (timeout_s <= 60))),
    CONSTRAINT checks_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

ALTER TABLE ONLY hcc.checks FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.client_tallies (
    id bigint NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid,
    at timestamp with time zone DEFAULT now() NOT NULL,
    gateway text NOT NULL,
    client inet NOT NULL,
    login integer NOT NULL,
    unauthorized integer NOT NULL,
    not_found integer NOT NULL,
    scanner integer NOT NULL,
    limited integer NOT NULL,
    waf_score integer NOT NULL,
    sample text NOT NULL
);

ALTER TABLE ONLY hcc.client_tallies FORCE ROW LEVEL SECURITY;

ALTER TABLE hcc.client_tallies ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.client_tallies_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.collection_tries (
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    cause text NOT NULL,
    outcome text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    payment_id uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT collection_tries_cause_check CHECK (((char_length(cause) >= 1) AND (char_length(cause) <= 60))),
    CONSTRAINT collection_tries_check CHECK (((outcome = 'begun'::text) = (payment_id IS NOT NULL))),
    CONSTRAINT collection_tries_check1 CHECK (((outcome = 'begun'::text) = (reason = ''::text))),
    CONSTRAINT collection_tries_outcome_check CHECK ((outcome = ANY (ARRAY['begun'::text, 'not_tried'::text]))),
    CONSTRAINT collection_tries_reason_check CHECK ((char_length(reason) <= 60))
);

ALTER TABLE ONLY hcc.collection_tries FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.coupon_redemptions (
    subscription_id uuid NOT NULL,
    coupon_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    redeemed_on date NOT NULL
);

ALTER TABLE ONLY hcc.coupon_redemptions FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.coupons (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    code text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    percent numeric(7,4),
    amount numeric(18,3),
    currency character(3),
    duration text NOT NULL,
    periods smallint,
    most integer,
    most_a_customer integer,
    valid_from date,
    valid_to date,
    plan_ids uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    redeemed integer DEFAULT 0 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT coupons_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT coupons_check CHECK (((percent IS NULL) <> (amount IS NULL))),
    CONSTRAINT coupons_check1 CHECK (((amount IS NULL) = (currency IS NULL))),
    CONSTRAINT coupons_check2 CHECK (((duration = 'repeating'::text) = (periods IS NOT NULL))),
    CONSTRAINT coupons_check3 CHECK ((valid_from <= valid_to)),
    CONSTRAINT coupons_check4 CHECK (((redeemed >= 0) AND ((most IS NULL) OR (redeemed <= most)))),
    CONSTRAINT coupons_code_check CHECK ((code ~ '^[A-Za-z0-9_-]{2,40}$'::text)),
    CONSTRAINT coupons_description_check CHECK ((char_length(description) <= 1000)),
    CONSTRAINT coupons_duration_check CHECK ((duration = ANY (ARRAY['once'::text, 'repeating'::text, 'forever'::text]))),
    CONSTRAINT coupons_most_a_customer_check CHECK ((most_a_customer > 0)),
    CONSTRAINT coupons_most_check CHECK ((most > 0)),
    CONSTRAINT coupons_percent_check CHECK (((percent > (0)::numeric) AND (percent <= (100)::numeric))),
    CONSTRAINT coupons_periods_check CHECK (((periods >= 1) AND (periods <= 1000))),
    CONSTRAINT coupons_plan_ids_check CHECK ((cardinality(plan_ids) <= 100))
);

ALTER TABLE ONLY hcc.coupons FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.credit_adjustments (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    currency character(3) NOT NULL,
    amount numeric(18,3) NOT NULL,
    reason text NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT credit_adjustments_amount_check CHECK ((amount <> (0)::numeric)),
    CONSTRAINT credit_adjustments_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 300)))
);

ALTER TABLE ONLY hcc.credit_adjustments FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.customer_credits (
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    currency character(3) NOT NULL,
    amount numeric(20,3) NOT NULL,
    base_amount numeric(20,3) NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY hcc.customer_credits FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.customers (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    number text NOT NULL,
    kind text NOT NULL,
    name text NOT NULL,
    contact text DEFAULT ''::text NOT NULL,
    email text NOT NULL,
    copies_to text[] DEFAULT '{}'::text[] NOT NULL,
    address jsonb NOT NULL,
    country character(2) GENERATED ALWAYS AS (((address ->> 'country'::text))::character(2)) STORED,
    currency character(3) NOT NULL,
    language text NOT NULL,
    tax_id text DEFAULT ''::text NOT NULL,
    tax_id_status text DEFAULT 'none'::text NOT NULL,
    tax_exempt boolean DEFAULT false NOT NULL,
    buyer_reference text DEFAULT ''::text NOT NULL,
    payment_terms_days smallint,
    notes text DEFAULT ''::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT customers_buyer_reference_check CHECK ((char_length(buyer_reference) <= 100)),
    CONSTRAINT customers_contact_check CHECK ((char_length(contact) <= 200)),
    CONSTRAINT customers_copies_to_check CHECK ((cardinality(copies_to) <= 10)),
    CONSTRAINT customers_kind_check CHECK ((kind = ANY (ARRAY['business'::text, 'private'::text, 'public'::text]))),
    CONSTRAINT customers_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT customers_notes_check CHECK ((char_length(notes) <= 5000)),
    CONSTRAINT customers_payment_terms_days_check CHECK (((payment_terms_days >= 0) AND (payment_terms_days <= 365))),
    CONSTRAINT customers_tax_id_check CHECK ((char_length(tax_id) <= 30)),
    CONSTRAINT customers_tax_id_status_check CHECK ((tax_id_status = ANY (ARRAY['none'::text, 'pending_verification'::text, 'valid'::text, 'invalid'::text, 'unchecked'::text])))
);

ALTER TABLE ONLY hcc.customers FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.disputes (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    kind text NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    provider_reference text NOT NULL,
    amount numeric(18,3) NOT NULL,
    fee numeric(18,3) DEFAULT 0 NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    status text NOT NULL,
    is_withdrawn boolean DEFAULT false NOT NULL,
    evidence_due_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT disputes_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT disputes_kind_check CHECK ((kind = ANY (ARRAY['chargeback'::text, 'return'::text]))),
    CONSTRAINT disputes_provider_check CHECK ((provider = ANY (ARRAY[''::text, 'stripe'::text]))),
    CONSTRAINT disputes_provider_reference_check CHECK (((char_length(provider_reference) >= 1) AND (char_length(provider_reference) <= 255))),
    CONSTRAINT disputes_reason_check CHECK ((char_length(reason) <= 100)),
    CONSTRAINT disputes_status_check CHECK ((status = ANY (ARRAY['warning'::text, 'open'::text, 'won'::text, 'lost'::text])))
);

ALTER TABLE ONLY hcc.disputes FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.dunning_cases (
    invoice_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    steps jsonb NOT NULL,
    done smallint DEFAULT 0 NOT NULL,
    next_on date,
    suspended uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    stopped_at timestamp with time zone,
    stop_reason text DEFAULT ''::text NOT NULL,
    closed_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dunning_cases_stop_reason_check CHECK ((char_length(stop_reason) <= 1000))
);

ALTER TABLE ONLY hcc.dunning_cases FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.dunning_cases.suspended IS 'Subscriptions that a step suspended; they are unsuspended when the invoice is settled.';

CREATE TABLE hcc.dunning_schedules (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    steps jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dunning_schedules_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT dunning_schedules_steps_check CHECK (((jsonb_typeof(steps) = 'array'::text) AND ((jsonb_array_length(steps) >= 1) AND (jsonb_array_length(steps) <= 20))))
);

ALTER TABLE ONLY hcc.dunning_schedules FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.dunning_steps (
    invoice_id uuid NOT NULL,
    step smallint NOT NULL,
    organization_id uuid NOT NULL,
    action text NOT NULL,
    outcome text NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    taken_on date NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dunning_steps_action_check CHECK ((action = ANY (ARRAY['remind'::text, 'retry_payment'::text, 'late_fee'::text, 'suspend'::text, 'cancel'::text, 'write_off'::text]))),
    CONSTRAINT dunning_steps_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'nothing_to_do'::text, 'not_retried'::text])))
);

ALTER TABLE ONLY hcc.dunning_steps FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.dunning_stops (
    customer_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    reason text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT dunning_stops_reason_check CHECK ((char_length(reason) <= 1000))
);

ALTER TABLE ONLY hcc.dunning_stops FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.exchange_rates (
    organization_id uuid NOT NULL,
    currency character(3) NOT NULL,
    base character(3) NOT NULL,
    valid_from date NOT NULL,
    rate numeric(20,10) NOT NULL,
    source text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT exchange_rates_check CHECK ((currency <> base)),
    CONSTRAINT exchange_rates_rate_check CHECK ((rate > (0)::numeric)),
    CONSTRAINT exchange_rates_source_check CHECK ((char_length(source) <= 100))
);

ALTER TABLE ONLY hcc.exchange_rates FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.firewalls (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    server text NOT NULL,
    input text DEFAULT 'accept'::text NOT NULL,
    forward text DEFAULT 'accept'::text NOT NULL,
    output text DEFAULT 'accept'::text NOT NULL,
    sets jsonb DEFAULT '[]'::jsonb NOT NULL,
    rules jsonb DEFAULT '[]'::jsonb NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT firewalls_forward_check CHECK ((forward = ANY (ARRAY['accept'::text, 'drop'::text]))),
    CONSTRAINT firewalls_input_check CHECK ((input = ANY (ARRAY['accept'::text, 'drop'::text]))),
    CONSTRAINT firewalls_note_check CHECK ((char_length(note) <= 500)),
    CONSTRAINT firewalls_output_check CHECK ((output = ANY (ARRAY['accept'::text, 'drop'::text]))),
    CONSTRAINT firewalls_server_check CHECK (((char_length(server) >= 1) AND (char_length(server) <= 253)))
);

ALTER TABLE ONLY hcc.firewalls FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.gateway_certificates (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    hosts text[] NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    chain_pem text NOT NULL,
    private_key bytea NOT NULL,
    key_type text NOT NULL,
    subject text NOT NULL,
    issuer text NOT NULL,
    serial text NOT NULL,
    fingerprint text NOT NULL,
    not_before timestamp with time zone NOT NULL,
    not_after timestamp with time zone NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gateway_certificates_chain_pem_check CHECK ((char_length(chain_pem) <= 65536)),
    CONSTRAINT gateway_certificates_fingerprint_check CHECK ((fingerprint ~ '^[0-9a-f]{64}$'::text)),
    CONSTRAINT gateway_certificates_hosts_check CHECK (((cardinality(hosts) >= 1) AND (cardinality(hosts) <= 100)))
);

ALTER TABLE ONLY hcc.gateway_certificates FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.gateway_sites (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    hosts text[] NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    https_redirect boolean DEFAULT false NOT NULL,
    hsts_s bigint DEFAULT 0 NOT NULL,
    maintenance jsonb,
    error_pages jsonb DEFAULT '{}'::jsonb NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT gateway_sites_hosts_check CHECK (((cardinality(hosts) >= 1) AND (cardinality(hosts) <= 100))),
    CONSTRAINT gateway_sites_hsts_s_check CHECK (((hsts_s >= 0) AND (hsts_s <= 63072000))),
    CONSTRAINT gateway_sites_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE ONLY hcc.gateway_sites FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.organizations (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    parent_id uuid,
    kind text NOT NULL,
    path uuid[] NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    plan text DEFAULT 'standard'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    CONSTRAINT organizations_check CHECK (((kind = 'platform'::text) = (parent_id IS NULL))),
    CONSTRAINT organizations_kind_check CHECK ((kind = ANY (ARRAY['platform'::text, 'reseller'::text, 'customer'::text]))),
    CONSTRAINT organizations_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 255))),
    CONSTRAINT organizations_plan_check CHECK (((char_length(plan) >= 1) AND (char_length(plan) <= 50))),
    CONSTRAINT organizations_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,98}[a-z0-9])?$'::text))
);

ALTER TABLE ONLY hcc.organizations FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_sites AS
 SELECT s.id,
    s.organization_id,
    s.name,
    s.hosts,
    s.https_redirect,
    s.hsts_s,
    s.maintenance,
    s.error_pages,
    s.revision
   FROM (hcc.gateway_sites s
     JOIN hcc.organizations o ON ((o.id = s.organization_id)))
  WHERE (s.is_active AND (s.deleted_at IS NULL) AND o.is_active AND (o.deleted_at IS NULL) AND ((o.kind = 'platform'::text) OR (NOT (s.hosts @> ARRAY['*'::text]))));

CREATE TABLE hcc.gateway_hosts (
    host text NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid NOT NULL,
    place text GENERATED ALWAYS AS (
CASE
    WHEN (host = '*'::text) THEN '*'::text
    ELSE (reverse(
    CASE
        WHEN (host ~~ '*.%'::text) THEN substr(host, 3)
        ELSE host
    END) || '.'::text)
END) STORED NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT gateway_hosts_host_check CHECK ((((char_length(host) >= 1) AND (char_length(host) <= 255)) AND (host = lower(host))))
);

ALTER TABLE ONLY hcc.gateway_hosts FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_certificate_hosts AS
 WITH held AS (
         SELECT h.host,
            s.id AS site_id,
            o.path
           FROM ((hcc.gateway_hosts h
             JOIN hcc.gateway_config_sites s ON ((s.id = h.site_id)))
             JOIN hcc.organizations o ON ((o.id = s.organization_id)))
          WHERE (h.host <> '*'::text)
        ), named AS (
         SELECT c.id,
            c.organization_id,
            c.not_before,
            c.not_after,
            c.is_default,
            o.kind,
            n.host
           FROM ((hcc.gateway_certificates c
             JOIN hcc.organizations o ON ((o.id = c.organization_id)))
             CROSS JOIN LATERAL unnest(c.hosts) n(host))
          WHERE (o.is_active AND (o.deleted_at IS NULL))
        ), fitting AS (
         SELECT h.host,
            h.site_id,
            n.id,
            n.not_before,
            n.not_after,
            array_position(h.path, n.organization_id) AS depth
           FROM ((held h
             CROSS JOIN LATERAL ( VALUES (h.host), (('*.'::text || substr(h.host, (strpos(h.host, '.'::text) + 1))))) w(host))
             JOIN named n ON (((n.host = w.host) AND (n.organization_id = ANY (h.path)))))
        UNION ALL
         SELECT n.host,
            NULL::uuid,
            n.id,
            n.not_before,
            n.not_after,
            0
           FROM named n
          WHERE (n.kind = 'platform'::text)
        UNION ALL
         SELECT '*'::text,
            NULL::uuid,
            n.id,
            n.not_before,
            n.not_after,
            0
           FROM named n
          WHERE ((n.kind = 'platform'::text) AND n.is_default)
        )
 SELECT DISTINCT ON (f.host) f.host,
    f.site_id,
    f.id AS certificate_id,
    f.not_after
   FROM fitting f
  ORDER BY f.host, (f.not_after > now()) DESC, f.depth DESC, f.not_before DESC, f.id DESC;

CREATE VIEW hcc.gateway_config_access AS
 SELECT a.id,
    a.organization_id,
    a.site_id,
    (a.network)::text AS network,
    a.asn,
    a.country,
    a.action,
    (EXTRACT(epoch FROM a.expires_at))::bigint AS until
   FROM hcc.access_entries a
  WHERE ((a.expires_at IS NULL) OR (a.expires_at > now()));

CREATE TABLE hcc.gateway_routes (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid NOT NULL,
    path_prefix text,
    path text,
    path_pattern text,
    methods text[],
    priority integer DEFAULT 0 NOT NULL,
    upstream_id uuid,
    canary_upstream_id uuid,
    canary jsonb,
    redirect jsonb,
    respond jsonb,
    strip_prefix boolean DEFAULT false NOT NULL,
    rewrite text,
    request_headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    response_headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    security_headers boolean DEFAULT false NOT NULL,
    cors jsonb,
    compress boolean DEFAULT false NOT NULL,
    auth jsonb DEFAULT '{"mode": "none"}'::jsonb NOT NULL,
    rate_limits jsonb DEFAULT '[]'::jsonb NOT NULL,
    max_body bigint,
    max_in_flight integer DEFAULT 0 NOT NULL,
    validate jsonb,
    maintenance jsonb,
    total_ms integer,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gateway_routes_canary CHECK (((canary IS NULL) = (canary_upstream_id IS NULL))),
    CONSTRAINT gateway_routes_max_body_check CHECK (((max_body >= 1) AND (max_body <= '1099511627776'::bigint))),
    CONSTRAINT gateway_routes_max_in_flight_check CHECK ((max_in_flight >= 0)),
    CONSTRAINT gateway_routes_methods_check CHECK (((cardinality(methods) >= 1) AND (cardinality(methods) <= 32))),
    CONSTRAINT gateway_routes_one_end CHECK ((num_nonnulls(upstream_id, redirect, respond) = 1)),
    CONSTRAINT gateway_routes_one_path CHECK ((num_nonnulls(path_prefix, path, path_pattern) = 1)),
    CONSTRAINT gateway_routes_path_check CHECK (((path ~ '^/'::text) AND (char_length(path) <= 1024))),
    CONSTRAINT gateway_routes_path_pattern_check CHECK (((path_pattern ~ '^/'::text) AND (char_length(path_pattern) <= 1024))),
    CONSTRAINT gateway_routes_path_prefix_check CHECK (((path_prefix ~ '^/'::text) AND (char_length(path_prefix) <= 1024))),
    CONSTRAINT gateway_routes_rewrite_check CHECK (((rewrite ~ '^/'::text) AND (char_length(rewrite) <= 1024))),
    CONSTRAINT gateway_routes_total_ms_check CHECK (((total_ms >= 0) AND (total_ms <= 86400000)))
);

ALTER TABLE ONLY hcc.gateway_routes FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.memberships (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone
);

ALTER TABLE ONLY hcc.memberships FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.roles (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    user_type text NOT NULL,
    permissions text[] DEFAULT '{}'::text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT roles_description_check CHECK ((char_length(description) <= 200)),
    CONSTRAINT roles_name_check CHECK ((name ~ '^[a-z][a-z0-9-]{1,62}$'::text)),
    CONSTRAINT roles_own_name_check CHECK (((organization_id IS NULL) OR (name <> ALL (ARRAY['superadmin'::text, 'support'::text, 'owner'::text, 'staff'::text, 'member'::text])))),
    CONSTRAINT roles_user_type_check CHECK ((user_type = ANY (ARRAY['admin'::text, 'reseller'::text, 'customer'::text])))
);

ALTER TABLE ONLY hcc.roles FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.user_roles (
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    role_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY hcc.user_roles FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.users (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    organization_id uuid NOT NULL,
    email text NOT NULL,
    username text NOT NULL,
    full_name text DEFAULT ''::text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    last_login_at timestamp with time zone,
    deleted_at timestamp with time zone,
    erased_at timestamp with time zone,
    CONSTRAINT users_email_check CHECK ((((char_length(email) >= 3) AND (char_length(email) <= 320)) AND (email = lower(email)))),
    CONSTRAINT users_full_name_check CHECK ((char_length(full_name) <= 255)),
    CONSTRAINT users_locale_check CHECK (((char_length(locale) >= 2) AND (char_length(locale) <= 35))),
    CONSTRAINT users_timezone_check CHECK (((char_length(timezone) >= 1) AND (char_length(timezone) <= 64))),
    CONSTRAINT users_username_check CHECK ((username ~ '^[a-z0-9][a-z0-9._-]{1,62}$'::text))
);

ALTER TABLE ONLY hcc.users FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_api_keys AS
 WITH wanted AS (
         SELECT DISTINCT p.id
           FROM (((hcc.gateway_routes r
             JOIN hcc.gateway_config_sites s ON ((s.id = r.site_id)))
             JOIN hcc.organizations o_1 ON ((o_1.id = s.organization_id)))
             CROSS JOIN LATERAL ( VALUES (o_1.id), (o_1.path[1])) p(id))
          WHERE ((r.auth ->> 'api_keys'::text) = 'verify'::text)
        )
 SELECT k.id,
    k.prefix,
    encode(k.key_hash, 'hex'::text) AS hash,
    k.organization_id,
    k.user_id,
        CASE o.kind
            WHEN 'platform'::text THEN 'admin'::text
            ELSE o.kind
        END AS user_type,
    hcc.narrowed(k.scopes, held.permissions) AS scopes,
    held.roles,
    (EXTRACT(epoch FROM k.expires_at))::bigint AS expires
   FROM (((((wanted w
     JOIN hcc.api_keys k ON ((k.organization_id = w.id)))
     JOIN hcc.organizations o ON ((o.id = k.organization_id)))
     JOIN hcc.users u ON ((u.id = k.user_id)))
     JOIN hcc.memberships m ON (((m.organization_id = k.organization_id) AND (m.user_id = k.user_id))))
     CROSS JOIN LATERAL ( SELECT COALESCE(array_agg(DISTINCT r.name ORDER BY r.name), '{}'::text[]) AS roles,
            COALESCE(array_agg(DISTINCT p.name) FILTER (WHERE (p.name IS NOT NULL)), '{}'::text[]) AS permissions
           FROM ((hcc.user_roles ur
             JOIN hcc.roles r ON ((r.id = ur.role_id)))
             LEFT JOIN LATERAL unnest(r.permissions) p(name) ON (true))
          WHERE ((ur.organization_id = k.organization_id) AND (ur.user_id = k.user_id))) held)
  WHERE ((k.deleted_at IS NULL) AND ((k.expires_at IS NULL) OR (k.expires_at > now())) AND u.is_active AND (u.deleted_at IS NULL) AND (NOT (EXISTS ( SELECT
           FROM hcc.organizations a
          WHERE ((a.id = ANY (o.path)) AND ((NOT a.is_active) OR (a.deleted_at IS NOT NULL)))))));

CREATE VIEW hcc.gateway_config_bans AS
 SELECT b.id,
    (b.network)::text AS network,
    "left"(b.reason, 200) AS reason,
        CASE
            WHEN (o.kind <> 'platform'::text) THEN o.id
            ELSE NULL::uuid
        END AS scope,
    (EXTRACT(epoch FROM b.until))::bigint AS until
   FROM (hcc.bans b
     JOIN hcc.organizations o ON ((o.id = b.organization_id)))
  WHERE ((b.lifted_at IS NULL) AND ((b.until IS NULL) OR (b.until > now())));

CREATE VIEW hcc.gateway_config_certificates AS
 SELECT c.id,
    h.hosts,
    c.chain_pem,
    translate(encode(c.private_key, 'base64'::text), '
'::text, ''::text) AS key_sealed
   FROM (hcc.gateway_certificates c
     JOIN ( SELECT g.certificate_id,
            array_agg(g.host ORDER BY g.host) AS hosts
           FROM hcc.gateway_certificate_hosts g
          GROUP BY g.certificate_id) h ON ((h.certificate_id = c.id)));

CREATE TABLE hcc.security_settings (
    one boolean DEFAULT true NOT NULL,
    challenge_key bytea DEFAULT sha256((uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))) NOT NULL,
    challenge_difficulty smallint DEFAULT 16 NOT NULL,
    challenge_ttl_s integer DEFAULT 3600 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    event_days integer DEFAULT 30 NOT NULL,
    login_paths text[] DEFAULT '{/login,/signin,/sign-in,/wp-login.php,/xmlrpc.php,/auth,/session,/oauth/token,/user/password,/administrator/index.php}'::text[] NOT NULL,
    scanner_paths text[] DEFAULT '{/.env,/.git/,/.svn/,/.aws/,/.ssh/,/.DS_Store,/.htpasswd,/wp-config,/config.php,/phpinfo,/phpmyadmin,/pma/,/adminer,/vendor/phpunit,/cgi-bin/,/boaform,/HNAP1,/actuator/,/solr/,/server-status,/owa/auth,/autodiscover/autodiscover.json,/_ignition/,/telescope/,/struts,/manager/html,/jenkins/script,/shell,/backup.sql,/dump.sql}'::text[] NOT NULL,
    never_ban cidr[] DEFAULT '{127.0.0.0/8,::1/128}'::cidr[] NOT NULL,
    CONSTRAINT security_settings_challenge_difficulty_check CHECK (((challenge_difficulty >= 1) AND (challenge_difficulty <= 24))),
    CONSTRAINT security_settings_challenge_ttl_s_check CHECK (((challenge_ttl_s >= 60) AND (challenge_ttl_s <= 604800))),
    CONSTRAINT security_settings_check CHECK (((cardinality(login_paths) <= 100) AND (cardinality(scanner_paths) <= 500) AND (cardinality(never_ban) <= 1000))),
    CONSTRAINT security_settings_event_days_check CHECK (((event_days >= 1) AND (event_days <= 400))),
    CONSTRAINT security_settings_one_check CHECK (one)
);

CREATE VIEW hcc.gateway_config_challenge AS
 SELECT encode(s.challenge_key, 'hex'::text) AS key,
    s.challenge_difficulty AS difficulty,
    s.challenge_ttl_s AS ttl_s
   FROM hcc.security_settings s;

CREATE VIEW hcc.gateway_config_detection AS
 SELECT s.login_paths,
    s.scanner_paths
   FROM hcc.security_settings s;

CREATE TABLE hcc.waf_exclusions (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid,
    rule_from integer,
    rule_to integer,
    tag text,
    target text,
    path_prefix text,
    note text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone,
    created_by uuid,
    event_id uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT waf_exclusions_check CHECK ((rule_to >= rule_from)),
    CONSTRAINT waf_exclusions_check1 CHECK (((num_nonnulls(rule_from, tag) = 1) AND ((rule_from IS NULL) = (rule_to IS NULL)))),
    CONSTRAINT waf_exclusions_note_check CHECK ((char_length(note) <= 500)),
    CONSTRAINT waf_exclusions_path_prefix_check CHECK (((path_prefix ~ '^/'::text) AND (char_length(path_prefix) <= 1024))),
    CONSTRAINT waf_exclusions_rule_from_check CHECK (((rule_from >= 1) AND (rule_from <= 2147483647))),
    CONSTRAINT waf_exclusions_tag_check CHECK (((char_length(tag) >= 1) AND (char_length(tag) <= 200))),
    CONSTRAINT waf_exclusions_target_check CHECK (((char_length(target) >= 1) AND (char_length(target) <= 300)))
);

ALTER TABLE ONLY hcc.waf_exclusions FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.waf_exclusions.event_id IS 'The event it was made from; events are forgotten sooner.';

CREATE VIEW hcc.gateway_config_exclusions AS
 SELECT x.id,
    x.organization_id,
    x.site_id,
    x.rule_from,
    x.rule_to,
    x.tag,
    x.target,
    x.path_prefix
   FROM hcc.waf_exclusions x
  WHERE ((x.expires_at IS NULL) OR (x.expires_at > now()));

CREATE TABLE hcc.signing_keys (
    kid text NOT NULL,
    algorithm text NOT NULL,
    public_jwk jsonb NOT NULL,
    private_key bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    active_from timestamp with time zone NOT NULL,
    retires_at timestamp with time zone,
    CONSTRAINT signing_keys_algorithm_check CHECK ((algorithm = 'EdDSA'::text))
);

CREATE VIEW hcc.gateway_config_keys AS
 SELECT k.kid,
    k.public_jwk
   FROM hcc.signing_keys k
  WHERE ((k.retires_at IS NULL) OR (k.retires_at > now()));

CREATE TABLE hcc.match_rules (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid,
    name text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    conditions jsonb NOT NULL,
    action text NOT NULL,
    quota jsonb,
    is_active boolean DEFAULT true NOT NULL,
    note text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT match_rules_action_check CHECK ((action = ANY (ARRAY['block'::text, 'allow'::text, 'limit'::text, 'challenge'::text, 'log'::text]))),
    CONSTRAINT match_rules_check CHECK (((action = 'limit'::text) = (quota IS NOT NULL))),
    CONSTRAINT match_rules_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT match_rules_note_check CHECK ((char_length(note) <= 500)),
    CONSTRAINT match_rules_position_check CHECK ((("position" >= '-1000000'::integer) AND ("position" <= 1000000)))
);

ALTER TABLE ONLY hcc.match_rules FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_match_rules AS
 SELECT r.id,
    r.organization_id,
    r.site_id,
    r.name,
    r."position",
    r.conditions,
    r.action,
    r.quota
   FROM hcc.match_rules r
  WHERE (r.is_active AND ((r.expires_at IS NULL) OR (r.expires_at > now())));

CREATE TABLE hcc.gateway_settings (
    one boolean DEFAULT true NOT NULL,
    trusted_proxies cidr[] DEFAULT '{}'::cidr[] NOT NULL,
    defaults jsonb DEFAULT '{}'::jsonb NOT NULL,
    response_headers jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gateway_settings_one_check CHECK (one)
);

CREATE VIEW hcc.gateway_config_platform AS
 SELECT (s.trusted_proxies)::text[] AS trusted_proxies,
    s.defaults,
    s.response_headers
   FROM hcc.gateway_settings s;

CREATE TABLE hcc.revoked_sessions (
    session_id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);

CREATE VIEW hcc.gateway_config_revoked AS
 SELECT r.session_id,
    (EXTRACT(epoch FROM r.until))::bigint AS until
   FROM hcc.revoked_sessions r
  WHERE (r.until > now());

CREATE TABLE hcc.gateway_upstreams (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid NOT NULL,
    name text NOT NULL,
    policy text DEFAULT 'round_robin'::text NOT NULL,
    hash_key jsonb DEFAULT '{"kind": "client"}'::jsonb NOT NULL,
    protocol text DEFAULT 'h1'::text NOT NULL,
    tls jsonb,
    connect_ms integer DEFAULT 2000 NOT NULL,
    first_byte_ms integer DEFAULT 15000 NOT NULL,
    between_bytes_ms integer DEFAULT 15000 NOT NULL,
    total_ms integer DEFAULT 0 NOT NULL,
    health jsonb,
    outlier jsonb DEFAULT '{}'::jsonb NOT NULL,
    retry jsonb DEFAULT '{}'::jsonb NOT NULL,
    breaker jsonb DEFAULT '{}'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gateway_upstreams_between_bytes_ms_check CHECK (((between_bytes_ms >= 1) AND (between_bytes_ms <= 3600000))),
    CONSTRAINT gateway_upstreams_connect_ms_check CHECK (((connect_ms >= 1) AND (connect_ms <= 60000))),
    CONSTRAINT gateway_upstreams_first_byte_ms_check CHECK (((first_byte_ms >= 1) AND (first_byte_ms <= 3600000))),
    CONSTRAINT gateway_upstreams_name_check CHECK ((name ~ '^[a-z0-9][a-z0-9-]{0,62}$'::text)),
    CONSTRAINT gateway_upstreams_policy_check CHECK ((policy = ANY (ARRAY['round_robin'::text, 'least_request'::text, 'consistent_hash'::text]))),
    CONSTRAINT gateway_upstreams_protocol_check CHECK ((protocol = ANY (ARRAY['h1'::text, 'h2'::text]))),
    CONSTRAINT gateway_upstreams_total_ms_check CHECK (((total_ms >= 0) AND (total_ms <= 86400000)))
);

ALTER TABLE ONLY hcc.gateway_upstreams FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_routes AS
 SELECT r.id,
    r.site_id,
    r.path_prefix,
    r.path,
    r.path_pattern,
    r.methods,
    r.priority,
    u.name AS upstream,
        CASE
            WHEN (c.id IS NOT NULL) THEN (r.canary || jsonb_build_object('upstream', c.name))
            ELSE NULL::jsonb
        END AS canary,
    r.redirect,
    r.respond,
    r.strip_prefix,
    r.rewrite,
    r.request_headers,
    r.response_headers,
    r.security_headers,
    r.cors,
    r.compress,
    r.auth,
    r.rate_limits,
    r.max_body,
    r.max_in_flight,
    r.validate,
    r.maintenance,
    r.total_ms
   FROM (((hcc.gateway_routes r
     JOIN hcc.gateway_config_sites s ON ((s.id = r.site_id)))
     LEFT JOIN hcc.gateway_upstreams u ON ((u.id = r.upstream_id)))
     LEFT JOIN hcc.gateway_upstreams c ON ((c.id = r.canary_upstream_id)));

CREATE VIEW hcc.gateway_config_scopes AS
 SELECT s.id AS site_id,
    o.path
   FROM (hcc.gateway_config_sites s
     JOIN hcc.organizations o ON ((o.id = s.organization_id)));

CREATE TABLE hcc.gateway_targets (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid NOT NULL,
    upstream_id uuid NOT NULL,
    address text NOT NULL,
    weight integer DEFAULT 1 NOT NULL,
    CONSTRAINT gateway_targets_address_check CHECK (((char_length(address) >= 3) AND (char_length(address) <= 262))),
    CONSTRAINT gateway_targets_weight_check CHECK (((weight >= 1) AND (weight <= 1000)))
);

ALTER TABLE ONLY hcc.gateway_targets FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_upstreams AS
 SELECT u.id,
    u.site_id,
    u.name,
    u.policy,
    u.hash_key,
    u.protocol,
    u.tls,
    u.connect_ms,
    u.first_byte_ms,
    u.between_bytes_ms,
    u.total_ms,
    u.health,
    u.outlier,
    u.retry,
    u.breaker,
    COALESCE(t.targets, '[]'::jsonb) AS targets
   FROM ((hcc.gateway_upstreams u
     JOIN hcc.gateway_config_sites s ON ((s.id = u.site_id)))
     LEFT JOIN ( SELECT a.upstream_id,
            jsonb_agg(jsonb_build_object('address', a.address, 'weight', a.weight) ORDER BY a.address) AS targets
           FROM hcc.gateway_targets a
          GROUP BY a.upstream_id) t ON ((t.upstream_id = u.id)));

CREATE TABLE hcc.security_policies (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid,
    route_id uuid,
    mode text,
    paranoia smallint,
    inbound_threshold integer,
    outbound_threshold integer,
    rule_set text,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    response_bodies boolean,
    CONSTRAINT security_policies_check CHECK (((route_id IS NULL) OR (site_id IS NOT NULL))),
    CONSTRAINT security_policies_inbound_threshold_check CHECK (((inbound_threshold >= 1) AND (inbound_threshold <= 10000))),
    CONSTRAINT security_policies_mode_check CHECK ((mode = ANY (ARRAY['off'::text, 'detect'::text, 'block'::text]))),
    CONSTRAINT security_policies_outbound_threshold_check CHECK (((outbound_threshold >= 1) AND (outbound_threshold <= 10000))),
    CONSTRAINT security_policies_paranoia_check CHECK (((paranoia >= 1) AND (paranoia <= 4))),
    CONSTRAINT security_policies_rule_set_check CHECK ((rule_set ~ '^[0-9]+(\.[0-9]+){1,2}$'::text))
);

ALTER TABLE ONLY hcc.security_policies FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.waf_effective AS
 SELECT w.site_id,
    w.route_id,
    w.organization_id,
    e.mode,
    e.paranoia,
    e.inbound_threshold,
    e.outbound_threshold,
    e.rule_set,
    e.response_bodies
   FROM (( SELECT s.id AS site_id,
            NULL::uuid AS route_id,
            s.organization_id,
            o.path
           FROM (hcc.gateway_sites s
             JOIN hcc.organizations o ON ((o.id = s.organization_id)))
          WHERE (s.deleted_at IS NULL)
        UNION ALL
         SELECT q.site_id,
            q.route_id,
            q.organization_id,
            o.path
           FROM (hcc.security_policies q
             JOIN hcc.organizations o ON ((o.id = q.organization_id)))
          WHERE (q.route_id IS NOT NULL)) w
     CROSS JOIN LATERAL ( SELECT COALESCE((array_agg(p.mode ORDER BY p.depth DESC) FILTER (WHERE (p.mode IS NOT NULL)))[1], 'off'::text) AS mode,
            COALESCE(((array_agg(p.paranoia ORDER BY p.depth DESC) FILTER (WHERE (p.paranoia IS NOT NULL)))[1])::integer, 1) AS paranoia,
            COALESCE((array_agg(p.inbound_threshold ORDER BY p.depth DESC) FILTER (WHERE (p.inbound_threshold IS NOT NULL)))[1], 5) AS inbound_threshold,
            COALESCE((array_agg(p.outbound_threshold ORDER BY p.depth DESC) FILTER (WHERE (p.outbound_threshold IS NOT NULL)))[1], 4) AS outbound_threshold,
            COALESCE((array_agg(p.rule_set ORDER BY p.depth DESC) FILTER (WHERE (p.rule_set IS NOT NULL)))[1], '3.3.4'::text) AS rule_set,
            COALESCE((array_agg(p.response_bodies ORDER BY p.depth DESC) FILTER (WHERE (p.response_bodies IS NOT NULL)))[1], false) AS response_bodies
           FROM ( SELECT q.mode,
                    q.paranoia,
                    q.inbound_threshold,
                    q.outbound_threshold,
                    q.rule_set,
                    q.response_bodies,
                    array_position(w.path, q.organization_id) AS depth
                   FROM hcc.security_policies q
                  WHERE ((q.organization_id = ANY (w.path)) AND (q.site_id IS NULL) AND (q.route_id IS NULL))
                UNION ALL
                 SELECT q.mode,
                    q.paranoia,
                    q.inbound_threshold,
                    q.outbound_threshold,
                    q.rule_set,
                    q.response_bodies,
                    100
                   FROM hcc.security_policies q
                  WHERE ((q.organization_id = w.organization_id) AND (q.site_id = w.site_id) AND (q.route_id IS NULL))
                UNION ALL
                 SELECT q.mode,
                    q.paranoia,
                    q.inbound_threshold,
                    q.outbound_threshold,
                    q.rule_set,
                    q.response_bodies,
                    101
                   FROM hcc.security_policies q
                  WHERE ((q.organization_id = w.organization_id) AND (q.site_id = w.site_id) AND (q.route_id = w.route_id))) p) e);

CREATE VIEW hcc.gateway_config_waf AS
 SELECT e.site_id,
    e.route_id,
    e.mode,
    e.paranoia,
    e.inbound_threshold,
    e.outbound_threshold,
    e.rule_set,
    e.response_bodies
   FROM (hcc.waf_effective e
     JOIN hcc.gateway_config_sites s ON ((s.id = e.site_id)));

CREATE TABLE hcc.waf_rules (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid,
    name text NOT NULL,
    "position" integer DEFAULT 0 NOT NULL,
    text text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT waf_rules_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT waf_rules_position_check CHECK ((("position" >= '-1000000'::integer) AND ("position" <= 1000000))),
    CONSTRAINT waf_rules_text_check CHECK (((octet_length(text) >= 1) AND (octet_length(text) <= 65536)))
);

ALTER TABLE ONLY hcc.waf_rules FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_waf_rules AS
 SELECT r.id,
    r.organization_id,
    r.site_id,
    r."position",
    r.name,
    r.text
   FROM hcc.waf_rules r
  WHERE r.is_active;

CREATE UNLOGGED TABLE hcc.site_watches (
    site_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    until timestamp with time zone NOT NULL
);

ALTER TABLE ONLY hcc.site_watches FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.gateway_config_watches AS
 SELECT w.site_id,
    (ceil(EXTRACT(epoch FROM (w.until - now()))))::integer AS seconds
   FROM hcc.site_watches w
  WHERE (w.until > now());

CREATE TABLE hcc.gateway_reports (
    gateway text NOT NULL,
    generation bigint NOT NULL,
    refused jsonb DEFAULT '[]'::jsonb NOT NULL,
    reported_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gateway_reports_gateway_check CHECK (((char_length(gateway) >= 1) AND (char_length(gateway) <= 255)))
);

CREATE TABLE hcc.gateway_site_reports (
    gateway text NOT NULL,
    site_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    revision bigint NOT NULL,
    error text,
    reported_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT gateway_site_reports_gateway_check CHECK (((char_length(gateway) >= 1) AND (char_length(gateway) <= 255)))
);

ALTER TABLE ONLY hcc.gateway_site_reports FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.idempotency_keys (
    organization_id uuid NOT NULL,
    actor_id uuid NOT NULL,
    key text NOT NULL,
    request_hash bytea NOT NULL,
    status smallint NOT NULL,
    response bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT idempotency_keys_key_check CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255)))
);

ALTER TABLE ONLY hcc.idempotency_keys FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.incident_updates (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    incident_id uuid NOT NULL,
    status text NOT NULL,
    text text NOT NULL,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT incident_updates_status_check CHECK ((status = ANY (ARRAY['investigating'::text, 'identified'::text, 'monitoring'::text, 'resolved'::text]))),
    CONSTRAINT incident_updates_text_check CHECK (((char_length(text) >= 1) AND (char_length(text) <= 5000)))
);

ALTER TABLE ONLY hcc.incident_updates FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.incidents (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    page_id uuid NOT NULL,
    title text NOT NULL,
    impact text NOT NULL,
    status text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    resolved_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT incidents_check CHECK (((status = 'resolved'::text) = (resolved_at IS NOT NULL))),
    CONSTRAINT incidents_impact_check CHECK ((impact = ANY (ARRAY['none'::text, 'minor'::text, 'major'::text, 'critical'::text]))),
    CONSTRAINT incidents_status_check CHECK ((status = ANY (ARRAY['investigating'::text, 'identified'::text, 'monitoring'::text, 'resolved'::text]))),
    CONSTRAINT incidents_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);

ALTER TABLE ONLY hcc.incidents FORCE ROW LEVEL SECURITY;

CREATE VIEW hcc.ingest_config_organizations AS
 SELECT o.id
   FROM hcc.organizations o
  WHERE (NOT (EXISTS ( SELECT
           FROM hcc.organizations a
          WHERE ((a.id = ANY (o.path)) AND ((NOT a.is_active) OR (a.deleted_at IS NOT NULL))))));

CREATE TABLE hcc.ingest_tokens (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    prefix text NOT NULL,
    token_hash bytea NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    for_others boolean DEFAULT false NOT NULL,
    CONSTRAINT ingest_tokens_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT ingest_tokens_prefix_check CHECK (((char_length(prefix) >= 1) AND (char_length(prefix) <= 20))),
    CONSTRAINT ingest_tokens_token_hash_check CHECK ((octet_length(token_hash) = 32))
);

ALTER TABLE ONLY hcc.ingest_tokens FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.metric_limits (
    organization_id uuid NOT NULL,
    values_per_s bigint DEFAULT 0 NOT NULL,
    active_series integer DEFAULT 1000000 NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT metric_limits_active_series_check CHECK (((active_series >= 0) AND (active_series <= 100000000))),
    CONSTRAINT metric_limits_values_per_s_check CHECK ((values_per_s >= 0))
);

ALTER TABLE ONLY hcc.metric_limits FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.metric_limits.values_per_s IS 'Of each ingester, on average over ten seconds; 0 is without limit.';

CREATE VIEW hcc.ingest_config_tokens AS
 SELECT t.token_hash,
    t.organization_id,
    COALESCE(l.values_per_s, (0)::bigint) AS values_per_s,
    COALESCE(l.active_series, 1000000) AS active_series,
    (t.for_others AND (o.kind = 'platform'::text)) AS for_others
   FROM ((hcc.ingest_tokens t
     JOIN hcc.organizations o ON ((o.id = t.organization_id)))
     LEFT JOIN hcc.metric_limits l ON ((l.organization_id = o.id)))
  WHERE ((t.deleted_at IS NULL) AND (NOT (EXISTS ( SELECT
           FROM hcc.organizations a
          WHERE ((a.id = ANY (o.path)) AND ((NOT a.is_active) OR (a.deleted_at IS NOT NULL)))))));

CREATE TABLE hcc.ingest_outages (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    began timestamp with time zone NOT NULL,
    ended timestamp with time zone,
    filled boolean DEFAULT false NOT NULL
);

ALTER TABLE ONLY hcc.ingest_outages FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.ingest_token_uses (
    token_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    last_used_at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY hcc.ingest_token_uses FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.inhibitions (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    source jsonb NOT NULL,
    target jsonb NOT NULL,
    equal text[] DEFAULT '{}'::text[] NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT inhibitions_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
);

ALTER TABLE ONLY hcc.inhibitions FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.invoice_documents (
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    format text NOT NULL,
    is_hybrid boolean DEFAULT false NOT NULL,
    media_type text NOT NULL,
    content bytea NOT NULL,
    sha256 bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT invoice_documents_check CHECK ((sha256 = sha256(content))),
    CONSTRAINT invoice_documents_content_check CHECK ((octet_length(content) <= 104857600)),
    CONSTRAINT invoice_documents_format_check CHECK ((format = ANY (ARRAY['pdf'::text, 'ubl'::text, 'xrechnung'::text])))
);
ALTER TABLE ONLY hcc.invoice_documents ALTER COLUMN content SET STORAGE EXTERNAL;

ALTER TABLE ONLY hcc.invoice_documents FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.invoice_documents.is_hybrid IS 'Whether a structured invoice is inside (Factur-X).';

CREATE TABLE hcc.invoice_items (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    "position" integer NOT NULL,
    description text NOT NULL,
    quantity numeric(18,6) NOT NULL,
    unit text DEFAULT 'C62'::text NOT NULL,
    unit_price numeric(18,6) NOT NULL,
    discount_percent numeric(7,4) DEFAULT 0 NOT NULL,
    discount_amount numeric(18,3) DEFAULT 0 NOT NULL,
    tax_class text DEFAULT 'standard'::text NOT NULL,
    tax_category text NOT NULL,
    tax_rate numeric(7,4) NOT NULL,
    line_total numeric(18,3) NOT NULL,
    line_tax numeric(18,3) NOT NULL,
    period_start date,
    period_end date,
    price_id uuid,
    subscription_item_id uuid,
    corrects_item_id uuid,
    monthly_price numeric(20,6),
    CONSTRAINT invoice_items_check CHECK ((period_start < period_end)),
    CONSTRAINT invoice_items_check1 CHECK (((monthly_price IS NULL) OR (period_start IS NOT NULL))),
    CONSTRAINT invoice_items_description_check CHECK (((char_length(description) >= 1) AND (char_length(description) <= 1000))),
    CONSTRAINT invoice_items_discount_percent_check CHECK (((discount_percent >= (0)::numeric) AND (discount_percent <= (100)::numeric))),
    CONSTRAINT invoice_items_monthly_price_check CHECK ((monthly_price >= (0)::numeric)),
    CONSTRAINT invoice_items_position_check CHECK ((("position" >= 1) AND ("position" <= 10000))),
    CONSTRAINT invoice_items_tax_category_check CHECK ((tax_category = ANY (ARRAY['S'::text, 'Z'::text, 'E'::text, 'AE'::text, 'K'::text, 'G'::text, 'O'::text]))),
    CONSTRAINT invoice_items_tax_class_check CHECK ((tax_class ~ '^[a-z][a-z_]{0,39}$'::text)),
    CONSTRAINT invoice_items_tax_rate_check CHECK (((tax_rate >= (0)::numeric) AND (tax_rate <= (100)::numeric))),
    CONSTRAINT invoice_items_unit_check CHECK ((unit ~ '^[A-Z0-9]{2,3}$'::text))
);

ALTER TABLE ONLY hcc.invoice_items FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.invoice_items.unit IS 'Code of UN/ECE recommendation 20; C62 is one piece.';

COMMENT ON COLUMN hcc.invoice_items.period_end IS 'The day after the last one of the period.';

COMMENT ON COLUMN hcc.invoice_items.monthly_price IS 'What a line that recurs is worth a month, with tax where prices include it; NULL for what does not recur.';

CREATE TABLE hcc.invoice_mails (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    what text NOT NULL,
    recipients text[] NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    message_id text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    request_id uuid,
    message text DEFAULT ''::text NOT NULL,
    accepted text[] DEFAULT '{}'::text[] NOT NULL,
    refused jsonb DEFAULT '{}'::jsonb NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    sent_at timestamp with time zone,
    facts jsonb DEFAULT '{}'::jsonb NOT NULL,
    CONSTRAINT invoice_mails_detail_check CHECK ((char_length(detail) <= 500)),
    CONSTRAINT invoice_mails_message_check CHECK ((char_length(message) <= 2000)),
    CONSTRAINT invoice_mails_recipients_check CHECK (((cardinality(recipients) >= 1) AND (cardinality(recipients) <= 11))),
    CONSTRAINT invoice_mails_status_check CHECK ((status = ANY (ARRAY['queued'::text, 'retrying'::text, 'sent'::text, 'failed'::text, 'bounced'::text]))),
    CONSTRAINT invoice_mails_what_check CHECK ((what = ANY (ARRAY['invoice'::text, 'reminder'::text, 'payment_failed'::text, 'payment_confirm'::text, 'debit_announced'::text])))
);

ALTER TABLE ONLY hcc.invoice_mails FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.invoice_mails.request_id IS 'The operation that asked for it: it mails an invoice once.';

COMMENT ON COLUMN hcc.invoice_mails.refused IS 'Recipients who will not get it, and why.';

COMMENT ON COLUMN hcc.invoice_mails.facts IS 'What it tells beside the document, as it was when the mail was asked for.';

CREATE TABLE hcc.invoice_tallies (
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    status text NOT NULL,
    issued_on date,
    documents bigint NOT NULL
);

ALTER TABLE ONLY hcc.invoice_tallies FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.invoices (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    customer_name text NOT NULL,
    kind text DEFAULT 'invoice'::text NOT NULL,
    status text DEFAULT 'draft'::text NOT NULL,
    number text,
    number_prefix text,
    number_sequence bigint,
    corrects_id uuid,
    subscription_id uuid,
    currency character(3) NOT NULL,
    amount numeric(18,3) DEFAULT 0 NOT NULL,
    tax numeric(18,3) DEFAULT 0 NOT NULL,
    total numeric(18,3) DEFAULT 0 NOT NULL,
    paid numeric(18,3) DEFAULT 0 NOT NULL,
    credited numeric(18,3) DEFAULT 0 NOT NULL,
    balance numeric(18,3) GENERATED ALWAYS AS (((total - paid) - credited)) STORED,
    exchange_rate numeric(20,10) DEFAULT 1 NOT NULL,
    prices_include_tax boolean DEFAULT false NOT NULL,
    rounding text DEFAULT 'half_up'::text NOT NULL,
    tax_rounding text DEFAULT 'invoice'::text NOT NULL,
    tax_subtotals jsonb DEFAULT '[]'::jsonb NOT NULL,
    tax_treatment jsonb,
    seller jsonb,
    buyer jsonb,
    language text DEFAULT 'en'::text NOT NULL,
    buyer_reference text DEFAULT ''::text NOT NULL,
    notes text DEFAULT ''::text NOT NULL,
    supplied_from date,
    supplied_to date,
    payment_terms_days smallint DEFAULT 14 NOT NULL,
    issued_on date,
    due_date date,
    issued_at timestamp with time zone,
    sent_at timestamp with time zone,
    paid_at timestamp with time zone,
    closed_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    number_key text GENERATED ALWAYS AS (lower(number)) STORED COLLATE pg_catalog."C",
    name_key text GENERATED ALWAYS AS (lower(customer_name)) STORED COLLATE pg_catalog."C",
    plain_number text GENERATED ALWAYS AS (regexp_replace(upper(number), '[^A-Z0-9]'::text, ''::text, 'g'::text)) STORED COLLATE pg_catalog."C",
    CONSTRAINT invoices_buyer_reference_check CHECK ((char_length(buyer_reference) <= 100)),
    CONSTRAINT invoices_check CHECK (((status = 'draft'::text) = (number IS NULL))),
    CONSTRAINT invoices_check1 CHECK ((num_nulls(number, number_prefix, number_sequence, issued_on, due_date, issued_at, seller, buyer, tax_treatment) = ANY (ARRAY[0, 9]))),
    CONSTRAINT invoices_check2 CHECK (((kind = 'invoice'::text) = (corrects_id IS NULL))),
    CONSTRAINT invoices_check3 CHECK ((total = (amount + tax))),
    CONSTRAINT invoices_check4 CHECK (((status = 'draft'::text) OR (kind = 'credit_note'::text) OR ((total >= (0)::numeric) AND (balance >= (0)::numeric)))),
    CONSTRAINT invoices_check5 CHECK ((supplied_from <= supplied_to)),
    CONSTRAINT invoices_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'debit_note'::text]))),
    CONSTRAINT invoices_notes_check CHECK ((char_length(notes) <= 5000)),
    CONSTRAINT invoices_payment_terms_days_check CHECK (((payment_terms_days >= 0) AND (payment_terms_days <= 365))),
    CONSTRAINT invoices_status_check CHECK ((status = ANY (ARRAY['draft'::text, 'sent'::text, 'partially_paid'::text, 'paid'::text, 'overdue'::text, 'cancelled'::text, 'uncollectible'::text])))
);

ALTER TABLE ONLY hcc.invoices FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.invoices.number_key IS 'For searching and sorting.';

COMMENT ON COLUMN hcc.invoices.name_key IS 'For searching and sorting.';

COMMENT ON COLUMN hcc.invoices.plain_number IS 'Without what separates, as payers type it.';

CREATE TABLE hcc.ledger_account_numbers (
    organization_id uuid NOT NULL,
    account text NOT NULL,
    number text NOT NULL,
    CONSTRAINT ledger_account_numbers_account_check CHECK ((account ~ '^[a-z][a-z_]{0,39}$'::text)),
    CONSTRAINT ledger_account_numbers_number_check CHECK ((number ~ '^[0-9]{1,9}$'::text))
);

ALTER TABLE ONLY hcc.ledger_account_numbers FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.ledger_charts (
    organization_id uuid NOT NULL,
    chart text NOT NULL,
    consultant_number integer NOT NULL,
    client_number integer NOT NULL,
    fiscal_year_month smallint DEFAULT 1 NOT NULL,
    account_length smallint DEFAULT 4 NOT NULL,
    accounts jsonb DEFAULT '{}'::jsonb NOT NULL,
    revenue jsonb DEFAULT '[]'::jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledger_charts_account_length_check CHECK (((account_length >= 4) AND (account_length <= 8))),
    CONSTRAINT ledger_charts_accounts_check CHECK ((jsonb_typeof(accounts) = 'object'::text)),
    CONSTRAINT ledger_charts_chart_check CHECK ((chart = ANY (ARRAY['skr03'::text, 'skr04'::text, 'custom'::text]))),
    CONSTRAINT ledger_charts_client_number_check CHECK (((client_number >= 1) AND (client_number <= 99999))),
    CONSTRAINT ledger_charts_consultant_number_check CHECK (((consultant_number >= 1001) AND (consultant_number <= 9999999))),
    CONSTRAINT ledger_charts_fiscal_year_month_check CHECK (((fiscal_year_month >= 1) AND (fiscal_year_month <= 12))),
    CONSTRAINT ledger_charts_revenue_check CHECK ((jsonb_typeof(revenue) = 'array'::text))
);

ALTER TABLE ONLY hcc.ledger_charts FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.ledger_debtors (
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    number integer NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledger_debtors_number_check CHECK ((number >= 10000))
);

ALTER TABLE ONLY hcc.ledger_debtors FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.ledger_entries (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    booked_on date NOT NULL,
    kind text NOT NULL,
    source uuid NOT NULL,
    part text DEFAULT ''::text NOT NULL,
    text text DEFAULT ''::text NOT NULL,
    currency character(3) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT ledger_entries_kind_check CHECK ((kind ~ '^[a-z][a-z_]{0,39}$'::text)),
    CONSTRAINT ledger_entries_text_check CHECK ((char_length(text) <= 300))
);

ALTER TABLE ONLY hcc.ledger_entries FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.ledger_entries.source IS 'What is booked: an invoice, a payment. With kind and part it is booked once.';

CREATE TABLE hcc.ledger_lines (
    id bigint NOT NULL,
    organization_id uuid NOT NULL,
    entry_id uuid NOT NULL,
    account text NOT NULL,
    customer_id uuid,
    invoice_id uuid,
    amount numeric(20,3) NOT NULL,
    base_amount numeric(20,3) NOT NULL,
    tax_country character(2),
    tax_category text,
    tax_rate numeric(7,4),
    tax_region text,
    tax_reason text,
    tax_name text,
    tax_id text,
    tax_on date,
    period_start date,
    period_end date,
    monthly numeric(20,6),
    base_monthly numeric(20,6),
    booked_on date,
    CONSTRAINT ledger_lines_account_check CHECK ((account ~ '^[a-z][a-z_]{0,39}$'::text)),
    CONSTRAINT ledger_lines_check CHECK (((booked_on IS NOT NULL) OR ((tax_reason IS NULL) AND (account <> 'tax'::text))))
);

ALTER TABLE ONLY hcc.ledger_lines FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.ledger_lines.amount IS 'Debit above zero, credit below, in the entry''s currency; base_amount in the seller''s.';

COMMENT ON COLUMN hcc.ledger_lines.tax_rate IS 'The whole rate of the sale, on the line of each tax that it is made of too.';

COMMENT ON COLUMN hcc.ledger_lines.tax_name IS 'Which of several taxes, such as QST; empty where there is one.';

COMMENT ON COLUMN hcc.ledger_lines.tax_id IS 'The customer''s VAT id, where the customer owes the tax.';

COMMENT ON COLUMN hcc.ledger_lines.tax_on IS 'The day of the sale: that of the invoice, for what takes it back as well.';

COMMENT ON COLUMN hcc.ledger_lines.period_end IS 'The day after the last one that was sold; NULL for what is not sold for a time.';

COMMENT ON COLUMN hcc.ledger_lines.monthly IS 'What revenue that recurs is worth a month, without tax, in the entry''s currency and with the sign of amount; NULL for all else.';

COMMENT ON COLUMN hcc.ledger_lines.booked_on IS 'The day of the entry, here too so that returns need not look it up line by line.';

ALTER TABLE hcc.ledger_lines ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.ledger_lines_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.login_throttle (
    key_hash bytea NOT NULL,
    failures integer NOT NULL,
    last_failure timestamp with time zone NOT NULL,
    blocked_until timestamp with time zone NOT NULL
);

CREATE TABLE hcc.maintenance_windows (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    matchers jsonb DEFAULT '[]'::jsonb NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    duration_s integer NOT NULL,
    repeats text DEFAULT 'never'::text NOT NULL,
    repeats_until timestamp with time zone,
    timezone text DEFAULT 'UTC'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT maintenance_windows_duration_s_check CHECK (((duration_s >= 60) AND (duration_s <= 2678400))),
    CONSTRAINT maintenance_windows_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT maintenance_windows_repeats_check CHECK ((repeats = ANY (ARRAY['never'::text, 'daily'::text, 'weekly'::text]))),
    CONSTRAINT maintenance_windows_timezone_check CHECK (((char_length(timezone) >= 1) AND (char_length(timezone) <= 64)))
);

ALTER TABLE ONLY hcc.maintenance_windows FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.maintenance_windows.timezone IS 'Whose clock a repeated window follows through summer and winter.';

CREATE TABLE hcc.mandate_consents (
    payment_method_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    given_at timestamp with time zone DEFAULT now() NOT NULL,
    given_by uuid NOT NULL,
    given_with text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    language text NOT NULL,
    creditor_name text NOT NULL,
    creditor_id text NOT NULL,
    creditor_address jsonb NOT NULL,
    words text[] NOT NULL,
    CONSTRAINT mandate_consents_address_check CHECK ((char_length(address) <= 45)),
    CONSTRAINT mandate_consents_creditor_id_check CHECK ((char_length(creditor_id) <= 35)),
    CONSTRAINT mandate_consents_creditor_name_check CHECK ((char_length(creditor_name) <= 200)),
    CONSTRAINT mandate_consents_given_with_check CHECK ((given_with = ANY (ARRAY['user'::text, 'api_key'::text]))),
    CONSTRAINT mandate_consents_language_check CHECK ((char_length(language) = 2)),
    CONSTRAINT mandate_consents_user_agent_check CHECK ((char_length(user_agent) <= 512)),
    CONSTRAINT mandate_consents_words_check CHECK ((cardinality(words) > 0))
);

ALTER TABLE ONLY hcc.mandate_consents FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.metric_families (
    organization_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    unit text DEFAULT ''::text NOT NULL,
    help text DEFAULT ''::text NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT metric_families_kind_check CHECK ((kind = ANY (ARRAY['unknown'::text, 'counter'::text, 'gauge'::text, 'histogram'::text, 'gaugehistogram'::text, 'summary'::text, 'info'::text, 'stateset'::text])))
);

ALTER TABLE ONLY hcc.metric_families FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.metric_rollups (
    step integer NOT NULL,
    bucket timestamp with time zone NOT NULL,
    series integer NOT NULL,
    count bigint NOT NULL,
    sum double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    increase double precision NOT NULL,
    CONSTRAINT metric_rollups_step_check CHECK ((step = ANY (ARRAY[60, 300, 3600, 86400])))
)
PARTITION BY LIST (step);

CREATE TABLE hcc.metric_rollups_300 (
    step integer NOT NULL,
    bucket timestamp with time zone NOT NULL,
    series integer NOT NULL,
    count bigint NOT NULL,
    sum double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    increase double precision NOT NULL,
    CONSTRAINT metric_rollups_step_check CHECK ((step = ANY (ARRAY[60, 300, 3600, 86400])))
)
PARTITION BY RANGE (bucket);

CREATE TABLE hcc.metric_rollups_3600 (
    step integer NOT NULL,
    bucket timestamp with time zone NOT NULL,
    series integer NOT NULL,
    count bigint NOT NULL,
    sum double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    increase double precision NOT NULL,
    CONSTRAINT metric_rollups_step_check CHECK ((step = ANY (ARRAY[60, 300, 3600, 86400])))
)
PARTITION BY RANGE (bucket);

CREATE TABLE hcc.metric_rollups_60 (
    step integer NOT NULL,
    bucket timestamp with time zone NOT NULL,
    series integer NOT NULL,
    count bigint NOT NULL,
    sum double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    increase double precision NOT NULL,
    CONSTRAINT metric_rollups_step_check CHECK ((step = ANY (ARRAY[60, 300, 3600, 86400])))
)
PARTITION BY RANGE (bucket);

CREATE TABLE hcc.metric_rollups_86400 (
    step integer NOT NULL,
    bucket timestamp with time zone NOT NULL,
    series integer NOT NULL,
    count bigint NOT NULL,
    sum double precision NOT NULL,
    min double precision NOT NULL,
    max double precision NOT NULL,
    last double precision NOT NULL,
    increase double precision NOT NULL,
    CONSTRAINT metric_rollups_step_check CHECK ((step = ANY (ARRAY[60, 300, 3600, 86400])))
)
PARTITION BY RANGE (bucket);

CREATE TABLE hcc.metric_rollups_due (
    step integer NOT NULL,
    bucket timestamp with time zone NOT NULL
);

CREATE TABLE hcc.metric_samples (
    "time" timestamp with time zone NOT NULL,
    series integer NOT NULL,
    value double precision NOT NULL,
    batch integer NOT NULL
)
PARTITION BY RANGE ("time");

CREATE TABLE hcc.metric_samples_moved (
    part text NOT NULL,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE hcc.metric_segments ALTER COLUMN batch ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.metric_segments_batch_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.metric_series (
    id integer NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    labels jsonb DEFAULT '{}'::jsonb NOT NULL,
    key bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT metric_series_key_check CHECK ((octet_length(key) = 16))
);

ALTER TABLE ONLY hcc.metric_series FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.metric_series.key IS 'The first half of the SHA-256 of name and sorted labels, a NUL before each label''s name and value.';

ALTER TABLE hcc.metric_series ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.metric_series_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.metric_settings (
    only_one boolean DEFAULT true NOT NULL,
    partition_hours integer DEFAULT 6 NOT NULL,
    hot_index text DEFAULT 'auto'::text NOT NULL,
    raw_days integer DEFAULT 15 NOT NULL,
    minute_days integer DEFAULT 30 NOT NULL,
    five_minute_days integer DEFAULT 90 NOT NULL,
    hour_days integer DEFAULT 400 NOT NULL,
    day_days integer DEFAULT 3650 NOT NULL,
    CONSTRAINT metric_settings_day_days_check CHECK (((day_days >= 1) AND (day_days <= 36500))),
    CONSTRAINT metric_settings_five_minute_days_check CHECK (((five_minute_days >= 1) AND (five_minute_days <= 3650))),
    CONSTRAINT metric_settings_hot_index_check CHECK ((hot_index = ANY (ARRAY['auto'::text, 'always'::text, 'never'::text]))),
    CONSTRAINT metric_settings_hour_days_check CHECK (((hour_days >= 1) AND (hour_days <= 36500))),
    CONSTRAINT metric_settings_minute_days_check CHECK (((minute_days >= 1) AND (minute_days <= 3650))),
    CONSTRAINT metric_settings_only_one_check CHECK (only_one),
    CONSTRAINT metric_settings_partition_hours_check CHECK ((partition_hours = ANY (ARRAY[1, 2, 3, 4, 6, 8, 12, 24]))),
    CONSTRAINT metric_settings_raw_days_check CHECK (((raw_days >= 1) AND (raw_days <= 3650)))
);

COMMENT ON COLUMN hcc.metric_settings.hot_index IS 'Whether the partition being filled has an index by (series, time): auto is yes up to 50,000 values a second.';

CREATE TABLE hcc.notification_channels (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    recipients text[] DEFAULT '{}'::text[] NOT NULL,
    chat_id text,
    host text,
    sealed bytea NOT NULL,
    send_resolved boolean DEFAULT true NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT notification_channels_kind_check CHECK ((kind = ANY (ARRAY['mail'::text, 'webhook'::text, 'slack'::text, 'teams'::text, 'telegram'::text, 'ntfy'::text]))),
    CONSTRAINT notification_channels_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200)))
);

ALTER TABLE ONLY hcc.notification_channels FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.notification_channels.sealed IS 'The address with what is secret in it, encrypted.';

CREATE TABLE hcc.notification_groups (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    route_id uuid NOT NULL,
    key jsonb NOT NULL,
    began_at timestamp with time zone NOT NULL,
    first_sent_at timestamp with time zone,
    last_sent_at timestamp with time zone,
    step integer DEFAULT 0 NOT NULL,
    told jsonb DEFAULT '[]'::jsonb NOT NULL
);

ALTER TABLE ONLY hcc.notification_groups FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.notification_routes (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    "position" integer DEFAULT 100 NOT NULL,
    matchers jsonb DEFAULT '[]'::jsonb NOT NULL,
    steps jsonb NOT NULL,
    group_by text[] DEFAULT '{alertname}'::text[] NOT NULL,
    group_wait_s integer DEFAULT 30 NOT NULL,
    group_interval_s integer DEFAULT 300 NOT NULL,
    repeat_interval_s integer DEFAULT 14400 NOT NULL,
    continues boolean DEFAULT false NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT notification_routes_group_interval_s_check CHECK (((group_interval_s >= 0) AND (group_interval_s <= 86400))),
    CONSTRAINT notification_routes_group_wait_s_check CHECK (((group_wait_s >= 0) AND (group_wait_s <= 86400))),
    CONSTRAINT notification_routes_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT notification_routes_position_check CHECK ((("position" >= 0) AND ("position" <= 10000))),
    CONSTRAINT notification_routes_repeat_interval_s_check CHECK (((repeat_interval_s >= 60) AND (repeat_interval_s <= 2678400)))
);

ALTER TABLE ONLY hcc.notification_routes FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.notifications (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    channel_id uuid NOT NULL,
    kind text NOT NULL,
    message jsonb NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    response_status integer,
    response_ms integer,
    error text,
    next_attempt_at timestamp with time zone DEFAULT now(),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT notifications_kind_check CHECK ((kind = ANY (ARRAY['alerts'::text, 'repeat'::text, 'escalation'::text, 'test'::text]))),
    CONSTRAINT notifications_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'retrying'::text, 'succeeded'::text, 'failed'::text])))
);

ALTER TABLE ONLY hcc.notifications FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.number_series (
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    prefix text NOT NULL,
    last bigint DEFAULT 0 NOT NULL,
    CONSTRAINT number_series_kind_check CHECK ((kind = ANY (ARRAY['invoice'::text, 'credit_note'::text, 'debit_note'::text, 'customer'::text]))),
    CONSTRAINT number_series_last_check CHECK ((last >= 0))
);

ALTER TABLE ONLY hcc.number_series FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.operations (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    kind text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    progress smallint DEFAULT 0 NOT NULL,
    subject_type text NOT NULL,
    subject_id text NOT NULL,
    result jsonb,
    error jsonb,
    created_by uuid,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    finished_at timestamp with time zone,
    CONSTRAINT operations_progress_check CHECK (((progress >= 0) AND (progress <= 100))),
    CONSTRAINT operations_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'running'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text])))
);

ALTER TABLE ONLY hcc.operations FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.oss_warnings (
    organization_id uuid NOT NULL,
    year integer NOT NULL,
    percent smallint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT oss_warnings_percent_check CHECK ((percent = ANY (ARRAY[80, 100]))),
    CONSTRAINT oss_warnings_year_check CHECK (((year >= 2000) AND (year <= 9999)))
);

ALTER TABLE ONLY hcc.oss_warnings FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.outbox_events (
    id bigint NOT NULL,
    event_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    topic text NOT NULL,
    payload jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    relayed_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    next_attempt_at timestamp with time zone,
    last_error text,
    dead_at timestamp with time zone,
    CONSTRAINT outbox_events_topic_check CHECK ((topic ~ '^[a-z0-9_]+(\.[a-z0-9_]+)+$'::text))
);

ALTER TABLE ONLY hcc.outbox_events FORCE ROW LEVEL SECURITY;

ALTER TABLE hcc.outbox_events ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.outbox_events_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.outgoing_mail (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    recipient text NOT NULL,
    template text NOT NULL,
    locale text DEFAULT 'en'::text NOT NULL,
    context bytea NOT NULL,
    message_id text NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    sent_at timestamp with time zone,
    CONSTRAINT outgoing_mail_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'sent'::text, 'retrying'::text, 'failed'::text, 'bounced'::text])))
);

ALTER TABLE ONLY hcc.outgoing_mail FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.passkey_challenges (
    hash bytea NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    CONSTRAINT passkey_challenges_hash_check CHECK ((octet_length(hash) = 32))
);

CREATE TABLE hcc.passkeys (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    credential_id bytea NOT NULL,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    transports text[] DEFAULT '{}'::text[] NOT NULL,
    aaguid uuid NOT NULL,
    rp_id text NOT NULL,
    name text NOT NULL,
    is_backed_up boolean NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_used_at timestamp with time zone,
    CONSTRAINT passkeys_credential_id_check CHECK (((octet_length(credential_id) >= 16) AND (octet_length(credential_id) <= 1023))),
    CONSTRAINT passkeys_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT passkeys_public_key_check CHECK ((octet_length(public_key) <= 1024)),
    CONSTRAINT passkeys_rp_id_check CHECK (((char_length(rp_id) >= 1) AND (char_length(rp_id) <= 253))),
    CONSTRAINT passkeys_sign_count_check CHECK ((sign_count >= 0)),
    CONSTRAINT passkeys_transports_check CHECK ((cardinality(transports) <= 8))
);

ALTER TABLE ONLY hcc.passkeys FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.password_history (
    id bigint NOT NULL,
    user_id uuid NOT NULL,
    password_hash text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL
);

ALTER TABLE ONLY hcc.password_history FORCE ROW LEVEL SECURITY;

ALTER TABLE hcc.password_history ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.password_history_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.payment_allocations (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    invoice_id uuid,
    amount numeric(18,3) NOT NULL,
    kind text NOT NULL,
    source uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT payment_allocations_amount_check CHECK ((amount <> (0)::numeric)),
    CONSTRAINT payment_allocations_kind_check CHECK ((kind = ANY (ARRAY['payment'::text, 'moved'::text, 'refund'::text, 'refund_failed'::text, 'dispute'::text, 'dispute_won'::text])))
);

ALTER TABLE ONLY hcc.payment_allocations FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.payment_allocations.source IS 'The payment, move, refund or dispute that wrote the line.';

CREATE TABLE hcc.payment_methods (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    kind text NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    provider_reference text DEFAULT ''::text NOT NULL,
    brand text DEFAULT ''::text NOT NULL,
    last4 text DEFAULT ''::text NOT NULL,
    exp_month smallint,
    exp_year smallint,
    iban text DEFAULT ''::text NOT NULL,
    bic text DEFAULT ''::text NOT NULL,
    holder text DEFAULT ''::text NOT NULL,
    mandate_reference text,
    mandate_signed_on date,
    mandate_scheme text,
    mandate_kind text,
    mandate_used_on date,
    pre_notification_days smallint DEFAULT 14 NOT NULL,
    is_default boolean DEFAULT false NOT NULL,
    status text DEFAULT 'active'::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    holder_address jsonb,
    given_online boolean DEFAULT false NOT NULL,
    revoked_by text,
    CONSTRAINT payment_methods_bic_check CHECK ((char_length(bic) <= 11)),
    CONSTRAINT payment_methods_brand_check CHECK ((char_length(brand) <= 40)),
    CONSTRAINT payment_methods_check CHECK ((((kind = 'sepa_debit'::text) AND (provider = ''::text)) = (num_nonnulls(mandate_reference, mandate_signed_on, mandate_scheme, mandate_kind) = 4))),
    CONSTRAINT payment_methods_check1 CHECK (((provider = ''::text) = (provider_reference = ''::text))),
    CONSTRAINT payment_methods_check2 CHECK (((NOT given_online) OR (mandate_reference IS NOT NULL))),
    CONSTRAINT payment_methods_exp_month_check CHECK (((exp_month >= 1) AND (exp_month <= 12))),
    CONSTRAINT payment_methods_exp_year_check CHECK (((exp_year >= 2000) AND (exp_year <= 2100))),
    CONSTRAINT payment_methods_holder_check CHECK ((char_length(holder) <= 70)),
    CONSTRAINT payment_methods_iban_check CHECK ((char_length(iban) <= 34)),
    CONSTRAINT payment_methods_kind_check CHECK ((kind = ANY (ARRAY['card'::text, 'sepa_debit'::text]))),
    CONSTRAINT payment_methods_last4_check CHECK ((last4 ~ '^[0-9A-Z]{0,4}$'::text)),
    CONSTRAINT payment_methods_mandate_kind_check CHECK ((mandate_kind = ANY (ARRAY['recurrent'::text, 'one_off'::text]))),
    CONSTRAINT payment_methods_mandate_reference_check CHECK (((char_length(mandate_reference) >= 1) AND (char_length(mandate_reference) <= 35))),
    CONSTRAINT payment_methods_mandate_scheme_check CHECK ((mandate_scheme = ANY (ARRAY['CORE'::text, 'B2B'::text]))),
    CONSTRAINT payment_methods_pre_notification_days_check CHECK (((pre_notification_days >= 1) AND (pre_notification_days <= 30))),
    CONSTRAINT payment_methods_provider_check CHECK ((provider = ANY (ARRAY[''::text, 'stripe'::text]))),
    CONSTRAINT payment_methods_provider_reference_check CHECK ((char_length(provider_reference) <= 255)),
    CONSTRAINT payment_methods_revoked_by_check CHECK ((revoked_by = ANY (ARRAY['customer'::text, 'seller'::text]))),
    CONSTRAINT payment_methods_status_check CHECK ((status = ANY (ARRAY['active'::text, 'revoked'::text])))
);

ALTER TABLE ONLY hcc.payment_methods FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.payment_provider_accounts (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    provider text NOT NULL,
    secret_key bytea NOT NULL,
    webhook_secret bytea NOT NULL,
    key_hint text NOT NULL,
    publishable_key text NOT NULL,
    is_live boolean NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT payment_provider_accounts_key_hint_check CHECK ((char_length(key_hint) <= 20)),
    CONSTRAINT payment_provider_accounts_provider_check CHECK ((provider = 'stripe'::text)),
    CONSTRAINT payment_provider_accounts_publishable_key_check CHECK ((char_length(publishable_key) <= 255))
);

ALTER TABLE ONLY hcc.payment_provider_accounts FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.payments (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    invoice_id uuid,
    method text NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    provider_reference text,
    payment_method_id uuid,
    currency character(3) NOT NULL,
    amount numeric(18,3) NOT NULL,
    fee numeric(18,3) DEFAULT 0 NOT NULL,
    fee_currency character(3),
    refunded numeric(18,3) DEFAULT 0 NOT NULL,
    disputed numeric(18,3) DEFAULT 0 NOT NULL,
    exchange_rate numeric(20,10) DEFAULT 1 NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    received_on date,
    reference text DEFAULT ''::text NOT NULL,
    notice text DEFAULT ''::text NOT NULL,
    off_session boolean DEFAULT false NOT NULL,
    keep_method boolean DEFAULT false NOT NULL,
    requires_action boolean DEFAULT false NOT NULL,
    failure_code text DEFAULT ''::text NOT NULL,
    failure_message text DEFAULT ''::text NOT NULL,
    failure_is_final boolean DEFAULT false NOT NULL,
    sepa_batch_id uuid,
    sequence_type text,
    bank_entry_id uuid,
    version integer DEFAULT 1 NOT NULL,
    succeeded_at timestamp with time zone,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT payments_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT payments_check CHECK (((refunded + disputed) <= amount)),
    CONSTRAINT payments_check1 CHECK (((status <> ALL (ARRAY['succeeded'::text, 'partially_refunded'::text, 'refunded'::text, 'disputed'::text])) OR (received_on IS NOT NULL))),
    CONSTRAINT payments_disputed_check CHECK ((disputed >= (0)::numeric)),
    CONSTRAINT payments_exchange_rate_check CHECK ((exchange_rate > (0)::numeric)),
    CONSTRAINT payments_failure_code_check CHECK ((char_length(failure_code) <= 60)),
    CONSTRAINT payments_failure_message_check CHECK ((char_length(failure_message) <= 300)),
    CONSTRAINT payments_method_check CHECK ((method = ANY (ARRAY['card'::text, 'sepa_debit'::text, 'bank_transfer'::text, 'cash'::text, 'credit'::text, 'other'::text]))),
    CONSTRAINT payments_notice_check CHECK ((char_length(notice) <= 1000)),
    CONSTRAINT payments_provider_check CHECK ((provider = ANY (ARRAY[''::text, 'stripe'::text]))),
    CONSTRAINT payments_provider_reference_check CHECK (((char_length(provider_reference) >= 1) AND (char_length(provider_reference) <= 255))),
    CONSTRAINT payments_reference_check CHECK ((char_length(reference) <= 140)),
    CONSTRAINT payments_refunded_check CHECK ((refunded >= (0)::numeric)),
    CONSTRAINT payments_sequence_type_check CHECK ((sequence_type = ANY (ARRAY['FRST'::text, 'RCUR'::text, 'OOFF'::text, 'FNAL'::text]))),
    CONSTRAINT payments_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text, 'cancelled'::text, 'partially_refunded'::text, 'refunded'::text, 'disputed'::text])))
);

ALTER TABLE ONLY hcc.payments FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.payments.invoice_id IS 'For which it was begun; what it paid stands in payment_allocations.';

CREATE TABLE hcc.place_evidence (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    kind text NOT NULL,
    country character(2),
    detail text DEFAULT ''::text NOT NULL,
    source text NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT place_evidence_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT place_evidence_detail_check CHECK ((char_length(detail) <= 200)),
    CONSTRAINT place_evidence_kind_check CHECK ((kind = ANY (ARRAY['billing_address'::text, 'ip_address'::text, 'bank'::text, 'tax_id'::text, 'phone'::text, 'other'::text]))),
    CONSTRAINT place_evidence_source_check CHECK ((source ~ '^[a-z][a-z_]{0,39}$'::text))
);

ALTER TABLE ONLY hcc.place_evidence FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.place_evidence.country IS 'Nothing when the kind says nothing any more, such as an id that was taken away.';

CREATE TABLE hcc.plans (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    product_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    features jsonb DEFAULT '{}'::jsonb NOT NULL,
    is_addon boolean DEFAULT false NOT NULL,
    extends uuid[] DEFAULT '{}'::uuid[] NOT NULL,
    trial_days smallint DEFAULT 0 NOT NULL,
    is_listed boolean DEFAULT true NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    supplier_plan_id uuid,
    dunning_id uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT plans_check CHECK ((is_addon OR (extends = '{}'::uuid[]))),
    CONSTRAINT plans_description_check CHECK ((char_length(description) <= 5000)),
    CONSTRAINT plans_extends_check CHECK ((cardinality(extends) <= 100)),
    CONSTRAINT plans_features_check CHECK ((jsonb_typeof(features) = 'object'::text)),
    CONSTRAINT plans_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT plans_trial_days_check CHECK (((trial_days >= 0) AND (trial_days <= 730)))
);

ALTER TABLE ONLY hcc.plans FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.plans.extends IS 'The plans that an add-on may stand beside; any when there are none.';

COMMENT ON COLUMN hcc.plans.supplier_plan_id IS 'The plan of the organisation above that is sold on under this one.';

CREATE TABLE hcc.prices (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    currency character(3) NOT NULL,
    "interval" text NOT NULL,
    model text NOT NULL,
    amount numeric(18,6) DEFAULT 0 NOT NULL,
    setup_fee numeric(18,3) DEFAULT 0 NOT NULL,
    tiers jsonb DEFAULT '[]'::jsonb NOT NULL,
    meter jsonb,
    unit text DEFAULT 'C62'::text NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    replaces_id uuid,
    used_at timestamp with time zone,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT prices_amount_check CHECK ((amount >= (0)::numeric)),
    CONSTRAINT prices_check CHECK (((model = 'metered'::text) = (meter IS NOT NULL))),
    CONSTRAINT prices_check1 CHECK (((model = ANY (ARRAY['flat'::text, 'per_unit'::text, 'metered'::text])) OR (tiers <> '[]'::jsonb))),
    CONSTRAINT prices_check2 CHECK ((("interval" <> 'once'::text) OR (model <> 'metered'::text))),
    CONSTRAINT prices_check3 CHECK ((valid_to >= valid_from)),
    CONSTRAINT prices_interval_check CHECK (("interval" = ANY (ARRAY['once'::text, 'month'::text, 'quarter'::text, 'half_year'::text, 'year'::text, 'two_years'::text, 'three_years'::text]))),
    CONSTRAINT prices_model_check CHECK ((model = ANY (ARRAY['flat'::text, 'per_unit'::text, 'volume'::text, 'graduated'::text, 'metered'::text]))),
    CONSTRAINT prices_name_check CHECK ((char_length(name) <= 100)),
    CONSTRAINT prices_setup_fee_check CHECK ((setup_fee >= (0)::numeric)),
    CONSTRAINT prices_tiers_check CHECK ((jsonb_typeof(tiers) = 'array'::text)),
    CONSTRAINT prices_unit_check CHECK ((unit ~ '^[A-Z0-9]{2,3}$'::text))
);

ALTER TABLE ONLY hcc.prices FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.prices.valid_to IS 'The day after the last one on which it is sold; subscriptions that have it keep it.';

CREATE TABLE hcc.products (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    tax_class text DEFAULT 'standard'::text NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT products_description_check CHECK ((char_length(description) <= 5000)),
    CONSTRAINT products_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT products_tax_class_check CHECK ((tax_class ~ '^[a-z][a-z_]{0,39}$'::text))
);

ALTER TABLE ONLY hcc.products FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.provider_customers (
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    provider text NOT NULL,
    reference text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT provider_customers_reference_check CHECK ((char_length(reference) <= 255))
);

ALTER TABLE ONLY hcc.provider_customers FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.provider_events (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    provider text NOT NULL,
    event_id text NOT NULL,
    topic text NOT NULL,
    object_kind text NOT NULL,
    object_id text NOT NULL,
    status text DEFAULT 'received'::text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    happened_at timestamp with time zone NOT NULL,
    received_at timestamp with time zone DEFAULT now() NOT NULL,
    processed_at timestamp with time zone,
    CONSTRAINT provider_events_detail_check CHECK ((char_length(detail) <= 300)),
    CONSTRAINT provider_events_event_id_check CHECK (((char_length(event_id) >= 1) AND (char_length(event_id) <= 255))),
    CONSTRAINT provider_events_object_id_check CHECK ((char_length(object_id) <= 255)),
    CONSTRAINT provider_events_object_kind_check CHECK ((char_length(object_kind) <= 60)),
    CONSTRAINT provider_events_provider_check CHECK ((provider = 'stripe'::text)),
    CONSTRAINT provider_events_status_check CHECK ((status = ANY (ARRAY['received'::text, 'processed'::text, 'ignored'::text, 'unknown'::text, 'failed'::text]))),
    CONSTRAINT provider_events_topic_check CHECK ((char_length(topic) <= 100))
);

ALTER TABLE ONLY hcc.provider_events FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.recovery_codes (
    user_id uuid NOT NULL,
    code_hash bytea NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY hcc.recovery_codes FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.refresh_tokens (
    token_hash bytea NOT NULL,
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    used_at timestamp with time zone
);

ALTER TABLE ONLY hcc.refresh_tokens FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.refunds (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    payment_id uuid NOT NULL,
    provider text DEFAULT ''::text NOT NULL,
    provider_reference text,
    amount numeric(18,3) NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    status text NOT NULL,
    refunded_on date NOT NULL,
    failure_code text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT refunds_amount_check CHECK ((amount > (0)::numeric)),
    CONSTRAINT refunds_failure_code_check CHECK ((char_length(failure_code) <= 60)),
    CONSTRAINT refunds_provider_check CHECK ((provider = ANY (ARRAY[''::text, 'stripe'::text]))),
    CONSTRAINT refunds_provider_reference_check CHECK (((char_length(provider_reference) >= 1) AND (char_length(provider_reference) <= 255))),
    CONSTRAINT refunds_reason_check CHECK ((char_length(reason) <= 300)),
    CONSTRAINT refunds_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'failed'::text])))
);

ALTER TABLE ONLY hcc.refunds FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.renewal_failures (
    subscription_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    reason text NOT NULL,
    tries integer DEFAULT 1 NOT NULL,
    again_at timestamp with time zone NOT NULL,
    failed_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT renewal_failures_reason_check CHECK ((char_length(reason) <= 500))
);

ALTER TABLE ONLY hcc.renewal_failures FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.reseller_statement_lines (
    share_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    reseller_org_id uuid NOT NULL,
    statement_id uuid NOT NULL,
    booked_on date NOT NULL,
    plan_id uuid NOT NULL,
    plan_name text NOT NULL,
    kind text NOT NULL,
    percent numeric(7,4) NOT NULL,
    sold numeric(18,3) NOT NULL,
    owed numeric(18,3) NOT NULL,
    CONSTRAINT reseller_statement_lines_kind_check CHECK ((kind = ANY (ARRAY['wholesale'::text, 'commission'::text])))
);

ALTER TABLE ONLY hcc.reseller_statement_lines FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.reseller_statement_lines.share_id IS 'Each share is settled once.';

CREATE TABLE hcc.reseller_statements (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    reseller_org_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    month date NOT NULL,
    currency character(3) NOT NULL,
    sales integer NOT NULL,
    sold numeric(18,3) NOT NULL,
    owed numeric(18,3) NOT NULL,
    invoice_id uuid,
    amount numeric(18,3) NOT NULL,
    amount_currency character(3) NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT reseller_statements_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric)),
    CONSTRAINT reseller_statements_owed_check CHECK ((owed >= (0)::numeric))
);

ALTER TABLE ONLY hcc.reseller_statements FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.reseller_statements.amount IS 'What the invoice is over, without tax, in its own currency.';

CREATE TABLE hcc.reseller_terms (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    reseller_org_id uuid NOT NULL,
    plan_id uuid,
    kind text NOT NULL,
    percent numeric(7,4) NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT reseller_terms_kind_check CHECK ((kind = ANY (ARRAY['wholesale'::text, 'commission'::text]))),
    CONSTRAINT reseller_terms_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric)))
);

ALTER TABLE ONLY hcc.reseller_terms FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.reseller_terms.percent IS 'wholesale: what is taken off the list price; commission: what the reseller keeps of a sale.';

CREATE TABLE hcc.schema_migrations (
    version integer NOT NULL,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamp with time zone DEFAULT now() NOT NULL
);

CREATE TABLE hcc.security_events (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    at timestamp with time zone NOT NULL,
    gateway text NOT NULL,
    requests bigint NOT NULL,
    action text NOT NULL,
    source text NOT NULL,
    subject_id text,
    message text NOT NULL,
    rule_ids integer[] DEFAULT '{}'::integer[] NOT NULL,
    matches jsonb DEFAULT '[]'::jsonb NOT NULL,
    score integer,
    client inet NOT NULL,
    country text,
    asn bigint,
    site_id uuid,
    route_id uuid,
    method text NOT NULL,
    host text NOT NULL,
    path text NOT NULL,
    user_agent text NOT NULL,
    status integer NOT NULL,
    request_id text NOT NULL,
    CONSTRAINT security_events_action_check CHECK ((action = ANY (ARRAY['blocked'::text, 'detected'::text, 'banned'::text, 'denied'::text, 'challenged'::text, 'limited'::text, 'logged'::text]))),
    CONSTRAINT security_events_requests_check CHECK ((requests > 0)),
    CONSTRAINT security_events_source_check CHECK ((source = ANY (ARRAY['waf'::text, 'rule'::text, 'list'::text, 'ban'::text, 'limit'::text])))
)
PARTITION BY RANGE (at);

ALTER TABLE ONLY hcc.security_events FORCE ROW LEVEL SECURITY;

CREATE UNLOGGED TABLE hcc.seen_requests (
    id bigint NOT NULL,
    organization_id uuid NOT NULL,
    site_id uuid NOT NULL,
    gateway text NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    left_out bigint NOT NULL,
    requests jsonb NOT NULL,
    CONSTRAINT seen_requests_left_out_check CHECK ((left_out >= 0)),
    CONSTRAINT seen_requests_requests_check CHECK ((jsonb_typeof(requests) = 'array'::text))
);

ALTER TABLE ONLY hcc.seen_requests FORCE ROW LEVEL SECURITY;

ALTER TABLE hcc.seen_requests ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME hcc.seen_requests_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE hcc.sepa_batches (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    message_id text NOT NULL,
    scheme text NOT NULL,
    status text DEFAULT 'created'::text NOT NULL,
    collected_on date NOT NULL,
    payments integer NOT NULL,
    total numeric(18,3) NOT NULL,
    document bytea NOT NULL,
    sha256 bytea NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT sepa_batches_message_id_check CHECK ((char_length(message_id) <= 35)),
    CONSTRAINT sepa_batches_payments_check CHECK ((payments > 0)),
    CONSTRAINT sepa_batches_scheme_check CHECK ((scheme = ANY (ARRAY['CORE'::text, 'B2B'::text]))),
    CONSTRAINT sepa_batches_sha256_check CHECK ((octet_length(sha256) = 32)),
    CONSTRAINT sepa_batches_status_check CHECK ((status = ANY (ARRAY['created'::text, 'submitted'::text, 'cancelled'::text]))),
    CONSTRAINT sepa_batches_total_check CHECK ((total > (0)::numeric))
);

ALTER TABLE ONLY hcc.sepa_batches FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.sessions (
    id uuid NOT NULL,
    user_id uuid NOT NULL,
    acting_org_id uuid NOT NULL,
    user_agent text DEFAULT ''::text NOT NULL,
    address inet,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    last_seen_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    revoked_reason text,
    CONSTRAINT sessions_user_agent_check CHECK ((char_length(user_agent) <= 512))
);

ALTER TABLE ONLY hcc.sessions FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.silences (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    matchers jsonb NOT NULL,
    reason text NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    created_by uuid,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT silences_check CHECK ((ends_at >= starts_at)),
    CONSTRAINT silences_reason_check CHECK (((char_length(reason) >= 1) AND (char_length(reason) <= 500)))
);

ALTER TABLE ONLY hcc.silences FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.statement_profiles (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    name text NOT NULL,
    layout jsonb NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT statement_profiles_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100)))
);

ALTER TABLE ONLY hcc.statement_profiles FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.status_pages (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    slug text NOT NULL,
    title text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    components jsonb DEFAULT '[]'::jsonb NOT NULL,
    is_public boolean DEFAULT false NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT status_pages_description_check CHECK ((char_length(description) <= 2000)),
    CONSTRAINT status_pages_slug_check CHECK ((slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'::text)),
    CONSTRAINT status_pages_title_check CHECK (((char_length(title) >= 1) AND (char_length(title) <= 200)))
);

ALTER TABLE ONLY hcc.status_pages FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.subscription_changes (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    kind text NOT NULL,
    effective_on date NOT NULL,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscription_changes_kind_check CHECK ((kind ~ '^[a-z][a-z_]{0,39}$'::text))
);

ALTER TABLE ONLY hcc.subscription_changes FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.subscription_charges (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    item_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    invoice_item_id uuid NOT NULL,
    full_start date NOT NULL,
    full_end date NOT NULL,
    charged_from date NOT NULL,
    charged_to date NOT NULL,
    full_amount numeric(18,3) NOT NULL,
    full_discount numeric(18,3) DEFAULT 0 NOT NULL,
    CONSTRAINT subscription_charges_check CHECK (((full_start <= charged_from) AND (charged_from <= charged_to) AND (charged_to <= full_end) AND (full_start < full_end)))
);

ALTER TABLE ONLY hcc.subscription_charges FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.subscription_charges.charged_to IS 'Becomes earlier when the days after it are credited.';

COMMENT ON COLUMN hcc.subscription_charges.full_amount IS 'For the whole period, after discounts; what was charged is the part of its days.';

CREATE TABLE hcc.subscription_items (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    price_id uuid NOT NULL,
    next_price_id uuid,
    next_price_from date,
    name text NOT NULL,
    quantity integer NOT NULL,
    "position" smallint NOT NULL,
    setup_charged boolean DEFAULT false NOT NULL,
    started_on date NOT NULL,
    ended_on date,
    metered_until date,
    version integer DEFAULT 1 NOT NULL,
    CONSTRAINT subscription_items_check CHECK (((next_price_id IS NULL) = (next_price_from IS NULL))),
    CONSTRAINT subscription_items_quantity_check CHECK (((quantity >= 1) AND (quantity <= 1000000)))
);

ALTER TABLE ONLY hcc.subscription_items FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.subscription_items.metered_until IS 'The day up to which usage is billed; NULL where nothing is metered.';

CREATE TABLE hcc.subscription_periods (
    subscription_id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    invoice_id uuid,
    amount numeric(18,3) NOT NULL,
    billed_on date NOT NULL,
    CONSTRAINT subscription_periods_check CHECK ((period_end > period_start))
);

ALTER TABLE ONLY hcc.subscription_periods FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.subscription_periods.amount IS 'Without tax, as far as it is this subscription''s.';

CREATE TABLE hcc.subscription_settings (
    organization_id uuid NOT NULL,
    combine_invoices boolean DEFAULT true NOT NULL,
    downgrade text DEFAULT 'period_end'::text NOT NULL,
    upgrade text DEFAULT 'now'::text NOT NULL,
    credit_on_cancel boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    mail_invoices boolean DEFAULT true NOT NULL,
    payment_page text DEFAULT ''::text NOT NULL,
    customers_order boolean DEFAULT true NOT NULL,
    customers_change boolean DEFAULT true NOT NULL,
    customers_cancel boolean DEFAULT true NOT NULL,
    CONSTRAINT subscription_settings_downgrade_check CHECK ((downgrade = ANY (ARRAY['now'::text, 'period_end'::text]))),
    CONSTRAINT subscription_settings_payment_page_check CHECK ((char_length(payment_page) <= 300)),
    CONSTRAINT subscription_settings_upgrade_check CHECK ((upgrade = ANY (ARRAY['now'::text, 'period_end'::text])))
);

ALTER TABLE ONLY hcc.subscription_settings FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.subscription_settings.payment_page IS 'Where customers pay; {invoice_id} and {number} are filled in.';

COMMENT ON COLUMN hcc.subscription_settings.customers_order IS 'Whether customers start subscriptions to listed plans themselves.';

CREATE TABLE hcc.subscriptions (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    name text NOT NULL,
    status text NOT NULL,
    currency character(3) NOT NULL,
    "interval" text NOT NULL,
    collection text NOT NULL,
    prices_include_tax boolean NOT NULL,
    anchor_month date NOT NULL,
    anchor_day smallint NOT NULL,
    started_on date NOT NULL,
    trial_ends_on date,
    billed_until date NOT NULL,
    due_on date,
    period_start date,
    period_end date,
    resumes_on date,
    cancels_on date,
    ends_on date,
    ended_on date,
    cancel_reason text DEFAULT ''::text NOT NULL,
    coupon_id uuid,
    coupon jsonb,
    coupon_left integer,
    coupon_now boolean DEFAULT false NOT NULL,
    pending_items jsonb,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT subscriptions_anchor_day_check CHECK (((anchor_day >= 1) AND (anchor_day <= 31))),
    CONSTRAINT subscriptions_anchor_month_check CHECK ((EXTRACT(day FROM anchor_month) = (1)::numeric)),
    CONSTRAINT subscriptions_cancel_reason_check CHECK ((char_length(cancel_reason) <= 1000)),
    CONSTRAINT subscriptions_check CHECK (((period_start IS NULL) = (period_end IS NULL))),
    CONSTRAINT subscriptions_check1 CHECK ((period_start < period_end)),
    CONSTRAINT subscriptions_check2 CHECK (((status = ANY (ARRAY['cancelled'::text, 'ended'::text])) = (ended_on IS NOT NULL))),
    CONSTRAINT subscriptions_check3 CHECK (((status <> ALL (ARRAY['cancelled'::text, 'ended'::text])) OR (due_on IS NULL))),
    CONSTRAINT subscriptions_collection_check CHECK ((collection = ANY (ARRAY['automatic'::text, 'invoice'::text]))),
    CONSTRAINT subscriptions_coupon_left_check CHECK ((coupon_left >= 0)),
    CONSTRAINT subscriptions_interval_check CHECK (("interval" = ANY (ARRAY['month'::text, 'quarter'::text, 'half_year'::text, 'year'::text, 'two_years'::text, 'three_years'::text]))),
    CONSTRAINT subscriptions_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 200))),
    CONSTRAINT subscriptions_status_check CHECK ((status = ANY (ARRAY['scheduled'::text, 'trialing'::text, 'active'::text, 'past_due'::text, 'paused'::text, 'suspended'::text, 'cancelled'::text, 'ended'::text])))
);

ALTER TABLE ONLY hcc.subscriptions FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.subscriptions.anchor_day IS 'The day of the month on which periods begin; the last one in shorter months.';

COMMENT ON COLUMN hcc.subscriptions.billed_until IS 'The day up to which it is paid in advance or credited back; the next charge begins there.';

COMMENT ON COLUMN hcc.subscriptions.due_on IS 'When a renewal has something to do; NULL when never.';

COMMENT ON COLUMN hcc.subscriptions.coupon_now IS 'Whether the coupon holds for the current period.';

CREATE TABLE hcc.supplier_shares (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    supplier_org_id uuid NOT NULL,
    invoice_item_id uuid NOT NULL,
    supplier_plan_id uuid NOT NULL,
    kind text NOT NULL,
    percent numeric(7,4) NOT NULL,
    booked_on date NOT NULL,
    currency character(3) NOT NULL,
    sold numeric(18,3) NOT NULL,
    owed numeric(18,3),
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT supplier_shares_kind_check CHECK ((kind = ANY (ARRAY['wholesale'::text, 'commission'::text])))
);

ALTER TABLE ONLY hcc.supplier_shares FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.supplier_shares.owed IS 'NULL when the supplier has no price in this currency and interval.';

CREATE TABLE hcc.table_views (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    table_name text NOT NULL,
    name text NOT NULL,
    query text NOT NULL,
    is_shared boolean DEFAULT false NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT table_views_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 80))),
    CONSTRAINT table_views_query_check CHECK ((char_length(query) <= 2000)),
    CONSTRAINT table_views_table_name_check CHECK (((char_length(table_name) >= 1) AND (char_length(table_name) <= 60)))
);

ALTER TABLE ONLY hcc.table_views FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.tax_flags (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    invoice_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    reason text NOT NULL,
    detail text DEFAULT ''::text NOT NULL,
    resolution text DEFAULT ''::text NOT NULL,
    resolved_at timestamp with time zone,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tax_flags_detail_check CHECK ((char_length(detail) <= 300)),
    CONSTRAINT tax_flags_reason_check CHECK ((reason = 'tax_id_invalid'::text)),
    CONSTRAINT tax_flags_resolution_check CHECK ((char_length(resolution) <= 300))
);

ALTER TABLE ONLY hcc.tax_flags FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.tax_rates (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    country character(2) NOT NULL,
    region text DEFAULT ''::text NOT NULL,
    tax_class text NOT NULL,
    percent numeric(7,4) NOT NULL,
    components jsonb DEFAULT '[]'::jsonb NOT NULL,
    valid_from date NOT NULL,
    valid_to date,
    note text DEFAULT ''::text NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT tax_rates_check CHECK ((valid_to >= valid_from)),
    CONSTRAINT tax_rates_country_check CHECK ((country ~ '^[A-Z]{2}$'::text)),
    CONSTRAINT tax_rates_note_check CHECK ((char_length(note) <= 300)),
    CONSTRAINT tax_rates_percent_check CHECK (((percent >= (0)::numeric) AND (percent <= (100)::numeric))),
    CONSTRAINT tax_rates_region_check CHECK ((region ~ '^[A-Z0-9]{0,12}$'::text)),
    CONSTRAINT tax_rates_tax_class_check CHECK ((tax_class ~ '^[a-z][a-z_]{0,39}$'::text))
);

ALTER TABLE ONLY hcc.tax_rates FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.threat_detectors (
    name text NOT NULL,
    is_active boolean NOT NULL,
    threshold integer NOT NULL,
    window_s integer NOT NULL,
    ban_s integer NOT NULL,
    most_ban_s integer NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT threat_detectors_ban_s_check CHECK (((ban_s >= 1) AND (ban_s <= 31536000))),
    CONSTRAINT threat_detectors_check CHECK ((most_ban_s >= ban_s)),
    CONSTRAINT threat_detectors_most_ban_s_check CHECK (((most_ban_s >= 1) AND (most_ban_s <= 31536000))),
    CONSTRAINT threat_detectors_name_check CHECK ((name = ANY (ARRAY['login'::text, 'unauthorized'::text, 'not_found'::text, 'scanner'::text, 'limited'::text, 'waf_score'::text]))),
    CONSTRAINT threat_detectors_threshold_check CHECK (((threshold >= 1) AND (threshold <= 1000000))),
    CONSTRAINT threat_detectors_window_s_check CHECK (((window_s >= 5) AND (window_s <= 3600)))
);

CREATE TABLE hcc.usage_readings (
    item_id uuid NOT NULL,
    period_start date NOT NULL,
    period_end date NOT NULL,
    organization_id uuid NOT NULL,
    customer_org_id uuid NOT NULL,
    subscription_id uuid NOT NULL,
    value numeric(24,6) NOT NULL,
    late_value numeric(24,6) DEFAULT 0 NOT NULL,
    late_read boolean DEFAULT false NOT NULL,
    read_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT usage_readings_check CHECK ((period_end > period_start)),
    CONSTRAINT usage_readings_late_value_check CHECK ((late_value >= (0)::numeric)),
    CONSTRAINT usage_readings_value_check CHECK ((value >= (0)::numeric))
);

ALTER TABLE ONLY hcc.usage_readings FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.usage_readings.late_value IS 'What came in after the period was billed; billed with the next one.';

CREATE TABLE hcc.user_credentials (
    user_id uuid NOT NULL,
    password_hash text,
    password_set_at timestamp with time zone,
    totp_secret bytea,
    totp_pending bytea,
    totp_enabled_at timestamp with time zone,
    totp_last_step bigint DEFAULT 0 NOT NULL,
    reset_token_hash bytea,
    reset_expires_at timestamp with time zone,
    passkey_handle bytea,
    CONSTRAINT user_credentials_passkey_handle_check CHECK ((octet_length(passkey_handle) = 64))
);

ALTER TABLE ONLY hcc.user_credentials FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.user_exports (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    user_id uuid NOT NULL,
    document bytea NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    expires_at timestamp with time zone DEFAULT (now() + '7 days'::interval) NOT NULL
);

ALTER TABLE ONLY hcc.user_exports FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.vat_checks (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    tax_id text NOT NULL,
    outcome text NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    register text DEFAULT 'VIES'::text NOT NULL,
    requester text DEFAULT ''::text NOT NULL,
    consultation_number text DEFAULT ''::text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    address text DEFAULT ''::text NOT NULL,
    checked_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT vat_checks_address_check CHECK ((char_length(address) <= 1000)),
    CONSTRAINT vat_checks_consultation_number_check CHECK ((char_length(consultation_number) <= 100)),
    CONSTRAINT vat_checks_name_check CHECK ((char_length(name) <= 500)),
    CONSTRAINT vat_checks_outcome_check CHECK ((outcome = ANY (ARRAY['valid'::text, 'invalid'::text, 'unavailable'::text]))),
    CONSTRAINT vat_checks_reason_check CHECK ((char_length(reason) <= 200)),
    CONSTRAINT vat_checks_register_check CHECK ((char_length(register) <= 20)),
    CONSTRAINT vat_checks_requester_check CHECK ((char_length(requester) <= 30)),
    CONSTRAINT vat_checks_tax_id_check CHECK ((char_length(tax_id) <= 30))
);

ALTER TABLE ONLY hcc.vat_checks FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.vat_watches (
    organization_id uuid NOT NULL,
    customer_id uuid NOT NULL,
    tax_id text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    next_check_at timestamp with time zone DEFAULT now() NOT NULL,
    queued_until timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL
);

ALTER TABLE ONLY hcc.vat_watches FORCE ROW LEVEL SECURITY;

COMMENT ON COLUMN hcc.vat_watches.attempts IS 'In a row without an answer; nought after one.';

CREATE TABLE hcc.web_preferences (
    user_id uuid NOT NULL,
    name text NOT NULL,
    value jsonb NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT web_preferences_name_check CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT web_preferences_value_check CHECK ((octet_length((value)::text) <= 10000))
);

ALTER TABLE ONLY hcc.web_preferences FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.web_sessions (
    session_id uuid NOT NULL,
    user_id uuid NOT NULL,
    secret_hash bytea NOT NULL,
    entered_org_id uuid,
    confirmed_at timestamp with time zone DEFAULT now() NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT web_sessions_secret_hash_check CHECK ((octet_length(secret_hash) = 32))
);

ALTER TABLE ONLY hcc.web_sessions FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.webhook_deliveries (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    endpoint_id uuid NOT NULL,
    event_id uuid NOT NULL,
    topic text NOT NULL,
    body jsonb NOT NULL,
    status text DEFAULT 'pending'::text NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    response_status integer,
    response_ms integer,
    error text,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    next_attempt_at timestamp with time zone,
    CONSTRAINT webhook_deliveries_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'succeeded'::text, 'retrying'::text, 'failed'::text])))
);

ALTER TABLE ONLY hcc.webhook_deliveries FORCE ROW LEVEL SECURITY;

CREATE TABLE hcc.webhook_endpoints (
    id uuid NOT NULL,
    organization_id uuid NOT NULL,
    url text NOT NULL,
    description text DEFAULT ''::text NOT NULL,
    topics text[] NOT NULL,
    secret bytea NOT NULL,
    is_active boolean DEFAULT true NOT NULL,
    version integer DEFAULT 1 NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    updated_at timestamp with time zone DEFAULT now() NOT NULL,
    deleted_at timestamp with time zone,
    disabled_reason text,
    CONSTRAINT webhook_endpoints_description_check CHECK ((char_length(description) <= 255)),
    CONSTRAINT webhook_endpoints_url_check CHECK ((char_length(url) <= 2048))
);

ALTER TABLE ONLY hcc.webhook_endpoints FORCE ROW LEVEL SECURITY;

ALTER TABLE ONLY hcc.metric_rollups ATTACH PARTITION hcc.metric_rollups_300 FOR VALUES IN (300);

ALTER TABLE ONLY hcc.metric_rollups ATTACH PARTITION hcc.metric_rollups_3600 FOR VALUES IN (3600);

ALTER TABLE ONLY hcc.metric_rollups ATTACH PARTITION hcc.metric_rollups_60 FOR VALUES IN (60);

ALTER TABLE ONLY hcc.metric_rollups ATTACH PARTITION hcc.metric_rollups_86400 FOR VALUES IN (86400);

ALTER TABLE ONLY hcc.access_entries
    ADD CONSTRAINT access_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.access_entries
    ADD CONSTRAINT access_entries_same UNIQUE NULLS NOT DISTINCT (organization_id, site_id, network, asn, country);

ALTER TABLE ONLY hcc.agent_claims
    ADD CONSTRAINT agent_claims_claim_hash_key UNIQUE (claim_hash);

ALTER TABLE ONLY hcc.agent_claims
    ADD CONSTRAINT agent_claims_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.agents
    ADD CONSTRAINT agents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.agents
    ADD CONSTRAINT agents_token_id_key UNIQUE (token_id);

ALTER TABLE ONLY hcc.alert_changes
    ADD CONSTRAINT alert_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.alert_evaluations
    ADD CONSTRAINT alert_evaluations_pkey PRIMARY KEY (rule_id);

ALTER TABLE ONLY hcc.alert_rules
    ADD CONSTRAINT alert_rules_name UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.alert_rules
    ADD CONSTRAINT alert_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.alerts
    ADD CONSTRAINT alerts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.alerts
    ADD CONSTRAINT alerts_series UNIQUE (organization_id, source, source_id, fingerprint);

ALTER TABLE ONLY hcc.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.api_keys
    ADD CONSTRAINT api_keys_prefix_key UNIQUE (prefix);

ALTER TABLE ONLY hcc.audit_log
    ADD CONSTRAINT audit_log_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.bank_entries
    ADD CONSTRAINT bank_entries_organization_id_account_entry_reference_amount_key UNIQUE (organization_id, account, entry_reference, amount, booked_on);

ALTER TABLE ONLY hcc.bank_entries
    ADD CONSTRAINT bank_entries_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.bank_entries
    ADD CONSTRAINT bank_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.bank_statements
    ADD CONSTRAINT bank_statements_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.bank_statements
    ADD CONSTRAINT bank_statements_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.bans
    ADD CONSTRAINT bans_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.billing_settings
    ADD CONSTRAINT billing_settings_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY hcc.builtin_rules
    ADD CONSTRAINT builtin_rules_pkey PRIMARY KEY (organization_id, pack, key);

ALTER TABLE ONLY hcc.check_locations
    ADD CONSTRAINT check_locations_pkey PRIMARY KEY (location);

ALTER TABLE ONLY hcc.check_results
    ADD CONSTRAINT check_results_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.check_spans
    ADD CONSTRAINT check_spans_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.check_states
    ADD CONSTRAINT check_states_pkey PRIMARY KEY (check_id, location);

ALTER TABLE ONLY hcc.checks
    ADD CONSTRAINT checks_name UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.checks
    ADD CONSTRAINT checks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.checks
    ADD CONSTRAINT checks_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY hcc.client_tallies
    ADD CONSTRAINT client_tallies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.collection_tries
    ADD CONSTRAINT collection_tries_pkey PRIMARY KEY (organization_id, invoice_id, cause);

ALTER TABLE ONLY hcc.coupon_redemptions
    ADD CONSTRAINT coupon_redemptions_pkey PRIMARY KEY (subscription_id, coupon_id);

ALTER TABLE ONLY hcc.coupons
    ADD CONSTRAINT coupons_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.coupons
    ADD CONSTRAINT coupons_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.credit_adjustments
    ADD CONSTRAINT credit_adjustments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.customer_credits
    ADD CONSTRAINT customer_credits_pkey PRIMARY KEY (organization_id, customer_id, currency);

ALTER TABLE ONLY hcc.customers
    ADD CONSTRAINT customers_organization_id_customer_org_id_key UNIQUE (organization_id, customer_org_id);

ALTER TABLE ONLY hcc.customers
    ADD CONSTRAINT customers_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.customers
    ADD CONSTRAINT customers_organization_id_number_key UNIQUE (organization_id, number);

ALTER TABLE ONLY hcc.customers
    ADD CONSTRAINT customers_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.disputes
    ADD CONSTRAINT disputes_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.disputes
    ADD CONSTRAINT disputes_organization_id_provider_provider_reference_key UNIQUE (organization_id, provider, provider_reference);

ALTER TABLE ONLY hcc.disputes
    ADD CONSTRAINT disputes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.dunning_cases
    ADD CONSTRAINT dunning_cases_pkey PRIMARY KEY (invoice_id);

ALTER TABLE ONLY hcc.dunning_schedules
    ADD CONSTRAINT dunning_schedules_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.dunning_schedules
    ADD CONSTRAINT dunning_schedules_organization_id_name_key UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.dunning_schedules
    ADD CONSTRAINT dunning_schedules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.dunning_steps
    ADD CONSTRAINT dunning_steps_pkey PRIMARY KEY (invoice_id, step);

ALTER TABLE ONLY hcc.dunning_stops
    ADD CONSTRAINT dunning_stops_pkey PRIMARY KEY (customer_id);

ALTER TABLE ONLY hcc.exchange_rates
    ADD CONSTRAINT exchange_rates_pkey PRIMARY KEY (organization_id, currency, base, valid_from);

ALTER TABLE ONLY hcc.firewalls
    ADD CONSTRAINT firewalls_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.firewalls
    ADD CONSTRAINT firewalls_server UNIQUE (organization_id, server);

ALTER TABLE ONLY hcc.gateway_certificates
    ADD CONSTRAINT gateway_certificates_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.gateway_certificates
    ADD CONSTRAINT gateway_certificates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.gateway_hosts
    ADD CONSTRAINT gateway_hosts_pkey PRIMARY KEY (host);

ALTER TABLE ONLY hcc.gateway_reports
    ADD CONSTRAINT gateway_reports_pkey PRIMARY KEY (gateway);

ALTER TABLE ONLY hcc.gateway_routes
    ADD CONSTRAINT gateway_routes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.gateway_routes
    ADD CONSTRAINT gateway_routes_same UNIQUE NULLS NOT DISTINCT (organization_id, site_id, path_prefix, path, path_pattern, methods);

ALTER TABLE ONLY hcc.gateway_settings
    ADD CONSTRAINT gateway_settings_pkey PRIMARY KEY (one);

ALTER TABLE ONLY hcc.gateway_site_reports
    ADD CONSTRAINT gateway_site_reports_pkey PRIMARY KEY (gateway, site_id);

ALTER TABLE ONLY hcc.gateway_sites
    ADD CONSTRAINT gateway_sites_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.gateway_sites
    ADD CONSTRAINT gateway_sites_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.gateway_targets
    ADD CONSTRAINT gateway_targets_organization_id_upstream_id_address_key UNIQUE (organization_id, upstream_id, address);

ALTER TABLE ONLY hcc.gateway_targets
    ADD CONSTRAINT gateway_targets_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.gateway_upstreams
    ADD CONSTRAINT gateway_upstreams_organization_id_site_id_id_key UNIQUE (organization_id, site_id, id);

ALTER TABLE ONLY hcc.gateway_upstreams
    ADD CONSTRAINT gateway_upstreams_organization_id_site_id_name_key UNIQUE (organization_id, site_id, name);

ALTER TABLE ONLY hcc.gateway_upstreams
    ADD CONSTRAINT gateway_upstreams_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.idempotency_keys
    ADD CONSTRAINT idempotency_keys_pkey PRIMARY KEY (organization_id, actor_id, key);

ALTER TABLE ONLY hcc.incident_updates
    ADD CONSTRAINT incident_updates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.incidents
    ADD CONSTRAINT incidents_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.ingest_outages
    ADD CONSTRAINT ingest_outages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.ingest_token_uses
    ADD CONSTRAINT ingest_token_uses_pkey PRIMARY KEY (token_id);

ALTER TABLE ONLY hcc.ingest_tokens
    ADD CONSTRAINT ingest_tokens_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.ingest_tokens
    ADD CONSTRAINT ingest_tokens_token_hash_key UNIQUE (token_hash);

ALTER TABLE ONLY hcc.inhibitions
    ADD CONSTRAINT inhibitions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.invoice_documents
    ADD CONSTRAINT invoice_documents_pkey PRIMARY KEY (organization_id, invoice_id, format);

ALTER TABLE ONLY hcc.invoice_items
    ADD CONSTRAINT invoice_items_organization_id_invoice_id_position_key UNIQUE (organization_id, invoice_id, "position");

ALTER TABLE ONLY hcc.invoice_items
    ADD CONSTRAINT invoice_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.invoice_mails
    ADD CONSTRAINT invoice_mails_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_organization_id_kind_number_prefix_number_sequence_key UNIQUE (organization_id, kind, number_prefix, number_sequence);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_organization_id_number_key UNIQUE (organization_id, number);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.ledger_account_numbers
    ADD CONSTRAINT ledger_account_numbers_pkey PRIMARY KEY (organization_id, account);

ALTER TABLE ONLY hcc.ledger_charts
    ADD CONSTRAINT ledger_charts_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY hcc.ledger_debtors
    ADD CONSTRAINT ledger_debtors_organization_id_number_key UNIQUE (organization_id, number);

ALTER TABLE ONLY hcc.ledger_debtors
    ADD CONSTRAINT ledger_debtors_pkey PRIMARY KEY (organization_id, customer_id);

ALTER TABLE ONLY hcc.ledger_entries
    ADD CONSTRAINT ledger_entries_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.ledger_entries
    ADD CONSTRAINT ledger_entries_organization_id_kind_source_part_key UNIQUE (organization_id, kind, source, part);

ALTER TABLE ONLY hcc.ledger_entries
    ADD CONSTRAINT ledger_entries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.ledger_lines
    ADD CONSTRAINT ledger_lines_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.login_throttle
    ADD CONSTRAINT login_throttle_pkey PRIMARY KEY (key_hash);

ALTER TABLE ONLY hcc.maintenance_windows
    ADD CONSTRAINT maintenance_windows_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.mandate_consents
    ADD CONSTRAINT mandate_consents_pkey PRIMARY KEY (payment_method_id);

ALTER TABLE ONLY hcc.match_rules
    ADD CONSTRAINT match_rules_name UNIQUE NULLS NOT DISTINCT (organization_id, site_id, name);

ALTER TABLE ONLY hcc.match_rules
    ADD CONSTRAINT match_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.memberships
    ADD CONSTRAINT memberships_pkey PRIMARY KEY (organization_id, user_id);

ALTER TABLE ONLY hcc.metric_families
    ADD CONSTRAINT metric_families_pkey PRIMARY KEY (organization_id, name);

ALTER TABLE ONLY hcc.metric_limits
    ADD CONSTRAINT metric_limits_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY hcc.metric_rollups
    ADD CONSTRAINT metric_rollups_pkey PRIMARY KEY (step, series, bucket);

ALTER TABLE ONLY hcc.metric_rollups_300
    ADD CONSTRAINT metric_rollups_300_pkey PRIMARY KEY (step, series, bucket);

ALTER TABLE ONLY hcc.metric_rollups_3600
    ADD CONSTRAINT metric_rollups_3600_pkey PRIMARY KEY (step, series, bucket);

ALTER TABLE ONLY hcc.metric_rollups_60
    ADD CONSTRAINT metric_rollups_60_pkey PRIMARY KEY (step, series, bucket);

ALTER TABLE ONLY hcc.metric_rollups_86400
    ADD CONSTRAINT metric_rollups_86400_pkey PRIMARY KEY (step, series, bucket);

ALTER TABLE ONLY hcc.metric_rollups_due
    ADD CONSTRAINT metric_rollups_due_pkey PRIMARY KEY (step, bucket);

ALTER TABLE ONLY hcc.metric_samples_moved
    ADD CONSTRAINT metric_samples_moved_pkey PRIMARY KEY (part);

ALTER TABLE ONLY hcc.metric_segments
    ADD CONSTRAINT metric_segments_pkey PRIMARY KEY (ingester, segment);

ALTER TABLE ONLY hcc.metric_series
    ADD CONSTRAINT metric_series_key UNIQUE (organization_id, key);

ALTER TABLE ONLY hcc.metric_series
    ADD CONSTRAINT metric_series_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.metric_settings
    ADD CONSTRAINT metric_settings_pkey PRIMARY KEY (only_one);

ALTER TABLE ONLY hcc.notification_channels
    ADD CONSTRAINT notification_channels_name UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.notification_channels
    ADD CONSTRAINT notification_channels_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.notification_groups
    ADD CONSTRAINT notification_groups_key UNIQUE (organization_id, route_id, key);

ALTER TABLE ONLY hcc.notification_groups
    ADD CONSTRAINT notification_groups_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.notification_routes
    ADD CONSTRAINT notification_routes_name UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.notification_routes
    ADD CONSTRAINT notification_routes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.notifications
    ADD CONSTRAINT notifications_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.number_series
    ADD CONSTRAINT number_series_pkey PRIMARY KEY (organization_id, kind, prefix);

ALTER TABLE ONLY hcc.operations
    ADD CONSTRAINT operations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.organizations
    ADD CONSTRAINT organizations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.oss_warnings
    ADD CONSTRAINT oss_warnings_pkey PRIMARY KEY (organization_id, year, percent);

ALTER TABLE ONLY hcc.outbox_events
    ADD CONSTRAINT outbox_events_event_id_key UNIQUE (event_id);

ALTER TABLE ONLY hcc.outbox_events
    ADD CONSTRAINT outbox_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.outgoing_mail
    ADD CONSTRAINT outgoing_mail_message_id_key UNIQUE (message_id);

ALTER TABLE ONLY hcc.outgoing_mail
    ADD CONSTRAINT outgoing_mail_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.passkey_challenges
    ADD CONSTRAINT passkey_challenges_pkey PRIMARY KEY (hash);

ALTER TABLE ONLY hcc.passkeys
    ADD CONSTRAINT passkeys_credential_id_key UNIQUE (credential_id);

ALTER TABLE ONLY hcc.passkeys
    ADD CONSTRAINT passkeys_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.password_history
    ADD CONSTRAINT password_history_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.payment_allocations
    ADD CONSTRAINT payment_allocations_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.payment_methods
    ADD CONSTRAINT payment_methods_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.payment_methods
    ADD CONSTRAINT payment_methods_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.payment_provider_accounts
    ADD CONSTRAINT payment_provider_accounts_organization_id_provider_key UNIQUE (organization_id, provider);

ALTER TABLE ONLY hcc.payment_provider_accounts
    ADD CONSTRAINT payment_provider_accounts_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.place_evidence
    ADD CONSTRAINT place_evidence_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.plans
    ADD CONSTRAINT plans_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.plans
    ADD CONSTRAINT plans_organization_id_product_id_name_key UNIQUE (organization_id, product_id, name);

ALTER TABLE ONLY hcc.plans
    ADD CONSTRAINT plans_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_organization_id_plan_id_name_currency_interval_valid_key UNIQUE (organization_id, plan_id, name, currency, "interval", valid_from);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_organization_id_replaces_id_key UNIQUE (organization_id, replaces_id);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.products
    ADD CONSTRAINT products_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.products
    ADD CONSTRAINT products_organization_id_name_key UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.products
    ADD CONSTRAINT products_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.provider_customers
    ADD CONSTRAINT provider_customers_pkey PRIMARY KEY (organization_id, customer_id, provider);

ALTER TABLE ONLY hcc.provider_events
    ADD CONSTRAINT provider_events_organization_id_provider_event_id_key UNIQUE (organization_id, provider, event_id);

ALTER TABLE ONLY hcc.provider_events
    ADD CONSTRAINT provider_events_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.recovery_codes
    ADD CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash);

ALTER TABLE ONLY hcc.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (token_hash);

ALTER TABLE ONLY hcc.refunds
    ADD CONSTRAINT refunds_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.refunds
    ADD CONSTRAINT refunds_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.renewal_failures
    ADD CONSTRAINT renewal_failures_pkey PRIMARY KEY (subscription_id);

ALTER TABLE ONLY hcc.reseller_statement_lines
    ADD CONSTRAINT reseller_statement_lines_pkey PRIMARY KEY (share_id);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_organization_id_reseller_org_id_currenc_key UNIQUE (organization_id, reseller_org_id, currency, month);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.reseller_terms
    ADD CONSTRAINT reseller_terms_organization_id_reseller_org_id_plan_id_key UNIQUE NULLS NOT DISTINCT (organization_id, reseller_org_id, plan_id);

ALTER TABLE ONLY hcc.reseller_terms
    ADD CONSTRAINT reseller_terms_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.revoked_sessions
    ADD CONSTRAINT revoked_sessions_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY hcc.roles
    ADD CONSTRAINT roles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.schema_migrations
    ADD CONSTRAINT schema_migrations_pkey PRIMARY KEY (version);

ALTER TABLE ONLY hcc.security_events
    ADD CONSTRAINT security_events_pkey PRIMARY KEY (organization_id, at, id);

ALTER TABLE ONLY hcc.security_policies
    ADD CONSTRAINT security_policies_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.security_policies
    ADD CONSTRAINT security_policies_same UNIQUE NULLS NOT DISTINCT (organization_id, site_id, route_id);

ALTER TABLE ONLY hcc.security_settings
    ADD CONSTRAINT security_settings_pkey PRIMARY KEY (one);

ALTER TABLE ONLY hcc.seen_requests
    ADD CONSTRAINT seen_requests_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.sepa_batches
    ADD CONSTRAINT sepa_batches_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.sepa_batches
    ADD CONSTRAINT sepa_batches_organization_id_message_id_key UNIQUE (organization_id, message_id);

ALTER TABLE ONLY hcc.sepa_batches
    ADD CONSTRAINT sepa_batches_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.signing_keys
    ADD CONSTRAINT signing_keys_pkey PRIMARY KEY (kid);

ALTER TABLE ONLY hcc.silences
    ADD CONSTRAINT silences_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.site_watches
    ADD CONSTRAINT site_watches_pkey PRIMARY KEY (site_id);

ALTER TABLE ONLY hcc.statement_profiles
    ADD CONSTRAINT statement_profiles_organization_id_name_key UNIQUE (organization_id, name);

ALTER TABLE ONLY hcc.statement_profiles
    ADD CONSTRAINT statement_profiles_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.status_pages
    ADD CONSTRAINT status_pages_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.status_pages
    ADD CONSTRAINT status_pages_slug_key UNIQUE (slug);

ALTER TABLE ONLY hcc.subscription_changes
    ADD CONSTRAINT subscription_changes_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.subscription_charges
    ADD CONSTRAINT subscription_charges_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.subscription_items
    ADD CONSTRAINT subscription_items_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.subscription_items
    ADD CONSTRAINT subscription_items_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.subscription_periods
    ADD CONSTRAINT subscription_periods_pkey PRIMARY KEY (subscription_id, period_start);

ALTER TABLE ONLY hcc.subscription_settings
    ADD CONSTRAINT subscription_settings_pkey PRIMARY KEY (organization_id);

ALTER TABLE ONLY hcc.subscriptions
    ADD CONSTRAINT subscriptions_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.subscriptions
    ADD CONSTRAINT subscriptions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.supplier_shares
    ADD CONSTRAINT supplier_shares_organization_id_invoice_item_id_key UNIQUE (organization_id, invoice_item_id);

ALTER TABLE ONLY hcc.supplier_shares
    ADD CONSTRAINT supplier_shares_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.table_views
    ADD CONSTRAINT table_views_organization_id_user_id_table_name_name_key UNIQUE (organization_id, user_id, table_name, name);

ALTER TABLE ONLY hcc.table_views
    ADD CONSTRAINT table_views_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.tax_flags
    ADD CONSTRAINT tax_flags_organization_id_invoice_id_reason_detail_key UNIQUE (organization_id, invoice_id, reason, detail);

ALTER TABLE ONLY hcc.tax_flags
    ADD CONSTRAINT tax_flags_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.tax_rates
    ADD CONSTRAINT tax_rates_organization_id_country_region_tax_class_valid_fr_key UNIQUE (organization_id, country, region, tax_class, valid_from);

ALTER TABLE ONLY hcc.tax_rates
    ADD CONSTRAINT tax_rates_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.threat_detectors
    ADD CONSTRAINT threat_detectors_pkey PRIMARY KEY (name);

ALTER TABLE ONLY hcc.usage_readings
    ADD CONSTRAINT usage_readings_pkey PRIMARY KEY (item_id, period_start);

ALTER TABLE ONLY hcc.user_credentials
    ADD CONSTRAINT user_credentials_passkey_handle_key UNIQUE (passkey_handle);

ALTER TABLE ONLY hcc.user_credentials
    ADD CONSTRAINT user_credentials_pkey PRIMARY KEY (user_id);

ALTER TABLE ONLY hcc.user_exports
    ADD CONSTRAINT user_exports_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.user_roles
    ADD CONSTRAINT user_roles_pkey PRIMARY KEY (organization_id, user_id, role_id);

ALTER TABLE ONLY hcc.users
    ADD CONSTRAINT users_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.vat_checks
    ADD CONSTRAINT vat_checks_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.vat_watches
    ADD CONSTRAINT vat_watches_pkey PRIMARY KEY (organization_id, customer_id);

ALTER TABLE ONLY hcc.waf_exclusions
    ADD CONSTRAINT waf_exclusions_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.waf_rules
    ADD CONSTRAINT waf_rules_name UNIQUE NULLS NOT DISTINCT (organization_id, site_id, name);

ALTER TABLE ONLY hcc.waf_rules
    ADD CONSTRAINT waf_rules_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.web_preferences
    ADD CONSTRAINT web_preferences_pkey PRIMARY KEY (user_id, name);

ALTER TABLE ONLY hcc.web_sessions
    ADD CONSTRAINT web_sessions_pkey PRIMARY KEY (session_id);

ALTER TABLE ONLY hcc.web_sessions
    ADD CONSTRAINT web_sessions_secret_hash_key UNIQUE (secret_hash);

ALTER TABLE ONLY hcc.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_organization_id_endpoint_id_event_id_key UNIQUE (organization_id, endpoint_id, event_id);

ALTER TABLE ONLY hcc.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_pkey PRIMARY KEY (id);

ALTER TABLE ONLY hcc.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_organization_id_id_key UNIQUE (organization_id, id);

ALTER TABLE ONLY hcc.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_pkey PRIMARY KEY (id);

CREATE INDEX agent_claims_organization ON hcc.agent_claims USING btree (organization_id, created_at DESC);

CREATE INDEX agents_organization ON hcc.agents USING btree (organization_id, created_at DESC) WHERE (deleted_at IS NULL);

CREATE INDEX alert_changes_age ON hcc.alert_changes USING btree (at);

CREATE INDEX alert_changes_of ON hcc.alert_changes USING btree (organization_id, at DESC);

CREATE INDEX alert_evaluations_due ON hcc.alert_evaluations USING btree (due_at);

CREATE INDEX alert_evaluations_organization ON hcc.alert_evaluations USING btree (organization_id);

CREATE INDEX alerts_living ON hcc.alerts USING btree (organization_id, phase);

CREATE INDEX alerts_resolved ON hcc.alerts USING btree (resolved_at) WHERE (phase = 'resolved'::text);

CREATE INDEX api_keys_organization ON hcc.api_keys USING btree (organization_id, created_at DESC) WHERE (deleted_at IS NULL);

CREATE INDEX audit_log_all ON hcc.audit_log USING btree (at DESC, id DESC) INCLUDE (organization_id);

CREATE INDEX audit_log_organization ON hcc.audit_log USING btree (organization_id, at DESC, id DESC);

CREATE INDEX audit_log_subject ON hcc.audit_log USING btree (organization_id, subject_type, subject_id, at DESC);

CREATE INDEX bank_entries_status ON hcc.bank_entries USING btree (organization_id, status, booked_on DESC, id DESC);

CREATE INDEX bank_statements_recent ON hcc.bank_statements USING btree (organization_id, created_at DESC, id DESC);

CREATE INDEX bans_in_force ON hcc.bans USING btree (until) WHERE (lifted_at IS NULL);

CREATE INDEX bans_network ON hcc.bans USING btree (organization_id, network, created_at DESC);

CREATE INDEX bans_organization ON hcc.bans USING btree (organization_id, created_at DESC);

CREATE INDEX builtin_rules_rule ON hcc.builtin_rules USING btree (rule_id);

CREATE INDEX check_results_age ON hcc.check_results USING btree (at);

CREATE INDEX check_results_of ON hcc.check_results USING btree (check_id, at DESC);

CREATE INDEX check_results_organization ON hcc.check_results USING btree (organization_id, at DESC);

CREATE INDEX check_spans_of ON hcc.check_spans USING btree (organization_id, check_id, began DESC);

CREATE UNIQUE INDEX check_spans_open ON hcc.check_spans USING btree (check_id) WHERE (ended IS NULL);

CREATE INDEX check_states_due ON hcc.check_states USING btree (location, due_at);

CREATE INDEX check_states_organization ON hcc.check_states USING btree (organization_id);

CREATE INDEX client_tallies_at ON hcc.client_tallies USING btree (at);

CREATE INDEX client_tallies_client ON hcc.client_tallies USING btree (organization_id, client, at);

CREATE INDEX coupon_redemptions_customer ON hcc.coupon_redemptions USING btree (organization_id, coupon_id, customer_id);

CREATE UNIQUE INDEX coupons_code ON hcc.coupons USING btree (organization_id, lower(code));

CREATE INDEX credit_adjustments_customer ON hcc.credit_adjustments USING btree (organization_id, customer_id, created_at DESC);

CREATE INDEX customers_all_created ON hcc.customers USING btree (created_at DESC, id DESC);

CREATE INDEX customers_created ON hcc.customers USING btree (organization_id, created_at DESC, id DESC);

CREATE INDEX customers_name ON hcc.customers USING btree (organization_id, lower(name) text_pattern_ops);

CREATE INDEX customers_organization ON hcc.customers USING btree (customer_org_id);

CREATE INDEX disputes_payment ON hcc.disputes USING btree (organization_id, payment_id);

CREATE INDEX dunning_cases_due ON hcc.dunning_cases USING btree (organization_id, next_on) WHERE (closed_at IS NULL);

CREATE UNIQUE INDEX dunning_schedules_default ON hcc.dunning_schedules USING btree (organization_id) WHERE is_default;

CREATE UNIQUE INDEX gateway_certificates_default ON hcc.gateway_certificates USING btree (is_default) WHERE is_default;

CREATE INDEX gateway_certificates_organization ON hcc.gateway_certificates USING btree (organization_id, not_after);

CREATE INDEX gateway_hosts_place ON hcc.gateway_hosts USING btree (place);

CREATE INDEX gateway_hosts_site ON hcc.gateway_hosts USING btree (organization_id, site_id);

CREATE INDEX gateway_routes_canary_upstream ON hcc.gateway_routes USING btree (organization_id, canary_upstream_id);

CREATE INDEX gateway_routes_upstream ON hcc.gateway_routes USING btree (organization_id, upstream_id);

CREATE INDEX gateway_site_reports_site ON hcc.gateway_site_reports USING btree (organization_id, site_id);

CREATE INDEX gateway_sites_organization ON hcc.gateway_sites USING btree (organization_id, created_at DESC) WHERE (deleted_at IS NULL);

CREATE INDEX idempotency_keys_age ON hcc.idempotency_keys USING btree (created_at);

CREATE INDEX incident_updates_of ON hcc.incident_updates USING btree (incident_id, created_at DESC);

CREATE INDEX incident_updates_organization ON hcc.incident_updates USING btree (organization_id);

CREATE INDEX incidents_of ON hcc.incidents USING btree (organization_id, page_id, started_at DESC);

CREATE INDEX incidents_page ON hcc.incidents USING btree (page_id);

CREATE INDEX ingest_outages_of ON hcc.ingest_outages USING btree (organization_id, began DESC);

CREATE UNIQUE INDEX ingest_outages_open ON hcc.ingest_outages USING btree (organization_id) WHERE (ended IS NULL);

CREATE INDEX ingest_tokens_organization ON hcc.ingest_tokens USING btree (organization_id, created_at DESC) WHERE (deleted_at IS NULL);

CREATE INDEX inhibitions_of ON hcc.inhibitions USING btree (organization_id);

CREATE INDEX invoice_documents_customer ON hcc.invoice_documents USING btree (customer_org_id, invoice_id);

CREATE INDEX invoice_items_customer ON hcc.invoice_items USING btree (customer_org_id, invoice_id);

CREATE INDEX invoice_items_invoice ON hcc.invoice_items USING btree (invoice_id, "position");

CREATE INDEX invoice_items_period ON hcc.invoice_items USING btree (organization_id, period_start) WHERE (period_start IS NOT NULL);

CREATE INDEX invoice_mails_created ON hcc.invoice_mails USING btree (organization_id, created_at DESC, id DESC);

CREATE INDEX invoice_mails_invoice ON hcc.invoice_mails USING btree (invoice_id, created_at DESC);

CREATE UNIQUE INDEX invoice_mails_message ON hcc.invoice_mails USING btree (message_id);

CREATE INDEX invoice_mails_of ON hcc.invoice_mails USING btree (organization_id, invoice_id, created_at DESC);

CREATE UNIQUE INDEX invoice_mails_request ON hcc.invoice_mails USING btree (organization_id, request_id, invoice_id) WHERE (request_id IS NOT NULL);

CREATE INDEX invoice_tallies_of ON hcc.invoice_tallies USING btree (organization_id, kind, status, issued_on) INCLUDE (documents);

CREATE INDEX invoices_all_created ON hcc.invoices USING btree (created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id, status);

CREATE INDEX invoices_all_name ON hcc.invoices USING btree (name_key);

CREATE INDEX invoices_all_number ON hcc.invoices USING btree (number_key);

CREATE INDEX invoices_all_status ON hcc.invoices USING btree (status, created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id);

CREATE INDEX invoices_corrects ON hcc.invoices USING btree (corrects_id) WHERE (corrects_id IS NOT NULL);

CREATE INDEX invoices_created ON hcc.invoices USING btree (organization_id, created_at DESC, id DESC) INCLUDE (customer_org_id, status);

CREATE INDEX invoices_customer ON hcc.invoices USING btree (customer_id, created_at DESC, id DESC);

CREATE INDEX invoices_due ON hcc.invoices USING btree (organization_id, due_date, id) WHERE (status = ANY (ARRAY['sent'::text, 'partially_paid'::text, 'overdue'::text]));

CREATE INDEX invoices_due_date ON hcc.invoices USING btree (organization_id, due_date DESC, id DESC);

CREATE INDEX invoices_issued ON hcc.invoices USING btree (organization_id, issued_on DESC, id DESC);

CREATE INDEX invoices_name ON hcc.invoices USING btree (organization_id, name_key DESC, id DESC);

CREATE INDEX invoices_number ON hcc.invoices USING btree (organization_id, number_key DESC, id DESC);

CREATE INDEX invoices_of_customer ON hcc.invoices USING btree (customer_org_id, created_at DESC, id DESC) WHERE (status <> 'draft'::text);

CREATE INDEX invoices_open_balance ON hcc.invoices USING btree (organization_id, balance) WHERE (status = ANY (ARRAY['sent'::text, 'partially_paid'::text, 'overdue'::text]));

CREATE INDEX invoices_plain_number ON hcc.invoices USING btree (organization_id, plain_number) WHERE (number IS NOT NULL);

CREATE INDEX invoices_status ON hcc.invoices USING btree (organization_id, status, created_at DESC, id DESC) INCLUDE (customer_org_id);

CREATE INDEX invoices_subscription ON hcc.invoices USING btree (subscription_id) WHERE (subscription_id IS NOT NULL);

CREATE INDEX invoices_total ON hcc.invoices USING btree (organization_id, total DESC, id DESC);

CREATE INDEX ledger_entries_day ON hcc.ledger_entries USING btree (organization_id, booked_on, id);

CREATE INDEX ledger_lines_account ON hcc.ledger_lines USING btree (organization_id, account, customer_id) INCLUDE (amount, base_amount);

CREATE INDEX ledger_lines_cross_border ON hcc.ledger_lines USING btree (organization_id, tax_on) INCLUDE (tax_reason, base_amount) WHERE ((tax_reason = ANY (ARRAY['below_threshold'::text, 'oss'::text])) AND (account <> 'tax'::text));

CREATE INDEX ledger_lines_entry ON hcc.ledger_lines USING btree (organization_id, entry_id);

CREATE INDEX ledger_lines_invoice ON hcc.ledger_lines USING btree (invoice_id) WHERE (invoice_id IS NOT NULL);

CREATE INDEX ledger_lines_last ON hcc.ledger_lines USING btree (organization_id, id DESC);

CREATE INDEX ledger_lines_receivable ON hcc.ledger_lines USING btree (organization_id, invoice_id) INCLUDE (amount, base_amount) WHERE (account = 'receivable'::text);

CREATE INDEX ledger_lines_recurring ON hcc.ledger_lines USING btree (organization_id, customer_id, period_start) INCLUDE (period_end, monthly, base_monthly, entry_id) WHERE (monthly IS NOT NULL);

CREATE INDEX ledger_lines_taxed ON hcc.ledger_lines USING btree (organization_id, booked_on) INCLUDE (account, amount, base_amount, tax_country, tax_region, tax_reason, tax_category, tax_rate, tax_name, tax_id, tax_on, entry_id) WHERE ((tax_reason IS NOT NULL) OR (account = 'tax'::text));

CREATE INDEX login_throttle_age ON hcc.login_throttle USING btree (last_failure);

CREATE INDEX maintenance_windows_of ON hcc.maintenance_windows USING btree (organization_id);

CREATE INDEX memberships_user ON hcc.memberships USING btree (user_id);

CREATE INDEX metric_segments_age ON hcc.metric_segments USING btree (written_at);

CREATE INDEX metric_segments_to_roll_up ON hcc.metric_segments USING btree (batch) WHERE (minutes <> '{}'::integer[]);

CREATE INDEX metric_series_labels ON hcc.metric_series USING gin (labels jsonb_path_ops);

CREATE INDEX metric_series_name ON hcc.metric_series USING btree (organization_id, name);

CREATE INDEX notification_groups_route ON hcc.notification_groups USING btree (route_id);

CREATE INDEX notifications_age ON hcc.notifications USING btree (created_at);

CREATE INDEX notifications_channel ON hcc.notifications USING btree (channel_id, created_at DESC);

CREATE INDEX notifications_of ON hcc.notifications USING btree (organization_id, created_at DESC);

CREATE INDEX operations_organization ON hcc.operations USING btree (organization_id, created_at DESC);

CREATE UNIQUE INDEX organizations_one_platform ON hcc.organizations USING btree (kind) WHERE (kind = 'platform'::text);

CREATE INDEX organizations_parent ON hcc.organizations USING btree (parent_id);

CREATE INDEX organizations_path ON hcc.organizations USING gin (path);

CREATE UNIQUE INDEX organizations_slug_key ON hcc.organizations USING btree (slug) WHERE (deleted_at IS NULL);

CREATE INDEX outbox_events_dead ON hcc.outbox_events USING btree (id) WHERE (dead_at IS NOT NULL);

CREATE INDEX outbox_events_organization ON hcc.outbox_events USING btree (organization_id, id DESC);

CREATE INDEX outbox_events_relayed ON hcc.outbox_events USING btree (relayed_at) WHERE (relayed_at IS NOT NULL);

CREATE INDEX outbox_events_waiting ON hcc.outbox_events USING btree (id) WHERE ((relayed_at IS NULL) AND (dead_at IS NULL));

CREATE INDEX outgoing_mail_finished ON hcc.outgoing_mail USING btree (created_at) WHERE (status = ANY (ARRAY['sent'::text, 'failed'::text, 'bounced'::text]));

CREATE INDEX outgoing_mail_organization ON hcc.outgoing_mail USING btree (organization_id, created_at DESC);

CREATE INDEX passkey_challenges_expiry ON hcc.passkey_challenges USING btree (expires_at);

CREATE INDEX passkeys_user ON hcc.passkeys USING btree (user_id, created_at);

CREATE INDEX password_history_user ON hcc.password_history USING btree (user_id, created_at DESC, id DESC);

CREATE INDEX payment_allocations_invoice ON hcc.payment_allocations USING btree (organization_id, invoice_id) WHERE (invoice_id IS NOT NULL);

CREATE UNIQUE INDEX payment_allocations_once ON hcc.payment_allocations USING btree (organization_id, payment_id, kind, source, invoice_id) NULLS NOT DISTINCT;

CREATE INDEX payment_allocations_payment ON hcc.payment_allocations USING btree (organization_id, payment_id, created_at, id);

CREATE INDEX payment_methods_customer ON hcc.payment_methods USING btree (organization_id, customer_id, created_at DESC);

CREATE UNIQUE INDEX payment_methods_default ON hcc.payment_methods USING btree (organization_id, customer_id) WHERE is_default;

CREATE INDEX payment_methods_iban ON hcc.payment_methods USING btree (organization_id, iban) WHERE (iban <> ''::text);

CREATE UNIQUE INDEX payment_methods_mandate ON hcc.payment_methods USING btree (organization_id, mandate_reference);

CREATE UNIQUE INDEX payment_methods_reference ON hcc.payment_methods USING btree (organization_id, provider, provider_reference) WHERE (provider <> ''::text);

CREATE INDEX payments_all_created ON hcc.payments USING btree (created_at DESC, id DESC) INCLUDE (organization_id, customer_org_id);

CREATE UNIQUE INDEX payments_bank_entry ON hcc.payments USING btree (organization_id, bank_entry_id) WHERE (bank_entry_id IS NOT NULL);

CREATE INDEX payments_batch ON hcc.payments USING btree (organization_id, sepa_batch_id) WHERE (sepa_batch_id IS NOT NULL);

CREATE INDEX payments_customer ON hcc.payments USING btree (customer_id, created_at DESC, id DESC);

CREATE INDEX payments_invoice ON hcc.payments USING btree (organization_id, invoice_id) WHERE (invoice_id IS NOT NULL);

CREATE INDEX payments_of_customer ON hcc.payments USING btree (customer_org_id, created_at DESC, id DESC);

CREATE INDEX payments_of_seller ON hcc.payments USING btree (organization_id, created_at DESC, id DESC) INCLUDE (customer_org_id);

CREATE INDEX payments_pending ON hcc.payments USING btree (created_at) WHERE ((status = 'pending'::text) AND (provider <> ''::text));

CREATE UNIQUE INDEX payments_reference ON hcc.payments USING btree (organization_id, provider, provider_reference) WHERE (provider <> ''::text);

CREATE UNIQUE INDEX payments_under_way ON hcc.payments USING btree (organization_id, invoice_id) WHERE ((status = 'pending'::text) AND (method = ANY (ARRAY['card'::text, 'sepa_debit'::text])));

CREATE INDEX place_evidence_of ON hcc.place_evidence USING btree (organization_id, customer_id, kind, seen_at DESC, id DESC);

CREATE INDEX plans_product ON hcc.plans USING btree (organization_id, product_id);

CREATE INDEX prices_plan ON hcc.prices USING btree (organization_id, plan_id);

CREATE INDEX provider_events_recent ON hcc.provider_events USING btree (organization_id, received_at DESC, id DESC);

CREATE INDEX provider_events_waiting ON hcc.provider_events USING btree (received_at) WHERE (status = 'received'::text);

CREATE INDEX refresh_tokens_session ON hcc.refresh_tokens USING btree (session_id);

CREATE INDEX refunds_payment ON hcc.refunds USING btree (organization_id, payment_id);

CREATE INDEX refunds_pending ON hcc.refunds USING btree (created_at) WHERE (status = 'pending'::text);

CREATE UNIQUE INDEX refunds_reference ON hcc.refunds USING btree (organization_id, provider, provider_reference) WHERE (provider <> ''::text);

CREATE INDEX reseller_statement_lines_of ON hcc.reseller_statement_lines USING btree (statement_id, booked_on, share_id);

CREATE INDEX reseller_statements_reseller ON hcc.reseller_statements USING btree (reseller_org_id, month DESC, id DESC);

CREATE UNIQUE INDEX roles_name_key ON hcc.roles USING btree (organization_id, user_type, name) NULLS NOT DISTINCT;

CREATE INDEX security_events_client ON ONLY hcc.security_events USING btree (organization_id, client, at DESC);

CREATE INDEX security_events_id ON ONLY hcc.security_events USING btree (id);

CREATE INDEX security_events_request ON ONLY hcc.security_events USING btree (request_id);

CREATE INDEX security_events_rules ON ONLY hcc.security_events USING gin (rule_ids);

CREATE INDEX security_events_site ON ONLY hcc.security_events USING btree (organization_id, site_id, at DESC);

CREATE INDEX security_policies_wide ON hcc.security_policies USING btree (organization_id) WHERE (site_id IS NULL);

CREATE INDEX seen_requests_at ON hcc.seen_requests USING btree (at);

CREATE INDEX seen_requests_site ON hcc.seen_requests USING btree (organization_id, site_id, id);

CREATE INDEX sessions_user ON hcc.sessions USING btree (user_id, last_seen_at DESC) WHERE (revoked_at IS NULL);

CREATE INDEX silences_of ON hcc.silences USING btree (organization_id, ends_at);

CREATE INDEX site_watches_organization ON hcc.site_watches USING btree (organization_id, site_id);

CREATE INDEX status_pages_of ON hcc.status_pages USING btree (organization_id);

CREATE INDEX subscription_changes_of ON hcc.subscription_changes USING btree (subscription_id, created_at DESC, id DESC);

CREATE INDEX subscription_charges_invoice ON hcc.subscription_charges USING btree (invoice_id);

CREATE INDEX subscription_charges_of ON hcc.subscription_charges USING btree (subscription_id, charged_to);

CREATE INDEX subscription_items_of ON hcc.subscription_items USING btree (subscription_id, "position");

CREATE INDEX subscription_items_price ON hcc.subscription_items USING btree (organization_id, price_id) WHERE (ended_on IS NULL);

CREATE INDEX subscriptions_created ON hcc.subscriptions USING btree (organization_id, created_at DESC, id DESC);

CREATE INDEX subscriptions_customer ON hcc.subscriptions USING btree (organization_id, customer_id);

CREATE INDEX subscriptions_due ON hcc.subscriptions USING btree (organization_id, due_on, customer_id, id) WHERE (due_on IS NOT NULL);

CREATE INDEX subscriptions_of_customer ON hcc.subscriptions USING btree (customer_org_id, created_at DESC, id DESC);

CREATE INDEX supplier_shares_day ON hcc.supplier_shares USING btree (organization_id, booked_on DESC, id DESC);

CREATE INDEX supplier_shares_supplier ON hcc.supplier_shares USING btree (supplier_org_id, booked_on DESC, id DESC);

CREATE INDEX table_views_shared ON hcc.table_views USING btree (organization_id, table_name) WHERE is_shared;

CREATE INDEX table_views_user ON hcc.table_views USING btree (user_id);

CREATE INDEX tax_flags_customer ON hcc.tax_flags USING btree (organization_id, customer_id);

CREATE INDEX usage_readings_of ON hcc.usage_readings USING btree (subscription_id, period_start DESC);

CREATE UNIQUE INDEX user_credentials_reset ON hcc.user_credentials USING btree (reset_token_hash) WHERE (reset_token_hash IS NOT NULL);

CREATE INDEX user_exports_organization ON hcc.user_exports USING btree (organization_id, created_at DESC);

CREATE INDEX user_roles_by_role ON hcc.user_roles USING btree (organization_id, role_id);

CREATE UNIQUE INDEX users_email_key ON hcc.users USING btree (email) WHERE (deleted_at IS NULL);

CREATE INDEX users_organization ON hcc.users USING btree (organization_id, created_at DESC) WHERE (deleted_at IS NULL);

CREATE UNIQUE INDEX users_username_key ON hcc.users USING btree (username) WHERE (deleted_at IS NULL);

CREATE INDEX vat_checks_of ON hcc.vat_checks USING btree (organization_id, customer_id, checked_at DESC, id DESC);

CREATE INDEX vat_watches_due ON hcc.vat_watches USING btree (next_check_at);

CREATE INDEX waf_exclusions_organization ON hcc.waf_exclusions USING btree (organization_id, site_id, created_at DESC);

CREATE INDEX web_sessions_user ON hcc.web_sessions USING btree (user_id);

CREATE INDEX webhook_deliveries_endpoint ON hcc.webhook_deliveries USING btree (organization_id, endpoint_id, created_at DESC);

CREATE INDEX webhook_deliveries_finished ON hcc.webhook_deliveries USING btree (updated_at) WHERE (status = ANY (ARRAY['succeeded'::text, 'failed'::text]));

CREATE INDEX webhook_endpoints_organization ON hcc.webhook_endpoints USING btree (organization_id, created_at DESC) WHERE (deleted_at IS NULL);

ALTER INDEX hcc.metric_rollups_pkey ATTACH PARTITION hcc.metric_rollups_300_pkey;

ALTER INDEX hcc.metric_rollups_pkey ATTACH PARTITION hcc.metric_rollups_3600_pkey;

ALTER INDEX hcc.metric_rollups_pkey ATTACH PARTITION hcc.metric_rollups_60_pkey;

ALTER INDEX hcc.metric_rollups_pkey ATTACH PARTITION hcc.metric_rollups_86400_pkey;

CREATE CONSTRAINT TRIGGER accounted_for AFTER INSERT ON hcc.payment_allocations DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hcc.payment_accounted_for();

CREATE CONSTRAINT TRIGGER accounted_for AFTER INSERT OR UPDATE OF refunded, disputed, succeeded_at, status ON hcc.payments DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hcc.payment_accounted_for();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON hcc.ledger_entries FOR EACH STATEMENT EXECUTE FUNCTION hcc.ledger_append_only();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON hcc.ledger_lines FOR EACH STATEMENT EXECUTE FUNCTION hcc.ledger_append_only();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON hcc.mandate_consents FOR EACH STATEMENT EXECUTE FUNCTION hcc.refuse_change();

CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON hcc.payment_allocations FOR EACH STATEMENT EXECUTE FUNCTION hcc.refuse_change();

CREATE TRIGGER audit_log_append_only BEFORE DELETE OR UPDATE ON hcc.audit_log FOR EACH ROW EXECUTE FUNCTION hcc.refuse_change();

CREATE TRIGGER audit_log_no_truncate BEFORE TRUNCATE ON hcc.audit_log FOR EACH STATEMENT EXECUTE FUNCTION hcc.refuse_change();

CREATE TRIGGER balanced AFTER INSERT ON hcc.ledger_lines REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hcc.ledger_balanced();

CREATE TRIGGER ban_changed AFTER INSERT OR UPDATE ON hcc.bans FOR EACH ROW EXECUTE FUNCTION hcc.ban_changed();

CREATE TRIGGER customer_credits_count AFTER INSERT ON hcc.ledger_lines REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION hcc.customer_credits_count();

CREATE TRIGGER day BEFORE INSERT ON hcc.ledger_lines FOR EACH ROW WHEN ((new.booked_on IS NULL)) EXECUTE FUNCTION hcc.ledger_lines_day();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.access_entries FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE OF scopes, expires_at, deleted_at ON hcc.api_keys FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_certificates FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_routes FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_settings FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_sites FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_targets FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_upstreams FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.match_rules FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER UPDATE OF is_active, deleted_at ON hcc.organizations FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER DELETE OR UPDATE ON hcc.roles FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.security_policies FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.security_settings FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.signing_keys FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.waf_exclusions FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.waf_rules FOR EACH STATEMENT EXECUTE FUNCTION hcc.gateway_changed();

CREATE TRIGGER gateway_hold_hosts AFTER INSERT OR UPDATE OF hosts, deleted_at ON hcc.gateway_sites FOR EACH ROW EXECUTE FUNCTION hcc.gateway_hold_hosts();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.access_entries FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_routes FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_targets FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.gateway_upstreams FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.match_rules FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.security_policies FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.waf_exclusions FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_part_revised AFTER INSERT OR DELETE OR UPDATE ON hcc.waf_rules FOR EACH ROW EXECUTE FUNCTION hcc.gateway_part_revised();

CREATE TRIGGER gateway_person_changed AFTER INSERT OR DELETE ON hcc.memberships FOR EACH ROW EXECUTE FUNCTION hcc.gateway_person_changed('user_id');

CREATE TRIGGER gateway_person_changed AFTER INSERT OR DELETE ON hcc.user_roles FOR EACH ROW EXECUTE FUNCTION hcc.gateway_person_changed('user_id');

CREATE TRIGGER gateway_person_changed AFTER UPDATE OF is_active, deleted_at ON hcc.users FOR EACH ROW EXECUTE FUNCTION hcc.gateway_person_changed('id');

CREATE TRIGGER gateway_site_revised BEFORE UPDATE ON hcc.gateway_sites FOR EACH ROW EXECUTE FUNCTION hcc.gateway_site_revised();

CREATE TRIGGER guard BEFORE DELETE OR UPDATE OR TRUNCATE ON hcc.invoice_documents FOR EACH STATEMENT EXECUTE FUNCTION hcc.invoice_documents_guard();

CREATE TRIGGER guard BEFORE INSERT OR DELETE OR UPDATE ON hcc.invoice_items FOR EACH ROW EXECUTE FUNCTION hcc.invoice_items_guard();

CREATE TRIGGER guard BEFORE DELETE OR UPDATE ON hcc.invoices FOR EACH ROW EXECUTE FUNCTION hcc.invoices_guard();

CREATE TRIGGER guard BEFORE DELETE OR UPDATE ON hcc.prices FOR EACH ROW EXECUTE FUNCTION hcc.prices_guard();

CREATE TRIGGER guard BEFORE INSERT OR UPDATE ON hcc.tax_rates FOR EACH ROW EXECUTE FUNCTION hcc.tax_rates_guard();

CREATE CONSTRAINT TRIGGER has_lines AFTER INSERT ON hcc.ledger_entries DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hcc.ledger_has_lines();

CREATE TRIGGER ingest_tokens_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.ingest_tokens FOR EACH STATEMENT EXECUTE FUNCTION hcc.ingest_changed();

CREATE TRIGGER metric_limits_changed AFTER INSERT OR DELETE OR UPDATE ON hcc.metric_limits FOR EACH STATEMENT EXECUTE FUNCTION hcc.ingest_changed();

CREATE TRIGGER operations_tell AFTER UPDATE ON hcc.operations REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('operation');

CREATE TRIGGER operations_tell_new AFTER INSERT ON hcc.operations REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('operation');

CREATE TRIGGER organizations_ingest_changed AFTER UPDATE OF is_active, deleted_at ON hcc.organizations FOR EACH STATEMENT EXECUTE FUNCTION hcc.ingest_changed();

CREATE TRIGGER organizations_place BEFORE INSERT ON hcc.organizations FOR EACH ROW EXECUTE FUNCTION hcc.organizations_place();

CREATE TRIGGER outbox_tell AFTER INSERT ON hcc.outbox_events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION hcc.outbox_tell();

CREATE TRIGGER outbox_wake AFTER INSERT ON hcc.outbox_events FOR EACH STATEMENT EXECUTE FUNCTION hcc.outbox_wake();

CREATE TRIGGER outgoing_mail_tell AFTER INSERT ON hcc.outgoing_mail REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('notice');

CREATE TRIGGER security_events_tell AFTER INSERT ON hcc.security_events REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION hcc.rows_tell('security');

CREATE TRIGGER security_policy_route BEFORE INSERT OR UPDATE ON hcc.security_policies FOR EACH ROW EXECUTE FUNCTION hcc.security_policy_route();

CREATE TRIGGER tally_delete AFTER DELETE ON hcc.invoices REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION hcc.tally_invoices();

CREATE TRIGGER tally_insert AFTER INSERT ON hcc.invoices REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hcc.tally_invoices();

CREATE TRIGGER tally_update AFTER UPDATE ON hcc.invoices REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION hcc.tally_invoices();

ALTER TABLE ONLY hcc.access_entries
    ADD CONSTRAINT access_entries_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.access_entries
    ADD CONSTRAINT access_entries_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.agent_claims
    ADD CONSTRAINT agent_claims_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.agents
    ADD CONSTRAINT agents_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.agents
    ADD CONSTRAINT agents_token_id_fkey FOREIGN KEY (token_id) REFERENCES hcc.ingest_tokens(id);

ALTER TABLE ONLY hcc.alert_changes
    ADD CONSTRAINT alert_changes_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.alert_evaluations
    ADD CONSTRAINT alert_evaluations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.alert_evaluations
    ADD CONSTRAINT alert_evaluations_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES hcc.alert_rules(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.alert_rules
    ADD CONSTRAINT alert_rules_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.alerts
    ADD CONSTRAINT alerts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.api_keys
    ADD CONSTRAINT api_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.api_keys
    ADD CONSTRAINT api_keys_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.audit_log
    ADD CONSTRAINT audit_log_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.bank_entries
    ADD CONSTRAINT bank_entries_organization_id_statement_id_fkey FOREIGN KEY (organization_id, statement_id) REFERENCES hcc.bank_statements(organization_id, id);

ALTER TABLE ONLY hcc.bank_statements
    ADD CONSTRAINT bank_statements_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.bans
    ADD CONSTRAINT bans_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.billing_settings
    ADD CONSTRAINT billing_settings_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.builtin_rules
    ADD CONSTRAINT builtin_rules_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.builtin_rules
    ADD CONSTRAINT builtin_rules_rule_id_fkey FOREIGN KEY (rule_id) REFERENCES hcc.alert_rules(id) ON DELETE SET NULL;

ALTER TABLE ONLY hcc.check_results
    ADD CONSTRAINT check_results_check_id_fkey FOREIGN KEY (check_id) REFERENCES hcc.checks(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.check_results
    ADD CONSTRAINT check_results_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.check_spans
    ADD CONSTRAINT check_spans_check_id_fkey FOREIGN KEY (check_id) REFERENCES hcc.checks(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.check_spans
    ADD CONSTRAINT check_spans_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.check_states
    ADD CONSTRAINT check_states_check_id_fkey FOREIGN KEY (check_id) REFERENCES hcc.checks(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.check_states
    ADD CONSTRAINT check_states_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.checks
    ADD CONSTRAINT checks_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.client_tallies
    ADD CONSTRAINT client_tallies_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.collection_tries
    ADD CONSTRAINT collection_tries_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.collection_tries
    ADD CONSTRAINT collection_tries_organization_id_payment_id_fkey FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments(organization_id, id);

ALTER TABLE ONLY hcc.coupon_redemptions
    ADD CONSTRAINT coupon_redemptions_organization_id_coupon_id_fkey FOREIGN KEY (organization_id, coupon_id) REFERENCES hcc.coupons(organization_id, id);

ALTER TABLE ONLY hcc.coupon_redemptions
    ADD CONSTRAINT coupon_redemptions_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.coupons
    ADD CONSTRAINT coupons_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.credit_adjustments
    ADD CONSTRAINT credit_adjustments_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.credit_adjustments
    ADD CONSTRAINT credit_adjustments_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.customers
    ADD CONSTRAINT customers_customer_org_id_fkey FOREIGN KEY (customer_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.customers
    ADD CONSTRAINT customers_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.disputes
    ADD CONSTRAINT disputes_organization_id_payment_id_fkey FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments(organization_id, id);

ALTER TABLE ONLY hcc.dunning_cases
    ADD CONSTRAINT dunning_cases_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.dunning_schedules
    ADD CONSTRAINT dunning_schedules_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.dunning_steps
    ADD CONSTRAINT dunning_steps_invoice_id_fkey FOREIGN KEY (invoice_id) REFERENCES hcc.dunning_cases(invoice_id);

ALTER TABLE ONLY hcc.dunning_stops
    ADD CONSTRAINT dunning_stops_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.exchange_rates
    ADD CONSTRAINT exchange_rates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.firewalls
    ADD CONSTRAINT firewalls_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_certificates
    ADD CONSTRAINT gateway_certificates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_hosts
    ADD CONSTRAINT gateway_hosts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_hosts
    ADD CONSTRAINT gateway_hosts_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.gateway_routes
    ADD CONSTRAINT gateway_routes_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_routes
    ADD CONSTRAINT gateway_routes_organization_id_site_id_canary_upstream_id_fkey FOREIGN KEY (organization_id, site_id, canary_upstream_id) REFERENCES hcc.gateway_upstreams(organization_id, site_id, id);

ALTER TABLE ONLY hcc.gateway_routes
    ADD CONSTRAINT gateway_routes_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.gateway_routes
    ADD CONSTRAINT gateway_routes_organization_id_site_id_upstream_id_fkey FOREIGN KEY (organization_id, site_id, upstream_id) REFERENCES hcc.gateway_upstreams(organization_id, site_id, id);

ALTER TABLE ONLY hcc.gateway_site_reports
    ADD CONSTRAINT gateway_site_reports_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_site_reports
    ADD CONSTRAINT gateway_site_reports_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.gateway_sites
    ADD CONSTRAINT gateway_sites_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_targets
    ADD CONSTRAINT gateway_targets_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_targets
    ADD CONSTRAINT gateway_targets_organization_id_site_id_upstream_id_fkey FOREIGN KEY (organization_id, site_id, upstream_id) REFERENCES hcc.gateway_upstreams(organization_id, site_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.gateway_upstreams
    ADD CONSTRAINT gateway_upstreams_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.gateway_upstreams
    ADD CONSTRAINT gateway_upstreams_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.idempotency_keys
    ADD CONSTRAINT idempotency_keys_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.incident_updates
    ADD CONSTRAINT incident_updates_incident_id_fkey FOREIGN KEY (incident_id) REFERENCES hcc.incidents(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.incident_updates
    ADD CONSTRAINT incident_updates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.incidents
    ADD CONSTRAINT incidents_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.incidents
    ADD CONSTRAINT incidents_page_id_fkey FOREIGN KEY (page_id) REFERENCES hcc.status_pages(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.ingest_outages
    ADD CONSTRAINT ingest_outages_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ingest_token_uses
    ADD CONSTRAINT ingest_token_uses_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ingest_token_uses
    ADD CONSTRAINT ingest_token_uses_token_id_fkey FOREIGN KEY (token_id) REFERENCES hcc.ingest_tokens(id);

ALTER TABLE ONLY hcc.ingest_tokens
    ADD CONSTRAINT ingest_tokens_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.inhibitions
    ADD CONSTRAINT inhibitions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.invoice_documents
    ADD CONSTRAINT invoice_documents_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.invoice_items
    ADD CONSTRAINT invoice_items_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.invoice_mails
    ADD CONSTRAINT invoice_mails_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.invoice_tallies
    ADD CONSTRAINT invoice_tallies_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_customer_org_id_fkey FOREIGN KEY (customer_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_organization_id_corrects_id_fkey FOREIGN KEY (organization_id, corrects_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.invoices
    ADD CONSTRAINT invoices_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ledger_account_numbers
    ADD CONSTRAINT ledger_account_numbers_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ledger_charts
    ADD CONSTRAINT ledger_charts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ledger_debtors
    ADD CONSTRAINT ledger_debtors_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.ledger_debtors
    ADD CONSTRAINT ledger_debtors_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ledger_entries
    ADD CONSTRAINT ledger_entries_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.ledger_lines
    ADD CONSTRAINT ledger_lines_organization_id_entry_id_fkey FOREIGN KEY (organization_id, entry_id) REFERENCES hcc.ledger_entries(organization_id, id);

ALTER TABLE ONLY hcc.maintenance_windows
    ADD CONSTRAINT maintenance_windows_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.mandate_consents
    ADD CONSTRAINT mandate_consents_customer_org_id_fkey FOREIGN KEY (customer_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.mandate_consents
    ADD CONSTRAINT mandate_consents_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.mandate_consents
    ADD CONSTRAINT mandate_consents_organization_id_payment_method_id_fkey FOREIGN KEY (organization_id, payment_method_id) REFERENCES hcc.payment_methods(organization_id, id);

ALTER TABLE ONLY hcc.match_rules
    ADD CONSTRAINT match_rules_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.match_rules
    ADD CONSTRAINT match_rules_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.memberships
    ADD CONSTRAINT memberships_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.memberships
    ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.metric_families
    ADD CONSTRAINT metric_families_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.metric_limits
    ADD CONSTRAINT metric_limits_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.metric_series
    ADD CONSTRAINT metric_series_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.notification_channels
    ADD CONSTRAINT notification_channels_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.notification_groups
    ADD CONSTRAINT notification_groups_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.notification_groups
    ADD CONSTRAINT notification_groups_route_id_fkey FOREIGN KEY (route_id) REFERENCES hcc.notification_routes(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.notification_routes
    ADD CONSTRAINT notification_routes_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.notifications
    ADD CONSTRAINT notifications_channel_id_fkey FOREIGN KEY (channel_id) REFERENCES hcc.notification_channels(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.notifications
    ADD CONSTRAINT notifications_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.number_series
    ADD CONSTRAINT number_series_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.operations
    ADD CONSTRAINT operations_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.organizations
    ADD CONSTRAINT organizations_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.oss_warnings
    ADD CONSTRAINT oss_warnings_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.outbox_events
    ADD CONSTRAINT outbox_events_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.outgoing_mail
    ADD CONSTRAINT outgoing_mail_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.passkeys
    ADD CONSTRAINT passkeys_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.user_credentials(user_id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.password_history
    ADD CONSTRAINT password_history_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.payment_allocations
    ADD CONSTRAINT payment_allocations_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.payment_allocations
    ADD CONSTRAINT payment_allocations_organization_id_payment_id_fkey FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments(organization_id, id);

ALTER TABLE ONLY hcc.payment_methods
    ADD CONSTRAINT payment_methods_customer_org_id_fkey FOREIGN KEY (customer_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.payment_methods
    ADD CONSTRAINT payment_methods_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.payment_methods
    ADD CONSTRAINT payment_methods_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.payment_provider_accounts
    ADD CONSTRAINT payment_provider_accounts_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_customer_org_id_fkey FOREIGN KEY (customer_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_organization_id_payment_method_id_fkey FOREIGN KEY (organization_id, payment_method_id) REFERENCES hcc.payment_methods(organization_id, id);

ALTER TABLE ONLY hcc.payments
    ADD CONSTRAINT payments_organization_id_sepa_batch_id_fkey FOREIGN KEY (organization_id, sepa_batch_id) REFERENCES hcc.sepa_batches(organization_id, id);

ALTER TABLE ONLY hcc.place_evidence
    ADD CONSTRAINT place_evidence_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.place_evidence
    ADD CONSTRAINT place_evidence_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.plans
    ADD CONSTRAINT plans_organization_id_dunning_id_fkey FOREIGN KEY (organization_id, dunning_id) REFERENCES hcc.dunning_schedules(organization_id, id);

ALTER TABLE ONLY hcc.plans
    ADD CONSTRAINT plans_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.plans
    ADD CONSTRAINT plans_organization_id_product_id_fkey FOREIGN KEY (organization_id, product_id) REFERENCES hcc.products(organization_id, id);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_organization_id_plan_id_fkey FOREIGN KEY (organization_id, plan_id) REFERENCES hcc.plans(organization_id, id);

ALTER TABLE ONLY hcc.prices
    ADD CONSTRAINT prices_organization_id_replaces_id_fkey FOREIGN KEY (organization_id, replaces_id) REFERENCES hcc.prices(organization_id, id);

ALTER TABLE ONLY hcc.products
    ADD CONSTRAINT products_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.provider_customers
    ADD CONSTRAINT provider_customers_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.provider_events
    ADD CONSTRAINT provider_events_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.recovery_codes
    ADD CONSTRAINT recovery_codes_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.refresh_tokens
    ADD CONSTRAINT refresh_tokens_session_id_fkey FOREIGN KEY (session_id) REFERENCES hcc.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.refresh_tokens
    ADD CONSTRAINT refresh_tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.refunds
    ADD CONSTRAINT refunds_organization_id_payment_id_fkey FOREIGN KEY (organization_id, payment_id) REFERENCES hcc.payments(organization_id, id);

ALTER TABLE ONLY hcc.renewal_failures
    ADD CONSTRAINT renewal_failures_organization_id_subscription_id_fkey FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions(organization_id, id);

ALTER TABLE ONLY hcc.reseller_statement_lines
    ADD CONSTRAINT reseller_statement_lines_organization_id_statement_id_fkey FOREIGN KEY (organization_id, statement_id) REFERENCES hcc.reseller_statements(organization_id, id);

ALTER TABLE ONLY hcc.reseller_statement_lines
    ADD CONSTRAINT reseller_statement_lines_reseller_org_id_fkey FOREIGN KEY (reseller_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.reseller_statements
    ADD CONSTRAINT reseller_statements_reseller_org_id_fkey FOREIGN KEY (reseller_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.reseller_terms
    ADD CONSTRAINT reseller_terms_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.reseller_terms
    ADD CONSTRAINT reseller_terms_organization_id_plan_id_fkey FOREIGN KEY (organization_id, plan_id) REFERENCES hcc.plans(organization_id, id);

ALTER TABLE ONLY hcc.reseller_terms
    ADD CONSTRAINT reseller_terms_reseller_org_id_fkey FOREIGN KEY (reseller_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.roles
    ADD CONSTRAINT roles_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE hcc.security_events
    ADD CONSTRAINT security_events_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.security_policies
    ADD CONSTRAINT security_policies_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.security_policies
    ADD CONSTRAINT security_policies_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.security_policies
    ADD CONSTRAINT security_policies_route_id_fkey FOREIGN KEY (route_id) REFERENCES hcc.gateway_routes(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.seen_requests
    ADD CONSTRAINT seen_requests_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.seen_requests
    ADD CONSTRAINT seen_requests_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.sepa_batches
    ADD CONSTRAINT sepa_batches_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.sessions
    ADD CONSTRAINT sessions_acting_org_id_fkey FOREIGN KEY (acting_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.sessions
    ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.silences
    ADD CONSTRAINT silences_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.site_watches
    ADD CONSTRAINT site_watches_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.site_watches
    ADD CONSTRAINT site_watches_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.statement_profiles
    ADD CONSTRAINT statement_profiles_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.status_pages
    ADD CONSTRAINT status_pages_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.subscription_changes
    ADD CONSTRAINT subscription_changes_organization_id_subscription_id_fkey FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions(organization_id, id);

ALTER TABLE ONLY hcc.subscription_charges
    ADD CONSTRAINT subscription_charges_organization_id_item_id_fkey FOREIGN KEY (organization_id, item_id) REFERENCES hcc.subscription_items(organization_id, id);

ALTER TABLE ONLY hcc.subscription_items
    ADD CONSTRAINT subscription_items_organization_id_next_price_id_fkey FOREIGN KEY (organization_id, next_price_id) REFERENCES hcc.prices(organization_id, id);

ALTER TABLE ONLY hcc.subscription_items
    ADD CONSTRAINT subscription_items_organization_id_plan_id_fkey FOREIGN KEY (organization_id, plan_id) REFERENCES hcc.plans(organization_id, id);

ALTER TABLE ONLY hcc.subscription_items
    ADD CONSTRAINT subscription_items_organization_id_price_id_fkey FOREIGN KEY (organization_id, price_id) REFERENCES hcc.prices(organization_id, id);

ALTER TABLE ONLY hcc.subscription_items
    ADD CONSTRAINT subscription_items_organization_id_subscription_id_fkey FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions(organization_id, id);

ALTER TABLE ONLY hcc.subscription_periods
    ADD CONSTRAINT subscription_periods_organization_id_subscription_id_fkey FOREIGN KEY (organization_id, subscription_id) REFERENCES hcc.subscriptions(organization_id, id);

ALTER TABLE ONLY hcc.subscription_settings
    ADD CONSTRAINT subscription_settings_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.subscriptions
    ADD CONSTRAINT subscriptions_customer_org_id_fkey FOREIGN KEY (customer_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.subscriptions
    ADD CONSTRAINT subscriptions_organization_id_coupon_id_fkey FOREIGN KEY (organization_id, coupon_id) REFERENCES hcc.coupons(organization_id, id);

ALTER TABLE ONLY hcc.subscriptions
    ADD CONSTRAINT subscriptions_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id);

ALTER TABLE ONLY hcc.subscriptions
    ADD CONSTRAINT subscriptions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.supplier_shares
    ADD CONSTRAINT supplier_shares_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.supplier_shares
    ADD CONSTRAINT supplier_shares_supplier_org_id_fkey FOREIGN KEY (supplier_org_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.table_views
    ADD CONSTRAINT table_views_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.table_views
    ADD CONSTRAINT table_views_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.tax_flags
    ADD CONSTRAINT tax_flags_organization_id_invoice_id_fkey FOREIGN KEY (organization_id, invoice_id) REFERENCES hcc.invoices(organization_id, id);

ALTER TABLE ONLY hcc.tax_rates
    ADD CONSTRAINT tax_rates_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.usage_readings
    ADD CONSTRAINT usage_readings_organization_id_item_id_fkey FOREIGN KEY (organization_id, item_id) REFERENCES hcc.subscription_items(organization_id, id);

ALTER TABLE ONLY hcc.user_credentials
    ADD CONSTRAINT user_credentials_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.user_exports
    ADD CONSTRAINT user_exports_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.user_exports
    ADD CONSTRAINT user_exports_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.user_roles
    ADD CONSTRAINT user_roles_organization_id_user_id_fkey FOREIGN KEY (organization_id, user_id) REFERENCES hcc.memberships(organization_id, user_id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.user_roles
    ADD CONSTRAINT user_roles_role_id_fkey FOREIGN KEY (role_id) REFERENCES hcc.roles(id);

ALTER TABLE ONLY hcc.users
    ADD CONSTRAINT users_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.vat_checks
    ADD CONSTRAINT vat_checks_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.vat_checks
    ADD CONSTRAINT vat_checks_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.vat_watches
    ADD CONSTRAINT vat_watches_organization_id_customer_id_fkey FOREIGN KEY (organization_id, customer_id) REFERENCES hcc.customers(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.vat_watches
    ADD CONSTRAINT vat_watches_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.waf_exclusions
    ADD CONSTRAINT waf_exclusions_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.waf_exclusions
    ADD CONSTRAINT waf_exclusions_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.waf_rules
    ADD CONSTRAINT waf_rules_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.waf_rules
    ADD CONSTRAINT waf_rules_organization_id_site_id_fkey FOREIGN KEY (organization_id, site_id) REFERENCES hcc.gateway_sites(organization_id, id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.web_preferences
    ADD CONSTRAINT web_preferences_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.web_sessions
    ADD CONSTRAINT web_sessions_entered_org_id_fkey FOREIGN KEY (entered_org_id) REFERENCES hcc.organizations(id) ON DELETE SET NULL;

ALTER TABLE ONLY hcc.web_sessions
    ADD CONSTRAINT web_sessions_session_id_fkey FOREIGN KEY (session_id) REFERENCES hcc.sessions(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.web_sessions
    ADD CONSTRAINT web_sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES hcc.users(id) ON DELETE CASCADE;

ALTER TABLE ONLY hcc.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_organization_id_endpoint_id_fkey FOREIGN KEY (organization_id, endpoint_id) REFERENCES hcc.webhook_endpoints(organization_id, id);

ALTER TABLE ONLY hcc.webhook_deliveries
    ADD CONSTRAINT webhook_deliveries_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE ONLY hcc.webhook_endpoints
    ADD CONSTRAINT webhook_endpoints_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES hcc.organizations(id);

ALTER TABLE hcc.access_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.agent_claims ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.agents ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.alert_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.alert_evaluations ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.alert_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.alerts ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.api_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.audit_log ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.bank_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.bank_statements ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.bans ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.billing_settings ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.builtin_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.check_results ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.check_spans ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.check_states ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.checks ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.client_tallies ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.collection_tries ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.coupon_redemptions ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.coupons ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.credit_adjustments ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.customer_credits ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.customers ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.disputes ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.dunning_cases ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.dunning_schedules ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.dunning_steps ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.dunning_stops ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.exchange_rates ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.firewalls ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_certificates ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_hosts ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_routes ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_site_reports ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_sites ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_targets ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.gateway_upstreams ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.idempotency_keys ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.incident_updates ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.incidents ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ingest_outages ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ingest_token_uses ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ingest_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.inhibitions ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.invoice_documents ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.invoice_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.invoice_mails ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.invoice_tallies ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.invoices ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ledger_account_numbers ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ledger_charts ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ledger_debtors ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ledger_entries ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.ledger_lines ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.maintenance_windows ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.mandate_consents ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.match_rules ENABLE ROW LEVEL SECURITY;

CREATE POLICY member_read ON hcc.users FOR SELECT TO hcc_app, hcc_worker USING ((id IN ( SELECT m.user_id
   FROM hcc.memberships m
  WHERE ((m.organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
           FROM hcc.organizations o
          WHERE (o.id = m.organization_id)))))));

ALTER TABLE hcc.memberships ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.metric_families ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.metric_limits ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.metric_series ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.notification_channels ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.notification_groups ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.notification_routes ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.notifications ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.number_series ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.operations ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.organizations ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.oss_warnings ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.outbox_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.outgoing_mail ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_person ON hcc.memberships FOR SELECT TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.passkeys TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.password_history TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.recovery_codes TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.refresh_tokens TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.sessions TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.user_credentials TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.user_roles FOR SELECT TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.users FOR SELECT TO hcc_app, hcc_worker USING ((id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.web_preferences TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person ON hcc.web_sessions TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY own_person_update ON hcc.users FOR UPDATE TO hcc_app, hcc_worker USING ((id = hcc.current_user_id())) WITH CHECK ((id = hcc.current_user_id()));

CREATE POLICY own_person_used ON hcc.memberships FOR UPDATE TO hcc_app, hcc_worker USING ((user_id = hcc.current_user_id())) WITH CHECK ((user_id = hcc.current_user_id()));

CREATE POLICY owner_all ON hcc.access_entries TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.agent_claims TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.agents TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.alert_changes TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.alert_evaluations TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.alert_rules TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.alerts TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.api_keys TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.audit_log TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.bank_entries TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.bank_statements TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.bans TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.billing_settings TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.builtin_rules TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.check_results TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.check_spans TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.check_states TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.checks TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.client_tallies TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.collection_tries TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.coupon_redemptions TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.coupons TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.credit_adjustments TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.customer_credits TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.customers TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.disputes TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.dunning_cases TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.dunning_schedules TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.dunning_steps TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.dunning_stops TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.exchange_rates TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.firewalls TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_certificates TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_hosts TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_routes TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_site_reports TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_sites TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_targets TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.gateway_upstreams TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.idempotency_keys TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.incident_updates TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.incidents TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ingest_outages TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ingest_token_uses TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ingest_tokens TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.inhibitions TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.invoice_documents TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.invoice_items TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.invoice_mails TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.invoice_tallies TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.invoices TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ledger_account_numbers TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ledger_charts TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ledger_debtors TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ledger_entries TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.ledger_lines TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.maintenance_windows TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.mandate_consents TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.match_rules TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.memberships TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.metric_families TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.metric_limits TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.metric_series TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.notification_channels TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.notification_groups TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.notification_routes TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.notifications TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.number_series TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.operations TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.organizations TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.oss_warnings TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.outbox_events TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.outgoing_mail TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.passkeys TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.password_history TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.payment_allocations TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.payment_methods TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.payment_provider_accounts TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.payments TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.place_evidence TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.plans TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.prices TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.products TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.provider_customers TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.provider_events TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.recovery_codes TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.refresh_tokens TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.refunds TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.renewal_failures TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.reseller_statement_lines TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.reseller_statements TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.reseller_terms TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.roles TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.security_events TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.security_policies TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.seen_requests TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.sepa_batches TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.sessions TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.silences TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.site_watches TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.statement_profiles TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.status_pages TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.subscription_changes TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.subscription_charges TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.subscription_items TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.subscription_periods TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.subscription_settings TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.subscriptions TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.supplier_shares TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.table_views TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.tax_flags TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.tax_rates TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.usage_readings TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.user_credentials TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.user_exports TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.user_roles TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.users TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.vat_checks TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.vat_watches TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.waf_exclusions TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.waf_rules TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.web_preferences TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.web_sessions TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.webhook_deliveries TO hcc_owner USING (true) WITH CHECK (true);

CREATE POLICY owner_all ON hcc.webhook_endpoints TO hcc_owner USING (true) WITH CHECK (true);

ALTER TABLE hcc.passkeys ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.password_history ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.payment_allocations ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.payment_methods ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.payment_provider_accounts ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.payments ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.place_evidence ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.plans ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.prices ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.products ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.provider_customers ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.provider_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.recovery_codes ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.refresh_tokens ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.refunds ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.renewal_failures ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.reseller_statement_lines ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.reseller_statements ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.reseller_terms ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.roles ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.security_events ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.security_policies ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.seen_requests ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.sepa_batches ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.silences ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.site_watches ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.statement_profiles ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.status_pages ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.subscription_changes ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.subscription_charges ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.subscription_items ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.subscription_periods ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.subscription_settings ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.subscriptions ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.supplier_shares ENABLE ROW LEVEL SECURITY;

CREATE POLICY system_roles ON hcc.roles FOR SELECT TO hcc_app, hcc_worker USING ((organization_id IS NULL));

ALTER TABLE hcc.table_views ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.tax_flags ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.tax_rates ENABLE ROW LEVEL SECURITY;

CREATE POLICY tenant_delete ON hcc.access_entries FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.agent_claims FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.agents FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.alert_changes FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.alert_evaluations FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.alert_rules FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.alerts FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.api_keys FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.audit_log FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.bank_entries FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.bank_statements FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.bans FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.billing_settings FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.builtin_rules FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.check_results FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.check_spans FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.check_states FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.checks FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.client_tallies FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.collection_tries FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.coupon_redemptions FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.coupons FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.credit_adjustments FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.customer_credits FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.customers FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.disputes FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.dunning_cases FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.dunning_schedules FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.dunning_steps FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.dunning_stops FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.exchange_rates FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.firewalls FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_certificates FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_hosts FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_routes FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_site_reports FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_sites FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_targets FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.gateway_upstreams FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.idempotency_keys FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.incident_updates FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.incidents FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ingest_outages FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ingest_token_uses FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ingest_tokens FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.inhibitions FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.invoice_documents FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.invoice_items FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.invoice_mails FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.invoice_tallies FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.invoices FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ledger_account_numbers FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ledger_charts FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ledger_debtors FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ledger_entries FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.ledger_lines FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.maintenance_windows FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.mandate_consents FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.match_rules FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.memberships FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.metric_families FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.metric_limits FOR DELETE TO hcc_app, hcc_worker USING (hcc.set_from_above(organization_id));

CREATE POLICY tenant_delete ON hcc.metric_series FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.notification_channels FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.notification_groups FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.notification_routes FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.notifications FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.number_series FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.operations FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.oss_warnings FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.outbox_events FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.outgoing_mail FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.payment_allocations FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.payment_methods FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.payment_provider_accounts FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.payments FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.place_evidence FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.plans FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.prices FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.products FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.provider_customers FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.provider_events FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.refunds FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.renewal_failures FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.reseller_statement_lines FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.reseller_statements FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.reseller_terms FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.roles FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.security_events FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.security_policies FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.seen_requests FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.sepa_batches FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.silences FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.site_watches FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.statement_profiles FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.status_pages FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.subscription_changes FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.subscription_charges FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.subscription_items FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.subscription_periods FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.subscription_settings FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.subscriptions FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.supplier_shares FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.table_views FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.tax_flags FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.tax_rates FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.usage_readings FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.user_exports FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.user_roles FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.users FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.vat_checks FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.vat_watches FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.waf_exclusions FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.waf_rules FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.webhook_deliveries FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_delete ON hcc.webhook_endpoints FOR DELETE TO hcc_app, hcc_worker USING (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.access_entries FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.agent_claims FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.agents FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.alert_changes FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.alert_evaluations FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.alert_rules FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.alerts FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.api_keys FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.audit_log FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.bank_entries FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.bank_statements FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.bans FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.billing_settings FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.builtin_rules FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.check_results FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.check_spans FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.check_states FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.checks FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.client_tallies FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.collection_tries FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.coupon_redemptions FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.coupons FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.credit_adjustments FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.customer_credits FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.customers FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.disputes FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.dunning_cases FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.dunning_schedules FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.dunning_steps FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.dunning_stops FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.exchange_rates FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.firewalls FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_certificates FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_hosts FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_routes FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_site_reports FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_sites FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_targets FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.gateway_upstreams FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.idempotency_keys FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.incident_updates FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.incidents FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ingest_outages FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ingest_token_uses FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ingest_tokens FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.inhibitions FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.invoice_documents FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.invoice_items FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.invoice_mails FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.invoice_tallies FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.invoices FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ledger_account_numbers FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ledger_charts FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ledger_debtors FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ledger_entries FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.ledger_lines FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.maintenance_windows FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.mandate_consents FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.match_rules FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.memberships FOR INSERT TO hcc_app, hcc_worker WITH CHECK ((hcc.writable(organization_id) AND hcc.person_visible(user_id)));

CREATE POLICY tenant_insert ON hcc.metric_families FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.metric_limits FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.set_from_above(organization_id));

CREATE POLICY tenant_insert ON hcc.metric_series FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.notification_channels FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.notification_groups FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.notification_routes FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.notifications FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.number_series FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.operations FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.organizations FOR INSERT TO hcc_app, hcc_worker WITH CHECK (((parent_id IS NOT NULL) AND hcc.writable(parent_id)));

CREATE POLICY tenant_insert ON hcc.oss_warnings FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.outbox_events FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.outgoing_mail FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.payment_allocations FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.payment_methods FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.payment_provider_accounts FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.payments FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.place_evidence FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.plans FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.prices FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.products FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.provider_customers FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.provider_events FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.refunds FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.renewal_failures FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.reseller_statement_lines FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.reseller_statements FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.reseller_terms FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.roles FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.security_events FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.security_policies FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.seen_requests FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.sepa_batches FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.silences FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.site_watches FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.statement_profiles FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.status_pages FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.subscription_changes FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.subscription_charges FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.subscription_items FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.subscription_periods FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.subscription_settings FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.subscriptions FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.supplier_shares FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.table_views FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.tax_flags FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.tax_rates FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.usage_readings FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.user_exports FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.user_roles FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.users FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.vat_checks FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.vat_watches FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.waf_exclusions FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.waf_rules FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.webhook_deliveries FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_insert ON hcc.webhook_endpoints FOR INSERT TO hcc_app, hcc_worker WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_read ON hcc.access_entries FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = access_entries.organization_id))))));

CREATE POLICY tenant_read ON hcc.agent_claims FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = agent_claims.organization_id))))));

CREATE POLICY tenant_read ON hcc.agents FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = agents.organization_id))))));

CREATE POLICY tenant_read ON hcc.alert_changes FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = alert_changes.organization_id))))));

CREATE POLICY tenant_read ON hcc.alert_evaluations FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = alert_evaluations.organization_id))))));

CREATE POLICY tenant_read ON hcc.alert_rules FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = alert_rules.organization_id))))));

CREATE POLICY tenant_read ON hcc.alerts FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = alerts.organization_id))))));

CREATE POLICY tenant_read ON hcc.api_keys FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = api_keys.organization_id))))));

CREATE POLICY tenant_read ON hcc.audit_log FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = audit_log.organization_id))))));

CREATE POLICY tenant_read ON hcc.bank_entries FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = bank_entries.organization_id))))));

CREATE POLICY tenant_read ON hcc.bank_statements FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = bank_statements.organization_id))))));

CREATE POLICY tenant_read ON hcc.bans FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = bans.organization_id))))));

CREATE POLICY tenant_read ON hcc.billing_settings FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = billing_settings.organization_id))))));

CREATE POLICY tenant_read ON hcc.builtin_rules FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = builtin_rules.organization_id))))));

CREATE POLICY tenant_read ON hcc.check_results FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = check_results.organization_id))))));

CREATE POLICY tenant_read ON hcc.check_spans FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = check_spans.organization_id))))));

CREATE POLICY tenant_read ON hcc.check_states FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = check_states.organization_id))))));

CREATE POLICY tenant_read ON hcc.checks FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = checks.organization_id))))));

CREATE POLICY tenant_read ON hcc.client_tallies FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = client_tallies.organization_id))))));

CREATE POLICY tenant_read ON hcc.collection_tries FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = collection_tries.organization_id))))));

CREATE POLICY tenant_read ON hcc.coupon_redemptions FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = coupon_redemptions.organization_id))))));

CREATE POLICY tenant_read ON hcc.coupons FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = coupons.organization_id))))));

CREATE POLICY tenant_read ON hcc.credit_adjustments FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = credit_adjustments.organization_id))))));

CREATE POLICY tenant_read ON hcc.customer_credits FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = customer_credits.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = customer_credits.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.customers FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = customers.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = customers.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.disputes FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = disputes.organization_id))))));

CREATE POLICY tenant_read ON hcc.dunning_cases FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = dunning_cases.organization_id))))));

CREATE POLICY tenant_read ON hcc.dunning_schedules FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = dunning_schedules.organization_id))))));

CREATE POLICY tenant_read ON hcc.dunning_steps FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = dunning_steps.organization_id))))));

CREATE POLICY tenant_read ON hcc.dunning_stops FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = dunning_stops.organization_id))))));

CREATE POLICY tenant_read ON hcc.exchange_rates FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = exchange_rates.organization_id))))));

CREATE POLICY tenant_read ON hcc.firewalls FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = firewalls.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_certificates FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_certificates.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_hosts FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_hosts.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_routes FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_routes.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_site_reports FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_site_reports.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_sites FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_sites.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_targets FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_targets.organization_id))))));

CREATE POLICY tenant_read ON hcc.gateway_upstreams FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = gateway_upstreams.organization_id))))));

CREATE POLICY tenant_read ON hcc.idempotency_keys FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = idempotency_keys.organization_id))))));

CREATE POLICY tenant_read ON hcc.incident_updates FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = incident_updates.organization_id))))));

CREATE POLICY tenant_read ON hcc.incidents FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = incidents.organization_id))))));

CREATE POLICY tenant_read ON hcc.ingest_outages FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ingest_outages.organization_id))))));

CREATE POLICY tenant_read ON hcc.ingest_token_uses FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ingest_token_uses.organization_id))))));

CREATE POLICY tenant_read ON hcc.ingest_tokens FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ingest_tokens.organization_id))))));

CREATE POLICY tenant_read ON hcc.inhibitions FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = inhibitions.organization_id))))));

CREATE POLICY tenant_read ON hcc.invoice_documents FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoice_documents.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoice_documents.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.invoice_items FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoice_items.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.invoices i
  WHERE (i.id = invoice_items.invoice_id))))));

CREATE POLICY tenant_read ON hcc.invoice_mails FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoice_mails.organization_id))))));

CREATE POLICY tenant_read ON hcc.invoice_tallies FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoice_tallies.organization_id))))));

CREATE POLICY tenant_read ON hcc.invoices FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoices.organization_id))) OR ((status <> 'draft'::text) AND ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoices.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = invoices.customer_org_id))))))));

CREATE POLICY tenant_read ON hcc.ledger_account_numbers FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ledger_account_numbers.organization_id))))));

CREATE POLICY tenant_read ON hcc.ledger_charts FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ledger_charts.organization_id))))));

CREATE POLICY tenant_read ON hcc.ledger_debtors FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ledger_debtors.organization_id))))));

CREATE POLICY tenant_read ON hcc.ledger_entries FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ledger_entries.organization_id))))));

CREATE POLICY tenant_read ON hcc.ledger_lines FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = ledger_lines.organization_id))))));

CREATE POLICY tenant_read ON hcc.maintenance_windows FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = maintenance_windows.organization_id))))));

CREATE POLICY tenant_read ON hcc.mandate_consents FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = mandate_consents.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = mandate_consents.customer_org_id)))));

CREATE POLICY tenant_read ON hcc.match_rules FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = match_rules.organization_id))))));

CREATE POLICY tenant_read ON hcc.memberships FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = memberships.organization_id))))));

CREATE POLICY tenant_read ON hcc.metric_families FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = metric_families.organization_id))))));

CREATE POLICY tenant_read ON hcc.metric_limits FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = metric_limits.organization_id))))));

CREATE POLICY tenant_read ON hcc.metric_series FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = metric_series.organization_id))))));

CREATE POLICY tenant_read ON hcc.notification_channels FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = notification_channels.organization_id))))));

CREATE POLICY tenant_read ON hcc.notification_groups FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = notification_groups.organization_id))))));

CREATE POLICY tenant_read ON hcc.notification_routes FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = notification_routes.organization_id))))));

CREATE POLICY tenant_read ON hcc.notifications FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = notifications.organization_id))))));

CREATE POLICY tenant_read ON hcc.number_series FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = number_series.organization_id))))));

CREATE POLICY tenant_read ON hcc.operations FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = operations.organization_id))))));

CREATE POLICY tenant_read ON hcc.organizations FOR SELECT TO hcc_app, hcc_worker USING (((id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (( SELECT (current_setting('app.current_access'::text, true) = 'tree'::text)) AND (path @> ARRAY[( SELECT hcc.current_org_id() AS current_org_id)]))));

CREATE POLICY tenant_read ON hcc.oss_warnings FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = oss_warnings.organization_id))))));

CREATE POLICY tenant_read ON hcc.outbox_events FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = outbox_events.organization_id))))));

CREATE POLICY tenant_read ON hcc.outgoing_mail FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = outgoing_mail.organization_id))))));

CREATE POLICY tenant_read ON hcc.payment_allocations FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payment_allocations.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payment_allocations.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.payment_methods FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payment_methods.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payment_methods.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.payment_provider_accounts FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payment_provider_accounts.organization_id))))));

CREATE POLICY tenant_read ON hcc.payments FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payments.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = payments.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.place_evidence FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = place_evidence.organization_id))))));

CREATE POLICY tenant_read ON hcc.plans FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = plans.organization_id))))));

CREATE POLICY tenant_read ON hcc.prices FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = prices.organization_id))))));

CREATE POLICY tenant_read ON hcc.products FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = products.organization_id))))));

CREATE POLICY tenant_read ON hcc.provider_customers FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = provider_customers.organization_id))))));

CREATE POLICY tenant_read ON hcc.provider_events FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = provider_events.organization_id))))));

CREATE POLICY tenant_read ON hcc.refunds FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = refunds.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = refunds.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.renewal_failures FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = renewal_failures.organization_id))))));

CREATE POLICY tenant_read ON hcc.reseller_statement_lines FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((reseller_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = reseller_statement_lines.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = reseller_statement_lines.reseller_org_id))))));

CREATE POLICY tenant_read ON hcc.reseller_statements FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((reseller_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = reseller_statements.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = reseller_statements.reseller_org_id))))));

CREATE POLICY tenant_read ON hcc.reseller_terms FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((reseller_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = reseller_terms.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = reseller_terms.reseller_org_id))))));

CREATE POLICY tenant_read ON hcc.roles FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = roles.organization_id))))));

CREATE POLICY tenant_read ON hcc.security_events FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = security_events.organization_id))))));

CREATE POLICY tenant_read ON hcc.security_policies FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = security_policies.organization_id))))));

CREATE POLICY tenant_read ON hcc.seen_requests FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = seen_requests.organization_id)))));

CREATE POLICY tenant_read ON hcc.sepa_batches FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = sepa_batches.organization_id))))));

CREATE POLICY tenant_read ON hcc.silences FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = silences.organization_id))))));

CREATE POLICY tenant_read ON hcc.site_watches FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = site_watches.organization_id)))));

CREATE POLICY tenant_read ON hcc.statement_profiles FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = statement_profiles.organization_id))))));

CREATE POLICY tenant_read ON hcc.status_pages FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = status_pages.organization_id))))));

CREATE POLICY tenant_read ON hcc.subscription_changes FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_changes.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_changes.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.subscription_charges FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_charges.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_charges.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.subscription_items FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_items.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_items.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.subscription_periods FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_periods.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_periods.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.subscription_settings FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscription_settings.organization_id))))));

CREATE POLICY tenant_read ON hcc.subscriptions FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscriptions.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = subscriptions.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.supplier_shares FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = supplier_shares.organization_id))))));

CREATE POLICY tenant_read ON hcc.table_views FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = table_views.organization_id))))));

CREATE POLICY tenant_read ON hcc.tax_flags FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = tax_flags.organization_id))))));

CREATE POLICY tenant_read ON hcc.tax_rates FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = tax_rates.organization_id))))));

CREATE POLICY tenant_read ON hcc.usage_readings FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ((customer_org_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR ( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = usage_readings.organization_id))) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = usage_readings.customer_org_id))))));

CREATE POLICY tenant_read ON hcc.user_exports FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = user_exports.organization_id))))));

CREATE POLICY tenant_read ON hcc.user_roles FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = user_roles.organization_id))))));

CREATE POLICY tenant_read ON hcc.users FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = users.organization_id))))));

CREATE POLICY tenant_read ON hcc.vat_checks FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = vat_checks.organization_id))))));

CREATE POLICY tenant_read ON hcc.vat_watches FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = vat_watches.organization_id))))));

CREATE POLICY tenant_read ON hcc.waf_exclusions FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = waf_exclusions.organization_id))))));

CREATE POLICY tenant_read ON hcc.waf_rules FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = waf_rules.organization_id))))));

CREATE POLICY tenant_read ON hcc.webhook_deliveries FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = webhook_deliveries.organization_id))))));

CREATE POLICY tenant_read ON hcc.webhook_endpoints FOR SELECT TO hcc_app, hcc_worker USING (((organization_id = ( SELECT hcc.current_org_id() AS current_org_id)) OR (( SELECT hcc.reaches_all() AS reaches_all) OR (EXISTS ( SELECT
   FROM hcc.organizations o
  WHERE (o.id = webhook_endpoints.organization_id))))));

CREATE POLICY tenant_update ON hcc.access_entries FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.agent_claims FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.agents FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.alert_changes FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.alert_evaluations FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.alert_rules FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.alerts FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.api_keys FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.audit_log FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.bank_entries FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.bank_statements FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.bans FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.billing_settings FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.builtin_rules FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.check_results FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.check_spans FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.check_states FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.checks FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.client_tallies FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.collection_tries FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.coupon_redemptions FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.coupons FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.credit_adjustments FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.customer_credits FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.customers FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.disputes FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.dunning_cases FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.dunning_schedules FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.dunning_steps FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.dunning_stops FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.exchange_rates FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.firewalls FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_certificates FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_hosts FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_routes FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_site_reports FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_sites FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_targets FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.gateway_upstreams FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.idempotency_keys FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.incident_updates FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.incidents FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ingest_outages FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ingest_token_uses FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ingest_tokens FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.inhibitions FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.invoice_documents FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.invoice_items FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.invoice_mails FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.invoice_tallies FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.invoices FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ledger_account_numbers FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ledger_charts FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ledger_debtors FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ledger_entries FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.ledger_lines FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.maintenance_windows FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.mandate_consents FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.match_rules FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.memberships FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.metric_families FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.metric_limits FOR UPDATE TO hcc_app, hcc_worker USING (hcc.set_from_above(organization_id)) WITH CHECK (hcc.set_from_above(organization_id));

CREATE POLICY tenant_update ON hcc.metric_series FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.notification_channels FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.notification_groups FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.notification_routes FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.notifications FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.number_series FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.operations FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.organizations FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(id)) WITH CHECK (hcc.writable(id));

CREATE POLICY tenant_update ON hcc.oss_warnings FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.outbox_events FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.outgoing_mail FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.payment_allocations FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.payment_methods FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.payment_provider_accounts FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.payments FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.place_evidence FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.plans FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.prices FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.products FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.provider_customers FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.provider_events FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.refunds FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.renewal_failures FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.reseller_statement_lines FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.reseller_statements FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.reseller_terms FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.roles FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.security_events FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.security_policies FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.seen_requests FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.sepa_batches FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.silences FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.site_watches FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.statement_profiles FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.status_pages FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.subscription_changes FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.subscription_charges FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.subscription_items FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.subscription_periods FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.subscription_settings FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.subscriptions FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.supplier_shares FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.table_views FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.tax_flags FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.tax_rates FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.usage_readings FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.user_exports FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.user_roles FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.users FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.vat_checks FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.vat_watches FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.waf_exclusions FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.waf_rules FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.webhook_deliveries FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

CREATE POLICY tenant_update ON hcc.webhook_endpoints FOR UPDATE TO hcc_app, hcc_worker USING (hcc.writable(organization_id)) WITH CHECK (hcc.writable(organization_id));

ALTER TABLE hcc.usage_readings ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.user_credentials ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.user_exports ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.user_roles ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.users ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.vat_checks ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.vat_watches ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.waf_exclusions ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.waf_rules ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.web_preferences ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.web_sessions ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.webhook_deliveries ENABLE ROW LEVEL SECURITY;

ALTER TABLE hcc.webhook_endpoints ENABLE ROW LEVEL SECURITY;

GRANT USAGE ON SCHEMA hcc TO hcc_app;
GRANT USAGE ON SCHEMA hcc TO hcc_worker;
GRANT USAGE ON SCHEMA hcc TO hcc_ingest;
GRANT USAGE ON SCHEMA hcc TO hcc_gateway;

REVOKE ALL ON FUNCTION hcc.add_up_invoice_tallies() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.add_up_invoice_tallies() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.agent_claim_take(hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.agent_claim_take(hash bytea) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.alert_rules_claim(most integer, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.alert_rules_claim(most integer, at timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.ban_changed() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.billing_sellers() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.billing_sellers() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.check_beat(hash bytea, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.check_beat(hash bytea, at timestamp with time zone) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.checks_claim(at_location text, most integer, at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.checks_claim(at_location text, most integer, at timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.checks_stuck(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.checks_stuck(at timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.claim_outbox(batch integer) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.claim_outbox(batch integer) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.client_tallies_add(gateway_name text, batch jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.client_tallies_add(gateway_name text, batch jsonb) TO hcc_gateway;

REVOKE ALL ON FUNCTION hcc.cross_border_sellers(since date) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.cross_border_sellers(since date) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.current_org_id() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.current_org_id() TO hcc_app;
GRANT ALL ON FUNCTION hcc.current_org_id() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.current_user_id() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.current_user_id() TO hcc_app;
GRANT ALL ON FUNCTION hcc.current_user_id() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.customer_credits_count() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.due_vat_watches(most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.due_vat_watches(most integer) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.erase_person(person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.erase_person(person uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.erase_person(person uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.find_api_key(key_prefix text) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.find_api_key(key_prefix text) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.find_login(address text) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.find_login(address text) TO hcc_app;
GRANT ALL ON FUNCTION hcc.find_login(address text) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.find_passkey(credential bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.find_passkey(credential bytea) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.find_refresh_token(hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.find_refresh_token(hash bytea) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.find_reset_token(hash bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.find_reset_token(hash bytea) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.find_web_session(hash bytea, longest interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.find_web_session(hash bytea, longest interval) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.forget_alerts(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_alerts(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_checks(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_checks(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_client_tallies(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_client_tallies(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_idempotency_keys(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_idempotency_keys(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_mail(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_mail(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_notifications(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_notifications(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_relayed_events(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_relayed_events(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_security_events() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_security_events() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_seen_requests() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_seen_requests() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.forget_webhook_deliveries(older_than interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.forget_webhook_deliveries(older_than interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.gateway_changed() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.gateway_hold_hosts() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.gateway_hosts_refused(names text[], site uuid, organization uuid, home uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.gateway_hosts_refused(names text[], site uuid, organization uuid, home uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.gateway_hosts_refused(names text[], site uuid, organization uuid, home uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.gateway_part_revised() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.gateway_person_changed() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.gateway_report_sites(gateway_name text, sites uuid[], revisions bigint[], errors text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.gateway_report_sites(gateway_name text, sites uuid[], revisions bigint[], errors text[]) TO hcc_gateway;

REVOKE ALL ON FUNCTION hcc.gateway_site_certificates(site uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.gateway_site_certificates(site uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.gateway_site_certificates(site uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.gateway_site_revised() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.in_subtree(organization uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.in_subtree(organization uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.in_subtree(organization uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.ingest_changed() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.ingest_tokens_used(hashes bytea[], at timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.ingest_tokens_used(hashes bytea[], at timestamp with time zone[]) TO hcc_ingest;

REVOKE ALL ON FUNCTION hcc.invoice_documents_guard() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.invoice_items_guard() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.invoice_mail_owner(mail uuid, OUT organization_id uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.invoice_mail_owner(mail uuid, OUT organization_id uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.invoices_guard() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.job_again(job bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.job_again(job bigint) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.ledger_append_only() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.ledger_balanced() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.ledger_has_lines() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.ledger_lines_day() FROM PUBLIC;

REVOKE ALL ON PROCEDURE hcc.make_person_table(IN table_name text) FROM PUBLIC;

REVOKE ALL ON PROCEDURE hcc.make_tenant_table(IN table_name text, IN customer_column text) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_bounded(value double precision) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_compact() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_compact() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_extension_schema() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_families_add(owners uuid[], names text[], kinds text[], units text[], helps text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_families_add(owners uuid[], names text[], kinds text[], units text[], helps text[]) TO hcc_ingest;

REVOKE ALL ON FUNCTION hcc.metric_figures_of(wanted integer[], step integer, figure text, first timestamp with time zone, last timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_figures_of(wanted integer[], step integer, figure text, first timestamp with time zone, last timestamp with time zone) TO hcc_app;
GRANT ALL ON FUNCTION hcc.metric_figures_of(wanted integer[], step integer, figure text, first timestamp with time zone, last timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_hot_index() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_hot_indexed() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_maintain() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_maintain() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_newest(after timestamp with time zone, until timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_newest(after timestamp with time zone, until timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_part_drop(parent regclass, part regclass, began timestamp with time zone, ended timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_partition(parent text, start timestamp with time zone, hours integer, indexes text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_parts(parent regclass) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_prepare(times timestamp with time zone[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_prepare(times timestamp with time zone[]) TO hcc_ingest;
GRANT ALL ON FUNCTION hcc.metric_prepare(times timestamp with time zone[]) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_roll_up(most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_roll_up(most integer) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_roll_up_minute(start timestamp with time zone, only_series integer[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_roll_up_step(of_step integer, start timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_rollup_partition(of_step integer, at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_samples_source() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_series_ids(owners uuid[], names text[], label_sets jsonb[], keys bytea[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_series_ids(owners uuid[], names text[], label_sets jsonb[], keys bytea[]) TO hcc_ingest;

REVOKE ALL ON FUNCTION hcc.metric_series_of(names text[], wanted jsonb, most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_series_of(names text[], wanted jsonb, most integer) TO hcc_app;
GRANT ALL ON FUNCTION hcc.metric_series_of(names text[], wanted jsonb, most integer) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_storage() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_storage() TO hcc_app;
GRANT ALL ON FUNCTION hcc.metric_storage() TO hcc_worker;
GRANT ALL ON FUNCTION hcc.metric_storage() TO hcc_ingest;

REVOKE ALL ON FUNCTION hcc.metric_storage_begin(wanted text) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_storage_move() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_timescaledb() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_timescaledb_load() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.metric_values_of(wanted integer[], first timestamp with time zone, last timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_values_of(wanted integer[], first timestamp with time zone, last timestamp with time zone) TO hcc_app;
GRANT ALL ON FUNCTION hcc.metric_values_of(wanted integer[], first timestamp with time zone, last timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.metric_waiting_since() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_waiting_since() TO hcc_app;
GRANT ALL ON FUNCTION hcc.metric_waiting_since() TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.metric_segments TO hcc_ingest;

REVOKE ALL ON FUNCTION hcc.metric_written_since(since timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.metric_written_since(since timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.my_organizations() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.my_organizations() TO hcc_app;
GRANT ALL ON FUNCTION hcc.my_organizations() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.narrowed(scopes text[], held text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.narrowed(scopes text[], held text[]) TO hcc_gateway;

REVOKE ALL ON FUNCTION hcc.note_bounce(mail uuid, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.note_bounce(mail uuid, reason text) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.notification_organizations() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.notification_organizations() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.organizations_place() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.outbox_again(event bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.outbox_again(event bigint) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.outbox_failed(event bigint, reason text, again_in interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.outbox_failed(event bigint, reason text, again_in interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.outbox_relayed(events bigint[]) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.outbox_relayed(events bigint[]) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.outbox_state() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.outbox_state() TO hcc_worker;
GRANT ALL ON FUNCTION hcc.outbox_state() TO hcc_app;

REVOKE ALL ON FUNCTION hcc.outbox_tell() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.outbox_wake() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.payment_accounted_for() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.person_visible(person uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.person_visible(person uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.person_visible(person uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.prices_guard() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.reaches_all() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.reaches_all() TO hcc_app;
GRANT ALL ON FUNCTION hcc.reaches_all() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.refuse_change() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.revoke_session(session uuid, reason text, token_lifetime interval) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.revoke_session(session uuid, reason text, token_lifetime interval) TO hcc_app;
GRANT ALL ON FUNCTION hcc.revoke_session(session uuid, reason text, token_lifetime interval) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.rows_tell() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.security_events_add(gateway_name text, batch jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.security_events_add(gateway_name text, batch jsonb) TO hcc_gateway;

REVOKE ALL ON FUNCTION hcc.security_events_day(day date) FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.security_policy_route() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.seen_requests_add(gateway_name text, seen jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.seen_requests_add(gateway_name text, seen jsonb) TO hcc_gateway;

REVOKE ALL ON FUNCTION hcc.seller_of_current() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.seller_of_current() TO hcc_app;
GRANT ALL ON FUNCTION hcc.seller_of_current() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.sellers_with_overdue(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.sellers_with_overdue(at timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.sellers_with_renewals(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.sellers_with_renewals(at timestamp with time zone) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.set_from_above(owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.set_from_above(owner uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.set_from_above(owner uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.silent_provider_work(older_than interval, many integer) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.silent_provider_work(older_than interval, many integer) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.status_page_owner(of_slug text) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.status_page_owner(of_slug text) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.supplier_prices(on_day date) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.supplier_prices(on_day date) TO hcc_app;
GRANT ALL ON FUNCTION hcc.supplier_prices(on_day date) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.suppliers_of_resellers() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.suppliers_of_resellers() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.take_numbers(organization uuid, of_kind text, of_prefix text, many integer) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.take_numbers(organization uuid, of_kind text, of_prefix text, many integer) TO hcc_app;
GRANT ALL ON FUNCTION hcc.take_numbers(organization uuid, of_kind text, of_prefix text, many integer) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.tally_invoices() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.tax_rates_guard() FROM PUBLIC;

REVOKE ALL ON FUNCTION hcc.tell_live(organization uuid, topic text) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.tell_live(organization uuid, topic text) TO hcc_app;
GRANT ALL ON FUNCTION hcc.tell_live(organization uuid, topic text) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.threats() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.threats() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.unbooked_reseller_statements() FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.unbooked_reseller_statements() TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.visible(owner uuid, customer uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.visible(owner uuid, customer uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.visible(owner uuid, customer uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.waf_in_force(site uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.waf_in_force(site uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.waf_in_force(site uuid) TO hcc_worker;

REVOKE ALL ON FUNCTION hcc.watch_site(site uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.watch_site(site uuid) TO hcc_app;

REVOKE ALL ON FUNCTION hcc.writable(owner uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION hcc.writable(owner uuid) TO hcc_app;
GRANT ALL ON FUNCTION hcc.writable(owner uuid) TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.access_entries TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.access_entries TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.agent_claims TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.agent_claims TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.agents TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.agents TO hcc_worker;

GRANT UPDATE(name) ON TABLE hcc.agents TO hcc_app;
GRANT UPDATE(name) ON TABLE hcc.agents TO hcc_worker;

GRANT UPDATE(agent_version) ON TABLE hcc.agents TO hcc_app;
GRANT UPDATE(agent_version) ON TABLE hcc.agents TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.agents TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.agents TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.agents TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.agents TO hcc_worker;

GRANT UPDATE(deleted_at) ON TABLE hcc.agents TO hcc_app;
GRANT UPDATE(deleted_at) ON TABLE hcc.agents TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.alert_changes TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.alert_changes TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.alert_evaluations TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.alert_evaluations TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.alert_rules TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.alert_rules TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.alerts TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.alerts TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.api_keys TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(name) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(name) ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(scopes) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(scopes) ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(expires_at) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(expires_at) ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(last_used_at) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(last_used_at) ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.api_keys TO hcc_worker;

GRANT UPDATE(deleted_at) ON TABLE hcc.api_keys TO hcc_app;
GRANT UPDATE(deleted_at) ON TABLE hcc.api_keys TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.audit_log TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.audit_log TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.bank_entries TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.bank_entries TO hcc_worker;

GRANT UPDATE(status) ON TABLE hcc.bank_entries TO hcc_app;
GRANT UPDATE(status) ON TABLE hcc.bank_entries TO hcc_worker;

GRANT UPDATE(outcome) ON TABLE hcc.bank_entries TO hcc_app;
GRANT UPDATE(outcome) ON TABLE hcc.bank_entries TO hcc_worker;

GRANT UPDATE(suggestions) ON TABLE hcc.bank_entries TO hcc_app;
GRANT UPDATE(suggestions) ON TABLE hcc.bank_entries TO hcc_worker;

GRANT UPDATE(payment_id) ON TABLE hcc.bank_entries TO hcc_app;
GRANT UPDATE(payment_id) ON TABLE hcc.bank_entries TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.bank_entries TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.bank_entries TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.bank_entries TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.bank_entries TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.bank_statements TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.bank_statements TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.bans TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.bans TO hcc_worker;

GRANT UPDATE(lifted_at) ON TABLE hcc.bans TO hcc_app;
GRANT UPDATE(lifted_at) ON TABLE hcc.bans TO hcc_worker;

GRANT UPDATE(lifted_by) ON TABLE hcc.bans TO hcc_app;
GRANT UPDATE(lifted_by) ON TABLE hcc.bans TO hcc_worker;

GRANT UPDATE(lift_reason) ON TABLE hcc.bans TO hcc_app;
GRANT UPDATE(lift_reason) ON TABLE hcc.bans TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.bans TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.bans TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.bans TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.bans TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.billing_settings TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.billing_settings TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.builtin_rules TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.builtin_rules TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.builtin_rules TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.builtin_rules TO hcc_worker;

GRANT UPDATE(given) ON TABLE hcc.builtin_rules TO hcc_app;
GRANT UPDATE(given) ON TABLE hcc.builtin_rules TO hcc_worker;

GRANT UPDATE(rule_id) ON TABLE hcc.builtin_rules TO hcc_app;
GRANT UPDATE(rule_id) ON TABLE hcc.builtin_rules TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.builtin_rules TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.builtin_rules TO hcc_worker;

GRANT SELECT ON TABLE hcc.check_locations TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.check_locations TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.check_results TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.check_results TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.check_spans TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.check_spans TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.check_states TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.check_states TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.checks TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.checks TO hcc_worker;

GRANT SELECT ON TABLE hcc.client_tallies TO hcc_app;
GRANT SELECT ON TABLE hcc.client_tallies TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.collection_tries TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.collection_tries TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.coupon_redemptions TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.coupon_redemptions TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.coupons TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.coupons TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.credit_adjustments TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.credit_adjustments TO hcc_worker;

GRANT SELECT ON TABLE hcc.customer_credits TO hcc_app;
GRANT SELECT ON TABLE hcc.customer_credits TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.customers TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.customers TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.disputes TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.disputes TO hcc_worker;

GRANT UPDATE(fee) ON TABLE hcc.disputes TO hcc_app;
GRANT UPDATE(fee) ON TABLE hcc.disputes TO hcc_worker;

GRANT UPDATE(status) ON TABLE hcc.disputes TO hcc_app;
GRANT UPDATE(status) ON TABLE hcc.disputes TO hcc_worker;

GRANT UPDATE(is_withdrawn) ON TABLE hcc.disputes TO hcc_app;
GRANT UPDATE(is_withdrawn) ON TABLE hcc.disputes TO hcc_worker;

GRANT UPDATE(evidence_due_at) ON TABLE hcc.disputes TO hcc_app;
GRANT UPDATE(evidence_due_at) ON TABLE hcc.disputes TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.disputes TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.disputes TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.dunning_cases TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.dunning_cases TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.dunning_schedules TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.dunning_schedules TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.dunning_steps TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.dunning_steps TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.dunning_stops TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.dunning_stops TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.exchange_rates TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.exchange_rates TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.firewalls TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.firewalls TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(hosts) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(hosts) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(is_default) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(is_default) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(chain_pem) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(chain_pem) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(private_key) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(private_key) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(key_type) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(key_type) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(subject) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(subject) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(issuer) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(issuer) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(serial) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(serial) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(fingerprint) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(fingerprint) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(not_before) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(not_before) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(not_after) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(not_after) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.gateway_certificates TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.gateway_certificates TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.gateway_sites TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(name) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(name) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(hosts) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(hosts) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(is_active) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(is_active) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(https_redirect) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(https_redirect) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(hsts_s) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(hsts_s) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(maintenance) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(maintenance) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(error_pages) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(error_pages) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT UPDATE(deleted_at) ON TABLE hcc.gateway_sites TO hcc_app;
GRANT UPDATE(deleted_at) ON TABLE hcc.gateway_sites TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.organizations TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(name) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(name) ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(slug) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(slug) ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(plan) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(plan) ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(is_active) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(is_active) ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.organizations TO hcc_worker;

GRANT UPDATE(deleted_at) ON TABLE hcc.organizations TO hcc_app;
GRANT UPDATE(deleted_at) ON TABLE hcc.organizations TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_sites TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_hosts TO hcc_app;
GRANT SELECT ON TABLE hcc.gateway_hosts TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_access TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.gateway_routes TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.gateway_routes TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.memberships TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.memberships TO hcc_worker;

GRANT UPDATE(last_used_at) ON TABLE hcc.memberships TO hcc_app;
GRANT UPDATE(last_used_at) ON TABLE hcc.memberships TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.roles TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.roles TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.user_roles TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.user_roles TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.users TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(email) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(email) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(username) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(username) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(full_name) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(full_name) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(locale) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(locale) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(timezone) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(timezone) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(is_active) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(is_active) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(last_login_at) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(last_login_at) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(deleted_at) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(deleted_at) ON TABLE hcc.users TO hcc_worker;

GRANT UPDATE(erased_at) ON TABLE hcc.users TO hcc_app;
GRANT UPDATE(erased_at) ON TABLE hcc.users TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_api_keys TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_config_bans TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_config_certificates TO hcc_gateway;

GRANT SELECT(challenge_difficulty),UPDATE(challenge_difficulty) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(challenge_difficulty) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(challenge_ttl_s),UPDATE(challenge_ttl_s) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(challenge_ttl_s) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(version),UPDATE(version) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(version) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(updated_at),UPDATE(updated_at) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(updated_at) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(event_days),UPDATE(event_days) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(event_days) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(login_paths),UPDATE(login_paths) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(login_paths) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(scanner_paths),UPDATE(scanner_paths) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(scanner_paths) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT(never_ban),UPDATE(never_ban) ON TABLE hcc.security_settings TO hcc_app;
GRANT SELECT(never_ban) ON TABLE hcc.security_settings TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_challenge TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_config_detection TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.waf_exclusions TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.waf_exclusions TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_exclusions TO hcc_gateway;

GRANT SELECT ON TABLE hcc.signing_keys TO hcc_app;

GRANT SELECT ON TABLE hcc.gateway_config_keys TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.match_rules TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.match_rules TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_match_rules TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_settings TO hcc_app;
GRANT SELECT ON TABLE hcc.gateway_settings TO hcc_worker;

GRANT UPDATE(trusted_proxies) ON TABLE hcc.gateway_settings TO hcc_app;

GRANT UPDATE(defaults) ON TABLE hcc.gateway_settings TO hcc_app;

GRANT UPDATE(response_headers) ON TABLE hcc.gateway_settings TO hcc_app;

GRANT UPDATE(version) ON TABLE hcc.gateway_settings TO hcc_app;

GRANT UPDATE(updated_at) ON TABLE hcc.gateway_settings TO hcc_app;

GRANT SELECT ON TABLE hcc.gateway_config_platform TO hcc_gateway;

GRANT SELECT ON TABLE hcc.revoked_sessions TO hcc_app;
GRANT SELECT ON TABLE hcc.revoked_sessions TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_revoked TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.gateway_upstreams TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.gateway_upstreams TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_routes TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_config_scopes TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.gateway_targets TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.gateway_targets TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_upstreams TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.security_policies TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.security_policies TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_waf TO hcc_gateway;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.waf_rules TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.waf_rules TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_waf_rules TO hcc_gateway;

GRANT SELECT ON TABLE hcc.site_watches TO hcc_app;
GRANT SELECT ON TABLE hcc.site_watches TO hcc_worker;

GRANT SELECT ON TABLE hcc.gateway_config_watches TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_reports TO hcc_app;
GRANT SELECT ON TABLE hcc.gateway_reports TO hcc_worker;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.gateway_reports TO hcc_gateway;

GRANT SELECT ON TABLE hcc.gateway_site_reports TO hcc_app;
GRANT SELECT ON TABLE hcc.gateway_site_reports TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.idempotency_keys TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.idempotency_keys TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.incident_updates TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.incident_updates TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.incidents TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.incidents TO hcc_worker;

GRANT SELECT ON TABLE hcc.ingest_config_organizations TO hcc_ingest;

GRANT SELECT ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT SELECT ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT INSERT(id) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT INSERT(id) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT INSERT(organization_id) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT INSERT(organization_id) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT INSERT(name),UPDATE(name) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT INSERT(name),UPDATE(name) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT INSERT(prefix) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT INSERT(prefix) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT INSERT(token_hash) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT INSERT(token_hash) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT UPDATE(deleted_at) ON TABLE hcc.ingest_tokens TO hcc_app;
GRANT UPDATE(deleted_at) ON TABLE hcc.ingest_tokens TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.metric_limits TO hcc_app;
GRANT SELECT ON TABLE hcc.metric_limits TO hcc_worker;

GRANT UPDATE(values_per_s) ON TABLE hcc.metric_limits TO hcc_app;

GRANT UPDATE(active_series) ON TABLE hcc.metric_limits TO hcc_app;

GRANT UPDATE(version) ON TABLE hcc.metric_limits TO hcc_app;

GRANT UPDATE(updated_at) ON TABLE hcc.metric_limits TO hcc_app;

GRANT SELECT ON TABLE hcc.ingest_config_tokens TO hcc_ingest;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.ingest_outages TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.ingest_outages TO hcc_worker;

GRANT SELECT ON TABLE hcc.ingest_token_uses TO hcc_app;
GRANT SELECT ON TABLE hcc.ingest_token_uses TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.inhibitions TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.inhibitions TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.invoice_documents TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.invoice_documents TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.invoice_items TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.invoice_items TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.invoice_mails TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.invoice_mails TO hcc_worker;

GRANT SELECT ON TABLE hcc.invoice_tallies TO hcc_app;
GRANT SELECT ON TABLE hcc.invoice_tallies TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.invoices TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.invoices TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.ledger_account_numbers TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.ledger_account_numbers TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.ledger_charts TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.ledger_charts TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.ledger_debtors TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.ledger_debtors TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.ledger_entries TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.ledger_entries TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.ledger_lines TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.ledger_lines TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.login_throttle TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.login_throttle TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.maintenance_windows TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.maintenance_windows TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.mandate_consents TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.mandate_consents TO hcc_worker;

GRANT SELECT ON TABLE hcc.metric_families TO hcc_app;
GRANT SELECT ON TABLE hcc.metric_families TO hcc_worker;

GRANT INSERT ON TABLE hcc.metric_samples TO hcc_ingest;

GRANT SELECT ON TABLE hcc.metric_series TO hcc_app;
GRANT SELECT ON TABLE hcc.metric_series TO hcc_worker;

GRANT SELECT ON TABLE hcc.metric_settings TO hcc_app;
GRANT SELECT ON TABLE hcc.metric_settings TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.notification_channels TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.notification_channels TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.notification_groups TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.notification_groups TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.notification_routes TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.notification_routes TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.notifications TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.notifications TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.number_series TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.number_series TO hcc_worker;

GRANT UPDATE(last) ON TABLE hcc.number_series TO hcc_app;
GRANT UPDATE(last) ON TABLE hcc.number_series TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.operations TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.operations TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.oss_warnings TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.oss_warnings TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.outbox_events TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.outbox_events TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.outgoing_mail TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.outgoing_mail TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.passkey_challenges TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.passkey_challenges TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.passkeys TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.passkeys TO hcc_worker;

GRANT UPDATE(sign_count) ON TABLE hcc.passkeys TO hcc_app;
GRANT UPDATE(sign_count) ON TABLE hcc.passkeys TO hcc_worker;

GRANT UPDATE(name) ON TABLE hcc.passkeys TO hcc_app;
GRANT UPDATE(name) ON TABLE hcc.passkeys TO hcc_worker;

GRANT UPDATE(is_backed_up) ON TABLE hcc.passkeys TO hcc_app;
GRANT UPDATE(is_backed_up) ON TABLE hcc.passkeys TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.passkeys TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.passkeys TO hcc_worker;

GRANT UPDATE(last_used_at) ON TABLE hcc.passkeys TO hcc_app;
GRANT UPDATE(last_used_at) ON TABLE hcc.passkeys TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.password_history TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.password_history TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.payment_allocations TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.payment_allocations TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.payment_methods TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.payment_methods TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.payment_provider_accounts TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.payment_provider_accounts TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.payments TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(provider_reference) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(provider_reference) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(payment_method_id) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(payment_method_id) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(fee) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(fee) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(fee_currency) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(fee_currency) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(refunded) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(refunded) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(disputed) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(disputed) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(exchange_rate) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(exchange_rate) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(status) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(status) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(received_on) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(received_on) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(notice) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(notice) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(requires_action) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(requires_action) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(failure_code) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(failure_code) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(failure_message) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(failure_message) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(failure_is_final) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(failure_is_final) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(bank_entry_id) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(bank_entry_id) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(succeeded_at) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(succeeded_at) ON TABLE hcc.payments TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.payments TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.payments TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.place_evidence TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.place_evidence TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.plans TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.plans TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.prices TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.prices TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.products TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.products TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.provider_customers TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.provider_customers TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.provider_events TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.provider_events TO hcc_worker;

GRANT UPDATE(status) ON TABLE hcc.provider_events TO hcc_app;
GRANT UPDATE(status) ON TABLE hcc.provider_events TO hcc_worker;

GRANT UPDATE(detail) ON TABLE hcc.provider_events TO hcc_app;
GRANT UPDATE(detail) ON TABLE hcc.provider_events TO hcc_worker;

GRANT UPDATE(processed_at) ON TABLE hcc.provider_events TO hcc_app;
GRANT UPDATE(processed_at) ON TABLE hcc.provider_events TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.recovery_codes TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.recovery_codes TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.refresh_tokens TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.refresh_tokens TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.refunds TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.refunds TO hcc_worker;

GRANT UPDATE(provider_reference) ON TABLE hcc.refunds TO hcc_app;
GRANT UPDATE(provider_reference) ON TABLE hcc.refunds TO hcc_worker;

GRANT UPDATE(status) ON TABLE hcc.refunds TO hcc_app;
GRANT UPDATE(status) ON TABLE hcc.refunds TO hcc_worker;

GRANT UPDATE(failure_code) ON TABLE hcc.refunds TO hcc_app;
GRANT UPDATE(failure_code) ON TABLE hcc.refunds TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.refunds TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.refunds TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.renewal_failures TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.renewal_failures TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.reseller_statement_lines TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.reseller_statement_lines TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.reseller_statements TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.reseller_statements TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.reseller_terms TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.reseller_terms TO hcc_worker;

GRANT SELECT ON TABLE hcc.security_events TO hcc_app;
GRANT SELECT ON TABLE hcc.security_events TO hcc_worker;

GRANT SELECT ON TABLE hcc.seen_requests TO hcc_app;
GRANT SELECT ON TABLE hcc.seen_requests TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.sepa_batches TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.sepa_batches TO hcc_worker;

GRANT UPDATE(status) ON TABLE hcc.sepa_batches TO hcc_app;
GRANT UPDATE(status) ON TABLE hcc.sepa_batches TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.sepa_batches TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.sepa_batches TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.sepa_batches TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.sepa_batches TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.sessions TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.sessions TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.silences TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.silences TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.statement_profiles TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.statement_profiles TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.status_pages TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.status_pages TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.subscription_changes TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.subscription_changes TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.subscription_charges TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.subscription_charges TO hcc_worker;

GRANT UPDATE(charged_to) ON TABLE hcc.subscription_charges TO hcc_app;
GRANT UPDATE(charged_to) ON TABLE hcc.subscription_charges TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.subscription_items TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.subscription_items TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.subscription_periods TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.subscription_periods TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.subscription_settings TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.subscription_settings TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.subscriptions TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.subscriptions TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.supplier_shares TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.supplier_shares TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.table_views TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.table_views TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.tax_flags TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.tax_flags TO hcc_worker;

GRANT UPDATE(resolution) ON TABLE hcc.tax_flags TO hcc_app;
GRANT UPDATE(resolution) ON TABLE hcc.tax_flags TO hcc_worker;

GRANT UPDATE(resolved_at) ON TABLE hcc.tax_flags TO hcc_app;
GRANT UPDATE(resolved_at) ON TABLE hcc.tax_flags TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.tax_flags TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.tax_flags TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.tax_flags TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.tax_flags TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.tax_rates TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.tax_rates TO hcc_worker;

GRANT UPDATE(valid_to) ON TABLE hcc.tax_rates TO hcc_app;
GRANT UPDATE(valid_to) ON TABLE hcc.tax_rates TO hcc_worker;

GRANT UPDATE(version) ON TABLE hcc.tax_rates TO hcc_app;
GRANT UPDATE(version) ON TABLE hcc.tax_rates TO hcc_worker;

GRANT UPDATE(updated_at) ON TABLE hcc.tax_rates TO hcc_app;
GRANT UPDATE(updated_at) ON TABLE hcc.tax_rates TO hcc_worker;

GRANT SELECT ON TABLE hcc.threat_detectors TO hcc_app;
GRANT SELECT ON TABLE hcc.threat_detectors TO hcc_worker;

GRANT UPDATE(is_active) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT UPDATE(threshold) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT UPDATE(window_s) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT UPDATE(ban_s) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT UPDATE(most_ban_s) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT UPDATE(version) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT UPDATE(updated_at) ON TABLE hcc.threat_detectors TO hcc_app;

GRANT SELECT,INSERT ON TABLE hcc.usage_readings TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.usage_readings TO hcc_worker;

GRANT UPDATE(late_value) ON TABLE hcc.usage_readings TO hcc_app;
GRANT UPDATE(late_value) ON TABLE hcc.usage_readings TO hcc_worker;

GRANT UPDATE(late_read) ON TABLE hcc.usage_readings TO hcc_app;
GRANT UPDATE(late_read) ON TABLE hcc.usage_readings TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.user_credentials TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.user_credentials TO hcc_worker;

GRANT SELECT,INSERT,DELETE ON TABLE hcc.user_exports TO hcc_app;
GRANT SELECT,INSERT,DELETE ON TABLE hcc.user_exports TO hcc_worker;

GRANT SELECT,INSERT ON TABLE hcc.vat_checks TO hcc_app;
GRANT SELECT,INSERT ON TABLE hcc.vat_checks TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.vat_watches TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.vat_watches TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.web_preferences TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.web_preferences TO hcc_worker;

GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.web_sessions TO hcc_app;
GRANT SELECT,INSERT,DELETE,UPDATE ON TABLE hcc.web_sessions TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.webhook_deliveries TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.webhook_deliveries TO hcc_worker;

GRANT SELECT,INSERT,UPDATE ON TABLE hcc.webhook_endpoints TO hcc_app;
GRANT SELECT,INSERT,UPDATE ON TABLE hcc.webhook_endpoints TO hcc_worker;

ALTER DEFAULT PRIVILEGES FOR ROLE hcc_owner REVOKE ALL ON FUNCTIONS  FROM PUBLIC;

INSERT INTO hcc.gateway_settings (trusted_proxies, defaults, response_headers) VALUES
  ('{}', '{}', '{"X-Version": "0.1.0", "X-API-Gateway": "true"}');
INSERT INTO hcc.security_settings (challenge_difficulty, challenge_ttl_s, event_days, login_paths, scanner_paths, never_ban) VALUES
  ('16', '3600', '30', '{/login,/signin,/sign-in,/wp-login.php,/xmlrpc.php,/auth,/session,/oauth/token,/user/password,/administrator/index.php}', '{/.env,/.git/,/.svn/,/.aws/,/.ssh/,/.DS_Store,/.htpasswd,/wp-config,/config.php,/phpinfo,/phpmyadmin,/pma/,/adminer,/vendor/phpunit,/cgi-bin/,/boaform,/HNAP1,/actuator/,/solr/,/server-status,/owa/auth,/autodiscover/autodiscover.json,/_ignition/,/telescope/,/struts,/manager/html,/jenkins/script,/shell,/backup.sql,/dump.sql}', '{127.0.0.0/8,::1/128}');
INSERT INTO hcc.threat_detectors (name, is_active, threshold, window_s, ban_s, most_ban_s) VALUES
  ('limited', 'true', '300', '60', '300', '3600'),
  ('login', 'true', '20', '300', '900', '86400'),
  ('not_found', 'true', '100', '60', '600', '86400'),
  ('scanner', 'true', '5', '60', '3600', '604800'),
  ('unauthorized', 'true', '100', '300', '600', '86400'),
  ('waf_score', 'true', '50', '300', '1800', '604800');
INSERT INTO hcc.metric_settings (partition_hours, hot_index, raw_days, minute_days, five_minute_days, hour_days, day_days) VALUES
  ('6', 'auto', '15', '30', '90', '400', '3650');
INSERT INTO hcc.roles (name, user_type, description, permissions) VALUES
  ('member', 'customer', 'Reads, and manages the own account', '{users:read,organizations:read,operations:read,gateway:read,security:read,metrics:read,monitoring:read}'),
  ('owner', 'customer', 'Everything in the organisation', '{users:*,organizations:read,organizations:write,api-keys:*,audit:read,webhooks:*,operations:read,gateway:*,security:*,metrics:*,agents:*,monitoring:*,ingest-tokens:*,billing:read,subscriptions:read,payments:pay,subscriptions:order}'),
  ('owner', 'reseller', 'Everything in the reseller and its customers', '{users:*,organizations:*,api-keys:*,audit:read,webhooks:*,operations:read,gateway:*,security:*,metrics:*,agents:*,monitoring:*,ingest-tokens:*,metric-limits:write,billing:*,billing-settings:*,ledger:*,catalogue:*,subscriptions:*,subscription-settings:*,payments:*,payment-settings:*}'),
  ('staff', 'reseller', 'Daily work for customers', '{users:read,users:write,organizations:read,organizations:tree,organizations:enter,api-keys:read,audit:read,webhooks:read,operations:read,gateway:read,security:read,metrics:read,agents:read,monitoring:read,ingest-tokens:read,billing:read,billing:write,catalogue:read,catalogue:write,subscriptions:read,subscriptions:write,payments:write,payments:pay}'),
  ('superadmin', 'admin', 'Everything, everywhere', '{*}'),
  ('support', 'admin', 'Reads everything and helps customers', '{users:read,users:write,organizations:read,organizations:tree,organizations:enter,api-keys:read,audit:read,webhooks:read,operations:read,gateway:read,gateway-settings:read,security:read,security-settings:read,metrics:read,agents:read,monitoring:read,ingest-tokens:read,billing:read,billing:write,catalogue:read,catalogue:write,subscriptions:read,subscriptions:write,payments:write,payments:pay,jobs:read}');
