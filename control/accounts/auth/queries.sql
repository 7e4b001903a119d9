-- name: throttle_state
-- How long the account and the address must still wait, in whole seconds.
SELECT coalesce(ceil(max(extract(epoch FROM blocked_until - now()))), 0)::integer
  FROM hcc.login_throttle WHERE key_hash = ANY (%(keys)s) AND blocked_until > now()

-- name: throttle_count
-- Count an attempt before it is judged, unless its counter makes it wait: then no row is touched. Attempts at the same moment
-- take turns at the row. After `free` attempts each further one doubles the wait, up to the longest; an hour without any
-- starts afresh. A counter without a wait says -infinity: now() of a transaction that waited for its turn lies in the past.
INSERT INTO hcc.login_throttle AS t (key_hash, failures, last_failure, blocked_until)
VALUES (%(key)s, 1, now(), '-infinity')
ON CONFLICT (key_hash) DO UPDATE SET
  failures = CASE WHEN t.last_failure < now() - interval '1 hour' THEN 1 ELSE least(t.failures + 1, 1000) END,
  last_failure = now(),
  blocked_until = CASE
    WHEN t.last_failure < now() - interval '1 hour' OR t.failures + 1 < %(free)s THEN '-infinity'
    ELSE now() + make_interval(secs => least(power(2, least(t.failures + 1 - %(free)s, 20)), %(longest)s))
  END
 WHERE t.blocked_until <= now()

-- name: throttle_forget
DELETE FROM hcc.login_throttle WHERE key_hash = %(key)s

-- name: throttle_uncount
-- A login that was right takes its own attempt back from the address, not those of others behind it.
UPDATE hcc.login_throttle
   SET failures = greatest(failures - 1, 0),
       blocked_until = CASE WHEN failures - 1 < %(free)s THEN '-infinity' ELSE blocked_until END
 WHERE key_hash = %(key)s

-- name: find_login
SELECT user_id, is_active FROM hcc.find_login(%(email)s)

-- name: credentials
SELECT c.user_id, c.password_hash, c.totp_secret, c.totp_pending, c.totp_enabled_at, c.totp_last_step, u.email, u.username,
       u.full_name, u.organization_id, u.locale, (SELECT count(*) FROM hcc.passkeys p WHERE p.user_id = c.user_id) AS passkeys
  FROM hcc.user_credentials c JOIN hcc.users u ON u.id = c.user_id
 WHERE c.user_id = %(user_id)s

-- name: lock_credentials
SELECT c.user_id, c.password_hash, c.totp_secret, c.totp_pending, c.totp_enabled_at, c.totp_last_step, u.email, u.username,
       u.full_name, u.organization_id, u.locale, (SELECT count(*) FROM hcc.passkeys p WHERE p.user_id = c.user_id) AS passkeys
  FROM hcc.user_credentials c JOIN hcc.users u ON u.id = c.user_id
 WHERE c.user_id = %(user_id)s FOR UPDATE OF c

-- name: set_password
INSERT INTO hcc.user_credentials (user_id, password_hash, password_set_at)
VALUES (%(user_id)s, %(password_hash)s, now())
ON CONFLICT (user_id) DO UPDATE SET password_hash = excluded.password_hash, password_set_at = now(),
  reset_token_hash = NULL, reset_expires_at = NULL

-- name: upgrade_password_hash
UPDATE hcc.user_credentials SET password_hash = %(new)s WHERE user_id = %(user_id)s AND password_hash = %(old)s

-- name: remember_password
INSERT INTO hcc.password_history (user_id, password_hash) VALUES (%(user_id)s, %(password_hash)s)

-- name: recent_passwords
SELECT password_hash FROM hcc.password_history WHERE user_id = %(user_id)s ORDER BY created_at DESC, id DESC LIMIT %(count)s

-- name: forget_old_passwords
DELETE FROM hcc.password_history WHERE user_id = %(user_id)s AND id NOT IN (
  SELECT id FROM hcc.password_history WHERE user_id = %(user_id)s ORDER BY created_at DESC, id DESC LIMIT %(count)s)

-- name: set_reset_token
INSERT INTO hcc.user_credentials (user_id, reset_token_hash, reset_expires_at)
VALUES (%(user_id)s, %(token_hash)s, now() + make_interval(secs => %(seconds)s))
ON CONFLICT (user_id) DO UPDATE SET reset_token_hash = excluded.reset_token_hash, reset_expires_at = excluded.reset_expires_at

-- name: find_reset_token
SELECT hcc.find_reset_token(%(token_hash)s)

