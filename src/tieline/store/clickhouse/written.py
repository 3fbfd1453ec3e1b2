"""Under which profile ids events were written that belong to others by now."""

# Needs the parameters `workspace` and `profiles` (upper-case hexadecimal).
WRITTEN_BY = """
    select from_id from override where workspace_id = {workspace:UInt32} and node_id in (
        select node_id from override where workspace_id = {workspace:UInt32}
        group by node_id having hex(argMax(profile_id, version)) in {profiles:Array(String)})
"""
"""Under which ids the events of some profiles were written: a subquery for statements that prune by them."""
SOME_MOVED = """
    select count() > 0 as some from (select 1 from override where workspace_id = {workspace:UInt32} limit 1)
"""
"""Whether any event of a workspace was written under another profile than it has now."""
