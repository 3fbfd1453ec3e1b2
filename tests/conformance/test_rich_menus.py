"""Rich menus from the brand's door to the simulated phones: drawing, rules, ranks, tabs, schedule, kills and limits."""

import struct
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from line_brand import serving

from tieline.app.line import menu_sync

NOW = datetime.now(UTC)
SIZE = {"width": 800, "height": 540}
MENUS = "/api/line/accounts/main/menus"


def png(width=800, height=540, shade=0):
    """A picture of one shade."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes([shade]) * width) * height)
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def menu(**action):
    area = {
        "bounds": {"x": 0, "y": 0, "width": 400, "height": 540},
        "action": action or {"type": "postback", "data": "a"},
    }
    return {"size": SIZE, "selected": True, "chatBarText": "選單", "areas": [area]}


@pytest.fixture
async def brand(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as made:
        yield made


async def draw(brand, key, picture=None, definition=None, **rule):
    await brand.call("PUT", f"{MENUS}/{key}", {"menu": definition or menu(), **rule})
    answer = await brand.http.put(f"{MENUS}/{key}/image", content=picture or png(shade=len(key)))
    assert answer.is_success, answer.text


async def sync(brand, url, at=NOW, rounds=6):
    async with brand.sender(url) as send:
        keeper = menu_sync(brand.unit, send.sender._line)
        for _ in range(rounds):
            if not await keeper.step(at):
                break


def seen(brand, user):
    """Which menu a phone shows, by the brand's key."""
    book = brand.line.menus
    shown = book.shown_to(brand.row(user), friend=True)
    return shown.content["name"].split(":")[0] if shown else None


async def test_everybody_sees_the_default_and_who_a_rule_fits_sees_theirs(brand, postgres_url):
    users = await brand.befriend(3)
    await draw(brand, "start", is_default=True)
    await draw(brand, "vip", tag="VIP", rank=1)
    await brand.tag(users[0], "VIP")

    await sync(brand, postgres_url)

    assert [seen(brand, user) for user in users] == ["vip", "start", "start"]
    assert (await brand.call("GET", MENUS))["menus"][0]["friends"] == 1


async def test_of_two_menus_that_fit_the_first_in_rank_is_seen_and_dragging_changes_it(brand, postgres_url):
    (user,) = await brand.befriend(1)
    await brand.tag(user, "VIP")
    await draw(brand, "vip", tag="VIP", rank=1)
    await draw(brand, "winter", rank=2)
    await sync(brand, postgres_url)
    assert seen(brand, user) == "vip"

    await brand.call("PUT", f"{MENUS}/order", {"keys": ["winter", "vip"]})
    await sync(brand, postgres_url)

    assert seen(brand, user) == "winter"
    profile = (await brand.rows("select profile_id from node limit 1"))[0][0].hex()
    told = await brand.call("GET", f"{MENUS}/resolve/{profile}")
    assert told["sees"] == "winter"
    assert [(one["key"], one["why"]) for one in told["menus"]] == [
        ("winter", "rule"),
        ("vip", "another_first"),
    ]


async def test_who_binds_sees_the_menu_of_members_and_who_unbinds_falls_to_the_next_that_fits(
    brand, postgres_url
):
    (user,) = await brand.befriend(1)
    await draw(brand, "member", bound=True, rank=1)
    await draw(brand, "stranger", bound=False, rank=2)
    await sync(brand, postgres_url)
    assert seen(brand, user) == "stranger"

    await brand.bind(user, "M-1")
    await sync(brand, postgres_url)
    assert seen(brand, user) == "member"

    await brand.unbind("M-1")
    await sync(brand, postgres_url)
    assert seen(brand, user) == "stranger"


async def test_a_segment_that_decides_about_a_menu_is_in_use_and_stays(brand):
    await brand.segment("big")
    await draw(brand, "big", segment="big")

    used = (await brand.call("GET", "/api/segments/big/used-by"))["used_by"]
    refused = await brand.http.delete("/api/segments/big")

    assert used == [{"kind": "rich_menu", "key": "big"}]
    assert refused.status_code == 409


async def test_entering_a_segment_changes_the_menu_without_a_look_at_everybody(brand, postgres_url):
    users = await brand.befriend(2)
    await brand.segment("big")
    await draw(brand, "big", segment="big")
    async with brand.sender(postgres_url) as send:
        keeper = menu_sync(brand.unit, send.sender._line)
        for _ in range(4):
            await keeper.step(NOW)

        await brand.rows(
            "insert into membership select workspace_id, 'big', profile_id, now() from node where value = %s returning 1",
            users[0],
        )
        assert await brand.rows("select count(*) from rich_menu_due") == [(1,)]
        await keeper.step(NOW)
        assert [seen(brand, user) for user in users] == ["big", None]

        await brand.rows("delete from membership returning 1")
        await keeper.step(NOW)
    assert [seen(brand, user) for user in users] == [None, None]


async def test_a_menu_is_seen_from_its_beginning_to_its_end(brand, postgres_url):
    (user,) = await brand.befriend(1)
    begins, ends = NOW + timedelta(days=1), NOW + timedelta(days=2)
    await draw(brand, "sale", starts_at=begins.isoformat(), ends_at=ends.isoformat())

    found = []
    async with brand.sender(postgres_url) as send:
        keeper = menu_sync(brand.unit, send.sender._line)
        for at in (NOW, begins, ends):
            for _ in range(3):
                await keeper.step(at)
            found.append(seen(brand, user))

    assert found == [None, "sale", None]


