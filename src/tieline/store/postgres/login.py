"""Log-ins with LINE in PostgreSQL; secrets that come back are kept as hashes, tokens sealed."""

from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.model.login import Deauthorization, LoginChannel
from tieline.store.postgres.bind import hashed

STATE_LIFE = timedelta(minutes=10)
VISIT_LIFE = timedelta(minutes=15)
TRIES_MAX = 5
CODES_MAX = 5
TOKEN_LIFE = timedelta(days=30)


class LoginState(NamedTuple):
    """A log-in that was sent to LINE and has not come back."""

    workspace_id: int
    account: str
    wish: str
    join_source: str
    language: str
    nonce: str
    verifier: str


class Visit(NamedTuple):
    """Somebody whom LINE proved."""

    workspace_id: int
    account: str
    wish: str
    line_user: str
    join_source: str
    language: str
    user_token: bytes
    member_id: str = ""
    phone: str = ""
    consent: bool = False


_VISIT = (
    "workspace_id, account, wish, line_user, join_source, language, user_token, member_id, phone, consent"
)


class PostgresLogin:
    """Keeps login channels, log-ins under way and visits."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put_channel(self, workspace_id: int, account: str, channel: LoginChannel, at: datetime) -> None:
        """Keep the login channel of an account."""
        await self._connection.execute(
            """
            insert into line_login values (%s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, account) do update set
                channel_id = excluded.channel_id, channel_secret = excluded.channel_secret,
                provider_id = excluded.provider_id, liff_id = excluded.liff_id, updated_at = excluded.updated_at
            """,
            (workspace_id, account, *channel, at),
        )

    async def channel(self, workspace_id: int, account: str) -> LoginChannel | None:
        """Return the login channel of an account."""
        cursor = await self._connection.execute(
            "select channel_id, channel_secret, provider_id, liff_id from line_login"
            " where workspace_id = %s and account = %s",
            (workspace_id, account),
        )
        row = await cursor.fetchone()
        return LoginChannel(str(row[0]), bytes(row[1]), str(row[2]), str(row[3])) if row else None

    async def begin(self, state: str, login: LoginState, now: datetime) -> None:
        """Keep a log-in until LINE brings it back."""
        await self._connection.execute(
            """
            insert into login_state (state_hash, workspace_id, account, wish, join_source, language, nonce, verifier, expires_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (hashed(state), *login, now + STATE_LIFE),
        )

    async def redeem(self, state: str, now: datetime) -> LoginState | None:
        """Return a log-in that came back in time, once."""
        cursor = await self._connection.execute(
            """
            update login_state set used_at = %s where state_hash = %s and used_at is null and expires_at > %s
            returning workspace_id, account, wish, join_source, language, nonce, verifier
            """,
            (now, hashed(state), now),
        )
        row = await cursor.fetchone()
        return LoginState(*row) if row else None

    async def welcome(self, token: str, visit: Visit, now: datetime) -> None:
        """Keep somebody whom LINE proved, for the pages that follow."""
        await self._connection.execute(
            f"insert into login_visit (visit_hash, {_VISIT}, expires_at)"
            " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (hashed(token), *visit, now + VISIT_LIFE),
        )

    async def visit(self, token: str, now: datetime) -> Visit | None:
        """Return who is on the pages, None if it is too late."""
        cursor = await self._connection.execute(
            f"select {_VISIT} from login_visit where visit_hash = %s and used_at is null and expires_at > %s",  # sql: own names
            (hashed(token), now),
        )
        row = await cursor.fetchone()
        return Visit(*row) if row else None

    async def ask(
        self, token: str, visit: Visit, code: str, *, member_id: str, phone: str, consent: bool, now: datetime
    ) -> bool:
        """Keep what somebody says to be and the code that was sent; False if the phone was sent too many."""
        cursor = await self._connection.execute(
            "select count(*) from login_visit where workspace_id = %s and phone = %s and expires_at > %s",
            (visit.workspace_id, phone, now),
        )
        row = await cursor.fetchone()
        if row and int(row[0]) >= CODES_MAX:
            return False
        await self._connection.execute(
            "update login_visit set member_id = %s, phone = %s, consent = %s, code_hash = %s, tries = 0 where visit_hash = %s",
            (member_id, phone, consent, hashed(f"{token}:{code}"), hashed(token)),
        )
        return True

    async def answer(self, token: str, code: str, now: datetime) -> Visit | None:
        """Return the visit if the code is right, in time and not used; every wrong try counts."""
        cursor = await self._connection.execute(
            f"""
            update login_visit set tries = tries + 1
            where visit_hash = %s and used_at is null and expires_at > %s and tries < %s and code_hash is not null
            returning code_hash, {_VISIT}
            """,  # sql: own names
            (hashed(token), now, TRIES_MAX),
        )
        row = await cursor.fetchone()
        if row is None or bytes(row[0]) != hashed(f"{token}:{code}"):
            return None
        await self.end(token, now)
        return Visit(*row[1:])

    async def end(self, token: str, now: datetime) -> None:
        """Let a visit be over."""
        await self._connection.execute(
            "update login_visit set used_at = %s where visit_hash = %s", (now, hashed(token))
        )

    async def untold(self, now: datetime, most: int) -> list[Deauthorization]:
        """Return of whom LINE has still to be told; once their token is over nobody can tell it."""
        await self._connection.execute("delete from deauthorization where expires_at <= %s", (now,))
        cursor = await self._connection.execute(
            """
            select workspace_id, account, line_user, user_token, attempts from deauthorization
            where not_before <= %s order by not_before limit %s for update skip locked
            """,
            (now, most),
        )
        return [
            Deauthorization(int(workspace_id), str(account), str(user), bytes(token), int(attempts))
            for workspace_id, account, user, token, attempts in await cursor.fetchall()
        ]

    async def told(self, one: Deauthorization) -> None:
        """Forget it: LINE has heard."""
        await self._connection.execute(
            "delete from deauthorization where workspace_id = %s and account = %s and line_user = %s",
            (one.workspace_id, one.account, one.line_user),
        )

    async def later(self, one: Deauthorization, at: datetime) -> None:
        """Try again later."""
        await self._connection.execute(
            """
            update deauthorization set attempts = attempts + 1, not_before = %s
            where workspace_id = %s and account = %s and line_user = %s
            """,
            (at, one.workspace_id, one.account, one.line_user),
        )
