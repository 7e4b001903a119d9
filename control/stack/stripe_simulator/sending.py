"""Events on their way: signed as Stripe signs them, in whatever order and number a test wants."""

from __future__ import annotations

import json
import random
import threading
import time
import urllib.request
from typing import Literal

from stripe import WebhookSignature

from control.stack.stripe_simulator.objects import Object
from control.stack.stripe_simulator.state import State

Trouble = Literal["none", "late", "twice", "shuffled", "lost"]


def signed(event: Object, secret: str, at: float | None = None) -> tuple[bytes, str]:
    """The body and the `Stripe-Signature` of an event."""
    body = json.dumps(event)
    return body.encode(), WebhookSignature.generate_signature_header(body, secret, int(at or time.time()))


def troubled(events: list[Object], trouble: Trouble, seed: int) -> list[Object]:
    """Events as they arrive under this trouble: all of them, doubled, shuffled, or none."""
    chosen = random.Random(seed)
    match trouble:
        case "none":
            return events
        case "late":
            return list(reversed(events))
        case "twice":
            return [event for event in events for _ in range(2)]
        case "shuffled":
            mixed = events * 2
            chosen.shuffle(mixed)
            return mixed
        case "lost":
            return []


class Sender:
    """Posts events to a URL as they are made, in a thread; under trouble, not quite so."""

    def __init__(self, state: State, url: str, secret: str, trouble: Trouble = "none") -> None:
        self._state, self._url, self._secret, self._trouble = state, url, secret, trouble
        self._stop = threading.Event()
        self._sent = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(5)

    def _run(self) -> None:
        while not self._stop.wait(0.2):
            with self._state.lock:
                new = self._state.events[self._sent :]
                self._sent += len(new)
            for event in troubled(new, self._trouble, self._sent):
                self._post(event)

    def _post(self, event: Object) -> None:
        for pause in (0, 1, 3):
            if self._stop.wait(pause):
                return
            body, header = signed(event, self._secret)
            request = urllib.request.Request(  # noqa: S310 - the address is the tester's
                self._url, body, {"Content-Type": "application/json", "Stripe-Signature": header}
            )
            try:
                with urllib.request.urlopen(request, timeout=5):  # noqa: S310 - the address is the tester's
                    return
            except OSError:
                continue
