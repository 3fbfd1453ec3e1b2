"""LINE webhook rows as events: what LINE says is mapped, and a binding's nonce is exchanged for the member."""

from datetime import datetime
from typing import Protocol

from tieline.channel.line.webhook import LineEvent, read
from tieline.model.event import LINE_ACCOUNT_LINKED, Event, Identifier, LogRow, Parked, Source
from tieline.model.identity import MEMBER


class Nonces(Protocol):
    """Where nonces wait for LINE to bring them back."""

    async def redeem(
        self, workspace_id: int, account: str, nonce: str, event_id: str, now: datetime
    ) -> str | None:
        """Return the member id that a nonce stands for."""
        ...


class LineInbox:
    """Reads webhook rows.

    Args:
        nonces: Exchanges a nonce for a member; LINE's signature is what makes this proof.
    """

    def __init__(self, nonces: Nonces) -> None:
        self._nonces = nonces

    async def read(self, row: LogRow, source: Source) -> tuple[list[Event], list[Parked]]:
        """Return the events of one webhook, and what could not be read."""
        events: list[Event] = []
        seen, unread = read(row.body)
        parked = [
            Parked(row.workspace_id, row.log_offset, failure.index, "collect", failure.reason, failure.detail)
            for failure in unread
        ]
        for said in seen:
            identifiers = [Identifier(f"line:{source.provider}", said.user_id)] if said.user_id else []
            if said.name == LINE_ACCOUNT_LINKED and said.nonce and said.properties.get("result") == "ok":
                member = await self._nonces.redeem(
                    row.workspace_id, source.account, said.nonce, said.message_id, row.received_at
                )
                if member is None:
                    parked.append(
                        Parked(
                            row.workspace_id, row.log_offset, said.index, "collect", "unknown_nonce",
                            "The nonce is not ours, was used, or has expired.",
                        )
                    )  # fmt: skip
                    continue
                identifiers.append(Identifier(MEMBER, member))
            events.append(_event(said, tuple(identifiers), row, source))
        return events, parked


def _event(said: LineEvent, identifiers: tuple[Identifier, ...], row: LogRow, source: Source) -> Event:
    return Event(
        workspace_id=row.workspace_id,
        source=source,
        log_offset=row.log_offset,
        item=said.index,
        type="line",
        name=said.name,
        message_id=said.message_id,
        at=min(said.at, row.received_at),
        received_at=row.received_at,
        identifiers=identifiers,
        properties=said.properties,
        traits={},
        reply_token=said.reply_token,
        written=said.written,
    )
