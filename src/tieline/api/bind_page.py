"""The pages of account binding as HTML: one form for both ways in, in the friend's language."""

from collections.abc import Mapping
from html import escape
from urllib.parse import quote, urlsplit

from starlette.responses import HTMLResponse

from tieline.answer.unbind import WORDS as SAY
from tieline.api.bind_words import LANGUAGES, NAMES, WORDS

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title><style>
body{{font:16px/1.6 system-ui,"Noto Sans TC","PingFang TC","Noto Sans JP",sans-serif;background:#f4f6f8;color:#1c2733;margin:0}}
main{{max-width:24rem;margin:8vh auto;background:#fff;padding:2rem;border-radius:1rem;box-shadow:0 8px 32px #1c273314}}
h1{{font-size:1.35rem;margin:0 0 .5rem}}p{{margin:.4rem 0 1.2rem;color:#4a5866}}
label{{display:block;font-weight:600;margin-top:1rem}}label.agree{{font-weight:400}}
input{{width:100%;box-sizing:border-box;font:inherit;padding:.7rem .8rem;margin-top:.3rem;border:1px solid #c5ced6;border-radius:.6rem}}
input[type=checkbox]{{width:auto;margin:0 .5rem 0 0}}
button,a.way{{display:block;text-align:center;text-decoration:none;box-sizing:border-box;width:100%;font:inherit;font-weight:700;margin-top:1.6rem;padding:.8rem;border:0;border-radius:.6rem;background:#057a3b;color:#fff}}
small,nav{{display:block;margin-top:1.4rem;color:#5b6772;font-size:.85rem}}nav a{{color:inherit;margin-right:1rem}}
[role=alert]{{color:#b3261e}}
</style></head><body><main>{body}</main></body></html>"""


def headers(line_access_url: str) -> Mapping[str, str]:
    """Return the headers of a page: nobody may frame it but a simulated LINE on this machine, which is a phone."""
    parts = urlsplit(line_access_url)
    if parts.hostname not in LOOPBACK:
        return HEADERS
    own = f"frame-ancestors {parts.scheme}://{parts.netloc}"
    policy = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", own)
    return {**HEADERS, "Content-Security-Policy": policy}


def show(
    language: str, body: str, status: int = 200, *, headers: Mapping[str, str] = HEADERS
) -> HTMLResponse:
    """Return a page around `body`, which is HTML."""
    page = PAGE.format(language=language, title=WORDS[language]["title"], body=body)
    return HTMLResponse(page, status_code=status, headers=headers)


def ask_member(
    language: str, brand: str, action: str, hidden: Mapping[str, str], *, optional: bool, leave: str = ""
) -> str:
    """Return the form that asks for member number and phone; `optional` lets people in who are no members yet.

    `leave`: how to unbind, as HTML; without it the form says that it can be done.
    """
    words, name = WORDS[language], escape(brand)
    small = f"<small>{words['small']}</small>"
    label, required = ("member_optional", "") if optional else ("member", " required")
    return (
        f"<h1>{name}　{words['title']}</h1><p>{words['bind']}</p>{_form(action, hidden)}"
        f'<label>{words[label]}<input name="member_id" autocomplete="username" maxlength="64"{required}></label>'
        f'<label>{words["phone"]}<input name="phone" type="tel" autocomplete="tel" maxlength="32" required '
        f'placeholder="{words["phone_example"]}"></label>'
        f'<label class="agree"><input type="checkbox" name="consent" value="yes">{words["consent"].format(brand=name)}</label>'
        f"<button>{words['send']}</button></form>{leave or small}"
    )


def ask_code(language: str, action: str, hidden: Mapping[str, str], *, wrong: bool = False) -> str:
    """Return the form that asks for the one-time code."""
    words = WORDS[language]
    alert = f'<p role="alert">{words["wrong"]}</p>' if wrong else ""
    return (
        f"<h1>{words['code_title']}</h1><p>{words['code']}</p>{alert}{_form(action, hidden)}"
        f'<label>{words["code_label"]}<input name="code" inputmode="numeric" autocomplete="one-time-code" '
        f'pattern="[0-9]{{6}}" required></label><button>{words["finish"]}</button></form>'
    )


def ask_unbind(language: str, brand: str, action: str, hidden: Mapping[str, str]) -> str:
    """Return the form that asks whether to cut friend and member apart."""
    words = WORDS[language]
    return (
        f"<h1>{words['unbind_title']}</h1><p>{words['unbind'].format(brand=escape(brand))}</p>"
        f"{_form(action, hidden)}<button>{words['unbind_button']}</button></form>"
    )


def note(language: str, title: str, text: str) -> str:
    """Return a page that only says something: two keys of the words."""
    return f"<h1>{WORDS[language][title]}</h1><p>{WORDS[language][text]}</p>"


def ask_in(language: str, brand: str, basic_id: str) -> str:
    """Return the way to become a friend of the account, for who is none."""
    words, name = WORDS[language], escape(brand)
    address = f"https://line.me/R/ti/p/{quote(basic_id, safe='')}"
    return f'<p>{words["no_friend"].format(brand=name)}</p><a class="way" href="{address}">{words["add_friend"]}</a>'


def tell_leaving(language: str, brand: str, basic_id: str, *, alone: bool = False) -> str:
    """Return how to unbind in the chat, where LINE proves who writes; `alone` on a page that says nothing else.

    Without the account's id, which LINE tells, there is no link that opens the chat with the words in it.
    """
    words, say = WORDS[language], SAY[language]
    how = words["leave"].format(brand=escape(brand), say=say)
    address = f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(say)}"
    if alone:
        way = f'<a class="way" href="{address}">{words["leave_way"]}</a>' if basic_id else ""
        return f"<h1>{words['unbind_title']}</h1><p>{how}</p>{way}"
    way = f' <a href="{address}">{words["leave_way"]}</a>' if basic_id else ""
    return f"<small>{how}{way}</small>"


def other_languages(language: str, address: Mapping[str, str]) -> str:
    """Return links to this page in the other languages; `address` is the link of each."""
    links = (
        f'<a href="{escape(address[one])}" hreflang="{one}" lang="{one}">{NAMES[one]}</a>'
        for one in LANGUAGES
        if one != language
    )
    return f"<nav>{''.join(links)}</nav>"


def _form(action: str, hidden: Mapping[str, str]) -> str:
    fields = (
        f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in hidden.items()
    )
    return f'<form method="post" action="{escape(action)}">{"".join(fields)}'
