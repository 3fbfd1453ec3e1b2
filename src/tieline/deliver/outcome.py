"""What became of the members of a call, each on its own. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo
from typing import NamedTuple

from tieline.deliver import protocol
from tieline.deliver.groups import Call, halves
from tieline.deliver.policy import Reason, refusal
from tieline.deliver.protocol import Verdict
from tieline.model.limits import opens_at
from tieline.model.send import Answer, Claimed, Held, SendState, Settled

ACCOUNT_OFF = timedelta(seconds=60)
NOT_LEFT = frozenset({SendState.PLANNED, SendState.FAILED, SendState.SUPPRESSED, SendState.EXPIRED})
GROUP_BROKEN = "member_refused_after_unknown"


class Outcome(NamedTuple):
    """One member's verdict, and the group it belongs to from now on."""

    send: Claimed
    verdict: Verdict
    chunk_id: bytes | None
    request_id: str = ""

    @property
    def name(self) -> tuple[int, bytes]:
        """The send: (workspace_id, send_id)."""
        return self.send.name

    @property
    def nothing_left(self) -> bool:
        """Whether it is certain that no message left."""
        parked = self.verdict.state is SendState.PARKED and not self.verdict.called and not self.send.attempts
        return self.verdict.state in NOT_LEFT or parked

    def settled(self, now: datetime) -> Settled:
        """Return what is written down."""
        return Settled(
            workspace_id=self.send.workspace_id,
            send_id=self.send.send_id,
            fence=self.send.fence,
            state=self.verdict.state,
            called=self.verdict.called,
            chunk_id=self.chunk_id,
            due_at=now + self.verdict.delay,
            reason=str(self.verdict.reason),
            request_id=self.request_id,
            billed=int(self.verdict.state is SendState.ACCEPTED),
        )


def for_all(call: Call, verdict: Verdict, request_id: str = "") -> list[Outcome]:
    """Return the same verdict for every member."""
    return [Outcome(send, verdict, call.chunk_id, request_id) for send in call.sends]


def over_budget(call: Call, allowed: int) -> list[Outcome]:
    """Return what becomes of a call that is too large for a budget: the first go on without the others.

    Args:
        call: A call that was not counted.
        allowed: How many messages of it there is money for.
    """
    over = protocol.withheld(Reason.BUDGET, earlier=call.earlier)
    first = 0 if call.earlier else allowed  # a group in doubt stays as it is
    return [
        *(Outcome(send, protocol.take_back(0, timedelta(0)), None) for send in call.sends[:first]),
        *(Outcome(send, over, call.chunk_id) for send in call.sends[first:]),
    ]


def at_gate(call: Call, stands: Mapping[tuple[int, bytes], Held], now: datetime) -> list[Outcome] | None:
    """Return None if the call may start, else what becomes of its members; nothing for those another worker holds.

    Args:
        call: A prepared call.
        stands: What was read just now, by (workspace_id, send_id).
        now: The present moment.
    """
    held = [stands.get(send.name) for send in call.sends]
    if any(one is None or one.fence != send.fence for one, send in zip(held, call.sends, strict=True)):
        return []
    if protocol.too_old(
        min((s.first_attempt_at for s in call.sends if s.first_attempt_at), default=None), now
    ):
        return for_all(call, Verdict(SendState.PARKED, Reason.KEY_EXPIRED, called=False))
    if not all(one.account_live for one in held if one):
        return for_all(call, protocol.take_back(call.earlier, ACCOUNT_OFF))
    if any(one.halted for one in held if one):
        return for_all(call, _stopped(call))
    reasons = [_refusal(send, one, now) for send, one in zip(call.sends, held, strict=True)]
    if not any(reasons):
        return None
    return [_member(call, send, reason) for send, reason in zip(call.sends, reasons, strict=True)]


def quiet(call: Call, zone: tzinfo, now: datetime) -> list[Outcome] | None:
    """Return None if the call may start at this hour, else its members put off until the quiet hours end.

    What is in doubt is asked again at any hour: its message may be there already.
    """
    if call.earlier:
        return None
    opens = [opens_at(now, send.restraint.quiet, zone) for send in call.sends]
    latest = max((at for at in opens if at is not None), default=None)
    return None if latest is None else for_all(call, protocol.take_back(0, latest - now))


def landed(
    call: Call, answer: Answer, chance: Callable[[], float], *, reserved: bool = False
) -> list[Outcome]:
    """Return what becomes of the members after `answer`."""
    verdict = protocol.decide(
        answer, earlier=call.earlier, members=len(call.sends), chance=chance, reserved=reserved
    )
    if verdict.split:
        group_of = halves(call)
        return [Outcome(send, verdict, group_of[send.send_id]) for send in call.sends]
    return for_all(call, verdict, answer.accepted_id or answer.request_id)


def _stopped(call: Call) -> Verdict:
    """What becomes of a call whose origin was stopped; what is in doubt stays so, and waits."""
    if call.earlier:
        return protocol.take_back(call.earlier, ACCOUNT_OFF)
    return Verdict(SendState.PARKED, Reason.STOPPED, called=False)


def _refusal(send: Claimed, held: Held | None, now: datetime) -> Reason | None:
    cap = send.restraint.cap
    if cap is not None and held is not None and not send.attempts and held.had >= cap.messages:
        return Reason.CAPPED
    return refusal(
        account=send.account,
        purpose=send.purpose,
        standing=held.standing if held else None,
        line_user=send.line_user,
        expires_at=send.expires_at,
        now=now,
    )


def _member(call: Call, send: Claimed, reason: Reason | None) -> Outcome:
    if reason is not None:
        return Outcome(send, protocol.withheld(reason, earlier=call.earlier), call.chunk_id)
    if call.earlier:
        # The others may have their message already; under a new key they could get it twice.
        return Outcome(send, Verdict(SendState.PARKED, GROUP_BROKEN, called=False), call.chunk_id)
    return Outcome(send, protocol.take_back(0, timedelta(0)), None)
