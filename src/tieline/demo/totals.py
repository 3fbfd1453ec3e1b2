"""The last chapter: what was sent and what it cost, as Tieline, the LINE platform and plain arithmetic say it."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from tieline.demo import cast
from tieline.demo.brand import Brand, Json
from tieline.demo.expectations import Year, month_cost
from tieline.demo.facts import Facts
from tieline.demo.load import absorbed
from tieline.demo.people import Friends
from tieline.demo.push import CAMPAIGNS, endings
from tieline.demo.world import World

JOURNEYS = 4


class Sent(NamedTuple):
    """How many messages each part of the story calls for."""

    pushes: int
    previews: int
    newcomers: int
    reminders: int

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


async def check(
    world: World, brand: Brand, friends: Friends, year: Year, recent: set[int], sent: Sent, facts: Facts
) -> None:
    """Compare the clothing brand's report with LINE's count and with the plan of the story."""
    await absorbed(brand)
    line = await world.phones.facts(brand.channel)
    report = await brand.get("/api/report")
    facts.equal("duplicates", "重複送達的訊息（LINE 平台所見）", 0, line["duplicate_deliveries"])
    facts.equal("messages_delivered", "送達的訊息＝劇情應送的訊息", sent.total, line["delivered_messages"])
    facts.equal(
        "messages_billed",
        "計費則數：Tieline 的報表＝LINE 平台",
        line["billable_messages"],
        report["messages_billed"],
    )
    strangers = len(friends.all) - len(friends.bound)
    bound = len(friends.bound) - len(friends.blocked) + len(cast.newcomers())
    facts.equal(
        "friends_and_bound",
        "好友與已綁定好友",
        [strangers + bound, bound],
        [report["friends"], report["bound"]],
    )
    facts.equal(
        "binding_rate", "綁定率", round(bound / (strangers + bound), 6), round(report["binding_rate"], 6)
    )
    suppressed = _suppressed([*(year.mailed(number) for number in CAMPAIGNS), recent], friends)
    facts.equal("suppressed", "因何不送（人次）", suppressed, report["sends"].get("suppressed", {}))
    pushes = len(CAMPAIGNS) + 2
    everybody = (strangers + bound) * (pushes + JOURNEYS)
    facts.equal(
        "cost", "費用（NT$，未稅，2026 年 11 月起高用量）", month_cost(sent.total), report["cost"]["total"]
    )
    facts.equal(
        "cost_send_to_all",
        "若每則都發給全部好友的費用（NT$）",
        month_cost(everybody),
        report["cost_send_to_all"]["total"],
    )
    _show(report, line, facts)


async def check_others(world: World, brands: Iterable[Brand], facts: Facts) -> None:
    """See that nobody got anything twice from the other brands either."""
    twice = 0
    for brand in brands:
        line = await world.phones.facts(brand.channel)
        twice += line["duplicate_deliveries"] + line["same_user_same_unit"]
    facts.equal("duplicates_of_others", "其他品牌重複送達的訊息", 0, twice)


def _suppressed(audiences: Iterable[set[int]], friends: Friends) -> dict[str, int]:
    counts: Counter[str] = Counter(no_consent=len(friends.withdrawn))
    for audience in audiences:
        for ending, people in endings(audience, friends).items():
            state, _, reason = ending.partition(":")
            if state == "suppressed":
                counts[reason] += people
    return dict(sorted(counts.items()))


def _show(report: Json, line: Json, facts: Facts) -> None:
    facts.figure("friends", "好友", report["friends"])
    facts.figure("bound", "已綁定會員", report["bound"])
    facts.figure("binding_percent", "綁定率（%）", round(100 * report["binding_rate"], 1))
    facts.figure("events", "歷史中的事件", report["events"])
    facts.figure("profiles", "顧客檔案", report["profiles"])
    facts.figure("messages", "送達訊息（則）", line["delivered_messages"])
    facts.figure(
        "suppressed_total",
        "依同意與好友狀態不送（人次）",
        sum(report["sends"].get("suppressed", {}).values()),
    )
    facts.figure("month_cost", "本月 LINE 費用（NT$）", report["cost"]["total"])
    facts.figure("month_cost_send_to_all", "若每則都發給全部好友（NT$）", report["cost_send_to_all"]["total"])
