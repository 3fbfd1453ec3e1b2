"""Log-in, sessions, tokens against other sites, throttling: over HTTP, against the real tables."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from console_http import PASSWORD, Browser, NoHistory, create_workspace

from tieline import settings
from tieline.app.http import answering

OWNER = "owner@shop.test"


@pytest.fixture
async def browser(app, unit):
    await create_workspace(unit, roles=("owner", "analyst"))
    opened = Browser.open(app)
    yield opened
    await opened.http.aclose()


def age(postgres_url, table, column, by):
    with psycopg.connect(postgres_url) as connection:
        connection.execute(f"update {table} set {column} = {column} - %s", (by,))


def actions(postgres_url):
    with psycopg.connect(postgres_url) as connection:
        return connection.execute(
            "select actor, action, thing, outcome, detail from audit_entry order by entry_id"
        ).fetchall()


async def test_who_logs_in_is_known_until_they_log_out(browser):
    assert (await browser.http.get("/api/session")).json()["code"] == "login_required"
    answer = await browser.log_in(" Owner@SHOP.test ")
    assert answer.status_code == 200, answer.text
    assert answer.json()["workspace"] == {
        "key": "shop",
        "name": "Shop",
        "time_zone": "Asia/Taipei",
        "country": "TW",
    }

    me = (await browser.http.get("/api/session")).json()
    assert (me["name"], me["role"], me["sees"], me["csrf_token"]) == (OWNER, "owner", "all", browser.csrf)

    kept = dict(browser.http.cookies)
    assert (await browser.call("DELETE", "/api/session")).status_code == 204
    browser.http.cookies.update(kept)
    assert (await browser.http.get("/api/session")).status_code == 401


async def test_the_cookie_cannot_be_read_by_scripts_nor_sent_by_other_sites(browser):
    cookie = next(
        one
        for one in (await browser.log_in(OWNER)).headers.get_list("set-cookie")
        if one.startswith("tieline=")
    )
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/;" in f"{cookie};"
    assert len(cookie.partition("=")[2].partition(";")[0]) == 44


async def test_over_https_the_cookie_is_secure_and_bound_to_the_host(tmp_path, postgres_url, unit):
    await create_workspace(unit)
    chosen = settings.load(tmp_path, {"TIELINE_PUBLIC_URL": "https://cdp.example"})
    async with answering(chosen, postgres_url, NoHistory()) as (app, _):
        browser = Browser.open(app, base="https://cdp.example")
        cookies = (await browser.log_in(OWNER)).headers.get_list("set-cookie")
        assert all("Secure" in cookie for cookie in cookies)
        assert any(cookie.startswith("__Host-tieline=") for cookie in cookies)
        assert (await browser.http.get("/api/session")).status_code == 200
        await browser.http.aclose()


async def test_only_hashes_of_tokens_are_stored(browser, postgres_url):
    await browser.log_in(OWNER)
    token = browser.http.cookies["tieline"]
    with psycopg.connect(postgres_url) as connection:
        stored = connection.execute("select row_to_json(s)::text from console_session s").fetchall()
    assert len(stored) == 1
    assert token not in stored[0][0]
    assert token.encode().hex() not in stored[0][0]


async def test_a_log_in_ends_the_session_that_the_browser_had(browser):
    await browser.log_in(OWNER)
    first = browser.http.cookies["tieline"]
    await browser.log_in(OWNER)
    assert browser.http.cookies["tieline"] != first
    browser.http.cookies.set("tieline", first, domain="tieline.test")
    assert (await browser.http.get("/api/session", headers={"Cookie": f"tieline={first}"})).status_code == 401


@pytest.mark.parametrize(
    ("column", "by"), [("seen_at", timedelta(hours=8)), ("started_at", timedelta(days=7))]
)
async def test_a_session_ends_when_idle_and_when_old(browser, postgres_url, column, by):
    await browser.log_in(OWNER)
    age(postgres_url, "console_session", column, by)
    assert (await browser.http.get("/api/session")).status_code == 401


async def test_a_wrong_password_and_an_unknown_address_look_the_same(browser, postgres_url):
    wrong, unknown = (
        await browser.log_in(OWNER, "wrong wrong wrong"),
        await browser.log_in("nobody@shop.test"),
    )
    assert (wrong.status_code, wrong.json()) == (unknown.status_code, unknown.json())
    assert wrong.status_code == 401
    assert actions(postgres_url) == [
        ("nobody", "session.failed", "member:1", "refused", "wrong password, strange device")
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 48},
        {"Origin": "http://evil.test"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_what_another_site_sends_changes_nothing(browser, headers):
    await browser.log_in(OWNER)
    answer = await browser.call("DELETE", "/api/session", **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert (await browser.http.get("/api/session")).status_code == 200


async def test_another_site_cannot_log_a_browser_in(browser):
    answer = await browser.http.post(
        "/api/session", json={"email": OWNER, "password": PASSWORD}, headers={"Origin": "http://evil.test"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_the_token_of_another_session_is_refused(app, browser):
    await browser.log_in(OWNER)
    other = Browser.open(app)
    await other.log_in("analyst@shop.test")
    answer = await browser.call("DELETE", "/api/session", **{"X-CSRF-Token": other.csrf})
    assert answer.status_code == 403
    await other.http.aclose()


async def test_who_guesses_is_stopped_and_the_owner_still_comes_in_with_their_own_browser(
    app, browser, postgres_url
):
    assert (await browser.log_in(OWNER)).status_code == 200
    thief = Browser.open(app, "10.6.6.6")
    seen = [(await thief.log_in(OWNER, f"guess number {n}")).status_code for n in range(13)]
    assert seen == [401] * 10 + [429] * 3
    refused = await thief.log_in(OWNER)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 900
    assert (await browser.log_in(OWNER)).status_code == 200
    assert [detail for _, action, _, _, detail in actions(postgres_url) if action == "session.failed"] == [
        *["wrong password, strange device"] * 10, "too many attempts",
    ]  # fmt: skip
    age(postgres_url, "login_attempt", "since_at", timedelta(minutes=15))
    assert (await thief.log_in(OWNER)).status_code == 200
    await thief.http.aclose()


@pytest.mark.usefixtures("browser")
async def test_many_guesses_at_once_are_no_more_than_one_after_the_other(app):
    thieves = [Browser.open(app, f"10.6.0.{n}") for n in range(14)]
    answers = await asyncio.gather(*(thief.log_in(OWNER, "guess guess guess") for thief in thieves))
    assert sorted(answer.status_code for answer in answers) == [401] * 10 + [429] * 4
    for thief in thieves:
        await thief.http.aclose()


async def test_one_address_cannot_try_many_accounts(app):
    thief = Browser.open(app, "10.6.6.6")
    seen = [
        (
            await thief.http.post("/api/session", json={"email": f"a{n}@x.test", "password": "guess"})
        ).status_code
        for n in range(42)
    ]
    assert seen[:40] == [401] * 40
    assert seen[40:] == [429, 429]
    await thief.http.aclose()


async def test_a_new_password_ends_every_other_session(app, browser):
    other = Browser.open(app, "10.0.0.2")
    await browser.log_in(OWNER)
    await other.log_in(OWNER)

    wrong = await browser.call(
        "POST", "/api/session/password", {"current": "not the one", "new": "lamp river seven"}
    )
    weak = await browser.call("POST", "/api/session/password", {"current": PASSWORD, "new": "short"})
    done = await browser.call(
        "POST", "/api/session/password", {"current": PASSWORD, "new": "lamp river seven"}
    )

    assert (wrong.status_code, weak.status_code, done.status_code) == (401, 422, 200)
    assert (await browser.http.get("/api/session")).json()["csrf_token"] == done.json()["csrf_token"]
    assert (await other.http.get("/api/session")).status_code == 401
    assert (await other.log_in(OWNER)).status_code == 401
    assert (await other.log_in(OWNER, "lamp river seven")).status_code == 200
    await other.http.aclose()


async def test_who_is_in_two_workspaces_says_which(browser, unit):
    other = await create_workspace(unit, key="cafe", roles=(), bearer="sk_cafe")
    async with unit.transaction():
        await unit.connection.execute(
            "insert into console_user (workspace_id, email, password_hash, role, created_at) select %s, email, password_hash, 'support', created_at from console_user where email = %s",
            (other, OWNER),
        )
    unclear = await browser.log_in(OWNER)
    assert (unclear.status_code, unclear.json()["way_out"]) == (409, "Name one: shop, cafe.")
    assert (await browser.log_in(OWNER, workspace="cafe")).json()["role"] == "support"


async def test_a_role_may_what_the_table_says_and_is_told_what_is_missing(browser, postgres_url):
    await browser.log_in("analyst@shop.test")
    refused = await browser.call("POST", "/api/segments", {"key": "x"})
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "segments.write" in refused.json()["title"]
    assert (await browser.http.get("/api/imports")).status_code == 200
    assert actions(postgres_url)[-1] == ("member:2", "segments.write", "POST segments", "refused", "")


async def test_a_hostile_path_is_judged_as_the_router_reads_it(browser):
    await browser.log_in("analyst@shop.test")
    for path in (
        "/api/segments/x%3F/../preview",
        "/api/journeys/x%23/state",
        "/api/session/../keys",
        "/api//keys",
    ):
        assert (await browser.call("PUT", path, {})).status_code in {403, 404, 405}


async def test_a_secret_key_needs_no_token_and_is_known_by_its_name(browser):
    key = {"Authorization": "Bearer sk_right"}
    me = (await browser.http.get("/api/session", headers=key)).json()
    assert (me["kind"], me["name"], me["csrf_token"]) == ("key", "test", "")
    assert (
        await browser.http.put(
            "/api/catalogs/c", headers={**key, "Origin": "http://evil.test"}, json={"items": {}}
        )
    ).status_code == 200
