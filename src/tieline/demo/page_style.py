"""How the demonstration's pages look: no script, nothing from elsewhere."""

from html import escape

STYLE = """
:root{color-scheme:light}*{box-sizing:border-box}
body{margin:0;background:#f3f6f4;color:#16241d;font:16px/1.65 system-ui,"Noto Sans TC","PingFang TC",sans-serif}
main{max-width:64rem;margin:0 auto;padding:3rem 1.25rem 4rem}
h1{font-size:1.9rem;margin:0}h2{font-size:1.15rem;margin:2.75rem 0 .9rem}
.lead{margin:.35rem 0 0;color:#51645a}
.verdict{display:inline-block;margin:1.4rem 0 0;padding:.45rem 1rem;border-radius:2rem;font-weight:700;color:#fff;background:#06843f}
.verdict.broken{background:#b3261e}
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.9rem;margin:0;padding:0;list-style:none}
.figures li{background:#fff;border-radius:1rem;padding:1rem 1.15rem;box-shadow:0 6px 24px #16241d0d}
.figures b{display:block;font-size:1.55rem;line-height:1.25;font-variant-numeric:tabular-nums}.figures span{color:#51645a;font-size:.9rem}
table{width:100%;border-collapse:collapse;background:#fff;border-radius:1rem;overflow:hidden;box-shadow:0 6px 24px #16241d0d}
th,td{padding:.6rem .9rem;text-align:left;vertical-align:top;border-top:1px solid #e7ede9;font-variant-numeric:tabular-nums}
thead th{border:0;font-size:.85rem;color:#51645a;background:#fafcfb}td{overflow-wrap:anywhere}td.at{white-space:nowrap}.facts td:first-child{width:48%}
.ok{color:#06843f;font-weight:700}.no{color:#b3261e;font-weight:700}
a{color:#066b38}ul.links{padding-left:1.1rem;margin:0}.wide{overflow-x:auto}small{color:#51645a}
"""


def page(title: str, body: str) -> str:
    """Return a whole page around `body`, which is HTML."""
    return f"""<!doctype html>
<html lang="zh-Hant-TW"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{STYLE}</style></head><body><main>
{body}
</main></body></html>
"""
