-- Nodes moved: events are found under former ids and counted for the profile they belong to now.
WITH
history AS (
  SELECT
    holder_id AS profile_id,
    countIf(c0) AS h0
  FROM (
      SELECT
        toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) AS holder_id,
        (event = {p2:String} AND at > {p3:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT toFixedString(substring(base64Decode({written:String}), number * 16 + 1, 16), 16) FROM numbers(2)) AND (event = {p2:String} AND at > {p3:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')})
  )
  WHERE (c0) AND holder_id IN (SELECT toFixedString(substring(base64Decode({candidates:String}), number * 16 + 1, 16), 16) FROM numbers(1))
  GROUP BY holder_id
)
SELECT history.profile_id AS profile_id
FROM history
WHERE history.h0 >= {p1:UInt64} AND history.profile_id NOT IN (
  SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND gone)
  GROUP BY profile_id HAVING argMax(gone, version)
)
SETTINGS optimize_move_to_prewhere = 0
-- bound:
--   p1 = 1
--   workspace = 1
--   p2 = "Order Completed"
--   p3 = "2026-02-13 16:30:00.000"
--   now = "2026-03-15 16:30:00.000"
--   candidates = "ABEiM0RVZneImaq7zN3u/w=="
--   written = "ABEiM0RVZneImaq7zN3u///u3cy7qpmId2ZVRDMiEQA="
