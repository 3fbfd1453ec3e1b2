"""What is told about a send that came to an end. Pure."""

from datetime import datetime

from tieline.model.chunk import Written
from tieline.model.event import MESSAGE_FAILED, MESSAGE_SENT, MESSAGE_SUPPRESSED
from tieline.model.send import Claimed, Send, SendState
from tieline.model.signal import Said

NAMES = {
    SendState.ACCEPTED: MESSAGE_SENT,
    SendState.FAILED: MESSAGE_FAILED,
    SendState.SUPPRESSED: MESSAGE_SUPPRESSED,
    SendState.EXPIRED: MESSAGE_SUPPRESSED,
}


def news(
    send: Send | Claimed | Written, namespace: str, value: str, *, state: SendState, reason: str, at: datetime
) -> Said | None:
    """Return what to tell, or None if there is nobody to tell it of, or no end yet because it is open or parked.

    Args:
        send: The send.
        namespace: Namespace of the person's identifier, "" if the person was erased.
        value: Value of the person's identifier.
        state: Where the send stands now.
        reason: Why, if it did not leave.
        at: When that was found out.
    """
    name = NAMES.get(state)
    if name is None or not namespace:
        return None
    properties = {
        "send_id": send.send_id.hex(),
        "account": send.account,
        "origin": send.origin,
        "step": send.step,
        "purpose": send.purpose,
        **({"reason": str(reason)} if reason else {}),
    }
    return Said(
        workspace_id=send.workspace_id,
        namespace=namespace,
        value=value,
        name=name,
        message_id=f"{name}:{send.send_id.hex()}",
        properties=properties,
        at=at,
    )