async def test_a_tab_is_reached_by_its_alias_and_never_by_a_rule(brand, postgres_url):
    (user,) = await brand.befriend(1)
    await draw(brand, "shop", by_rule=False)
    await draw(brand, "home", definition=menu(type="richmenuswitch", richMenuAliasId="shop", data="to-shop"))

    await sync(brand, postgres_url)

    assert seen(brand, user) == "home"
    assert sorted(brand.line.menus.aliases) == ["home", "shop"]


async def test_a_new_picture_is_a_new_menu_and_the_old_one_goes(brand, postgres_url):
    (user,) = await brand.befriend(1)
    await draw(brand, "home")
    await sync(brand, postgres_url)
    (before,) = brand.line.menus.menus

    await draw(brand, "home", png(shade=200))
    await sync(brand, postgres_url)

    (after,) = brand.line.menus.menus
    assert after != before
    assert seen(brand, user) == "home"
    assert await brand.rows("select * from rich_menu_gone") == []


async def test_a_crash_after_the_creation_leaves_one_menu(brand, postgres_url):
    await brand.befriend(1)
    await draw(brand, "home")
    await sync(brand, postgres_url)
    await brand.rows("update rich_menu set line_id = null, line_hash = null returning 1")

    await sync(brand, postgres_url)

    assert len(brand.line.menus.menus) == 1


async def test_a_thousand_and_one_friends_are_linked_in_calls_of_five_hundred(brand, postgres_url):
    users = await brand.befriend(1_001)
    await draw(brand, "home")

    await sync(brand, postgres_url)

    assert {seen(brand, user) for user in users} == {"home"}
    assert brand.line.ledger.calls["menu-bulk-link"] == 3
    await sync(brand, postgres_url, NOW + timedelta(hours=1))
    assert brand.line.ledger.calls["menu-bulk-link"] == 3


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({**menu(), "chatBarText": "x" * 15}, "/menu/chatBarText"),
        ({**menu(), "size": {"width": 800, "height": 600}}, "/menu/size/height"),
        ({**menu(), "areas": menu()["areas"] * 21}, "/menu/areas"),
        (
            menu(type="richmenuswitch", richMenuAliasId="nowhere", data="x"),
            "/menu/areas/0/action/richMenuAliasId",
        ),
        (menu(type="camera", label="x"), "/menu/areas/0/action/type"),
    ],
)
async def test_a_menu_that_line_would_refuse_is_refused_with_its_place(brand, definition, field):
    assert (await brand.refused("PUT", f"{MENUS}/home", {"menu": definition}))[2] == field


async def test_a_picture_of_another_size_or_kind_is_refused(brand):
    await brand.call("PUT", f"{MENUS}/start", {"menu": menu()})

    small = await brand.http.put(f"{MENUS}/start/image", content=png(800, 300))
    text = await brand.http.put(f"{MENUS}/start/image", content=b"GIF89a")
    large = await brand.http.put(f"{MENUS}/start/image", content=b"\x89PNG" + b"x" * 1_048_577)

    assert [one.status_code for one in (small, text, large)] == [422, 422, 413]
    assert "800 x 300" in small.json()["title"]


async def give(brand, user, menu, after=0):
    """What the step of a journey says."""
    await brand.rows(
        "insert into fact select workspace_id, node_id, 1, 'rich_menu:main', 'tieline', coalesce(to_jsonb(%s::text), 'null'), %s from node"
        " where value = %s on conflict (workspace_id, node_id, kind, name, source) do update"
        " set value = excluded.value, at = excluded.at returning 1",
        menu, NOW + timedelta(seconds=after), user,
    )  # fmt: skip


async def test_who_a_journey_gives_a_menu_sees_it_by_its_rank_until_it_is_taken_away(brand, postgres_url):
    users = await brand.befriend(2)
    await draw(brand, "start", is_default=True)
    await draw(brand, "trial", by_rule=False, rank=5)
    await draw(brand, "sale", tag="SALE", rank=1)
    await draw(brand, "club", tag="CLUB", rank=9)
    for user in users:
        await brand.tag(user, "CLUB")
    await sync(brand, postgres_url)
    before = [seen(brand, user) for user in users]

    await give(brand, users[0], "trial")
    await sync(brand, postgres_url)
    given = [seen(brand, user) for user in users]
    (profile,) = (await brand.rows("select encode(profile_id, 'hex') from node where value = %s", users[0]))[
        0
    ]
    why = {one["key"]: one["why"] for one in (await brand.call("GET", f"{MENUS}/resolve/{profile}"))["menus"]}
    await brand.tag(users[0], "SALE")
    await sync(brand, postgres_url, NOW + timedelta(minutes=2))
    ranked = seen(brand, users[0])
    await give(brand, users[0], None, after=1)
    await brand.rows("delete from fact where name = 'SALE' returning 1")
    await sync(brand, postgres_url, NOW + timedelta(minutes=4))

    assert (before, given, ranked) == (["club", "club"], ["trial", "club"], "sale")
    assert why == {"sale": "no_tag", "trial": "journey", "club": "another_first", "start": "another_first"}
    assert seen(brand, users[0]) == "club"


async def test_a_menu_that_somebody_else_names_in_a_trait_is_not_given(brand, postgres_url):
    (user,) = await brand.befriend(1)
    await draw(brand, "staff", by_rule=False)
    await brand.rows(
        "insert into fact select workspace_id, node_id, 1, 'rich_menu:main', 'web', '\"staff\"', now() from node"
        " where value = %s returning 1",
        user,
    )

    await sync(brand, postgres_url)

    assert seen(brand, user) is None