-- name: use_totp_step
-- Each code counts once: a step that is not newer than the last one changes no row.
UPDATE hcc.user_credentials SET totp_last_step = %(step)s WHERE user_id = %(user_id)s AND totp_last_step < %(step)s

-- name: set_totp_pending
UPDATE hcc.user_credentials SET totp_pending = %(sealed)s WHERE user_id = %(user_id)s

-- name: enable_totp
UPDATE hcc.user_credentials
   SET totp_secret = %(sealed)s, totp_pending = NULL, totp_enabled_at = now(), totp_last_step = %(step)s
 WHERE user_id = %(user_id)s

-- name: disable_totp
UPDATE hcc.user_credentials
   SET totp_secret = NULL, totp_pending = NULL, totp_enabled_at = NULL, totp_last_step = 0
 WHERE user_id = %(user_id)s

-- name: add_recovery_code
INSERT INTO hcc.recovery_codes (user_id, code_hash) VALUES (%(user_id)s, %(code_hash)s)

-- name: forget_recovery_codes
DELETE FROM hcc.recovery_codes WHERE user_id = %(user_id)s

-- name: use_recovery_code
UPDATE hcc.recovery_codes SET used_at = now()
 WHERE user_id = %(user_id)s AND code_hash = %(code_hash)s AND used_at IS NULL

-- name: recovery_codes_left
SELECT count(*) FROM hcc.recovery_codes WHERE user_id = %(user_id)s AND used_at IS NULL

-- name: organizations
SELECT organization_id, kind, name, slug, is_active, last_used_at FROM hcc.my_organizations() ORDER BY last_used_at DESC NULLS LAST, name

-- name: touch_membership
UPDATE hcc.memberships SET last_used_at = now() WHERE organization_id = %(organization_id)s AND user_id = %(user_id)s

-- name: touch_login
UPDATE hcc.users SET last_login_at = now() WHERE id = %(user_id)s

-- name: add_session
INSERT INTO hcc.sessions (id, user_id, acting_org_id, user_agent, address, expires_at)
VALUES (%(id)s, %(user_id)s, %(organization_id)s, %(user_agent)s, %(address)s, now() + make_interval(secs => %(seconds)s))

-- name: add_refresh_token
INSERT INTO hcc.refresh_tokens (token_hash, session_id, user_id, expires_at)
VALUES (%(token_hash)s, %(session_id)s, %(user_id)s, now() + make_interval(secs => %(seconds)s))

-- name: find_refresh_token
SELECT user_id, session_id FROM hcc.find_refresh_token(%(token_hash)s)

-- name: lock_refresh_token
-- The session is locked first: two refreshes of one family take turns.
SELECT t.used_at IS NOT NULL AS used, t.expires_at <= now() AS expired,
       s.revoked_at IS NOT NULL OR s.expires_at <= now() AS ended, s.acting_org_id AS organization_id
  FROM hcc.sessions s JOIN hcc.refresh_tokens t ON t.session_id = s.id
 WHERE t.token_hash = %(token_hash)s FOR UPDATE OF s, t

-- name: use_refresh_token
UPDATE hcc.refresh_tokens SET used_at = now() WHERE token_hash = %(token_hash)s

-- name: extend_session
UPDATE hcc.sessions SET last_seen_at = now(), expires_at = now() + make_interval(secs => %(seconds)s),
       address = %(address)s, user_agent = %(user_agent)s
 WHERE id = %(id)s

-- name: revoke_session
SELECT hcc.revoke_session(%(id)s, %(reason)s, make_interval(secs => %(seconds)s))

-- name: live_sessions
SELECT s.id, s.acting_org_id AS organization_id, s.user_agent, host(s.address) AS address, s.created_at, s.last_seen_at, s.expires_at
  FROM hcc.sessions s WHERE s.user_id = %(user_id)s AND s.revoked_at IS NULL AND s.expires_at > now()
 ORDER BY s.last_seen_at DESC, s.id

-- name: profile
SELECT u.email, u.username, u.full_name, u.locale, u.timezone, u.version, c.totp_enabled_at IS NOT NULL AS totp_enabled,
       (SELECT count(*) FROM hcc.passkeys p WHERE p.user_id = u.id) AS passkeys
  FROM hcc.users u LEFT JOIN hcc.user_credentials c ON c.user_id = u.id
 WHERE u.id = %(user_id)s AND u.deleted_at IS NULL

-- name: update_profile
UPDATE hcc.users SET full_name = %(full_name)s, locale = %(locale)s, timezone = %(timezone)s, version = version + 1, updated_at = now()
 WHERE id = %(user_id)s

-- name: reset_recipient
SELECT email, username, full_name, locale, organization_id FROM hcc.users WHERE id = %(user_id)s
