"""Passkeys: keys of a person's devices (WebAuthn), which log in alone or beside the password."""
