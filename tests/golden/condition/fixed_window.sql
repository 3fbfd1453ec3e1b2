-- A day begins at midnight of the workspace (Asia/Taipei).
WITH
history AS (
  SELECT
    holder_id AS profile_id,
    countIf(c0) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        (event = {p2:String} AND at >= {p3:DateTime64(3, 'UTC')} AND at < {p4:DateTime64(3, 'UTC')}) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p2:String} AND at >= {p3:DateTime64(3, 'UTC')} AND at < {p4:DateTime64(3, 'UTC')})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT history.profile_id AS profile_id
FROM history
WHERE history.h0 >= {p1:UInt64} AND history.profile_id NOT IN (
  SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND gone)
  GROUP BY profile_id HAVING argMax(gone, version)
)
-- bound:
--   p1 = 2
--   workspace = 1
--   p2 = "Page Viewed"
--   p3 = "2026-02-28 16:00:00.000"
--   p4 = "2026-03-08 04:00:00.000"
