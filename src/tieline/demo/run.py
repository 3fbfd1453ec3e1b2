"""`tieline demo`: play the story, print its facts, and show them on a page until the person has seen enough."""

import asyncio
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tieline.demo import page, site
from tieline.demo.facts import Facts
from tieline.demo.page import Link, shown
from tieline.demo.processes import free_port
from tieline.demo.progress import Show
from tieline.demo.scenario import Story
from tieline.demo.world import World
from tieline.errors import StartError


def main(*, once: bool, data: Path | None = None) -> int:
    """Play the story once; without `once`, then serve a page with its numbers until interrupted.

    Args:
        once: End when the story ends, with the facts as JSON on the last line of standard output.
        data: Empty folder for everything that is stored. Left out: one that is deleted at the end.

    Returns:
        Exit code: 0 if all facts hold.

    Raises:
        StartError: The folder is not empty, or a program does not start.
        UnavailableError: A program does not answer, or something that must happen did not happen in time.
    """
    # Whoever ends it otherwise than by Ctrl-C wants the same: that all it started ends too.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    # A shell lets what it starts in the background ignore SIGINT.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    facts = Facts()
    with ExitStack() as stack:
        if data is None:
            made = tempfile.TemporaryDirectory(prefix="tieline-demo-", ignore_cleanup_errors=True)
            data = Path(stack.enter_context(made))
        else:
            data = _empty(data.resolve())
        try:
            asyncio.run(_play(data, facts, once=once))
        except KeyboardInterrupt:
            if not facts.complete:
                raise  # Ctrl-C on the page is how one leaves it
    return 0 if facts.all_hold else 1


def _empty(data: Path) -> Path:
    data.mkdir(parents=True, exist_ok=True)
    if any(data.iterdir()):
        raise StartError(f"{data} is not empty.", way_out="Choose an empty folder with --data.")
    return data


async def _play(data: Path, facts: Facts, *, once: bool) -> None:
    console = Console(stderr=True)
    async with World(data) as world:
        if not once:
            console.print(f"\n  好友的手機（模擬的 LINE）：[bold]{world.line_address}/[/bold]\n")
        try:
            with Show(console) as show:
                story = Story(world, show, facts)
                brands = await story.play()
        finally:
            console.print(_table(facts))
        if once:
            sys.stdout.write(facts.to_json() + "\n")
            sys.stdout.flush()
            return
        await world.run(world.clock.now(), 1.0)  # from here on people tap, and LINE's tokens live for minutes
        port = free_port()
        console.print(f"\n  [bold]http://127.0.0.1:{port}/[/bold]   Ctrl-C 結束\n")
        console.print(f"  後台：[bold]{world.address}/[/bold]")
        for one in world.logins:
            console.print(f"    {one.brand}：{one.email} / {one.password}", highlight=False)
        status = page.render(facts, _links(world, story))
        known = {brand.channel.key: brand for brand in brands}
        await site.serve(site.build(status, known, world.sms_file, story.shop), port)


def _links(world: World, story: Story) -> list[Link]:
    phones = [Link(f"手機：{title}", address) for title, address in story.phones_to_see.items()]
    customers = [Link(f"顧客檔案：{title}", address) for title, address in story.people_to_see.items()]
    consoles = [
        Link(f"後台：{one.brand}", f"{world.address}/", f"登入帳號 {one.email}，密碼 {one.password}")
        for one in world.logins
    ]
    return [
        *consoles,
        Link(
            "好友的手機（模擬的 LINE）",
            f"{world.line_address}/",
            "每一位虛擬好友的聊天室；可以點、打字、封鎖、綁定",
        ),
        *phones,
        Link("網路商店", "/shop", "讓一位顧客把商品留在購物車，看旅程怎麼提醒"),
        Link("簡訊驗證碼", "/sms", "在手機上綁定會員時，驗證碼寄到這裡"),
        *customers,
        Link("API 文件", f"{world.address}/docs"),
        Link("監控指標", f"{world.address}/metrics"),
    ]


def _table(facts: Facts) -> Table:
    table = Table(title="Tieline 示範", title_style="bold")
    table.add_column("事實", overflow="fold")
    table.add_column("獨立計算", justify="right")
    table.add_column("Tieline／LINE", justify="right")
    table.add_column("")
    for fact in facts:
        mark = "[green]✓[/green]" if fact.ok else "[bold red]✗[/bold red]"
        table.add_row(fact.name, shown(fact.expected), shown(fact.got), mark)
    return table
