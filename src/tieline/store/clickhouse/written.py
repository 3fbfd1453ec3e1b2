"""Under which profile ids the events of some profiles were written: a subquery for statements that prune by them."""

# Needs the parameters `workspace` and `profiles` (upper-case hexadecimal).
WRITTEN_BY = """
    select from_id from override where workspace_id = {workspace:UInt32} and node_id in (
        select node_id from override where workspace_id = {workspace:UInt32}
        group by node_id having hex(argMax(profile_id, version)) in {profiles:Array(String)})
"""
