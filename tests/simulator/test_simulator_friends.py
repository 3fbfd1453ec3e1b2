"""Virtual friends act by their script, and the same way in every run."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieline.simulator.friend_book import FriendState
from tieline.simulator.friends import Script, react

URI = {"type": "uri", "label": "看看", "uri": "https://brand.example/"}
LINK = {"type": "uri", "label": "綁定", "uri": "http://127.0.0.1:8000/link?linkToken=abc"}
POSTBACK = {"type": "postback", "label": "好", "data": "a=1", "displayText": "好！"}
ALWAYS = {"tap": 1.0, "reply": 0.0, "bind": 1.0, "block": 0.0}


def offer(*actions):
    template = {"type": "buttons", "text": "選", "actions": list(actions)}
    return [{"type": "template", "altText": "選", "template": template}]


def test_a_link_to_bind_is_gone_through_and_another_is_tapped():
    reactions = react(Script(**ALWAYS), "U1", msgspec.json.encode(offer(URI, LINK)))
    assert {(one.kind, one.detail) for one in reactions} == {("visit", URI["uri"]), ("bind", LINK["uri"])}


@given(seed=st.integers(), user_id=st.text(max_size=5), text=st.text(min_size=1))
def test_the_same_friend_reacts_the_same_way_in_time(seed, user_id, text):
    messages = msgspec.json.encode([{"type": "text", "text": text}, *offer(URI, POSTBACK)])
    script = Script(seed=seed, tap=0.5, reply=0.5, block=0.5)
    reactions = react(script, user_id, messages)
    assert reactions == react(script, user_id, messages)
    assert all(1.0 <= one.delay_seconds <= 20.0 for one in reactions)
    assert [one.delay_seconds for one in reactions] == sorted(one.delay_seconds for one in reactions)


def test_habits_are_shares_of_the_friends():
    messages = msgspec.json.encode(offer(URI))
    taps = [react(Script(tap=0.3, reply=0, block=0), f"U{n}", messages) for n in range(2000)]
    assert 500 < sum(map(len, taps)) < 700


def test_a_pressed_button_comes_back_as_a_postback(line):
    line.account.script = Script(**ALWAYS)
    body = {"to": line.people[0], "messages": offer(POSTBACK)}
    line.answer("POST", "/v2/bot/message/push", body)
    line.wait(seconds=30)
    (call,) = line.webhooks()
    assert call.events[0]["postback"] == {"data": "a=1"}


def test_a_friend_who_has_enough_blocks_and_does_nothing_more(line):
    line.account.script = Script(tap=0.0, reply=0.0, block=1.0)
    line.push(line.people[0])
    line.wait(seconds=30)
    assert [call.events[0]["type"] for call in line.webhooks()] == ["unfollow"]
    assert line.account.friends[line.people[0]].state is FriendState.BLOCKED


def test_a_tapped_link_is_an_errand_for_the_browser(line):
    line.account.script = Script(**ALWAYS, bind_form={"member": "{user_id}"})
    line.answer("POST", "/v2/bot/message/push", {"to": line.people[0], "messages": offer(URI, LINK)})
    assert line.platform.next_due_at() > line.now
    line.wait(seconds=30)
    errands = line.platform.tick(line.now).errands
    assert {errand.uri: errand.form for errand in errands} == {
        URI["uri"]: None,
        LINK["uri"]: {"member": "{user_id}"},
    }


def test_two_runs_from_one_seed_are_equal(new_line):
    def run():
        line = new_line()
        line.account.script = Script(tap=0.5, reply=0.5, block=0.2)
        calls = []
        for minute in range(20):
            line.multicast(line.people, f"第 {minute} 則")
            line.wait(seconds=30)
            line.sign_in()
            calls += [call.body for call in line.webhooks()]
        return calls

    first = run()
    assert first
    assert first == run()
