"""Which of the facts about a person is shown, and acted upon: said once, for whatever reads traits in SQL.

Whoever holds the key of a browser, which stands in its page, may not change what somebody else is shown. So only nodes that
are `core` are read, and among what these say, sources that the brand names for a trait come first, browsers last.
"""

SOURCES = """
    join workspace on workspace.workspace_id = fact.workspace_id
    left join source on source.workspace_id = fact.workspace_id and source.key = fact.source
    left join lateral (
        select array(select jsonb_array_elements_text(golden -> fact.name -> 'sources')) as sources
        from (select workspace.settings -> 'golden' as golden) as rules
        where jsonb_typeof(golden -> fact.name -> 'sources') = 'array'
    ) as trusted on true
"""
"""What stands beside each `fact` to tell which comes first."""
FIRST = """
    coalesce(array_position(trusted.sources, fact.source),
             array_position(trusted.sources, split_part(fact.source, ':', 1))),
    coalesce(source.kind = 'web', false), fact.at desc, fact.source desc
"""
"""The order in which the first is the one that is shown."""
