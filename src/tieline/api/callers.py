"""Who makes a request under /api: a program with a secret key, or a member with a session."""

from datetime import timedelta

from psycopg_pool import AsyncConnectionPool
from starlette.requests import Request
from starlette.responses import Response

from tieline.access import session, table
from tieline.api.keys import key_hash
from tieline.clock import Clock
from tieline.errors import CrossSiteError, LoginRequiredError, UnknownKeyError
from tieline.ids import Ids
from tieline.model.access import KEY, MEMBER, Caller, Member
from tieline.store.postgres.api_keys import PostgresApiKeys
from tieline.store.postgres.console import PostgresConsole

DEVICE = "tieline_device"
DEVICE_LIFE = timedelta(days=180)


class Callers:
    """Finds out who asks.

    Args:
        clock: The real one: log-ins end by the clock on the wall, also in a demonstration that runs faster.
        public_url: The address that browsers use; with https, cookies are only sent over it.
    """

    def __init__(self, pool: AsyncConnectionPool, clock: Clock, ids: Ids, public_url: str) -> None:
        self.pool = pool
        self.clock = clock
        self._ids = ids
        self._public_url = public_url
        self._secure = public_url.startswith("https://")
        self.cookie = "__Host-tieline" if self._secure else "tieline"

    async def of(self, request: Request) -> Caller:
        """Return who makes a request.

        Raises:
            UnknownKeyError: There is a key and it opens nothing.
            LoginRequiredError: There is neither a key nor a session that lives.
        """
        authorization = request.headers.get("authorization", "")
        if authorization:
            return await self._key(authorization)
        return await self._member(request.cookies.get(self.cookie, ""))

    def check_site(self, request: Request, found: Caller | None) -> None:
        """Refuse what another site makes a browser send.

        Raises:
            CrossSiteError: It came from another site, or lacks the session's token.
        """
        if request.method in session.SAFE or (found is not None and found.kind == KEY):
            return
        headers = request.headers
        if not session.same_origin(
            headers.get("origin"), headers.get("sec-fetch-site"), headers.get("host", ""), self._public_url
        ):
            raise CrossSiteError("The request came from another site.")
        if found is not None and not session.same_csrf(
            request.cookies.get(self.cookie, ""), headers.get("x-csrf-token", "")
        ):
            raise CrossSiteError(
                "The request does not carry the session's token.",
                way_out="Send csrf_token of GET /api/session as X-CSRF-Token.",
            )

    async def begin(self, request: Request, response: Response, member: Member) -> str:
        """Open a session for who has just proved to be `member`, in place of any the browser had; return its CSRF token."""
        token, device = self._token(), request.cookies.get(DEVICE) or self._token()
        now = self.clock.now()
        async with self.pool.connection() as connection, connection.transaction():
            console = PostgresConsole(connection)
            await console.sweep(now - session.LIFE, now - session.IDLE)
            if before := request.cookies.get(self.cookie):
                await console.close(session.token_hash(before))
            await console.open(member, session.token_hash(token), now)
            await console.know_device(member, session.token_hash(device), now)
        self._set(response, self.cookie, token, session.LIFE, "/")
        self._set(response, DEVICE, device, DEVICE_LIFE, "/api/session")
        return session.csrf_token(token)

    async def end(self, response: Response, found: Caller) -> None:
        """Close the caller's session."""
        async with self.pool.connection() as connection:
            await PostgresConsole(connection).close(found.session)
        response.delete_cookie(self.cookie, path="/", secure=self._secure, httponly=True, samesite="lax")

    def csrf(self, request: Request) -> str:
        """Return the CSRF token of the request's session."""
        return session.csrf_token(request.cookies.get(self.cookie, ""))

    async def _key(self, authorization: str) -> Caller:
        scheme, _, secret = authorization.partition(" ")
        now = self.clock.now()
        found = None
        if scheme.lower() == "bearer":
            async with self.pool.connection() as connection:
                found = await PostgresApiKeys(connection).use(key_hash(secret), now)
        if found is None:
            raise UnknownKeyError(
                "The secret key is not known.", way_out="Send it as Authorization: Bearer sk_..."
            )
        return Caller(found.workspace_id, KEY, found.key_id, found.name, "", table.of_scopes(found.scopes))

    async def _member(self, token: str) -> Caller:
        now = self.clock.now()
        if token:
            named = session.token_hash(token)
            async with self.pool.connection() as connection:
                console = PostgresConsole(connection)
                found = await console.session(named)
                if found is not None and session.alive(found, now):
                    if now - found.seen_at > session.TOUCH:
                        await console.touch(named, now)
                    member = found.member
                    return Caller(
                        member.workspace_id, MEMBER, member.member_id, member.email, member.role,
                        table.of_role(member.role), named,
                    )  # fmt: skip
        raise LoginRequiredError(
            "Nobody is logged in.", way_out="Log in, or send Authorization: Bearer sk_..."
        )

    def _token(self) -> str:
        return self._ids.token() + self._ids.token()

    def _set(self, response: Response, name: str, value: str, life: timedelta, path: str) -> None:
        response.set_cookie(
            name, value, max_age=int(life.total_seconds()), path=path, secure=self._secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
