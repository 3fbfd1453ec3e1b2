"""One brand with one LINE account, served in this process: the real API and stores, the simulated platform behind."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tieline import settings
from tieline.api.keys import key_hash
from tieline.app import stages
from tieline.app.http import answering
from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.clock import SystemClock
from tieline.ids import keyed_hash
from tieline.simulator.platform import LinePlatform
from tieline.simulator.transport import SimulatedTransport
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

SECRET_KEY = "sk_brand"
PROVIDER = "900"
CHANNEL = "100"
CHANNEL_SECRET = "secret-of-100"
BOT = "U" + "b" * 32


class NoHistory:
    async def query(self, sql: str, _parameters: Any) -> Any:
        raise AssertionError(f"history was asked: {sql}")


class Brand:
    """The brand's door, its database and its account at the platform."""

    def __init__(self, http: httpx.AsyncClient, unit: PostgresUnit, workspace_id: int, chosen: Any) -> None:
        self.http = http
        self.unit = unit
        self.workspace_id = workspace_id
        self.settings = chosen
        self.asking = (
            asyncio.Lock()
        )  # transactions of one connection nest, those of two who ask at once do not
        self.seed = 0
        self.history: Any = None
        self.sms = Path(chosen.sms_file)
        self.platform = LinePlatform()
        self.line = self.platform.add_account(CHANNEL, CHANNEL_SECRET, PROVIDER)
        self.transport = SimulatedTransport(self.platform, lambda: datetime.now(UTC))

    async def call(
        self, method: str, path: str, body: Any = None, status: int | None = None, **query: Any
    ) -> Any:
        answer = await self.http.request(method, path, json=body, params=query or None)
        assert answer.status_code == status if status else answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def refused(self, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
        answer = await self.http.request(method, path, json=body)
        said = answer.json()
        return answer.status_code, said["code"], said.get("field", "")

    async def connect(self, key: str = "main", plan: str = "tw-high") -> None:
        await self.call(
            "POST",
            "/api/line/accounts",
            {
                "key": key, "name": "衣著", "provider_id": PROVIDER, "channel_id": CHANNEL,
                "channel_secret": CHANNEL_SECRET, "bot_user_id": BOT, "price_plan": plan,
            },
        )  # fmt: skip

    async def befriend(self, count: int, *, consent: bool = True, account: str = "main") -> list[str]:
        """Make friends at the platform and in the database; return their LINE user ids."""
        self.seed += 1
        users = self.platform.add_people(self.line, count, seed=self.seed)
        await self.known(users, consent=consent, account=account)
        return users

    async def known(
        self, users: list[str], *, consent: bool = True, account: str = "main", at: datetime | None = None
    ) -> None:
        now = (at or datetime.now(UTC)) - timedelta(hours=1)
        async with self.unit.transaction():
            connection = self.unit.connection
            key = (await PostgresWorkspaces(connection).find(self.workspace_id)).identity_key
            nodes = [keyed_hash(key, f"line:{PROVIDER}", user) for user in users]
            await connection.execute(
                """
                insert into node select %s, n, %s, u, %s, n, n from unnest(%s::bytea[], %s::text[]) as t (n, u)
                """,
                (self.workspace_id, f"line:{PROVIDER}", now, nodes, users),
            )
            await connection.execute(
                "insert into fact select %s, n, 3, %s, 'line', 'true', %s from unnest(%s::bytea[]) as t (n)",
                (self.workspace_id, account, now, nodes),
            )
        if consent:
            await self.consent(nodes, granted=True, at=now)

    async def consent(self, nodes: list[bytes], *, granted: bool, at: datetime) -> None:
        """Let people say yes, or no, to the brand's messages."""
        async with self.unit.transaction():
            await self.unit.connection.execute(
                """
                insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version,
                                           evidence, source, event_key, at, received_at)
                select %s, n, 'marketing', 'line', %s, 'form', '1', '{}', 'crm', n || %s::text::bytea, %s, %s
                from unnest(%s::bytea[]) as t (n)
                """,
                (self.workspace_id, granted, at, at, at, nodes),
            )

    async def rows(self, sql: str, *bound: Any) -> list[tuple[Any, ...]]:
        async with self.asking, self.unit.transaction():
            return await (await self.unit.connection.execute(sql, bound)).fetchall()

    def row(self, user: str) -> int:
        """Return the place of a person in the platform's book."""
        return self.line.friends.row(user)

    async def tag(self, user: str, tag: str) -> None:
        await self.rows(
            "insert into fact select workspace_id, node_id, 2, %s, 'crm', 'true', now() from node where value = %s returning 1",
            tag, user,
        )  # fmt: skip

    async def bind(self, user: str, member: str) -> None:
        """Let a friend and a member number be one person."""
        await self.rows(
            """
            insert into node select workspace_id, decode(md5(%s), 'hex'), 'member_id', %s, now(), zone_id, profile_id
            from node where value = %s returning 1
            """,
            member, member, user,
        )  # fmt: skip

    async def unbind(self, member: str) -> None:
        await self.rows("update node set profile_id = node_id where value = %s returning 1", member)

    async def segment(self, key: str) -> None:
        await self.rows(
            "insert into segment values (%s, %s, 1, %s, '{}', 'live', now(), now()) returning 1",
            self.workspace_id, key, key,
        )  # fmt: skip

    async def member(self, member: str, phone: str) -> None:
        """Let a member with a telephone be known, by the names that real imports would give."""
        async with self.unit.transaction():
            connection = self.unit.connection
            key = (await PostgresWorkspaces(connection).find(self.workspace_id)).identity_key
            one = keyed_hash(key, "member_id", member)
            for namespace, value in (("member_id", member), ("phone", phone)):
                node = keyed_hash(key, namespace, value)
                await connection.execute(
                    "insert into node values (%s, %s, %s, %s, now(), %s, %s)",
                    (self.workspace_id, node, namespace, value, one, one),
                )
            await connection.execute(
                "insert into link select %s, least(a, b), greatest(a, b), 'crm', 3, now(), now() from (select %s::bytea as a, %s::bytea as b) as t",
                (self.workspace_id, one, keyed_hash(key, "phone", phone)),
            )

    def sms_code(self) -> str:
        """Return the last code that was sent by text message."""
        sent = self.sms.read_text("utf-8") if self.sms.exists() else ""
        found = re.findall(r"\b\d{6}\b", sent)
        return found[-1] if found else ""

    async def at_line(self, method: str, url: str, form: dict[str, str]) -> httpx.Response:
        """Do something on a page of LINE's."""
        async with httpx.AsyncClient(transport=self.transport) as browser:
            return await browser.request(method, url, data=form)

    async def absorb(self, url: str) -> None:
        """Let the stream take everything that waits."""
        unit = await PostgresUnit.open(url)
        directory = PostgresDirectory(unit)
        await directory.learn()
        stream = await PostgresUnit.open(url)
        absorb = stages.absorb(self.settings, url, stream, self.history, directory, SystemClock())
        while await absorb.step():
            pass
        await stream.close()
        await unit.close()

    async def remember(self, url: str) -> None:
        """Let history take everything that was absorbed."""
        unit = await PostgresUnit.open(url)
        directory = PostgresDirectory(unit)
        await directory.learn()
        step = stages.remember(
            self.settings, unit, self.history, ClickHouseEvaluator(self.history), directory, SystemClock()
        )
        while await step.step():
            pass
        await unit.close()

    def screens(self) -> list[Any]:
        """Return every message that reached a phone."""
        return [shown for friend in self.line.friends.values() for shown in friend.deliveries()]

    @asynccontextmanager
    async def sender(self, url: str) -> AsyncIterator[Any]:
        """Run the sending loop's parts by hand."""
        unit = await PostgresUnit.open(url)
        directory = PostgresDirectory(unit)
        await directory.learn()
        client = LineClient(
            "https://api.test",
            "https://data.test",
            directory.accounts,
            vault(self.settings),
            SystemClock(),
            self.transport,
        )
        send = stages.send(unit, client, directory, SystemClock())
        try:
            yield send
        finally:
            await send.sender.close(datetime.now(UTC))
            await client.close()
            await unit.close()

    async def send_all(self, url: str) -> None:
        """Send until nothing is due."""
        async with self.sender(url) as send:
            sends = send.sender._unit
            for _ in range(400):
                handled = await send.step()
                async with sends.transaction():
                    cursor = await sends.connection.execute(
                        "select 1 from send where state in ('planned', 'prepared', 'unknown') limit 1"
                    )
                    if not handled and await cursor.fetchone() is None:
                        return


@asynccontextmanager
async def serving(folder: Path, url: str, history: Any = None) -> AsyncIterator[Brand]:
    """Serve one brand whose account is connected already."""
    chosen = settings.load(
        folder,
        {
            "TIELINE_LINE_API_URL": "https://api.test",
            "TIELINE_LINE_DATA_API_URL": "https://data.test",
            "TIELINE_LINE_ACCESS_URL": "https://access.test",
            "TIELINE_SMS_FILE": str(folder / "sms"),
        },
    )
    unit = await PostgresUnit.open(url)
    async with unit.transaction():
        workspaces = PostgresWorkspaces(unit.connection)
        workspace_id = await workspaces.create("brand", "品牌", "Asia/Taipei", "TW", datetime.now(UTC))
        await workspaces.add_secret_key(workspace_id, "test", key_hash(SECRET_KEY), datetime.now(UTC))
    headers = {"Authorization": f"Bearer {SECRET_KEY}"}
    client = httpx.AsyncClient(base_url="http://tieline.test", headers=headers)
    brand = Brand(client, unit, workspace_id, chosen)
    async with answering(chosen, url, history or NoHistory(), brand.transport) as (app, commit):
        committing = asyncio.ensure_future(commit.run())
        brand.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://tieline.test", headers=headers
        )
        await brand.connect()
        yield brand
        committing.cancel()
        with suppress(asyncio.CancelledError):
            await committing
        await brand.http.aclose()
    await client.aclose()
    await unit.close()


@asynccontextmanager
async def remembering(folder: Path, url: str, engine: ClickHouse) -> AsyncIterator[Brand]:
    """Serve one brand that has a history."""
    history = ClickHouseHistory(engine)
    await history.mark()
    async with serving(folder, url, history) as brand:
        brand.history = history
        yield brand
