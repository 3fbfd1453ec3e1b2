"""A workspace with members, and browsers that log in to it over the real application."""

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI

from tieline.api.keys import key_hash
from tieline.store.postgres.workspaces import PostgresWorkspaces

NOW = datetime(2026, 11, 1, tzinfo=UTC)
PASSWORD = "kettle orange window"
_HASH = PasswordHasher(time_cost=1, memory_cost=8192, parallelism=1).hash(PASSWORD)
BASE = "http://tieline.test"


class NoHistory:
    async def query(self, sql, parameters):
        raise AssertionError(f"history was asked: {sql} with {parameters}")


async def create_workspace(unit, key="shop", roles=("owner",), bearer="sk_right"):
    """Create a workspace with one member per role, `owner@shop.test` and so on; return its number."""
    async with unit.transaction():
        workspaces = PostgresWorkspaces(unit.connection)
        workspace_id = await workspaces.create(key, key.title(), "Asia/Taipei", "TW", NOW)
        await workspaces.add_secret_key(workspace_id, "test", key_hash(bearer), NOW)
        for role in roles:
            await workspaces.add_user(workspace_id, f"{role}@{key}.test", _HASH, role, NOW)
    return workspace_id


@dataclass
class Browser:
    """One browser with its cookies, at one address."""

    http: httpx.AsyncClient
    csrf: str = ""

    @classmethod
    def open(cls, app: FastAPI, address: str = "10.0.0.1", base: str = BASE) -> "Browser":
        transport = httpx.ASGITransport(app, client=(address, 1234))
        return cls(httpx.AsyncClient(transport=transport, base_url=base, headers={"Origin": base}))

    async def log_in(self, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        answer = await self.http.post("/api/session", json={"email": email, "password": password, **more})
        if answer.is_success:
            self.csrf = answer.json()["csrf_token"]
        return answer

    async def call(self, method: str, path: str, body: object = None, **headers: str) -> httpx.Response:
        return await self.http.request(
            method, path, json=body, headers={"X-CSRF-Token": self.csrf, **headers}
        )
