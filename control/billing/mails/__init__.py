"""Mails that carry documents: sent with retries, and what came back of them."""
