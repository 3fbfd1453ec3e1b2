"""Which of many wishes have room under the caps of their people."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tieline.deliver.cap import place
from tieline.deliver.policy import Reason
from tieline.model.send import Recent
from tieline.model.signal import SendRequest
from tieline.ports import SendStore


class Room:
    """What is left under caps while a batch of wishes is planned.

    Args:
        recent: What the person behind each node has had or may still get.

    Attributes:
        outranked: Planned sends that gave their place up.
    """

    def __init__(self, recent: Mapping[bytes, list[Recent]]) -> None:
        self._profile_of: dict[bytes, bytes] = {}
        self._recent: dict[bytes, list[Recent]] = {}
        for node, many in recent.items():
            for one in many:
                self._profile_of[node] = one.profile_id
            self._recent.setdefault(self._profile_of.get(node, node), list(many))
        self.outranked: set[bytes] = set()

    @classmethod
    async def of(
        cls,
        sends: SendStore,
        workspace_id: int,
        requests: Sequence[SendRequest],
        now: datetime,
    ) -> "Room":
        """Read what a batch needs; nothing at all where nothing is restrained."""
        capped = [one for one in requests if one.restraint.cap is not None]
        days = max((one.restraint.cap.days for one in capped if one.restraint.cap), default=0)
        people = sorted({one.person for one in capped})
        recent = await sends.recent(workspace_id, people, now - timedelta(days=days)) if people else {}
        return cls(recent)

    def refusal(self, request: SendRequest) -> Reason | None:
        """Return why there is no room for a wish, or None after taking the place it has."""
        if request.restraint.cap is not None:
            profile_id = self._profile_of.get(request.person, request.person)
            recent = self._recent.setdefault(profile_id, [])
            found = place(request.restraint, recent, request.at)
            if not found.free:
                return Reason.CAPPED
            if found.taken_from is not None:
                self.outranked.add(found.taken_from)
                recent[:] = [one for one in recent if one.send_id != found.taken_from]
            recent.append(Recent(request.send_id, profile_id, request.restraint.priority, None, free=True))
        return None
