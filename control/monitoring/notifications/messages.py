"""What a message looks like to each kind of receiver. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from control.monitoring.notifications.models import Item, Message

_MOST_LINES = 20
_COLOURS = {"critical": "#c62828", "warning": "#ef6c00", "info": "#1565c0", "resolved": "#2e7d32"}
_PRIORITY = {"critical": 5, "warning": 4, "info": 3, "resolved": 2}
_WORDS = {"firing": "firing", "no_data": "without data", "resolved": "resolved"}


def status(message: Message) -> str:
    """Firing as long as anything in it does."""
    return "resolved" if message.items and all(item.status == "resolved" for item in message.items) else "firing"


def severity(message: Message) -> str:
    """The worst of what fires; resolved when nothing does."""
    alight = {item.severity for item in message.items if item.status != "resolved"}
    return next((name for name in ("critical", "warning", "info") if name in alight), "resolved")


def title(message: Message) -> str:
    """One line that says what it is about."""
    if message.kind == "test":
        return "Test: this channel works"
    alight = [item for item in message.items if item.status != "resolved"]
    count = len(alight) + message.left_out
    names = sorted({item.name for item in (alight or message.items)})
    shown = ", ".join(names[:3]) + (" …" if len(names) > 3 else "")
    if not alight:
        return f"Resolved: {shown}"
    prefix = {"repeat": "Still ", "escalation": "Not acknowledged: "}.get(message.kind, "")
    word = severity(message)
    return f"{prefix}{word if prefix else word.capitalize()}: {shown}" + (f" ({count})" if count > 1 else "")


def lines(message: Message) -> list[str]:
    """One line an alert: what, on which series, since when."""
    found = [_line(item) for item in message.items[:_MOST_LINES]]
    rest = len(message.items) - len(found) + message.left_out
    return [*found, f"… and {rest} more"] if rest > 0 else found


def _line(item: Item) -> str:
    words = item.annotations.get("summary") or item.annotations.get("description")
    shown = {k: v for k, v in item.labels.items() if k not in {"alertname", "severity"}}
    labels = ", ".join(f"{name}={value}" for name, value in sorted(shown.items()))
    about = words or (f"{item.name} ({labels})" if labels else item.name)
    at = item.resolved_at if item.status == "resolved" else item.fired_at
    return f"[{_WORDS[item.status]}] {about}" + (f", since {at:%Y-%m-%d %H:%M} UTC" if at is not None else "")


def text(message: Message) -> str:
    """Title and lines."""
    return "\n".join([title(message), *lines(message)])


def webhook(message: Message, organization_id: str, link: str) -> dict[str, Any]:
    """Our own form: everything there is."""
    return {
        "type": "monitoring.notification",
        "organization_id": organization_id,
        "kind": message.kind,
        "status": status(message),
        "severity": severity(message),
        "title": title(message),
        "group": message.group,
        "alerts": message.items,
        "left_out": message.left_out,
        "link": link,
    }


def _slack(message: Message, link: str, _more: dict[str, Any]) -> dict[str, Any]:
    def plain(words: str) -> str:
        return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    attachment = {
        "color": _COLOURS[severity(message)],
        "title": plain(title(message)),
        "title_link": link,
        "text": plain("\n".join(lines(message)))[:3000],
    }
    return {"text": plain(title(message)), "attachments": [attachment]}


def _teams(message: Message, link: str, _more: dict[str, Any]) -> dict[str, Any]:
    colour = {"critical": "attention", "warning": "warning", "info": "accent", "resolved": "good"}[severity(message)]
    body: list[dict[str, Any]] = [
        {"type": "TextBlock", "text": title(message), "weight": "bolder", "size": "medium", "color": colour, "wrap": True},
        *({"type": "TextBlock", "text": line, "wrap": True} for line in lines(message)),
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "actions": [{"type": "Action.OpenUrl", "title": "Open", "url": link}],
    }
    return {"type": "message", "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]}


def _telegram(message: Message, _link: str, more: dict[str, Any]) -> dict[str, Any]:
    return {"chat_id": more["chat_id"], "text": text(message)[:4000], "disable_web_page_preview": True}


def _ntfy(message: Message, link: str, more: dict[str, Any]) -> dict[str, Any]:
    worst = severity(message)
    return {
        "topic": more["topic"],
        "title": title(message),
        "message": "\n".join(lines(message))[:4000] or title(message),
        "priority": _PRIORITY[worst],
        "tags": ["white_check_mark" if worst == "resolved" else "rotating_light"],
        "click": link,
    }


BODIES: dict[str, Callable[[Message, str, dict[str, Any]], dict[str, Any]]] = {
    "slack": _slack,
    "teams": _teams,
    "telegram": _telegram,
    "ntfy": _ntfy,
}
"""Kinds of receivers that take a form of their own, all by a POST of JSON."""
