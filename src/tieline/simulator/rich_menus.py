"""Rich menus: created once, drawn once, linked to people, called by aliases.

Source: https://developers.line.biz/en/reference/messaging-api/#rich-menu
"""

import re
from datetime import datetime
from typing import Any

from tieline.simulator.friend_book import FRIEND
from tieline.simulator.identifiers import USER_ID
from tieline.simulator.menu_book import Batch, Menu, MenuImage
from tieline.simulator.narrowcasts import iso
from tieline.simulator.rich_menu_rules import ALIAS, IMAGE_BYTES, check_menu, image_fits
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call

MENUS_MAX = ALIASES_MAX = 1000
BULK_MAX = 500
OPERATIONS_MAX = 1000
RESUME_KEY = re.compile(r"[0-9A-Za-z_-]{1,100}")
IMAGES = ("image/jpeg", "image/png")
NO_IMAGE = "must upload richmenu image before applying it to user"
Json = dict[str, Any]


def create(call: Call) -> SimResponse:
    """Create a menu; it can be used once it has a picture."""
    body = _valid(call)
    if len(call.account.menus.menus) >= MENUS_MAX:
        raise Refused(400, "The maximum number of rich menus has been reached")
    menu_id = f"richmenu-{call.world.ids.token()}"
    call.account.menus.menus[menu_id] = Menu(menu_id, body)
    return as_json({"richMenuId": menu_id})


def validate(call: Call) -> SimResponse:
    """Check a menu and create nothing."""
    _valid(call)
    return as_json({})


def one(call: Call) -> SimResponse:
    """Return a menu."""
    return as_json(_shape(_menu(call, call.argument)))


def every(call: Call) -> SimResponse:
    """Return all menus."""
    return as_json({"richmenus": [_shape(menu) for menu in call.account.menus.menus.values()]})


def delete(call: Call) -> SimResponse:
    """Delete a menu, and with it every link to it."""
    menu, book = _menu(call, call.argument), call.account.menus
    del book.menus[menu.rich_menu_id]
    book.links = {row: linked for row, linked in book.links.items() if linked != menu.rich_menu_id}
    book.default = None if book.default == menu.rich_menu_id else book.default
    book.version += 1
    return as_json({})


def upload_image(call: Call) -> SimResponse:
    """Give a menu its picture, once and for all."""
    menu = _menu(call, call.argument)
    kind = call.request.headers.get("content-type", "")
    if kind not in IMAGES:
        raise Refused(415, f"The content type, {kind}, is not supported")
    if menu.image is not None:
        raise Refused(400, "An image has already been uploaded to the richmenu")
    if len(call.request.body) > IMAGE_BYTES:
        raise Refused(413, "The image is too large")
    if not image_fits(call.request.body):
        raise Refused(400, "The image size is not supported")
    menu.image = MenuImage(kind, call.request.body)
    return as_json({})


def image(call: Call) -> SimResponse:
    """Return the picture of a menu."""
    menu = _menu(call, call.argument)
    if menu.image is None:
        raise Refused(404, "Not found")
    return SimResponse(200, menu.image.body, {"content-type": menu.image.media_type})


def set_default(call: Call) -> SimResponse:
    """Show a menu to everybody who has none of their own."""
    call.account.menus.default = _drawn(call, call.argument).rich_menu_id
    call.account.menus.version += 1
    return as_json({})


def default(call: Call) -> SimResponse:
    """Return the default menu."""
    if call.account.menus.default is None:
        raise Refused(404, "no default richmenu")
    return as_json({"richMenuId": call.account.menus.default})


def clear_default(call: Call) -> SimResponse:
    """Show no default menu."""
    call.account.menus.default = None
    call.account.menus.version += 1
    return as_json({})


def link(call: Call) -> SimResponse:
    """Give a person a menu; 200 also for people whom it cannot reach."""
    menu = _drawn(call, call.arguments[1])
    _link_rows(call, [call.argument], menu.rich_menu_id)
    return as_json({})


def unlink(call: Call) -> SimResponse:
    """Take a person's own menu away."""
    _link_rows(call, [call.argument], None)
    return as_json({})


def of_person(call: Call) -> SimResponse:
    """Return a person's own menu."""
    row = call.account.friends.row(call.argument)
    menu_id = call.account.menus.links.get(row)
    if menu_id is None:
        raise Refused(404, "the user has no richmenu")
    return as_json({"richMenuId": menu_id})


def bulk_link(call: Call) -> SimResponse:
    """Give up to 500 people a menu."""
    body = call.json()
    menu = _drawn(call, str(body.get("richMenuId", "")))
    _link_rows(call, _ids(body), menu.rich_menu_id)
    return as_json({}, status=202)


def bulk_unlink(call: Call) -> SimResponse:
    """Take away the own menus of up to 500 people."""
    _link_rows(call, _ids(call.json()), None)
    return as_json({}, status=202)


def batch(call: Call) -> SimResponse:
    """Replace or take away menus by the menu people have now; the operations do not see one another."""
    body = call.json()
    operations = _operations(call, body)
    book, key = call.account.menus, body.get("resumeRequestKey")
    if isinstance(key, str) and key in book.by_resume_key:
        return as_json({}, status=202)
    book.batches[call.request_id] = Batch(call.at)
    if isinstance(key, str):
        book.by_resume_key[key] = call.request_id
    request_id = call.request_id

    def run(now: datetime) -> None:
        changes = {one.get("from"): one.get("to") for one in operations}
        everybody = operations[0]["type"] == "unlinkAll"
        for row, linked in list(book.links.items()):
            if everybody or linked in changes:
                book.link(row, changes.get(linked))
        book.batches[request_id] = Batch(book.batches[request_id].accepted_at, "succeeded", now)

    call.world.later(call.at + call.world.settings.menu_batch_wait, run)
    return as_json({}, status=202)


