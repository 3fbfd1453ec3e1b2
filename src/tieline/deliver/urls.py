"""Where a message may lead: addresses are data, so their scheme and form are checked after they are filled in. Pure."""

import re
from urllib.parse import urlsplit

ACTION_KEYS = frozenset({"uri", "desktop", "linkUri"})
IMAGE_KEYS = frozenset({
    "baseUrl", "iconUrl", "imageUrl", "originalContentUrl", "previewImageUrl", "previewUrl", "thumbnailImageUrl", "url",
})  # fmt: skip
URL_KEYS = ACTION_KEYS | IMAGE_KEYS
ACTION_MAX = 1_000
IMAGE_MAX = 2_000
LOCAL_HOSTS = frozenset({"127.0.0.1", "localhost"})
# LINE opens these inside itself; a detour through a browser would lose the person there.
LINE_HOSTS = ("line.me", "lin.ee")
_PRINTABLE = re.compile(r"[!-~]+")


def problem(key: str, url: str) -> str | None:
    """Return what is wrong with `url` under `key`, or None."""
    longest = ACTION_MAX if key in ACTION_KEYS else IMAGE_MAX
    if not 1 <= len(url) <= longest:
        return f"An address may have 1 to {longest} characters here, this one has {len(url)}."
    if not _PRINTABLE.fullmatch(url):
        return "An address may contain visible ASCII characters only; use the filter url_encode."
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return "This is not an address."
    allowed = ("https", "line", "tel") if key in ACTION_KEYS else ("https",)
    if (parts.scheme in allowed and (host or parts.scheme != "https")) or (
        parts.scheme == "http" and host in LOCAL_HOSTS
    ):
        return None
    return f"An address here must begin with {' or '.join(allowed)}."


def is_countable(url: str, public_url: str) -> bool:
    """Tell whether a tap on `url` can be counted: a web page, neither LINE's own nor ours."""
    if not url.startswith(("https://", "http://")) or url.startswith(f"{public_url}/"):
        return False
    host = urlsplit(url).hostname or ""
    return not any(host == own or host.endswith(f".{own}") for own in LINE_HOSTS)
