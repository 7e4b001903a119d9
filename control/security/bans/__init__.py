"""Bans: who is kept out, why, and until when."""
