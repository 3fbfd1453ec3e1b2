"""One-time codes and nonces of account binding in PostgreSQL; only their hashes are kept."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.ports.binding import Bound

CODE_LIFE = timedelta(minutes=5)
NONCE_LIFE = timedelta(minutes=10)
TRIES_MAX = 5
CHALLENGES_MAX = 5


class Challenge(NamedTuple):
    """Someone who says to be a member and was sent a code."""

    workspace_id: int
    account: str
    link_token: str
    member_id: str
    phone: str
    consents: bool


class PostgresBinding:
    """Challenges and nonces, for the pages of account binding."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def open(self, token: str, code: str, challenge: Challenge, now: datetime) -> bool:
        """Keep a challenge; False if this phone was sent too many codes lately."""
        cursor = await self._connection.execute(
            "select count(*) from bind_challenge where workspace_id = %s and phone = %s and expires_at > %s",
            (challenge.workspace_id, challenge.phone, now),
        )
        row = await cursor.fetchone()
        if row and int(row[0]) >= CHALLENGES_MAX:
            return False
        await self._connection.execute(
            """
            insert into bind_challenge (challenge_hash, workspace_id, account, link_token, member_id, phone, consents,
                                        code_hash, expires_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (hashed(token), *challenge, hashed(f"{token}:{code}"), now + CODE_LIFE),
        )
        return True

    async def answer(self, token: str, code: str, now: datetime) -> Challenge | None:
        """Return the challenge if the code is right, in time and not used; every wrong try counts."""
        cursor = await self._connection.execute(
            """
            update bind_challenge set tries = tries + 1
            where challenge_hash = %s and used_at is null and expires_at > %s and tries < %s
            returning code_hash, workspace_id, account, link_token, member_id, phone, consents
            """,
            (hashed(token), now, TRIES_MAX),
        )
        row = await cursor.fetchone()
        if row is None or bytes(row[0]) != hashed(f"{token}:{code}"):
            return None
        await self._connection.execute(
            "update bind_challenge set used_at = %s where challenge_hash = %s", (now, hashed(token))
        )
        return Challenge(*row[1:])

    async def add_nonce(self, nonce: str, challenge: Challenge, now: datetime) -> None:
        """Keep whom a nonce stands for until LINE brings it back."""
        await self._connection.execute(
            """
            insert into bind_nonce (nonce_hash, workspace_id, account, member_id, phone, consents, expires_at)
            values (%s, %s, %s, %s, %s, %s, %s)
            """,
            (
                hashed(nonce),
                challenge.workspace_id,
                challenge.account,
                challenge.member_id,
                challenge.phone,
                challenge.consents,
                now + NONCE_LIFE,
            ),
        )


class PostgresNonces:
    """Resolves the nonce that LINE's signed webhook brings back."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def redeem(
        self, workspace_id: int, account: str, nonce: str, event_id: str, now: datetime
    ) -> Bound | None:
        """Return whom a nonce stands for; the same webhook event may ask again, another may not."""
        cursor = await self._connection.execute(
            """
            update bind_nonce set used_by = %s
            where nonce_hash = %s and workspace_id = %s and account = %s
              and (used_by = %s or (used_by is null and expires_at > %s))
            returning member_id, consents
            """,
            (event_id, hashed(nonce), workspace_id, account, event_id, now),
        )
        row = await cursor.fetchone()
        return Bound(*row) if row else None


def hashed(secret: str) -> bytes:
    """Return what is stored of a secret of at least 128 random bits."""
    return hashlib.sha256(secret.encode()).digest()
