"""Broadcast, narrowcast and audiences: who is meant, what is too few, what is kept of the month."""

import msgspec
import pytest

from tieline.simulator.accepting import insight_key
from tieline.simulator.engagement import COUNTED_FOR
from tieline.simulator.tapping import opened

NARROW = "/v2/bot/message/narrowcast"
AUDIENCE = "/v2/bot/audienceGroup"
TEXT = [{"type": "text", "text": "嗨"}]
KEY = "123e4567-e89b-12d3-a456-426655440000"


def read(answer):
    return msgspec.json.decode(answer.body)


def befriend(line, count=200):
    return line.platform.add_people(line.account, count, seed=7)


def narrow(line, **body):
    answer = line.answer("POST", NARROW, {"messages": TEXT, **body})
    return answer, answer.headers["x-line-request-id"]


def finish(line, request_id):
    line.wait(seconds=30)
    line.webhooks()
    return read(line.answer("GET", f"/v2/bot/message/progress/narrowcast?requestId={request_id}"))


def audience(line, ids, name="VIP"):
    body = {"description": name, "audiences": [{"id": one} for one in ids]}
    answer = line.answer("POST", f"{AUDIENCE}/upload", body)
    assert answer.status == 202, answer.body
    line.wait(seconds=30)
    line.webhooks()
    return read(answer)["audienceGroupId"]


def to_audience(number):
    return {"type": "audience", "audienceGroupId": number}


def got(line):
    return [person for person in line.account.friends if line.account.friends[person].deliveries()]


def test_a_broadcast_reaches_every_friend_once_for_its_key(line):
    befriend(line, 50)
    first = line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT}, x_line_retry_key=KEY)
    again = line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT}, x_line_retry_key=KEY)
    assert (first.status, again.status) == (200, 409)
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert len(got(line)) == 53
    assert line.facts()["billable_messages"] == 53


def test_a_broadcast_beyond_the_month_reaches_nobody(line):
    line.account.quota = 2
    answer = line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT})
    assert (answer.status, read(answer)["message"]) == (429, "You have reached your monthly limit.")
    assert got(line) == []


def test_sixty_broadcasts_an_hour_and_no_more(line):
    statuses = [
        line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT}).status for _ in range(61)
    ]
    assert statuses == [200] * 60 + [429]


def test_a_narrowcast_waits_sends_and_succeeds(line):
    befriend(line)
    answer, request_id = narrow(line)
    assert answer.status == 202
    told = read(line.answer("GET", f"/v2/bot/message/progress/narrowcast?requestId={request_id}"))
    assert told["phase"] == "waiting"
    assert "successCount" not in told
    line.wait(seconds=3)
    assert (
        read(line.answer("GET", f"/v2/bot/message/progress/narrowcast?requestId={request_id}"))["phase"]
        == "sending"
    )
    told = finish(line, request_id)
    assert (told["phase"], told["successCount"], told["targetCount"]) == ("succeeded", 203, 203)
    assert len(got(line)) == 203


def test_a_narrowcast_goes_to_the_people_whom_operators_leave(line):
    people = befriend(line)
    some, few = audience(line, people[:100], "a"), audience(line, people[60:100], "b")
    _, request_id = narrow(
        line,
        recipient={
            "type": "operator",
            "and": [to_audience(some), {"type": "operator", "not": to_audience(few)}],
        },
    )
    assert finish(line, request_id)["successCount"] == 60
    assert set(got(line)) == set(people[:60])


def test_an_own_list_may_be_small(line):
    number = audience(line, line.people[:1])
    _, request_id = narrow(line, recipient=to_audience(number))
    assert finish(line, request_id)["phase"] == "succeeded"
    assert got(line) == line.people[:1]


