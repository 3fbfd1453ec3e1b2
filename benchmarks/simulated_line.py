"""The simulated LINE with a million virtual friends: its memory, and what a broadcast and multicasts cost it."""

import json
import time
import urllib.request
from typing import Any

import line
from table import Figure
from usage import Usage, memory_mib

FRIENDS = 1_000_000
AT_ONCE = 50_000
TO_MULTICAST = 200_000
PUSHES = 2_000
KEY = "million"


def measure(*, quick: bool) -> list[Figure]:
    """Let a million people exist, then send to all of them, to a part of them, and to single ones."""
    friends = FRIENDS // 20 if quick else FRIENDS
    with line.simulator() as simulated:
        simulated.open(KEY)
        usage = Usage(simulated.pid)
        with usage:
            for first in range(0, friends, AT_ONCE):
                body = {"count": min(AT_ONCE, friends - first), "first": first, "quiet": True}
                simulated.ask("POST", f"/accounts/{simulated.channel(KEY)}/friends", body)
        simulated.ask("PATCH", f"/accounts/{simulated.channel(KEY)}", {"verified": True})
        figures = [
            _row(f"simulated LINE: {friends:,} friends", memory_mib([simulated.pid]), "MiB", usage, friends)
        ]
        everyone = Usage(simulated.pid)
        with everyone:
            _api(
                simulated,
                "POST",
                "/v2/bot/message/broadcast",
                {"messages": [{"type": "text", "text": "大家好"}]},
            )
            while _delivered(simulated) < friends:
                time.sleep(0.1)
        figures.append(_rate("simulated LINE: one broadcast", "recipients/s", everyone, friends))
        ids = _ids(simulated, min(TO_MULTICAST, friends))
        some = Usage(simulated.pid)
        with some:
            for start in range(0, len(ids), 500):
                body = {"to": ids[start : start + 500], "messages": [{"type": "text", "text": "新品上架"}]}
                _api(simulated, "POST", "/v2/bot/message/multicast", body)
        figures.append(_rate("simulated LINE: multicast by 500", "recipients/s", some, len(ids)))
        each = Usage(simulated.pid)
        with each:
            for number, one in enumerate(ids[:PUSHES]):
                body = {"to": one, "messages": [{"type": "text", "text": f"您的點數 {number}"}]}
                _api(simulated, "POST", "/v2/bot/message/push", body)
        figures.append(_rate("simulated LINE: single pushes", "pushes/s", each, PUSHES))
        figures.append(
            _row("simulated LINE: after all that", memory_mib([simulated.pid]), "MiB", each, PUSHES)
        )
    return figures


def _row(name: str, value: float, unit: str, usage: Usage, items: int) -> Figure:
    return Figure(
        name=name, value=value, unit=unit, cpu_seconds=usage.cpu_seconds / items, peak_mib=usage.peak_mib
    )


def _rate(name: str, unit: str, usage: Usage, items: int) -> Figure:
    return Figure(
        name=name,
        value=items / usage.seconds,
        unit=unit,
        cpu_seconds=usage.cpu_seconds / items,
        peak_mib=usage.peak_mib,
        remarks="one client, one call at a time",
    )


def _delivered(simulated: line.Simulator) -> int:
    return int(simulated.ask("GET", "/facts?groups=0")["delivered_messages"])


def _ids(simulated: line.Simulator, count: int) -> list[str]:
    ids: list[str] = []
    start = ""
    while len(ids) < count:
        page = _api(simulated, "GET", f"/v2/bot/followers/ids?limit=1000{start}")
        ids += page["userIds"]
        start = f"&start={page.get('next', '')}"
    return ids[:count]


def _api(simulated: line.Simulator, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"Bearer {line.TOKEN}-{KEY}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    asked = urllib.request.Request(simulated.url + path, data, headers, method=method)  # noqa: S310 - loopback
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - loopback
        return json.loads(answer.read() or b"{}")
