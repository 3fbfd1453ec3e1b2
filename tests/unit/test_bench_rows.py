"""What benchmarks send and which of them run: webhooks as LINE signs them, long rows only where they are asked for."""

import ast
import importlib.util
from itertools import islice
from pathlib import Path
from types import ModuleType

import pytest

from tieline.channel.line.signature import verify
from tieline.channel.line.webhook import destination, read

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def loaded(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"bench_{name}", BENCHMARKS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return loaded("run")


def test_webhooks_of_the_benchmarks_are_signed_and_read_like_those_of_line() -> None:
    sent = loaded("line_events")
    hook = sent.Hook("/line/shop/webhook", "secret-of-shop", "U" + "b" * 32)

    heads, bodies = zip(
        *(request.split(b"\r\n\r\n") for request in islice(sent.requests(hook, 1), 6)), strict=True
    )

    marks = [head.partition(b"X-Line-Signature: ")[2].split(b"\r\n")[0].decode() for head in heads]
    assert all(verify(body, mark, ["secret-of-shop"]) for body, mark in zip(bodies, marks, strict=True))
    assert {destination(body) for body in bodies} == {hook.destination}
    events = [event for body in bodies for event in read(body).events]
    assert [event.name for event in events[:3]] == [
        "line_message_received", "line_message_received", "line_postback_received",
    ]  # fmt: skip
    assert len({event.message_id for event in events}) == len(bodies)


def test_every_row_has_a_file_that_measures(runner: ModuleType) -> None:
    for name in runner.NAMES:
        tree = ast.parse((BENCHMARKS / f"{name}.py").read_text("utf-8"))
        assert "measure" in {one.name for one in tree.body if isinstance(one, ast.FunctionDef)}, name


def test_a_hundred_million_events_are_counted_only_where_they_are_asked_for(runner: ModuleType) -> None:
    assert "segment_vast" not in runner.chosen(quick=False, vast=False)
    assert "segment_vast" in runner.chosen(quick=True, vast=True)
    assert "memory" not in runner.chosen(quick=True, vast=True)
