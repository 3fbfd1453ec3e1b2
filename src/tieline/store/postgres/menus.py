"""Rich menus in PostgreSQL."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError
from tieline.model.menu import Menu, wish_of
from tieline.ports.menus import Account, Change, Gone
from tieline.store.postgres.workspaces import OWN_SOURCE

_COLUMNS = (
    "workspace_id, account, key, name, definition, image is not null, content_hash, rank, is_default, segment, tag, bound,"
    " by_rule, starts_at, ends_at, line_id, line_hash, problem, updated_at"
)
_FRIEND = """
    select profile_id, line_user from (
        select distinct on (fact.node_id) node.profile_id, node.value as line_user, fact.value as is_friend
        from fact join node using (workspace_id, node_id)
        where fact.workspace_id = %(workspace)s and fact.kind = 3 and fact.name = %(account)s
          and (node.namespace = 'line' or node.namespace like 'line:%%')
          and (%(profiles)s::bytea[] is null or node.profile_id = any(%(profiles)s))
        order by fact.node_id, fact.at desc, fact.value = 'true'
    ) as latest where is_friend = 'true'
"""
_TAGGED = """
    coalesce((select tagged.value = 'true' from node as own join fact as tagged using (workspace_id, node_id)
              where own.workspace_id = %(workspace)s and own.profile_id = friend.profile_id
                and tagged.kind = 2 and tagged.name = menu.tag
              order by tagged.at desc, tagged.value = 'true' limit 1), false)
"""
# Which menu journeys gave: the newest word of any of the person's identifiers.
_GIVEN = """
    select distinct on (node.profile_id) node.profile_id, fact.value #>> '{}' as menu
    from fact join node using (workspace_id, node_id)
    where fact.workspace_id = %(workspace)s and fact.kind = 1 and fact.name = %(wish)s and fact.source = %(own)s
      and (%(profiles)s::bytea[] is null or node.profile_id = any(%(profiles)s))
    order by node.profile_id, fact.at desc
"""
_CHANGES = f"""
    with friend as materialized (
        select friend.*, given.menu as given from ({_FRIEND}) as friend left join ({_GIVEN}) as given using (profile_id)
    ),
    menu as materialized (
        select * from unnest(%(keys)s::text[], %(line_ids)s::text[], %(segments)s::text[], %(tags)s::text[],
                             %(bounds)s::bool[], %(ruled)s::bool[])
                      with ordinality as drawn (key, line_id, segment, tag, bound, by_rule, place)
    ),
    wanted as (
        select line_user, (
            select line_id from menu
            where key = friend.given
               or by_rule
              and (segment is null or exists (
                      select from membership where workspace_id = %(workspace)s and membership.segment = menu.segment
                                               and membership.profile_id = friend.profile_id))
              and (tag is null or {_TAGGED})
              and (bound is null or bound = exists (
                      select from node where workspace_id = %(workspace)s and node.profile_id = friend.profile_id
                                         and namespace = 'member_id'))
            order by place limit 1) as line_id
        from friend
    )
    select wanted.line_user, wanted.line_id from wanted
    left join rich_menu_link known on known.workspace_id = %(workspace)s and known.account = %(account)s
                                  and known.line_user = wanted.line_user
    where wanted.line_id is distinct from known.line_id
    order by 1 limit %(most)s
