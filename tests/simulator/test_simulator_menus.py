"""Rich menus: what LINE refuses, who sees which, tabs, and batches."""

import struct
import zlib

import msgspec
import pytest

from tieline.simulator import phone, tapping
from tieline.simulator.friend_book import FriendState

MENU = "/v2/bot/richmenu"
AREA = {
    "bounds": {"x": 0, "y": 0, "width": 1250, "height": 843},
    "action": {"type": "postback", "label": "點數", "data": "points"},
}
SHAPE = {
    "size": {"width": 2500, "height": 843},
    "selected": True,
    "name": "會員選單",
    "chatBarText": "會員專區",
    "areas": [AREA],
}


def png(width=2500, height=843):
    def chunk(kind, content):
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def read(answer):
    assert answer.ok, answer.body
    return msgspec.json.decode(answer.body)


def draw(line, menu_id, body=None, kind="image/png"):
    return line.send_bytes(f"{MENU}/{menu_id}/content", png() if body is None else body, kind)


def menu(line, **changed):
    menu_id = read(line.answer("POST", MENU, {**SHAPE, **changed}))["richMenuId"]
    assert draw(line, menu_id).ok
    return menu_id


def shown(line, number=0):
    friend = line.account.friends[line.people[number]]
    found = tapping.shown_menu(line.account, friend)
    return found and found.rich_menu_id


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"size": {"width": 799, "height": 400}}, "size.width"),
        ({"size": {"width": 2500, "height": 249}}, "size.height"),
        ({"size": {"width": 1000, "height": 900}}, "size.height"),
        ({"selected": "yes"}, "selected"),
        ({"name": ""}, "name"),
        ({"chatBarText": "一二三四五六七八九十一二三四五"}, "chatBarText"),
        ({"areas": [AREA] * 21}, "areas"),
        (
            {"areas": [{**AREA, "bounds": {"x": 0, "y": 0, "width": 2501, "height": 1}}]},
            "areas[0].bounds.width",
        ),
        ({"areas": [{**AREA, "action": {"type": "camera", "label": "x"}}]}, "areas[0].action.type"),
        (
            {"areas": [{**AREA, "action": {"type": "richmenuswitch", "data": "x"}}]},
            "areas[0].action.richMenuAliasId",
        ),
    ],
)
def test_a_menu_that_line_refuses_is_refused_with_its_place(line, changed, place):
    for path in (MENU, f"{MENU}/validate"):
        answer = line.answer("POST", path, {**SHAPE, **changed})
        assert answer.status == 400
        assert place in [one["property"] for one in msgspec.json.decode(answer.body)["details"]]
    assert read(line.answer("GET", f"{MENU}/list"))["richmenus"] == []


def test_a_picture_is_taken_once_and_only_in_a_size_that_fits(line):
    menu_id = read(line.answer("POST", MENU, SHAPE))["richMenuId"]
    assert draw(line, menu_id, png(700, 300)).status == 400
    assert draw(line, menu_id, b"GIF89a").status == 400
    assert draw(line, menu_id, kind="image/gif").status == 415
    assert draw(line, menu_id, png() + bytes(1024 * 1024)).status == 413
    assert draw(line, menu_id).ok
    assert draw(line, menu_id).status == 400
    assert line.answer("GET", f"{MENU}/{menu_id}/content").body == png()


def test_a_menu_without_picture_reaches_nobody(line):
    menu_id = read(line.answer("POST", MENU, SHAPE))["richMenuId"]
    answer = line.answer("POST", f"/v2/bot/user/all/richmenu/{menu_id}")
    assert answer.status == 400
    assert b"must upload richmenu image" in answer.body


def test_an_own_menu_hides_the_default_until_it_is_unlinked(line):
    first, second, person = menu(line), menu(line), line.people[0]
    assert line.answer("POST", f"/v2/bot/user/all/richmenu/{first}").ok
    assert line.answer("POST", f"/v2/bot/user/{person}/richmenu/{second}").ok
    assert (shown(line, 0), shown(line, 1)) == (second, first)
    assert read(line.answer("GET", f"/v2/bot/user/{person}/richmenu")) == {"richMenuId": second}
    assert line.answer("DELETE", f"/v2/bot/user/{person}/richmenu").ok
    assert shown(line, 0) == first
    assert line.answer("GET", f"/v2/bot/user/{person}/richmenu").status == 404


def test_whoever_is_no_friend_sees_the_default_and_can_be_linked_to_nothing(line):
    default, own = menu(line), menu(line)
    line.answer("POST", f"/v2/bot/user/all/richmenu/{default}")
    line.account.friends[line.people[0]].state = FriendState.BLOCKED
    assert line.answer("POST", f"/v2/bot/user/{line.people[0]}/richmenu/{own}").status == 200
    assert line.answer("POST", f"/v2/bot/user/U{'0' * 32}/richmenu/{own}").status == 200
    assert line.account.menus.links == {}
    assert shown(line, 0) == default


def test_a_tab_switches_the_menu_and_says_how_it_went(line):
    first, second = menu(line), menu(line)
    read(line.answer("POST", f"{MENU}/alias", {"richMenuAliasId": "tab-b", "richMenuId": second}))
    line.answer("POST", f"/v2/bot/user/all/richmenu/{first}")
    friend = line.account.friends[line.people[0]]
    action = {"type": "richmenuswitch", "richMenuAliasId": "tab-b", "data": "to=b"}
    event = tapping.tap(line.platform.world, line.account, friend, action, line.now)["event"]
    assert event["postback"] == {
        "data": "to=b",
        "params": {"newRichMenuAliasId": "tab-b", "status": "SUCCESS"},
    }
    assert shown(line, 0) == second
    lost = tapping.switch(
        line.platform.world, line.account, friend, {**action, "richMenuAliasId": "x"}, line.now
    )
    assert lost["postback"]["params"] == {"status": "RICHMENU_ALIAS_ID_NOTFOUND"}


