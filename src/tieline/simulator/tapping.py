"""What a tap does: on a button of a message, on an area of a rich menu, on a quick reply."""

from datetime import datetime
from typing import Any

from tieline.simulator import phone
from tieline.simulator.accepting import insight_key
from tieline.simulator.account import Account
from tieline.simulator.columns import RowSet
from tieline.simulator.friend_book import FRIEND, Friend
from tieline.simulator.menu_book import Menu
from tieline.simulator.screens import Delivered
from tieline.simulator.wire import Refused
from tieline.simulator.world import World, day_of

Json = dict[str, Any]
PICKED = {"date": "date", "time": "time", "datetime": "datetime"}


def tap(
    world: World, account: Account, friend: Friend, action: Json, now: datetime, *, params: Json | None = None
) -> Json:
    """Do what an action says; return what the phone does itself: open an address, copy a text, show a keyboard."""
    done: Json = {"ask": action["type"]}
    match action["type"]:
        case "postback":
            shown = action.get("displayText") or action.get("text") or ""
            done = {name: action[name] for name in ("inputOption", "fillInText") if name in action}
            done["event"] = phone.press(world, account, friend, action["data"], shown, now)
        case "message":
            done = {"event": phone.say(world, account, friend, action["text"], now)}
        case "datetimepicker":
            name = PICKED[action["mode"]]
            if not params or not isinstance(params.get(name), str):
                raise Refused(400, f"params.{name} is missing: what was picked")
            picked = {name: params[name]}
            done = {"event": phone.press(world, account, friend, action["data"], "", now, params=picked)}
        case "richmenuswitch":
            done = {"event": switch(world, account, friend, action, now)}
        case "uri":
            done = {"open": action.get("uri") or action.get("linkUri")}
        case "clipboard":
            done = {"copy": action["clipboardText"]}
    return done


def switch(world: World, account: Account, friend: Friend, action: Json, now: datetime) -> Json:
    """Turn to another tab of a rich menu; LINE tells how that went."""
    alias, book = action["richMenuAliasId"], account.menus
    menu_id = book.aliases.get(alias)
    if menu_id is None:
        params = {"status": "RICHMENU_ALIAS_ID_NOTFOUND"}
    elif menu_id not in book.menus:
        params = {"newRichMenuAliasId": alias, "status": "RICHMENU_NOTFOUND"}
    else:
        params = {"newRichMenuAliasId": alias, "status": "SUCCESS"}
        book.link(friend.row, menu_id)
    return phone.press(world, account, friend, action["data"], "", now, params=params)


def opened(
    account: Account, friend: Friend, delivered: Delivered, number: int, url: str, now: datetime
) -> None:
    """Count that an address of message `number` (from 1) was opened, by somebody who has therefore seen it."""
    if key := insight_key(delivered):
        _saw(account, friend, delivered, now)
        account.engagement.clicked(key, friend.row, number, url, now)


def seen(account: Account, friend: Friend, now: datetime) -> int:
    """Count that everything on the screen was seen; return how many requests that were."""
    return sum(_saw(account, friend, delivered, now) for delivered in friend.deliveries())


def _saw(account: Account, friend: Friend, delivered: Delivered, now: datetime) -> bool:
    key = insight_key(delivered)
    kept = account.engagement.kept.get(key) if key else None
    if not key or kept is None or friend.row in kept.saw:
        return False
    account.engagement.saw(key, friend.row, len(delivered.message_ids), now)
    return True


def menu_seen(account: Account, friend: Friend, now: datetime) -> None:
    """Count that the rich menu was seen."""
    menu = shown_menu(account, friend)
    if menu is not None:
        key = (menu.rich_menu_id, day_of(now))
        account.menus.impressions[key] += 1
        account.menus.seen.setdefault(key, RowSet()).add(friend.row)


def menu_tapped(account: Account, friend: Friend, area: int, now: datetime) -> Json:
    """Count a tap on the rich menu and return its action."""
    menu = shown_menu(account, friend)
    if menu is None or not 0 <= area < len(menu.content["areas"]):
        raise Refused(404, "There is no such area on this phone's rich menu")
    key = (menu.rich_menu_id, day_of(now), area)
    account.menus.taps[key] += 1
    account.menus.tappers.setdefault(key, RowSet()).add(friend.row)
    action: Json = menu.content["areas"][area]["action"]
    return action


def shown_menu(account: Account, friend: Friend) -> Menu | None:
    """Return the rich menu on a phone."""
    return account.menus.shown_to(friend.row, friend=account.friends.states[friend.row] == FRIEND)
