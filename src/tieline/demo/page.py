"""The status page of a finished run."""

from html import escape
from typing import NamedTuple

from tieline.demo.facts import Fact, Facts
from tieline.demo.page_style import page

WORDS = {
    "accepted": "送出",
    "messages": "則數",
    "missing": "缺少",
    "no_consent": "不同意行銷",
    "no_line_id": "沒有 LINE",
    "not_friend": "已封鎖",
    "people": "人數",
    "suppressed:no_consent": "不送：不同意行銷",
    "suppressed:no_line_id": "不送：沒有 LINE",
    "suppressed:not_friend": "不送：已封鎖",
    "too_many": "多出",
}
"""Names inside figures, for the reader."""


class Link(NamedTuple):
    """Where a reader can go on."""

    title: str
    address: str
    note: str = ""


def render(facts: Facts, links: list[Link]) -> str:
    """Return the page."""
    broken = sum(not fact.ok for fact in facts)
    verdict = f"{broken} 項不成立" if broken else f"{len(list(facts))} 項事實全部成立"
    figures = "".join(
        f"<li><b>{escape(shown(one.value))}</b><span>{escape(one.name)}</span></li>" for one in facts.figures
    )
    rows = "".join(_row(fact) for fact in facts)
    ways = "".join(
        f'<li><a href="{escape(link.address)}">{escape(link.title)}</a> <small>{escape(link.note)}</small></li>'
        for link in links
    )
    body = f"""<h1>Tieline 示範</h1>
<p class="lead">三個品牌、兩個模擬日、一年的真實購買；聯絡資料是合成的，LINE 平台是模擬的。</p>
<p class="verdict{" broken" if broken else ""}">{verdict}</p>
<h2>數字</h2><ul class="figures">{figures}</ul>
<h2>事實</h2><p class="lead">「獨立計算」由原始購買明細另外算出，不經過 Tieline；右邊是 Tieline 或 LINE 平台的回答。</p>
<div class="wide facts"><table><thead><tr><th>事實</th><th>獨立計算</th><th>Tieline／LINE</th><th></th></tr></thead>
<tbody>{rows}</tbody></table></div>
<h2>接著看</h2><ul class="links">{ways}</ul>"""
    return page("Tieline 示範", body)


def shown(value: object) -> str:
    """Return a figure for a reader."""
    if isinstance(value, dict):
        return "、".join(f"{WORDS.get(name, name)} {shown(value[name])}" for name in sorted(value)) or "–"
    if isinstance(value, (list, tuple)):
        return " / ".join(shown(part) for part in value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def _row(fact: Fact) -> str:
    mark = '<td class="ok">✓</td>' if fact.ok else '<td class="no">✗</td>'
    return (
        f"<tr><td>{escape(fact.name)}</td><td>{escape(shown(fact.expected))}</td>"
        f"<td>{escape(shown(fact.got))}</td>{mark}</tr>"
    )
