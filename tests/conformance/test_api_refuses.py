"""Every route under /api refuses who has no key, before it looks at anything else."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from tieline.access import table
from tieline.api.keys import key_hash
from tieline.store.postgres.workspaces import PostgresWorkspaces


@pytest.fixture
async def http(app):
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tieline.test") as client:
        yield client


def api_routes(app):
    paths = app.openapi()["paths"]
    return [(m.upper(), p) for p, methods in paths.items() if p.startswith("/api/") for m in methods]


@pytest.mark.parametrize("authorization", ["", "Bearer sk_wrong", "Basic c2tfd3Jvbmc6"])
async def test_every_api_route_refuses_who_has_no_key(app, http, authorization):
    routes = api_routes(app)
    assert len(routes) > 20
    open_doors = []
    for method, path in routes:
        if table.EVERYBODY in table.needed(method, path).roles:
            continue
        answer = await http.request(
            method, re.sub(r"{[^}]+}", "x", path), headers={"Authorization": authorization}, content=b"{"
        )
        told = answer.headers["cache-control"], answer.headers["www-authenticate"]
        if answer.status_code != 401 or told != ("no-store", 'Bearer realm="tieline"'):
            open_doors.append((method, path, answer.status_code))
    assert open_doors == []


def test_every_api_route_has_a_permission(app):
    assert [route for route in api_routes(app) if table.needed(*route) is None] == []


def test_only_the_door_is_open_to_everybody(app):
    opened = {p for m, p in api_routes(app) if table.EVERYBODY in table.needed(m, p).roles}
    assert opened <= {"/api/session", "/api/invitations/look", "/api/invitations/accept"}


async def test_a_path_that_is_no_route_is_not_told_apart_without_a_key(http):
    assert (await http.get("/api/nothing")).status_code == 401


async def test_answers_to_a_key_are_not_kept_on_the_way(http, unit):
    now = datetime(2026, 11, 1, tzinfo=UTC)
    async with unit.transaction():
        workspaces = PostgresWorkspaces(unit.connection)
        workspace_id = await workspaces.create("shop", "Shop", "Asia/Taipei", "TW", now)
        await workspaces.add_secret_key(workspace_id, "test", key_hash("sk_right"), now)

    answer = await http.get("/api/imports", headers={"Authorization": "Bearer sk_right"})

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
