-- name: get
SELECT challenge_difficulty, challenge_ttl_s, event_days, login_paths, scanner_paths, never_ban::text[] AS never_ban, version,
       updated_at
  FROM hcc.security_settings

-- name: lock
SELECT version FROM hcc.security_settings FOR UPDATE

-- name: update
UPDATE hcc.security_settings
   SET challenge_difficulty = %(challenge_difficulty)s, challenge_ttl_s = %(challenge_ttl_s)s, event_days = %(event_days)s,
       login_paths = %(login_paths)s, scanner_paths = %(scanner_paths)s, never_ban = %(never_ban)s::cidr[],
       version = version + 1, updated_at = now()
