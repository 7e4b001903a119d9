"""A stateful stand-in for Stripe's API: the calls that payments make, with test cards, and signed events that come late, twice,
out of order or never.

`python -m tests.billing.stripe_simulator --webhook URL --secret whsec_…` runs it by itself.
"""
