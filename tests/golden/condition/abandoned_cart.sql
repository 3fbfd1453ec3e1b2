-- Followed by nothing in time: both kinds of events are read in one pass, from the start of the window on.
WITH
history AS (
  SELECT
    holder_id AS profile_id,
    arrayCount(t -> t + {p1:Int64} <= toUnixTimestamp64Milli({now:DateTime64(3, 'UTC')}) AND NOT arrayExists(u -> u > t AND u <= least(t + {p1:Int64}, toUnixTimestamp64Milli({now:DateTime64(3, 'UTC')})), groupArrayIf(toUnixTimestamp64Milli(at), c1)), groupArrayIf(toUnixTimestamp64Milli(at), c0)) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        at,
        (event = {p3:String} AND at > {p4:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AS c0,
        (event = {p5:String} AND at > {p4:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AS c1
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND ((event = {p3:String} AND at > {p4:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) OR (event = {p5:String} AND at > {p4:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}))
  )
  WHERE c0 OR c1
  GROUP BY holder_id
)
SELECT history.profile_id AS profile_id
FROM history
WHERE history.h0 >= {p2:UInt64} AND history.profile_id NOT IN (
  SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND gone)
  GROUP BY profile_id HAVING argMax(gone, version)
)
-- bound:
--   p1 = 7200000
--   now = "2026-03-15 16:30:00.000"
--   p2 = 1
--   workspace = 1
--   p3 = "Product Added"
--   p4 = "2026-03-14 16:30:00.000"
--   p5 = "Order Completed"
