"""Broadcasts to a simulated LINE platform: one push each, or 500 people in a call, against the calls alone."""

import asyncio
import statistics
import time
import uuid
from collections.abc import Callable, Mapping, Sequence

import aiohttp
import harness
import line
import msgspec
from table import Figure
from usage import Usage

ACCOUNTS = ("bench-a", "bench-b")
AT_ONCE = 128
PEOPLE_MAX = 500
NEW_ACCOUNT_SECONDS = 3.0
"""The sender looks for new accounts every two seconds; what is due before waits for its second attempt."""
_WAIT_SECONDS = 180


def measure(*, quick: bool) -> list[Figure]:
    """Measure from the request for a broadcast until the last message has arrived."""
    pushes, mass = (600, 3_000) if quick else (6_000, 30_000)
    with line.simulator() as simulated, harness.tieline(line.settings(simulated)) as running:
        for key in (*ACCOUNTS, "mass", "bare"):
            simulated.open(key, running)
        people = {key: simulated.people(key, pushes // 2, announce=False) for key in ACCOUNTS}
        people["mass"] = simulated.people("mass", mass, announce=False)
        for key, user_ids in people.items():
            line.befriend(running.url, key, user_ids)
        strangers = simulated.people("bare", mass, announce=False)
        time.sleep(NEW_ACCOUNT_SECONDS)
        named = "{{ profile.given_name }}，這一季的新品先給您看。"
        return [
            _figure(
                f"deliver: {pushes:,} personalised pushes, {len(ACCOUNTS)} accounts",
                pushes,
                "messages/s",
                lambda number: _broadcast(running, simulated, ACCOUNTS, pushes, named + " " * number),
                lambda: (
                    min(pushes, 2_000) / asyncio.run(push_calls(simulated, strangers[: min(pushes, 2_000)]))
                ),
                running,
                f"push calls alone, {AT_ONCE} at once",
                rounds=1 if quick else 2,
            ),
            _figure(
                f"deliver: {mass:,} people by multicast",
                mass,
                "people/s",
                lambda number: _broadcast(running, simulated, ("mass",), mass, f"新品上市 {number}"),
                lambda: mass / asyncio.run(multicast_calls(simulated, strangers)),
                running,
                "multicast calls alone",
                rounds=1 if quick else 2,
            ),
        ]


def _figure(
    name: str,
    count: int,
    unit: str,
    product: Callable[[int], float],
    limit: Callable[[], float],
    running: harness.Tieline,
    limit_is: str,
    *,
    rounds: int,
) -> Figure:
    usage = Usage(*running.pids)
    rates, limits = [], []
    for number in range(rounds):
        limits.append(limit())
        with usage:
            rates.append(count / product(number))
    return Figure(
        name=name,
        value=statistics.median(rates),
        unit=unit,
        limit=statistics.median(limits),
        limit_is=limit_is,
        cpu_seconds=usage.cpu_seconds / count / rounds,
        peak_mib=usage.peak_mib,
        remarks="from the request to the last arrival, planning and the consent gate included;"
        f" the simulator takes a part of the same cores; {running.errors()} errors",
    )


def _broadcast(
    running: harness.Tieline, simulated: line.Simulator, accounts: tuple[str, ...], count: int, words: str
) -> float:
    """Return the seconds from the first request to the last arrival."""
    before = sum(simulated.delivered(account) for account in accounts)
    began = time.perf_counter()
    for account in accounts:
        body = {
            "key": f"{account}-{uuid.uuid4().hex[:8]}",
            "account": account,
            "segment": None,
            "purpose": "marketing",
            "messages": [{"type": "text", "text": words}],
        }
        running.api("POST", "/api/broadcasts", body)
    while (arrived := sum(simulated.delivered(account) for account in accounts) - before) < count:
        if time.perf_counter() - began > _WAIT_SECONDS:
            raise TimeoutError(
                f"{arrived:,} of {count:,} messages arrived in {_WAIT_SECONDS} s; {line.waits_for(running.url)}"
            )
        time.sleep(0.2)
    return time.perf_counter() - began


async def push_calls(simulated: line.Simulator, user_ids: list[str]) -> float:
    """Return how many seconds pushes take in a loop that does nothing else."""
    bodies = [
        {"to": user_id, "messages": [{"type": "text", "text": f"怡君 {number}"}]}
        for number, user_id in enumerate(user_ids)
    ]
    return await _calls(simulated, line.PUSH, bodies)


async def multicast_calls(simulated: line.Simulator, user_ids: list[str]) -> float:
    """Return how many seconds multicasts take in a loop that does nothing else."""
    bodies = [
        {"to": user_ids[start : start + PEOPLE_MAX], "messages": [{"type": "text", "text": "新品上市"}]}
        for start in range(0, len(user_ids), PEOPLE_MAX)
    ]
    return await _calls(simulated, line.MULTICAST, bodies)


async def _calls(simulated: line.Simulator, path: str, bodies: Sequence[Mapping[str, object]]) -> float:
    waiting = iter(bodies)
    headers = {"Authorization": f"Bearer {line.TOKEN}-bare", "Content-Type": "application/json"}

    async def one_after_another(session: aiohttp.ClientSession) -> None:
        for body in waiting:
            key = {"X-Line-Retry-Key": str(uuid.uuid4())}
            async with session.post(
                simulated.url + path, data=msgspec.json.encode(body), headers={**headers, **key}
            ) as answer:
                await answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"the simulator answered {answer.status}")

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:
        began = time.perf_counter()
        await asyncio.gather(*(one_after_another(session) for _ in range(AT_ONCE)))
        return time.perf_counter() - began
