"""What can be seen of any page: overflow, words that are not translated, what axe finds."""

import re
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
NAMES = {
    "LINE", "Tieline", "App", "SDK", "English", "Flex", "CSV", "Excel", "Parquet", "API", "POS", "CRM", "NT", "RFM", "NES", "NAPL", "QR",
    "Email", "SMS", "Liquid", "JSON", "HTTP", "HTTPS", "URL", "ID", "Asia", "Taipei", "AND", "OR", "UID", "Webhook",
    "PNG", "JPEG", "SVG", "Code", "Big", "UTF", "Shift", "JIS", "ISO", "Segment", "Developers", "Messaging", "Console", "Channel", "Provider",
    "Login", "LIFF", "Callback", "Endpoint", "secret", "access", "token",
    "Ctrl", "Delete", "Verify", "Use", "tieline", "init", "Y", "N", "kB", "MB",
}  # fmt: skip
"""Names stand in Latin letters in every language, and so do the words of LINE's own console, which has no others for them."""

SEEN = """() => {
  const shown = (node) => {
    for (let at = node.parentElement; at; at = at.parentElement)
      if (at.matches('code, pre, noscript, [role=listbox], [lang]:not(html), [data-data], script, style')) return false;
    return true;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [];
  while (walker.nextNode()) if (shown(walker.currentNode)) texts.push(walker.currentNode.textContent.trim());
  for (const one of document.querySelectorAll('[aria-label], [placeholder], [title], img[alt]'))
    if (!one.closest('[lang]:not(html), [data-data]'))
      for (const name of ['aria-label', 'placeholder', 'title', 'alt']) texts.push(one.getAttribute(name) || '');
  return texts.filter(Boolean);
}"""

WIDER = """() => {
  const wide = [];
  const edge = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > edge) wide.push(`the page: ${document.documentElement.scrollWidth}`);
  for (const one of document.querySelectorAll('main *, nav *')) {
    const style = getComputedStyle(one);
    if (one.closest('[data-scrolls]') || style.position === 'absolute' || style.position === 'fixed') continue;
    const box = one.getBoundingClientRect();
    if (box.width && box.right > edge + 1) wide.push(`${one.tagName} ${one.className} ends at ${box.right}`);
    const cut = one.children.length === 0 && style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis';
    if (cut && one.scrollWidth > one.clientWidth + 1) wide.push(`${one.tagName} "${one.textContent}" is cut`);
  }
  return wide;
}"""


def untranslated(page: Page) -> list[str]:
    """Return Latin words of a zh-TW page that are no names; what came from the brand's data is marked and left out."""
    found = []
    for text in page.evaluate(SEEN):
        words = set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES
        if words:
            found.append(f"{text[:80]!r}: {sorted(words)}")
    return found


def overflowing(page: Page) -> list[str]:
    """Return what stands out of the window, or is cut without saying so."""
    found: list[str] = page.evaluate(WIDER)
    return found


def findings(page: Page) -> list[str]:
    """Return what axe calls serious or critical."""
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate(
        "() => axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']})"
    )
    return [
        f"{one['id']} ({one['impact']}): {[node['html'][:160] for node in one['nodes'][:3]]}"
        for one in result["violations"]
        if one["impact"] in {"serious", "critical"}
    ]
