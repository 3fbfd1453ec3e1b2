"""Which rules answer. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from tieline.answer.rule import Heard, Hours, Keyword, OnFollow, OnJoin, OnMessage, OnPostback, Rule
from tieline.model.event import LINE_FOLLOWED, LINE_MESSAGE_RECEIVED, LINE_POSTBACK_RECEIVED
from tieline.model.spelling import spelled

BUBBLES_MAX = 5


def answering(rules: Iterable[Rule], heard: Heard, local: datetime) -> list[Rule]:
    """Return the rules that answer together: the first that fits, and those after it as long as each goes on.

    One reply carries five messages. A later rule whose messages do not fit beside the others stays silent.

    Args:
        rules: Rules of one workspace.
        heard: What somebody did.
        local: When, by the clock of the workspace.
    """
    chosen: list[Rule] = []
    bubbles = 0
    for rule in sorted(rules, key=lambda one: one.order):
        if not fits(rule, heard, local) or bubbles + rule.bubbles > BUBBLES_MAX:
            continue
        chosen.append(rule)
        bubbles += rule.bubbles
        if not rule.goes_on:
            break
    return chosen


def fits(rule: Rule, heard: Heard, local: datetime) -> bool:
    """Tell whether a rule answers this."""
    return (
        rule.account in {"", heard.account}
        and rule.bound in {None, heard.bound}
        and _hears(rule.on, heard)
        and (rule.hours is None or within(rule.hours, local) is not rule.hours.outside)
    )


def says(keyword: Keyword, text: str) -> bool:
    """Tell whether a text, spelled for comparison, says a keyword."""
    match keyword.match:
        case "exact":
            return text == keyword.text
        case "starts":
            return text.startswith(keyword.text)
        case "contains":
            return keyword.text in text
        case "words":
            return all(word in text for word in keyword.text.split())


def within(hours: Hours, local: datetime) -> bool:
    """Tell whether a moment lies within hours; those past midnight belong to the day on which they began."""
    now, today = local.time(), local.weekday()
    if hours.begin < hours.end:
        return today in hours.days and hours.begin <= now < hours.end
    yesterday = (local - timedelta(days=1)).weekday()
    return (today in hours.days and now >= hours.begin) or (yesterday in hours.days and now < hours.end)


def _hears(on: OnMessage | OnPostback | OnFollow | OnJoin, heard: Heard) -> bool:
    match on:
        case OnMessage(keywords):
            text = spelled(heard.text)
            return (
                heard.name == LINE_MESSAGE_RECEIVED
                and not heard.joined
                and (not keywords or (text != "" and any(says(keyword, text) for keyword in keywords)))
            )
        case OnJoin(source, newcomer):
            return heard.joined == source and newcomer in {None, heard.newcomer}
        case OnPostback(data):
            return heard.name == LINE_POSTBACK_RECEIVED and heard.data == data
        case OnFollow(returning):
            return heard.name == LINE_FOLLOWED and returning in {None, heard.returning}
