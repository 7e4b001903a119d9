"""Run the simulator until it is interrupted."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from typing import get_args

from tests.billing.stripe_simulator.sending import Sender, Trouble
from tests.billing.stripe_simulator.server import Simulator


def main() -> int:
    """Serve on a loopback port; the address is printed."""
    parser = argparse.ArgumentParser(prog="stripe_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--key", default="sk_test_simulator", help="the secret key that is let in")
    parser.add_argument("--webhook", help="where events are posted")
    parser.add_argument("--secret", default="whsec_simulator", help="with what events are signed")
    parser.add_argument("--trouble", choices=get_args(Trouble), default="none")
    args = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with Simulator(args.port, args.key) as simulator:
        sender = Sender(simulator.state, args.webhook, args.secret, args.trouble) if args.webhook else None
        if sender:
            sender.start()
        print(simulator.url, flush=True)
        stop.wait()
        if sender:
            sender.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
