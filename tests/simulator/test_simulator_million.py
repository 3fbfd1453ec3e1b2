"""A million virtual friends, and a message on every phone, in one process of at most a gibibyte."""

import json
import subprocess
import sys

FRIENDS = 1_000_000
MOST_MIB = 1_024
ALONE = f"""
import json, resource
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from tieline.simulator.platform import LinePlatform
from tieline.simulator.wire import SimRequest

platform, now = LinePlatform(), datetime(2026, 11, 1, 3, tzinfo=UTC)
account = platform.add_account("100", "secret", "900")
rows = platform.add_rows(account, {FRIENDS})

def ask(path, body, headers):
    return platform.handle(SimRequest("POST", path, {{}}, headers, body), now)

form = {{"grant_type": "client_credentials", "client_id": "100", "client_secret": "secret"}}
token = json.loads(ask("/oauth2/v3/token", urlencode(form).encode(), {{"content-type": "application/x-www-form-urlencoded"}}).body)
headers = {{"authorization": "Bearer " + token["access_token"], "content-type": "application/json"}}
said = json.dumps({{"messages": [{{"type": "text", "text": "hello"}}]}}).encode()
answer = ask("/v2/bot/message/broadcast", said, headers)
platform.tick(now + timedelta(minutes=1))
try:  # the peak of this program alone: the other counter begins with that of the process that started it
    peak = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0]) / 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
print(json.dumps({{
    "friends": len(rows),
    "status": answer.status,
    "delivered": account.ledger.delivered,
    "last": len(account.friends.friend(rows[-1]).deliveries()),
    "mib": peak,
}}))
"""


def test_a_million_friends_get_a_broadcast_in_a_process_of_a_gibibyte() -> None:
    run = subprocess.run(
        [sys.executable, "-c", ALONE], capture_output=True, text=True, check=False, timeout=600
    )
    assert run.returncode == 0, run.stderr

    told = json.loads(run.stdout)

    assert (told["friends"], told["status"], told["delivered"], told["last"]) == (FRIENDS, 200, FRIENDS, 1)
    assert told["mib"] <= MOST_MIB, told
