"""/v1/auth, and what is public."""

from __future__ import annotations

from tests.accounts.matrix.grid import Own, Public
from tests.world import PASSWORD

WRONG_CODE = {"code": "000000"}
_ID = {"id": "A" * 22, "rawId": "A" * 22, "type": "public-key"}
NEW_PASSKEY = {**_ID, "response": {"clientDataJSON": "AA", "attestationObject": "AA"}}
PASSKEY = {**_ID, "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"}}

OWN = [
    Own("GET /v1/auth/me", 200),
    Own("PATCH /v1/auth/me", 200, {"full_name": "Changed"}),
    Own("GET /v1/auth/sessions", 200),
    Own("DELETE /v1/auth/sessions/{session_id}", 404),  # another person's; one's own is tried in test_sessions
    Own("POST /v1/auth/password/generate", 200),
    Own("POST /v1/auth/totp/enrol", 200, {"password": PASSWORD}),
    Own("POST /v1/auth/totp/confirm", 422, WRONG_CODE),
    Own("POST /v1/auth/totp/disable", 409, {"password": PASSWORD, **WRONG_CODE}),
    Own("POST /v1/auth/totp/recovery-codes", 409, WRONG_CODE),
    Own("POST /v1/auth/password/change", 200, {"current_password": PASSWORD, "new_password": "quiet-harbour-77-orchid"}),
    Own("GET /v1/profile/passkeys", 200),
    Own("POST /v1/profile/passkeys/begin", 200, {"password": PASSWORD}),
    Own("POST /v1/profile/passkeys", 401, {"ceremony": "x", "credential": NEW_PASSKEY}),
    Own("PATCH /v1/profile/passkeys/{passkey_id}", 404, {"name": "Mine"}),  # another person's
    Own("POST /v1/profile/passkeys/{passkey_id}/remove", 404, {"password": PASSWORD}),
    Own("POST /v1/auth/logout", 200),
    Own("POST /v1/auth/logout-all", 200),
]
PUBLIC = [
    Public("GET /health", 200),
    Public("POST /v1/auth/login", 401, {"email": "nobody@example.com", "password": "x"}),
    Public("POST /v1/auth/passkeys/begin", 200),
    Public("POST /v1/auth/passkeys/finish", 401, {"ceremony": "x", "credential": PASSKEY}),
    Public("POST /v1/auth/refresh", 401, {"refresh_token": "hcr_x"}),
    Public("POST /v1/auth/password/forgot", 202, {"email": "nobody@example.com"}),
    Public("POST /v1/auth/password/reset", 400, {"token": "x", "new_password": "quiet-harbour-77-orchid"}),
]