def test_attributes_need_a_hundred_friends_and_fifty_recipients(line):
    female = {"demographic": {"type": "gender", "oneOf": ["female"]}}
    assert narrow(line, filter=female)[0].status == 403
    befriend(line, 100)
    nobody = {"demographic": {"type": "area", "oneOf": ["jp_01"]}}
    answer, request_id = narrow(line, filter=nobody)
    assert answer.status == 202
    told = finish(line, request_id)
    assert (told["phase"], told["errorCode"]) == ("failed", 2)
    assert got(line) == []


def test_a_demographic_filter_reaches_only_those_it_names(line):
    befriend(line, 400)
    _, request_id = narrow(line, filter={"demographic": {"type": "gender", "oneOf": ["female"]}})
    assert finish(line, request_id)["phase"] == "succeeded"
    people = line.account.friends.people
    assert {people.guess(people.row(one)).gender for one in got(line)} == {"female"}


def test_what_a_narrowcast_keeps_of_the_month_is_nobody_elses(line):
    line.account.quota = 204
    befriend(line)
    _, request_id = narrow(line)
    assert line.push(line.people[0]).status == 200
    assert line.push(line.people[0]).status == 429
    assert finish(line, request_id)["phase"] == "succeeded"
    assert line.account.reserved == 0
    assert line.account.usage["202611"] == 204


def test_a_narrowcast_beyond_the_month_fails_unless_it_is_limited(line):
    line.account.quota = 100
    befriend(line)
    assert narrow(line)[0].status == 429
    _, request_id = narrow(line, limit={"upToRemainingQuota": True})
    assert finish(line, request_id)["successCount"] == 100
    assert len(got(line)) == 100


def test_partial_delivery_can_be_forbidden(line):
    line.account.quota = 100
    befriend(line)
    assert narrow(line, limit={"forbidPartialDelivery": True})[0].status == 400
    _, request_id = narrow(line, limit={"upToRemainingQuota": True, "forbidPartialDelivery": True})
    told = finish(line, request_id)
    assert (told["phase"], told["errorCode"]) == ("failed", 5)
    assert got(line) == []
    assert line.account.reserved == 0


def test_a_limit_sends_to_a_random_part(line):
    befriend(line)
    _, request_id = narrow(line, limit={"max": 70})
    assert finish(line, request_id)["successCount"] == 70
    assert len(got(line)) == 70


def test_redelivery_needs_a_narrowcast_that_succeeded(line):
    befriend(line)
    _, first = narrow(line)
    recipient = {"type": "operator", "not": {"type": "redelivery", "requestId": first}}
    assert narrow(line, recipient=recipient)[0].status == 400
    finish(line, first)
    newcomers = line.platform.add_people(line.account, 60, seed=8)
    _, second = narrow(line, recipient=recipient)
    assert finish(line, second)["successCount"] == 60
    assert all(len(line.account.friends[one].deliveries()) == 1 for one in newcomers)


@pytest.mark.parametrize(
    "recipient",
    [
        {"type": "audience", "audienceGroupId": 1},
        {"type": "operator"},
        {"type": "operator", "and": [], "or": []},
        {"type": "someone"},
        {"type": "operator", "and": [{"type": "redelivery", "requestId": "x"}]},
    ],
)
def test_a_target_that_means_nothing_is_refused(line, recipient):
    befriend(line)
    assert narrow(line, recipient=recipient)[0].status == 400
    assert got(line) == []


def test_progress_is_told_for_fourteen_days(line):
    befriend(line)
    _, request_id = narrow(line)
    finish(line, request_id)
    line.wait(days=14)
    line.sign_in()
    assert line.answer("GET", f"/v2/bot/message/progress/narrowcast?requestId={request_id}").status == 404


