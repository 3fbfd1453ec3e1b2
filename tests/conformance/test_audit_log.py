"""The audit log: what is done is in it, nothing personal is, and nobody can change it."""

import asyncio

import psycopg
import pytest
from console_http import Browser, create_workspace

KEY = {"Authorization": "Bearer sk_right"}


@pytest.fixture
async def browser(app, unit):
    await create_workspace(unit)
    opened = Browser.open(app)
    await opened.log_in("owner@shop.test")
    yield opened
    await opened.http.aclose()


async def test_what_changes_something_is_written_down_with_who_did_it(browser):
    await browser.call("PUT", "/api/catalogs/products", {"items": {"A": {"name": "帽子"}}})
    await browser.http.put("/api/catalogs/stores", json={"items": {}}, headers=KEY)
    await browser.call("PUT", "/api/catalogs/broken", {"items": 1})

    page = (await browser.http.get("/api/audit")).json()
    said = [(one["actor_name"], one["action"], one["thing"], one["outcome"]) for one in page["lines"]]
    assert said == [
        ("test", "messages.write", "PUT catalogs/stores", "done"),
        ("owner@shop.test", "messages.write", "PUT catalogs/products", "done"),
        ("owner@shop.test", "session.begun", "session", "done"),
    ]


async def test_pages_lead_from_the_newest_line_to_the_first(browser):
    for n in range(5):
        await browser.call("PUT", f"/api/catalogs/c{n}", {"items": {}})
    seen, before = [], None
    while True:
        query = {"limit": 2} | ({"before": before} if before else {})
        page = (await browser.http.get("/api/audit", params=query)).json()
        seen += [one["number"] for one in page["lines"]]
        before = page["next_before"]
        if before is None:
            break
    assert seen == [6, 5, 4, 3, 2, 1]
    only = (await browser.http.get("/api/audit", params={"action": "session"})).json()["lines"]
    assert [one["action"] for one in only] == ["session.begun"]


async def test_lines_written_at_once_form_one_chain(browser):
    await asyncio.gather(*(browser.call("PUT", f"/api/catalogs/c{n}", {"items": {}}) for n in range(12)))
    assert (await browser.http.get("/api/audit/check")).json()["whole"] is True
    assert (await browser.http.get("/api/audit/check")).json()["lines"] == 13


@pytest.mark.parametrize(
    "change", ["update audit_entry set actor = 'x'", "delete from audit_entry", "truncate audit_entry"]
)
@pytest.mark.usefixtures("browser")
async def test_a_line_cannot_be_changed_or_removed(postgres_url, change):
    with (
        psycopg.connect(postgres_url) as connection,
        pytest.raises(psycopg.errors.RaiseException, match="append-only"),
    ):
        connection.execute(change)


async def test_who_goes_round_the_lock_is_found_by_the_chain(browser, postgres_url):
    await browser.call("PUT", "/api/catalogs/c", {"items": {}})
    with psycopg.connect(postgres_url) as connection:
        connection.execute("alter table audit_entry disable trigger audit_entry_append_only")
        connection.execute("update audit_entry set actor = 'member:9' where entry_id = 1")
    found = (await browser.http.get("/api/audit/check")).json()
    assert (found["whole"], found["broken_at"]) == (False, 1)


async def test_no_address_stands_in_the_log(browser, postgres_url):
    await browser.log_in("owner@shop.test", "wrong wrong wrong")
    with psycopg.connect(postgres_url) as connection:
        told = str(connection.execute("select * from audit_entry").fetchall())
    assert "owner@" not in told
    assert "10.0.0" not in told
