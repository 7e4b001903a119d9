-- name: get
SELECT challenge_difficulty, challenge_ttl_s, version, updated_at FROM hcc.security_settings

-- name: lock
SELECT version FROM hcc.security_settings FOR UPDATE

-- name: update
UPDATE hcc.security_settings
   SET challenge_difficulty = %(challenge_difficulty)s, challenge_ttl_s = %(challenge_ttl_s)s, version = version + 1,
       updated_at = now()
