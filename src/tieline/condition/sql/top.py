"""Who comes first by a measure, as SQL: everybody is ranked, whoever is asked about."""

from tieline.condition.node import Top
from tieline.condition.sql.history import HistoryTable
from tieline.condition.sql.query import Writer


def among_first(leaf: Top, writer: Writer) -> str:
    """Return whether a row of `profile` is among the first."""
    everybody = writer.about_everybody()
    table = HistoryTable(everybody)
    worth = table.worth(leaf.occurrence, leaf.measure)
    mine = f"FROM profile WHERE workspace_id = {writer.workspace()}"
    gone = (
        f"SELECT profile_id {mine} AND profile_id IN (SELECT profile_id {mine} AND gone)"
        " GROUP BY profile_id HAVING argMax(gone, version)"
    )
    return (
        f"profile_id IN (\n    SELECT profile_id FROM (\n    SELECT history.profile_id AS profile_id, {worth} AS worth"
        f" FROM (\n  {table.select()}\n    ) AS history\n    WHERE isNotNull(worth) AND profile_id NOT IN ({gone})"
        f"\n    ORDER BY worth DESC, profile_id LIMIT {writer.bound('UInt64', leaf.most)}))"
    )