def validate_batch(call: Call) -> SimResponse:
    """Check a batch and do nothing."""
    _operations(call, call.json())
    return as_json({})


def batch_progress(call: Call) -> SimResponse:
    """Tell how far a batch is."""
    found = call.account.menus.batches.get(call.parameter("requestId"))
    if found is None:
        raise Refused(404, "Not found")
    done = {} if found.completed_at is None else {"completedTime": iso(found.completed_at)}
    return as_json({"phase": found.phase, "acceptedTime": iso(found.accepted_at), **done})


def create_alias(call: Call) -> SimResponse:
    """Give a menu a name by which tabs can switch to it."""
    body, book = call.json(), call.account.menus
    alias = body.get("richMenuAliasId")
    if not isinstance(alias, str) or not ALIAS.fullmatch(alias):
        raise _bad("must match [a-z0-9_-]{1,32}", "richMenuAliasId")
    if alias in book.aliases:
        raise Refused(400, "conflict richmenu alias id")
    if len(book.aliases) >= ALIASES_MAX:
        raise Refused(400, "The maximum number of rich menu aliases has been reached")
    book.aliases[alias] = _named(call, body)
    return as_json({})


def update_alias(call: Call) -> SimResponse:
    """Let an alias mean another menu."""
    _alias(call)
    call.account.menus.aliases[call.argument] = _named(call, call.json())
    call.account.menus.version += 1
    return as_json({})


def alias(call: Call) -> SimResponse:
    """Return what an alias means."""
    return as_json({"richMenuAliasId": call.argument, "richMenuId": _alias(call)})


def aliases(call: Call) -> SimResponse:
    """Return all aliases."""
    known = call.account.menus.aliases.items()
    return as_json({"aliases": [{"richMenuAliasId": name, "richMenuId": menu} for name, menu in known]})


def delete_alias(call: Call) -> SimResponse:
    """Forget an alias."""
    _alias(call)
    del call.account.menus.aliases[call.argument]
    return as_json({})


def _shape(menu: Menu) -> Json:
    return {"richMenuId": menu.rich_menu_id, **menu.content}


def _valid(call: Call) -> Json:
    body = call.json()
    problems = check_menu(body)
    if problems:
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    return {name: body[name] for name in ("size", "selected", "name", "chatBarText", "areas")}


def _menu(call: Call, menu_id: str) -> Menu:
    menu = call.account.menus.menus.get(menu_id)
    if menu is None:
        raise Refused(404, "richmenu not found")
    return menu


def _drawn(call: Call, menu_id: str) -> Menu:
    menu = _menu(call, menu_id)
    if menu.image is None:
        raise Refused(400, NO_IMAGE)
    return menu


def _named(call: Call, body: Json) -> str:
    menu = call.account.menus.menus.get(str(body.get("richMenuId", "")))
    if menu is None:
        raise Refused(400, "richmenu not found")
    if menu.image is None:
        raise Refused(400, NO_IMAGE)
    return menu.rich_menu_id


def _alias(call: Call) -> str:
    known = call.account.menus.aliases.get(call.argument)
    if known is None:
        raise Refused(404, "richmenu alias not found")
    return known


def _ids(body: Json) -> list[str]:
    ids = body.get("userIds")
    if not isinstance(ids, list) or not 1 <= len(ids) <= BULK_MAX:
        raise _bad(f"Size must be between 1 and {BULK_MAX}", "userIds")
    if not all(isinstance(one, str) and USER_ID.fullmatch(one) for one in ids):
        raise _bad("invalid user id", "userIds")
    return ids


def _link_rows(call: Call, ids: list[str], menu_id: str | None) -> None:
    """Link whom it can reach; LINE says nothing of the others."""
    book = call.account.friends
    for user_id in ids:
        row = book.row(user_id)
        if row >= 0 and book.states[row] == FRIEND:
            call.account.menus.link(row, menu_id)


def _operations(call: Call, body: Json) -> list[Json]:
    operations = body.get("operations")
    if not isinstance(operations, list) or not 1 <= len(operations) <= OPERATIONS_MAX:
        raise _bad(f"Size must be between 1 and {OPERATIONS_MAX}", "operations")
    key = body.get("resumeRequestKey")
    if key is not None and (not isinstance(key, str) or not RESUME_KEY.fullmatch(key)):
        raise _bad("invalid resumeRequestKey", "resumeRequestKey")
    seen: set[str] = set()
    for index, operation in enumerate(operations):
        here = f"operations[{index}]"
        match operation:
            case {"type": "unlinkAll"} if len(operations) == 1:
                continue
            case {"type": "link", "from": str(before), "to": str(after)}:
                _drawn(call, after)
            case {"type": "unlink", "from": str(before)}:
                pass
            case _:
                raise _bad("invalid operation", here)
        _menu(call, before)
        if before in seen:
            raise _bad("the same rich menu is used twice", f"{here}.from")
        seen.add(before)
    return operations


def _bad(message: str, path: str) -> Refused:
    return Refused(400, "The request body has 1 error(s)", [{"message": message, "property": path}])
