"""The page of text messages, for whoever binds a virtual friend by hand."""

from pathlib import Path

import httpx

from tieline.demo import site


async def shown(file: Path) -> str:
    app = httpx.ASGITransport(app=site.build("", {}, file))
    async with httpx.AsyncClient(transport=app, base_url="http://demo") as browser:
        return (await browser.get("/sms")).text


async def test_the_newest_text_messages_come_first(tmp_path: Path) -> None:
    file = tmp_path / "sms.txt"
    file.write_text("".join(f"+886912000000: {number:06}\n" for number in range(20)))

    page = await shown(file)

    assert page.index("000019") < page.index("000010")
    assert "000009" not in page


async def test_no_message_yet_is_said(tmp_path: Path) -> None:
    assert "還沒有簡訊" in await shown(tmp_path / "none")