def test_an_audience_takes_its_time_and_is_told_by_its_jobs(line):
    body = {"description": "VIP", "audiences": [{"id": one} for one in line.people]}
    number = read(line.answer("POST", f"{AUDIENCE}/upload", body))["audienceGroupId"]
    told = read(line.answer("GET", f"{AUDIENCE}/{number}"))
    assert told["audienceGroup"]["status"] == "IN_PROGRESS"
    line.wait(seconds=10)
    told = read(line.answer("GET", f"{AUDIENCE}/{number}"))
    assert (told["audienceGroup"]["status"], told["audienceGroup"]["audienceCount"]) == ("READY", 3)
    more = {"audienceGroupId": number, "audiences": [{"id": befriend(line, 1)[0]}]}
    assert line.answer("PUT", f"{AUDIENCE}/upload", more).status == 202
    told = read(line.answer("GET", f"{AUDIENCE}/{number}"))
    assert told["audienceGroup"]["status"] == "READY"
    assert [job["jobStatus"] for job in told["jobs"]] == ["FINISHED", "WORKING"]


def test_one_malformed_id_refuses_all_and_an_unknown_one_is_left_out(line):
    good = {"id": line.people[0]}
    bad = line.answer("POST", f"{AUDIENCE}/upload", {"description": "a", "audiences": [good, {"id": "U1"}]})
    assert read(bad)["message"] == "UPLOAD_AUDIENCE_GROUP_INVALID_AUDIENCE_ID_FORMAT"
    assert read(line.answer("GET", f"{AUDIENCE}/list?page=1"))["totalCount"] == 0
    number = audience(line, [line.people[0], "U" + "0" * 32])
    assert read(line.answer("GET", f"{AUDIENCE}/{number}"))["audienceGroup"]["audienceCount"] == 1


def test_a_file_of_ids_makes_and_feeds_an_audience(line):
    people = befriend(line, 30)

    def form(**fields):
        parts = [
            f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = '--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\nContent-Type: text/plain\r\n\r\n'
        return ("".join(parts) + head + "\n".join(people) + "\r\n--x--\r\n").encode()

    kind = "multipart/form-data; boundary=x"
    made = line.send_bytes(f"{AUDIENCE}/upload/byFile", form(description="檔案"), kind)
    assert made.status == 202, made.body
    number = read(made)["audienceGroupId"]
    added = line.send_bytes(f"{AUDIENCE}/upload/byFile", form(audienceGroupId=number), kind, method="PUT")
    assert added.status == 202, added.body
    line.wait(seconds=10)
    assert read(line.answer("GET", f"{AUDIENCE}/{number}"))["audienceGroup"]["audienceCount"] == 30


def test_more_than_ten_uploads_at_once_are_too_many(line):
    number = audience(line, line.people)
    body = {"audienceGroupId": number, "audiences": [{"id": line.people[0]}]}
    statuses = [line.answer("PUT", f"{AUDIENCE}/upload", body).status for _ in range(11)]
    assert statuses == [202] * 10 + [429]


def test_an_audience_expires_after_180_days_and_is_gone_a_month_later(line):
    number = audience(line, line.people)
    line.wait(days=180)
    line.sign_in()
    assert read(line.answer("GET", f"{AUDIENCE}/{number}"))["audienceGroup"]["status"] == "EXPIRED"
    befriend(line)
    assert narrow(line, recipient=to_audience(number))[0].status == 400
    line.wait(days=31)
    line.sign_in()
    assert line.answer("GET", f"{AUDIENCE}/{number}").status == 400


def test_a_name_is_given_once_whatever_its_case(line):
    audience(line, line.people, "Vip")
    answer = line.answer("POST", f"{AUDIENCE}/upload", {"description": "vIP"})
    assert read(answer)["message"] == "DUPLICATE_AUDIENCE_GROUP_NAME"


def test_reactions_make_an_audience_from_fifty_people_on(line):
    people = befriend(line)
    request_id = line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT}).headers[
        "x-line-request-id"
    ]
    rows = [line.account.friends.row(one) for one in people]
    for row in rows[:60]:
        line.account.engagement.saw(("", request_id), row, 1, line.now)
    for row in rows[:40]:
        line.account.engagement.clicked(("", request_id), row, 1, "https://a.example/", line.now)
    seen = read(line.answer("POST", f"{AUDIENCE}/imp", {"description": "seen", "requestId": request_id}))
    body = {"description": "tapped", "requestId": request_id, "clickUrl": "https://a.example/"}
    tapped = read(line.answer("POST", f"{AUDIENCE}/click", body))
    again = line.answer("POST", f"{AUDIENCE}/imp", {"description": "again", "requestId": request_id})
    assert read(again)["message"] == "AUDIENCE_GROUP_REQUESTID_DUPLICATE"
    line.wait(seconds=10)
    told = {
        name: read(line.answer("GET", f"{AUDIENCE}/{one['audienceGroupId']}"))["audienceGroup"]
        for name, one in (("seen", seen), ("tapped", tapped))
    }
    assert (told["seen"]["status"], told["seen"]["audienceCount"]) == ("READY", 60)
    assert told["tapped"]["status"] == "FAILED"


