import asyncio

import pytest

from tieline.stream.loop import Loop, Wakeup


async def run_for(loop: Loop, seconds: float) -> None:
    task = asyncio.ensure_future(loop.run())
    await asyncio.sleep(seconds)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_loop_outlives_every_failure_and_recovers_before_the_next_step() -> None:
    said: list[str] = []

    async def step() -> int:
        said.append("step")
        if len(said) < 5:
            raise RuntimeError
        return 0

    async def recover() -> None:
        said.append("recover")

    loop = Loop("x", step, idle_seconds=0.01, recover=recover)
    task = asyncio.ensure_future(loop.run())
    async with asyncio.timeout(30):
        while len(said) < 6:
            await asyncio.sleep(0.01)
    task.cancel()
    assert said[:5] == ["step", "recover", "step", "recover", "step"]
    assert loop.failed_in_a_row == 0


async def test_a_loop_that_failed_two_thousand_times_still_tries_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def step() -> int:
        raise RuntimeError

    loop = Loop("x", step, idle_seconds=0.01)
    loop.failed_in_a_row = 2_000
    rests: list[float] = []

    async def sleep(seconds: float) -> None:
        rests.append(seconds)
        if len(rests) > 3:
            raise asyncio.CancelledError

    monkeypatch.setattr("tieline.stream.loop.asyncio.sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await loop.run()
    assert set(rests) == {10.0}


async def test_work_that_arrives_ends_the_rest_at_once() -> None:
    wake, steps = Wakeup(), []

    async def step() -> int:
        steps.append(1)
        return 0

    task = asyncio.ensure_future(Loop("x", step, idle_seconds=60, wake=wake).run())
    await asyncio.sleep(0.05)
    wake.call()
    await asyncio.sleep(0.05)
    task.cancel()
    assert len(steps) == 2


async def test_what_a_loop_did_calls_the_next_one() -> None:
    called: list[int] = []

    async def step() -> int:
        return 1 if not called else 0

    await run_for(Loop("x", step, idle_seconds=0.01, then=lambda: called.append(1)), 0.1)
    assert called == [1]
