"""LINE messages as data."""

from typing import Any

Json = dict[str, Any]


def text(words: str) -> Json:
    """Return a text message."""
    return {"type": "text", "text": words}


def card(alt: str, title: str, words: str, label: str, uri: str) -> Json:
    """Return a Flex bubble with one button that opens `uri`; `alt` is what the lock screen shows."""
    action = {"type": "uri", "label": label, "uri": uri}
    return {
        "type": "flex",
        "altText": alt,
        "contents": {
            "type": "bubble",
            "body": {
                "type": "box",
                "layout": "vertical",
                "spacing": "md",
                "contents": [
                    {"type": "text", "text": title, "weight": "bold", "size": "lg", "wrap": True},
                    {"type": "text", "text": words, "wrap": True, "color": "#555555"},
                ],
            },
            "footer": {
                "type": "box",
                "layout": "vertical",
                "contents": [{"type": "button", "style": "primary", "action": action}],
            },
        },
    }


def send(step: str, account: str, messages: list[Json], purpose: str = "marketing", **rest: Any) -> Json:
    """Return the step of a journey that sends messages."""
    return {
        "id": step,
        "kind": "send_line",
        "account": account,
        "purpose": purpose,
        "messages": messages,
        **rest,
    }
