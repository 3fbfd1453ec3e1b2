-- Zones that are several people, found without looking at all the others: a zone and its oldest profile bear the id of the
-- same node, so in a zone that is one person no node has a profile of another name.
create index node_divided on node (workspace_id, zone_id) where profile_id <> zone_id;