"""


class PostgresMenus:
    """MenuStore, and what the console does with menus."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def drawn(self) -> dict[Account, list[Menu]]:
        """Return every menu by account."""
        cursor = await self._connection.execute(
            f"select {_COLUMNS} from rich_menu order by workspace_id, account, is_default, rank, key"  # sql: own names
        )
        found: defaultdict[Account, list[Menu]] = defaultdict(list)
        for row in await cursor.fetchall():
            menu = Menu(*row)
            found[menu.workspace_id, menu.account].append(menu)
        return dict(found)

    async def of(self, account: Account) -> list[Menu]:
        """Return the menus of one account, in the order in which they are asked."""
        return (await self.drawn()).get(account, [])

    async def find(self, account: Account, key: str) -> Menu:
        """Return one menu.

        Raises:
            NotFoundError: There is none of this key.
        """
        for menu in await self.of(account):
            if menu.key == key:
                return menu
        raise NotFoundError(f"There is no rich menu {key}.")

    async def put(self, menu: Menu, at: datetime) -> None:
        """Keep a menu; its picture stays."""
        await self._connection.execute(
            """
            insert into rich_menu (workspace_id, account, key, name, definition, content_hash, rank, is_default, segment,
                                   tag, bound, by_rule, starts_at, ends_at, updated_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, account, key) do update set
                name = excluded.name, definition = excluded.definition, content_hash = excluded.content_hash,
                rank = excluded.rank, is_default = excluded.is_default, segment = excluded.segment, tag = excluded.tag,
                bound = excluded.bound, by_rule = excluded.by_rule, starts_at = excluded.starts_at,
                ends_at = excluded.ends_at, problem = '', updated_at = excluded.updated_at
            """,
            (
                menu.workspace_id, menu.account, menu.key, menu.name, Jsonb(menu.definition), menu.content_hash, menu.rank,
                menu.is_default, menu.segment, menu.tag, menu.bound, menu.by_rule, menu.starts_at, menu.ends_at, at,
            ),
        )  # fmt: skip

    async def draw(self, menu: Menu, image: bytes, kind: str, content_hash: str, at: datetime) -> None:
        """Keep the picture of a menu."""
        await self._connection.execute(
            """
            update rich_menu set image = %s, image_type = %s, content_hash = %s, problem = '', updated_at = %s
            where workspace_id = %s and account = %s and key = %s
            """,
            (image, kind, content_hash, at, menu.workspace_id, menu.account, menu.key),
        )

    async def order(self, account: Account, keys: Sequence[str], at: datetime) -> None:
        """Rank menus in the order of `keys`."""
        await self._connection.execute(
            """
            update rich_menu set rank = wanted.place, updated_at = %s
            from unnest(%s::text[]) with ordinality as wanted (key, place)
            where workspace_id = %s and account = %s and rich_menu.key = wanted.key
            """,
            (at, list(keys), *account),
        )

    async def drop(self, menu: Menu, at: datetime) -> None:
        """Forget a menu; what stands at LINE is deleted there."""
        await self._connection.execute(
            "delete from rich_menu where workspace_id = %s and account = %s and key = %s",
            (menu.workspace_id, menu.account, menu.key),
        )
        if menu.line_id:
            await self._bury(menu, menu.line_id, menu.key, at)

    async def image(self, menu: Menu) -> tuple[bytes, str]:
        """Return the picture of a menu and its media type."""
        cursor = await self._connection.execute(
            "select image, image_type from rich_menu where workspace_id = %s and account = %s and key = %s",
            (menu.workspace_id, menu.account, menu.key),
        )
        row = await cursor.fetchone()
        return (bytes(row[0]), str(row[1])) if row and row[0] is not None else (b"", "")

    async def published(self, menu: Menu, line_id: str, at: datetime) -> None:
        """Note that this content stands at LINE; what stood there before is gone."""
        await self._connection.execute(
            "update rich_menu set line_id = %s, line_hash = %s, problem = ''"
            " where workspace_id = %s and account = %s and key = %s",
            (line_id, menu.content_hash, menu.workspace_id, menu.account, menu.key),
        )
        if menu.line_id and menu.line_id != line_id:
            await self._bury(menu, menu.line_id, "", at)

    async def troubled(self, menu: Menu, problem: str) -> None:
        """Note why LINE did not take a menu."""
        await self._connection.execute(
            "update rich_menu set problem = %s where workspace_id = %s and account = %s and key = %s",
            (problem, menu.workspace_id, menu.account, menu.key),
        )

    async def due(self, workspace_id: int, most: int) -> list[bytes]:
        """Take the profiles whose membership changed, in the caller's transaction."""
        cursor = await self._connection.execute(
            """
            with next as materialized (  -- once: joined in a loop, a limit would be taken anew for every row
                select workspace_id, profile_id from rich_menu_due where workspace_id = %s limit %s for update skip locked)
            delete from rich_menu_due where (workspace_id, profile_id) in (select workspace_id, profile_id from next)
            returning profile_id
            """,
            (workspace_id, most),
        )
        return [bytes(profile_id) for (profile_id,) in await cursor.fetchall()]

    async def changes(
        self, account: Account, menus: Sequence[Menu], profiles: Sequence[bytes] | None, most: int
    ) -> list[Change]:
        """Return friends who should see another menu than they were given."""
        cursor = await self._connection.execute(
            _CHANGES,
            {
                "workspace": account[0],
                "account": account[1],
                "wish": wish_of(account[1]),
                "own": OWN_SOURCE,
                "profiles": None if profiles is None else list(profiles),
                "keys": [menu.key for menu in menus],
                "line_ids": [menu.line_id for menu in menus],
                "segments": [menu.segment for menu in menus],
                "tags": [menu.tag for menu in menus],
                "bounds": [menu.bound for menu in menus],
                "ruled": [menu.by_rule for menu in menus],
                "most": most,
            },
        )
        return [Change(str(user), line_id) for user, line_id in await cursor.fetchall()]

    async def wished(self, account: Account, profile_id: bytes) -> str:
        """Return the menu that a journey gave a person, "" if none did."""
        named = {
            "workspace": account[0],
            "wish": wish_of(account[1]),
            "own": OWN_SOURCE,
            "profiles": [profile_id],
        }
        cursor = await self._connection.execute(_GIVEN, named)
        row = await cursor.fetchone()
        return str(row[1]) if row and row[1] is not None else ""

    async def given(self, account: Account, changes: Sequence[Change], at: datetime) -> None:
        """Note what friends were given."""
        taken = [change.line_user for change in changes if change.line_id is None]
        if taken:
            await self._connection.execute(
                "delete from rich_menu_link where workspace_id = %s and account = %s and line_user = any(%s)",
                (*account, taken),
            )
        linked = [change for change in changes if change.line_id is not None]
        if linked:
            await self._connection.execute(
                """
                insert into rich_menu_link select %s, %s, line_user, line_id, %s
                from unnest(%s::text[], %s::text[]) as given (line_user, line_id)
                on conflict (workspace_id, account, line_user) do update set line_id = excluded.line_id, at = excluded.at
                """,
                (*account, at, [one.line_user for one in linked], [one.line_id for one in linked]),
            )

    async def forget_strangers(self, account: Account) -> int:
        """Forget what those were given who are no friends now; return how many."""
        cursor = await self._connection.execute(
            f"""
            delete from rich_menu_link where workspace_id = %(workspace)s and account = %(account)s
              and line_user not in (select line_user from ({_FRIEND}) as friend)
            """,  # sql: own names
            {"workspace": account[0], "account": account[1], "profiles": None},
        )
        return cursor.rowcount

    async def gone(self, account: Account, most: int) -> list[Gone]:
        """Return menus to be deleted at LINE, to which no friend is linked any more."""
        cursor = await self._connection.execute(
            """
            select line_id, alias from rich_menu_gone as gone where workspace_id = %s and account = %s
              and not exists (select from rich_menu_link link where link.workspace_id = gone.workspace_id
                                and link.account = gone.account and link.line_id = gone.line_id)
            order by at limit %s
            """,
            (*account, most),
        )
        return [Gone(str(line_id), str(alias)) for line_id, alias in await cursor.fetchall()]

    async def deleted(self, account: Account, line_id: str) -> None:
        """Forget a menu that LINE deleted."""
        await self._connection.execute(
            "delete from rich_menu_gone where workspace_id = %s and account = %s and line_id = %s",
            (*account, line_id),
        )

    async def _bury(self, menu: Menu, line_id: str, alias: str, at: datetime) -> None:
        await self._connection.execute(
            "insert into rich_menu_gone values (%s, %s, %s, %s, %s) on conflict do nothing",
            (menu.workspace_id, menu.account, line_id, alias, at),
        )
