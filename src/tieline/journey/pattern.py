"""Events that a journey waits for: of one name, all or those that a filter accepts."""

import msgspec

from tieline.journey.where import Where


class EventPattern(msgspec.Struct, frozen=True):
    """Events of one name, all or those that `where` accepts."""

    event: str
    where: Where | None = None
