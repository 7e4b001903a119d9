"""A stateful stand-in for Stripe's API: the calls that payments make, with test cards, and signed events that come late, twice,
out of order or never. For development and tests.

`python -m control.stack.stripe_simulator --webhook URL` runs it by itself.
"""

from __future__ import annotations

KEY = "sk_test_simulator"
"""The secret key that is let in."""
SIGNED_WITH = "HCC_SIMULATOR_SECRET"
"""With what events are signed stands in this variable of the environment; `whsec_simulator` when it is not set."""