def test_an_alias_is_unique_and_can_be_turned_to_another_menu(line):
    first, second = menu(line), menu(line)
    body = {"richMenuAliasId": "home", "richMenuId": first}
    assert line.answer("POST", f"{MENU}/alias", body).ok
    assert line.answer("POST", f"{MENU}/alias", body).status == 400
    assert line.answer("POST", f"{MENU}/alias", {**body, "richMenuAliasId": "Home"}).status == 400
    assert line.answer("POST", f"{MENU}/alias/home", {"richMenuId": second}).ok
    assert read(line.answer("GET", f"{MENU}/alias/home"))["richMenuId"] == second
    assert line.answer("DELETE", f"{MENU}/alias/home").ok
    assert line.answer("GET", f"{MENU}/alias/home").status == 404


def test_a_bulk_link_takes_500_people_and_skips_those_it_cannot_reach(line):
    menu_id = menu(line)
    ids = [*line.people, "U" + "0" * 32]
    assert line.answer("POST", f"{MENU}/bulk/link", {"richMenuId": menu_id, "userIds": ids}).status == 202
    assert len(line.account.menus.links) == 3
    assert (
        line.answer("POST", f"{MENU}/bulk/link", {"richMenuId": menu_id, "userIds": ids * 200}).status == 400
    )
    assert line.answer("POST", f"{MENU}/bulk/unlink", {"userIds": ids}).status == 202
    assert line.account.menus.links == {}


def test_the_operations_of_a_batch_do_not_see_one_another(line):
    a, b, c = menu(line), menu(line), menu(line)
    line.answer("POST", f"/v2/bot/user/{line.people[0]}/richmenu/{a}")
    line.answer("POST", f"/v2/bot/user/{line.people[1]}/richmenu/{b}")
    body = {"operations": [{"type": "link", "from": a, "to": b}, {"type": "link", "from": b, "to": c}]}
    answer = line.answer("POST", f"{MENU}/batch", {**body, "resumeRequestKey": "once"})
    assert answer.status == 202
    request_id = answer.headers["x-line-request-id"]
    assert read(line.answer("GET", f"{MENU}/progress/batch?requestId={request_id}"))["phase"] == "ongoing"
    line.wait(seconds=10)
    assert read(line.answer("GET", f"{MENU}/progress/batch?requestId={request_id}"))["phase"] == "succeeded"
    assert (shown(line, 0), shown(line, 1)) == (b, c)
    assert line.answer("POST", f"{MENU}/batch", {**body, "resumeRequestKey": "once"}).status == 202
    line.wait(seconds=10)
    line.webhooks()
    assert (shown(line, 0), shown(line, 1)) == (b, c)


def test_a_batch_names_each_menu_once_and_is_allowed_three_times_an_hour(line):
    a, b = menu(line), menu(line)
    twice = {"operations": [{"type": "link", "from": a, "to": b}, {"type": "unlink", "from": a}]}
    assert line.answer("POST", f"{MENU}/validate/batch", twice).status == 400
    statuses = [
        line.answer("POST", f"{MENU}/batch", {"operations": [{"type": "unlinkAll"}]}).status for _ in range(4)
    ]
    assert statuses == [202, 202, 202, 429]


def test_a_hundred_menus_are_created_in_an_hour_and_no_more(line):
    statuses = [line.answer("POST", MENU, SHAPE).status for _ in range(101)]
    assert statuses == [200] * 100 + [429]


def test_a_deleted_menu_is_on_no_phone(line):
    menu_id = menu(line)
    line.answer("POST", f"/v2/bot/user/{line.people[0]}/richmenu/{menu_id}")
    assert line.answer("DELETE", f"{MENU}/{menu_id}").ok
    assert shown(line, 0) is None
    assert line.answer("DELETE", f"{MENU}/{menu_id}").status == 404


def test_the_use_of_a_menu_is_told_from_twenty_people_on(line):
    menu_id = menu(line)
    line.answer("POST", f"/v2/bot/user/all/richmenu/{menu_id}")
    path = f"/v2/bot/insight/richmenu/{menu_id}/summary?from=20261120&to=20261120"
    for count in (19, 20):
        for person in line.platform.add_people(line.account, count, seed=9):
            friend = line.account.friends[person]
            tapping.menu_seen(line.account, friend, line.now)
            tapping.menu_tapped(line.account, friend, 0, line.now)
        told = read(line.answer("GET", path))
        assert told["richMenuId"] == menu_id
        assert ("clicks" in told) is (count == 20)
    assert told["clicks"][0]["metrics"] == {"count": 39, "uniqueUsers": 20}
    daily = read(line.answer("GET", path.replace("summary", "daily")))
    assert daily["impression"]["metrics"] == [{"date": "20261120", "count": 39, "uniqueUsers": 20}]


def test_a_picked_time_comes_back_in_the_postback(line):
    friend = line.account.friends[line.people[0]]
    event = phone.press(
        line.platform.world, line.account, friend, "when", "", line.now, params={"date": "2026-12-01"}
    )
    assert event["postback"] == {"data": "when", "params": {"date": "2026-12-01"}}
