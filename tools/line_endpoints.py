"""The page of LINE's endpoints: which of them Tieline uses, which the simulator answers, and why not the others.

What is used is read from the addresses that stand in the source, so the page cannot promise what is not there.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tieline.simulator.endpoints import DOORS, TABLE, WEBHOOK_TEST, Door, Endpoint

SOURCE = Path(__file__).resolve().parents[1] / "src/tieline"
SIMULATOR = SOURCE / "simulator"
HOSTS = {
    "api": "api.line.me",
    "data": "api-data.line.me",
    "access": "access.line.me",
    "liff": "liff.line.me",
    "manager": "manager.line.biz",
}
SPANS = {1.0: "s", 60.0: "min", 3600.0: "h"}
IN_CHOICE = {"validate", "delivery"}
"""Endpoints whose last part is one of a few words, which the source puts in."""


NOT_YET = "not yet"
UNUSED = {
    "pnp-templated": "the brand's own messages go by the other endpoint",
    "broadcast": "would reach people who did not agree; Tieline sends to those who did",
    "loading": "an answer comes within a second",
    "mark-read": "Tieline is no chat desk",
    "content-preview": "a file is fetched once, whole",
    "transcoding": "a file is fetched once, whole",
    "insight-demographic": "LINE's guesses about people are not the brand's data",
    "membership-list": "LINE offers memberships in Japan alone; their events are heard",
    "membership-person": "same",
    "membership-members": "same",
    "/v2/oauth/accessToken": "stateless tokens need no care",
    "/v2/oauth/verify": "stateless tokens need no care",
    "/v2/oauth/revoke": "stateless tokens need no care",
    "/.well-known/openid-configuration": "the addresses are settings",
}
"""Why Tieline does not ask for something that it could ask for."""


def rows() -> list[str]:
    """Return the table as lines of Markdown."""
    written = set(addresses())
    return [
        "| method and path | host | calls | retry key | Tieline | simulated |",
        "| --- | --- | --- | --- | --- | --- |",
        *(_row(one, in_use=used(one, written)) for one in (*TABLE, WEBHOOK_TEST, *DOORS)),
    ]


def used(one: Endpoint | Door, written: set[str]) -> bool:
    """Tell whether the source of Tieline holds the address of an endpoint."""
    wanted = {_blank(one.path)}
    if isinstance(one, Endpoint) and one.name in IN_CHOICE:
        wanted.add(one.path.rpartition("/")[0] + "/{}")
    return bool(wanted & written)


def addresses() -> Iterator[str]:
    """Yield every address in the source outside the simulator, with `{}` for what is put in."""
    for path in sorted(SOURCE.rglob("*.py")):
        if SIMULATOR in path.parents:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = ""
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
            elif isinstance(node, ast.JoinedStr):
                text = "".join(part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            found = re.search(
                r"(/(?:v2|bot|oauth2|liff|friendship|user/v1|dialog|\.well-known)/[^?#\s]*)", text
            )
            if found:
                yield found[1]


def _blank(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def _row(one: Endpoint | Door, *, in_use: bool) -> str:
    calls = key = ""
    if isinstance(one, Endpoint):
        calls = f"{one.calls:,}/{SPANS[one.seconds]}"
        key = "yes" if one.retry_key else ""
    simulated = "yes" if one.answer else f"no: {one.why}"
    name = one.name if isinstance(one, Endpoint) else one.path
    state = "used" if in_use else "not used" + (f": {UNUSED.get(name, NOT_YET)}" if one.answer else "")
    return f"| {one.method} `{one.path}` | {HOSTS[one.host]} | {calls} | {key} | {state} | {simulated} |"
