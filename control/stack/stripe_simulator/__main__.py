"""Run the simulator until it is interrupted."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from pathlib import Path
from typing import get_args

from control.stack.stripe_simulator import KEY, SIGNED_WITH
from control.stack.stripe_simulator.sending import Sender, Trouble
from control.stack.stripe_simulator.server import Simulator


def main() -> int:
    """Serve on a loopback port; the address is printed."""
    parser = argparse.ArgumentParser(prog="stripe_simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--key", default=KEY, help="the secret key that is let in")
    parser.add_argument("--webhook", help="where events are posted")
    parser.add_argument("--state", type=Path, help="a file that keeps what it knows from one start to the next")
    parser.add_argument("--trouble", choices=get_args(Trouble), default="none")
    args = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    secret = os.environ.get(SIGNED_WITH, "whsec_simulator")
    with Simulator(args.port, args.key, kept=args.state) as simulator:
        sender = Sender(simulator.state, args.webhook, secret, args.trouble) if args.webhook else None
        if sender:
            sender.start()
        print(simulator.url, flush=True)
        stop.wait()
        if sender:
            sender.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
