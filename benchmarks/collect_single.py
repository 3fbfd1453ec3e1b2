"""Events accepted durably one by one."""

import harness
from collect_batch import alone
from table import Figure


def measure(*, quick: bool) -> list[Figure]:
    """Measure requests of one event each, against COPY of as many small rows."""
    with harness.tieline() as running:
        return [alone(running, quick=quick, events_each=1, name="collect: POST /v1/track, one event each")]
