"""The message library by the door a console uses: save, versions, check, preview and test."""

import asyncio

import pytest
from line_brand import PROVIDER, serving

HELLO = [{"type": "text", "text": "{{ profile.given_name | default: '您' }}，您好"}]
LONG = [{"type": "text", "text": "x" * 5_001}]


@pytest.fixture
async def brand(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as made:
        yield made


async def test_a_message_keeps_every_version_and_the_same_content_makes_no_new_one(brand):
    first = await brand.call("PUT", "/api/messages/hello", {"name": "歡迎", "messages": HELLO})
    same = await brand.call("PUT", "/api/messages/hello", {"name": "歡迎詞", "messages": HELLO})
    other = await brand.call("PUT", "/api/messages/hello", {"messages": [{"type": "text", "text": "嗨"}]})

    assert [one["version"] for one in (first, same, other)] == [1, 1, 2]
    versions = (await brand.call("GET", "/api/messages/hello/versions"))["versions"]
    assert [one["messages"][0]["text"] for one in versions] == ["嗨", HELLO[0]["text"]]
    assert (await brand.call("GET", "/api/messages/hello", version=1))["messages"] == HELLO


async def test_what_line_would_refuse_is_not_kept_and_the_place_is_named(brand):
    refused = await brand.refused("PUT", "/api/messages/long", {"messages": LONG})
    wrong_key = await brand.refused("PUT", "/api/messages/Not%20A%20Key", {"messages": HELLO})
    no_messages = await brand.refused("PUT", "/api/messages/none", {"name": "x"})

    assert refused == (422, "invalid_template", "/messages/0/text")
    assert wrong_key == (422, "invalid_input", "/key")
    assert no_messages[:2] == (422, "invalid_input")
    assert (await brand.call("GET", "/api/messages"))["messages"] == []


async def test_an_archived_message_leaves_the_list_and_stays_readable(brand):
    await brand.call("PUT", "/api/messages/hello", {"messages": HELLO})

    await brand.call("DELETE", "/api/messages/hello", status=204)

    assert (await brand.call("GET", "/api/messages"))["messages"] == []
    assert [one["key"] for one in (await brand.call("GET", "/api/messages", archived=True))["messages"]] == [
        "hello"
    ]
    assert (await brand.call("GET", "/api/messages/hello"))["version"] == 1


async def test_a_preview_is_filled_for_the_person_and_says_what_is_wrong_for_them(brand):
    (user,) = await brand.befriend(1)
    await brand.rows(
        "insert into fact select workspace_id, node_id, 1, 'given_name', 'crm', '\"美玲\"', now() from node returning 1"
    )
    person = {"namespace": f"line:{PROVIDER}", "value": user}

    seen = await brand.call("POST", "/api/messages/preview", {"messages": HELLO, "person": person})
    empty = await brand.call(
        "POST",
        "/api/messages/preview",
        {"messages": [{"type": "text", "text": "{{ profile.none }}"}], "person": person},
    )

    assert (seen["messages"][0]["text"], seen["notification"], seen["problems"]) == (
        "美玲，您好",
        "美玲，您好",
        [],
    )
    assert empty["problems"][0]["pointer"] == "/0/text"


async def test_a_check_asks_line_itself_when_an_account_is_named(brand):
    ours = await brand.call("POST", "/api/messages/check", {"messages": LONG, "account": "main"})
    both = await brand.call(
        "POST", "/api/messages/check", {"messages": [{"type": "text", "text": "嗨"}], "account": "main"}
    )

    assert (ours["ok"], ours["problems"][0]["pointer"]) == (False, "/0/text")
    assert (both["ok"], both["line_status"]) == (True, 200)
    assert brand.line.ledger.calls["validate"] == 1


async def test_a_test_send_reaches_the_tester_and_obeys_consent(brand, postgres_url):
    (tester,) = await brand.befriend(1)
    (stranger,) = await brand.befriend(1, consent=False)
    await brand.call("PUT", "/api/messages/hello", {"messages": HELLO})
    people = [{"namespace": f"line:{PROVIDER}", "value": user} for user in (tester, stranger)]

    sent = await brand.call(
        "POST", "/api/messages/hello/test", {"account": "main", "people": people}, status=202
    )
    await brand.send_all(postgres_url)

    assert sorted((one["state"], one["reason"]) for one in sent["sends"]) == [
        ("planned", ""), ("suppressed", "no_consent"),
    ]  # fmt: skip
    assert len(brand.line.friends[tester].screen) == 1
    assert brand.line.friends[stranger].screen == []


async def test_a_test_goes_to_ten_people_at_most(brand):
    people = [{"namespace": f"line:{PROVIDER}", "value": "U" + f"{n:032x}"} for n in range(11)]
    await brand.call("PUT", "/api/messages/hello", {"messages": HELLO})

    refused = await brand.refused("POST", "/api/messages/hello/test", {"account": "main", "people": people})

    assert refused == (422, "invalid_input", "/people")


async def test_the_account_of_another_workspace_is_not_known(brand):
    await brand.rows(
        "insert into workspace (key, name, identity_key, created_at) values ('other', 'O', 'x', now()) returning 1"
    )
    await brand.rows(
        """
        insert into line_account overriding system value select (jsonb_populate_record(own, jsonb_build_object(
            'workspace_id', (select workspace_id from workspace where key = 'other'), 'account_id', 999, 'key', 'theirs', 'channel_id', '999'
        ))).* from line_account as own returning 1
        """
    )

    refused = await brand.refused("POST", "/api/messages/check", {"messages": HELLO, "account": "theirs"})

    assert refused[:2] == (404, "not_found")


async def test_more_previews_at_once_than_there_are_connections_are_all_answered(brand):
    (user,) = await brand.befriend(1)
    wish = {"messages": HELLO, "person": {"namespace": f"line:{PROVIDER}", "value": user}}

    seen = await asyncio.gather(*(brand.call("POST", "/api/messages/preview", wish) for _ in range(30)))

    assert {one["notification"] for one in seen} == {"您，您好"}
