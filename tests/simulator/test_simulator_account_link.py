"""Account linking ends in one signed webhook, or in none."""

import msgspec
import pytest

NONCE = "bm9uY2Utd2l0aC1lbm91Z2gtYml0cw"


def issue(line, person=0):
    answer = line.answer("POST", f"/v2/bot/user/{line.people[person]}/linkToken")
    return msgspec.json.decode(answer.body)["linkToken"]


def visit(line, token, browsing, nonce=NONCE, **headers):
    path = f"/dialog/bot/accountLink?linkToken={token}&nonce={nonce}"
    return line.answer("GET", path, **({"x_sim_user": browsing} if browsing else {}), **headers).status


def results(line):
    return [call.events[0] for call in line.webhooks()]


def test_the_right_person_is_linked(line):
    assert visit(line, issue(line), line.people[0]) == 200
    (event,) = results(line)
    assert event["link"] == {"result": "ok", "nonce": NONCE}
    assert event["source"]["userId"] == line.people[0]
    assert "replyToken" in event


def test_another_person_fails_without_being_named(line):
    visit(line, issue(line), line.people[1])
    (event,) = results(line)
    assert event["link"] == {"result": "failed", "nonce": NONCE}
    assert "source" not in event
    assert "replyToken" not in event


def test_the_person_may_be_named_by_cookie(line):
    assert visit(line, issue(line), None, cookie=f"sim_user={line.people[0]}") == 200
    assert results(line)[0]["link"]["result"] == "ok"


def test_a_link_token_is_good_once(line):
    token = issue(line)
    visit(line, token, line.people[0])
    assert visit(line, token, line.people[0]) == 400
    assert len(results(line)) == 1


def test_a_link_token_dies_after_ten_minutes_in_silence(line):
    token = issue(line)
    line.wait(minutes=10)
    assert visit(line, token, line.people[0]) == 400
    assert results(line) == []


@pytest.mark.parametrize("nonce", ["short", "x" * 256])
def test_a_nonce_has_ten_to_255_characters(line, nonce):
    token = issue(line)
    assert visit(line, token, line.people[0], nonce) == 400
    assert visit(line, token, line.people[0]) == 200


def test_link_tokens_are_for_friends(line):
    stranger = line.platform.add_people(line.account, 1, first=9, friends=False)[0]
    assert line.answer("POST", f"/v2/bot/user/{stranger}/linkToken").status == 404
