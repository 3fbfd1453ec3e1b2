"""One customer as Tieline knows them: identifiers, traits with their sources, and what happened last."""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from tieline.demo.page_style import page

TAIPEI = ZoneInfo("Asia/Taipei")
TEXT_MAX = 160


def render(profile: Mapping[str, Any], timeline: Mapping[str, Any]) -> str:
    """Return the page.

    Args:
        profile: As `GET /api/profiles/{id}` answers.
        timeline: As `GET /api/profiles/{id}/timeline` answers.
    """
    traits = profile["traits"]
    name = str(traits.get("name", {}).get("value", "未具名"))
    named = _table(("識別碼", "值"), [(one["namespace"], one["value"]) for one in profile["identifiers"]])
    known = _table(
        ("屬性", "值", "來源"), [(key, trait["value"], trait["source"]) for key, trait in traits.items()]
    )
    segments = "、".join(profile["segments"]) or "–"
    consents = "、".join(profile["consents"]) or "–"
    rows = [
        (datetime.fromisoformat(event["at"]), event["event"], event["source"], _said(event["properties"]))
        for event in timeline["events"]
    ]
    body = f"""<h1>{escape(name)}</h1>
<p class="lead">合成資料。分眾：{escape(segments)}。同意：{escape(consents)}。</p>
<h2>歸戶</h2>{named}<h2>屬性</h2>{known}
<h2>最近發生的事</h2>{_table(("時間", "事件", "來源", "內容"), rows)}
<p><a href="/">回到示範結果</a></p>"""
    return page(f"{name}｜Tieline 示範", body)


def _table(heads: tuple[str, ...], rows: list[tuple[Any, ...]]) -> str:
    head = "".join(f"<th>{escape(one)}</th>" for one in heads)
    body = "".join("<tr>" + "".join(_cell(cell) for cell in row) + "</tr>" for row in rows)
    return f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return f'<td class="at">{value.astimezone(TAIPEI):%Y-%m-%d %H:%M}</td>'
    return f"<td>{escape(str(value))}</td>"


def _said(properties: Any) -> str:
    text = properties if isinstance(properties, str) else json.dumps(properties, ensure_ascii=False)
    return text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "…"
