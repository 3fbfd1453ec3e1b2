"""How a call fails when a fault strikes it."""

from collections.abc import Callable

import msgspec

from tieline.simulator.access_tokens import UNAUTHORIZED
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.rates import RATE_LIMIT
from tieline.simulator.wire import Fault, SimResponse, as_json

Outcome = SimResponse | Fault


def before_acceptance(switch: FaultSwitch) -> Outcome:
    """Return the failure of a call that changed nothing."""
    return BEFORE[switch.kind]


def after_acceptance(switch: FaultSwitch, answer: SimResponse) -> Outcome:
    """Spoil the answer to a request that was accepted all the same."""
    return AFTER[switch.kind](switch, answer)


def _hang(_switch: FaultSwitch, _answer: SimResponse) -> Outcome:
    return Fault("hang")


def _cut(_switch: FaultSwitch, _answer: SimResponse) -> Outcome:
    return Fault("cut")


def _error(_switch: FaultSwitch, _answer: SimResponse) -> Outcome:
    return INTERNAL_ERROR


def _garbage(_switch: FaultSwitch, answer: SimResponse) -> Outcome:
    return msgspec.structs.replace(answer, body=b'{"sentMessages":[{"id"\x00\xff<html>')


def _web_page(_switch: FaultSwitch, answer: SimResponse) -> Outcome:
    headers = {**answer.headers, "content-type": "text/html"}
    return msgspec.structs.replace(answer, body=b"<html>OK</html>", headers=headers)


def _slow(switch: FaultSwitch, answer: SimResponse) -> Outcome:
    return msgspec.structs.replace(answer, delay_seconds=switch.delay_seconds)


INTERNAL_ERROR = as_json({"message": "Internal server error"}, status=500)

BEFORE: dict[FaultKind, Outcome] = {
    FaultKind.DROP_BEFORE: Fault("cut"),
    FaultKind.ERROR_REFUSED: INTERNAL_ERROR,
    FaultKind.RATE_LIMIT: as_json({"message": RATE_LIMIT}, status=429),
    FaultKind.UNAUTHORIZED: as_json({"message": UNAUTHORIZED}, status=401),
    FaultKind.FORBIDDEN: as_json({"message": "Not allowed to use this API"}, status=403),
    FaultKind.OUTAGE: as_json({"message": "Service unavailable"}, status=503),
    FaultKind.CONFLICT_WITHOUT_ID: as_json({"message": "The retry key is already accepted"}, status=409),
}
AFTER: dict[FaultKind, Callable[[FaultSwitch, SimResponse], Outcome]] = {
    FaultKind.ACCEPT_THEN_HANG: _hang,
    FaultKind.ACCEPT_THEN_RESET: _cut,
    FaultKind.ERROR_AFTER_ACCEPT: _error,
    FaultKind.GARBAGE_BODY: _garbage,
    FaultKind.WRONG_CONTENT_TYPE: _web_page,
    FaultKind.SLOW: _slow,
}
