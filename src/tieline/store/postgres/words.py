"""The words under which people are found, in PostgreSQL."""

from collections.abc import Mapping, Sequence

from psycopg import AsyncConnection

_LAST = "\U0010ffff"


class PostgresWords:
    """WordStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def renew(self, workspace_id: int, words: Mapping[bytes, frozenset[str]]) -> None:
        """Keep exactly these words of these profiles; what stays is not written."""
        cursor = await self._connection.execute(
            "select profile_id, word from profile_word where workspace_id = %s and profile_id = any(%b)",
            (workspace_id, list(words)),
            binary=True,
        )
        held = set(await cursor.fetchall())
        wanted = {(profile_id, word) for profile_id, found in words.items() for word in found}
        gone, new = sorted(held - wanted), sorted(wanted - held, key=lambda pair: (pair[1], pair[0]))
        if gone:
            await self._connection.execute(
                """
                delete from profile_word as w using unnest(%b::bytea[], %b::text[]) as gone (profile_id, word)
                where w.workspace_id = %s and w.profile_id = gone.profile_id and w.word = gone.word
                """,
                ([profile_id for profile_id, _ in gone], [word for _, word in gone], workspace_id),
            )
        if new:
            await self._connection.execute(
                """
                insert into profile_word (workspace_id, profile_id, word)
                select %s::int, profile_id, word from unnest(%b::bytea[], %b::text[]) as new (profile_id, word)
                on conflict do nothing
                """,
                (workspace_id, [profile_id for profile_id, _ in new], [word for _, word in new]),
            )

    async def beginning_with(self, workspace_id: int, beginning: str, most: int) -> Sequence[bytes]:
        """Return people with a word that begins so, whose word is nearest first."""
        cursor = await self._connection.execute(
            """
            select profile_id from profile_word
            where workspace_id = %s and word >= %s and word < %s order by word, profile_id limit %s
            """,
            (workspace_id, beginning, beginning + _LAST, most),
            binary=True,
        )
        return list(dict.fromkeys(bytes(profile_id) for (profile_id,) in await cursor.fetchall()))