def test_who_opens_an_address_of_a_message_has_seen_it(line):
    people = befriend(line, 25)
    answer = line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT})
    for person in people:
        friend = line.account.friends[person]
        opened(line.account, friend, friend.deliveries()[-1], 1, "https://shop.example", line.now)

    request_id = answer.headers["x-line-request-id"]
    told = read(line.answer("GET", f"/v2/bot/insight/message/event?requestId={request_id}"))
    assert told["overview"]["uniqueClick"] == told["overview"]["uniqueImpression"] == 25


def test_insight_hides_figures_below_twenty_and_ends_after_fourteen_days(line):
    people = befriend(line)
    answer = line.answer("POST", "/v2/bot/message/broadcast", {"messages": TEXT})
    request_id = answer.headers["x-line-request-id"]
    path = f"/v2/bot/insight/message/event?requestId={request_id}"
    rows = [line.account.friends.row(one) for one in people]
    for row in rows[:19]:
        line.account.engagement.saw(("", request_id), row, 1, line.now)
    told = read(line.answer("GET", path))
    assert told["overview"]["delivered"] == 203
    assert told["overview"]["uniqueImpression"] is None
    line.account.engagement.saw(("", request_id), rows[19], 1, line.now)
    assert read(line.answer("GET", path))["overview"]["uniqueImpression"] == 20
    line.account.engagement.saw(("", request_id), rows[20], 1, line.now + COUNTED_FOR)
    assert read(line.answer("GET", path))["overview"]["uniqueImpression"] == 20


def test_a_unit_is_counted_over_the_days_of_its_sends(line):
    people = befriend(line, 30)
    for _ in range(2):
        line.multicast(people, f"第 {line.now.day} 天", customAggregationUnits=["spring"])
        for person in people:
            friend = line.account.friends[person]
            key = insight_key(friend.deliveries()[-1])
            line.account.engagement.saw(key, friend.row, 1, line.now)
        line.wait(days=1)
        line.sign_in()
    path = "/v2/bot/insight/message/event/aggregation?customAggregationUnit=spring&from=20261120&to="
    assert read(line.answer("GET", path + "20261120"))["messages"][0]["impression"] == 30
    told = read(line.answer("GET", path + "20261121"))
    assert (told["messages"][0]["impression"], told["overview"]["uniqueImpression"]) == (60, 30)
    assert line.answer("GET", path + "20261222").status == 400


def test_followers_are_told_a_day_later_and_first_follows_never_go_down(line):
    line.webhooks()
    path = "/v2/bot/insight/followers?date=20261120"
    assert read(line.answer("GET", path)) == {"status": "unready"}
    line.wait(days=1)
    line.sign_in()
    assert read(line.answer("GET", path)) == {
        "status": "ready",
        "followers": 3,
        "targetedReaches": 3,
        "blocks": 0,
    }


def test_demographics_need_twenty_friends_and_add_up(line):
    assert read(line.answer("GET", "/v2/bot/insight/demographic")) == {"available": False}
    befriend(line)
    told = read(line.answer("GET", "/v2/bot/insight/demographic"))
    assert told["available"]
    assert abs(sum(one["percentage"] for one in told["genders"]) - 100) < 1
