"""Members come by a link that works once; the last owner stays; a key can do what its maker can, and no more."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from console_http import Browser, create_workspace

OWNER, ANALYST = "owner@shop.test", "analyst@shop.test"
NEW = "nora@shop.test"


@pytest.fixture
async def owner(app, unit):
    await create_workspace(unit, roles=("owner", "analyst", "developer"))
    await create_workspace(unit, key="cafe", bearer="sk_cafe")
    opened = Browser.open(app)
    await opened.log_in(OWNER)
    yield opened
    await opened.http.aclose()


async def members(browser):
    return {one["email"]: one for one in (await browser.http.get("/api/members")).json()["members"]}


async def invite(owner, email=NEW, role="marketer"):
    answer = await owner.call("POST", "/api/members/invitations", {"email": email, "role": role})
    assert answer.status_code == 201, answer.text
    return answer.json()["link"].partition("/join#")[2]


async def test_an_invitation_makes_a_member_once(app, owner, postgres_url):
    token = await invite(owner)
    guest = Browser.open(app)
    seen = (await guest.call("POST", "/api/invitations/look", {"token": token})).json()
    assert (seen["email"], seen["role"], seen["workspace"]) == (NEW, "marketer", "shop")
    weak = await guest.call("POST", "/api/invitations/accept", {"token": token, "password": "short"})
    assert weak.json()["field"] == "/password"

    accept = {"token": token, "password": "lamp river seven"}
    answers = await asyncio.gather(*(guest.call("POST", "/api/invitations/accept", accept) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404]
    assert (await guest.log_in(NEW, "lamp river seven")).json()["role"] == "marketer"
    assert (await members(owner))[NEW]["role"] == "marketer"
    with psycopg.connect(postgres_url) as connection:
        told = connection.execute("select action, detail from audit_entry order by entry_id").fetchall()
        kept = str(connection.execute("select * from invitation").fetchall())
    assert ("members.write", "invitation=1 role=marketer") in told
    assert ("member.joined", "invitation=1 role=marketer") in told
    assert NEW not in str(told)
    assert token not in kept
    await guest.http.aclose()


async def test_an_old_a_withdrawn_and_a_replaced_invitation_open_nothing(app, owner, postgres_url):
    guest = Browser.open(app)

    async def looks(token):
        return (await guest.call("POST", "/api/invitations/look", {"token": token})).status_code

    first = await invite(owner)
    second = await invite(owner)
    assert (await looks(first), await looks(second), await looks("made up")) == (404, 200, 404)
    (open_one,) = (await owner.http.get("/api/members")).json()["invitations"]
    assert (
        await owner.call("DELETE", f"/api/members/invitations/{open_one['invitation_id']}")
    ).status_code == 204
    assert await looks(second) == 404
    third = await invite(owner)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("update invitation set expires_at = expires_at - %s", (timedelta(days=7),))
    assert await looks(third) == 404
    await guest.http.aclose()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "nobody", "role": "analyst"}, "/email"),
        ({"email": NEW, "role": "admin"}, "/role"),
        ({"email": ANALYST, "role": "owner"}, "/email"),
    ],
)
async def test_a_wrong_invitation_is_refused_with_its_place(owner, body, field):
    assert (await owner.call("POST", "/api/members/invitations", body)).json()["field"] == field


async def test_a_role_changes_at_once_and_a_removed_member_is_out_at_once(app, owner):
    other = Browser.open(app)
    await other.log_in(ANALYST)
    number = (await members(owner))[ANALYST]["member_id"]
    assert (await other.http.get("/api/sources")).status_code == 200
    await owner.call("PUT", f"/api/members/{number}", {"role": "support"})
    assert (await other.http.get("/api/sources")).status_code == 403

    assert (await owner.call("DELETE", f"/api/members/{number}")).json() == {"member_id": number, "role": ""}
    assert (await other.http.get("/api/session")).status_code == 401
    assert (await other.log_in(ANALYST)).status_code == 401
    assert ANALYST not in await members(owner)
    token = await invite(owner, ANALYST)
    await other.call("POST", "/api/invitations/accept", {"token": token, "password": "lamp river seven"})
    assert (await members(owner))[ANALYST]["member_id"] == number
    await other.http.aclose()


async def test_the_last_owner_stays_even_when_two_go_at_once(app, owner):
    own = (await members(owner))[OWNER]["member_id"]
    for call in (
        ("DELETE", f"/api/members/{own}", None),
        ("PUT", f"/api/members/{own}", {"role": "support"}),
    ):
        assert (await owner.call(*call)).json()["code"] == "conflict"
    second = (await members(owner))["developer@shop.test"]["member_id"]
    await owner.call("PUT", f"/api/members/{second}", {"role": "owner"})
    other = Browser.open(app)
    await other.log_in("developer@shop.test")
    answers = await asyncio.gather(
        owner.call("PUT", f"/api/members/{own}", {"role": "analyst"}),
        other.call("DELETE", f"/api/members/{second}"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    await other.http.aclose()


async def test_members_of_another_workspace_are_out_of_reach(app, owner):
    stranger = Browser.open(app)
    await stranger.log_in("owner@cafe.test")
    own = (await members(owner))[OWNER]["member_id"]
    assert set(await members(stranger)) == {"owner@cafe.test"}
    assert (await stranger.call("DELETE", f"/api/members/{own}")).status_code == 404
    key = (await owner.call("POST", "/api/keys", {"name": "k", "scopes": ["reports.read"]})).json()["key_id"]
    assert (await stranger.call("DELETE", f"/api/keys/{key}")).status_code == 404
    await stranger.http.aclose()


async def test_a_key_is_shown_once_does_what_it_may_and_dies_when_revoked(owner, postgres_url):
    wish = {"name": "店內報表", "scopes": ["imports.read"], "days": 30}
    made = (await owner.call("POST", "/api/keys", wish)).json()
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    owner.http.cookies.clear()
    assert (await owner.http.get("/api/imports", headers=bearer)).status_code == 200
    refused = await owner.http.get("/api/sources", headers=bearer)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")

    await owner.log_in(OWNER)
    listed = (await owner.http.get("/api/keys")).json()["keys"]
    mine = next(one for one in listed if one["key_id"] == made["key_id"])
    assert mine["last_used_at"] is not None
    assert made["secret"] not in str(listed)
    with psycopg.connect(postgres_url) as connection:
        assert made["secret"] not in str(connection.execute("select * from secret_key").fetchall())
    await owner.call("DELETE", f"/api/keys/{made['key_id']}")
    assert (await owner.http.get("/api/imports", headers=bearer)).status_code == 401


async def test_a_key_ends_on_its_day(owner, postgres_url):
    made = (
        await owner.call("POST", "/api/keys", {"name": "k", "scopes": ["imports.read"], "days": 1})
    ).json()
    with psycopg.connect(postgres_url) as connection:
        connection.execute("update secret_key set expires_at = expires_at - %s", (timedelta(days=1),))
    bearer = {"Authorization": f"Bearer {made['secret']}"}
    assert (await owner.http.get("/api/imports", headers=bearer)).status_code == 401


@pytest.mark.parametrize("scopes", [["*"], ["people.all"], ["members.write"], ["journeys.write"]])
async def test_nobody_makes_a_key_that_can_more_than_they_can(app, owner, scopes):
    developer = Browser.open(app)
    await developer.log_in("developer@shop.test")
    refused = await developer.call("POST", "/api/keys", {"name": "k", "scopes": scopes})
    assert (refused.status_code, refused.json()["field"]) == (403, "/scopes")
    allowed = await developer.call("POST", "/api/keys", {"name": "k", "scopes": ["sources.write"]})
    assert allowed.status_code == 201
    assert (await owner.call("POST", "/api/keys", {"name": "all", "scopes": ["*"]})).status_code == 201
    await developer.http.aclose()


async def test_the_workspace_changes_and_says_what_it_cannot_be(owner):
    change = {"name": "小店", "time_zone": "Asia/Tokyo", "quiet_hours": {"begin": "21:00", "end": "08:30"}}
    seen = (await owner.call("PATCH", "/api/workspace", change)).json()
    assert (seen["name"], seen["time_zone"], seen["quiet_hours"]) == (
        "小店",
        "Asia/Tokyo",
        change["quiet_hours"],
    )
    assert (await owner.call("PATCH", "/api/workspace", {"no_quiet_hours": True})).json()[
        "quiet_hours"
    ] is None
    for wrong, field in (
        ({"time_zone": "Taipei"}, "/time_zone"),
        ({"time_zone": "../../etc/passwd"}, "/time_zone"),
        ({"quiet_hours": {"begin": "25:00", "end": "08:00"}}, "/quiet_hours/begin"),
        ({"quiet_hours": {"begin": "08:00", "end": "08:00"}}, "/quiet_hours/end"),
    ):
        assert (await owner.call("PATCH", "/api/workspace", wrong)).json()["field"] == field
