-- Only events decide and nobody without events can be a member: table profile is not read.
WITH
(d -> if(match(toString(d), '^-?[0-9]{1,15}([.][0-9]{1,40})?(e-[0-9]{1,3})?$'), toDecimal128OrNull(toString(d), 6), NULL)) AS to_number,
history AS (
  SELECT
    holder_id AS profile_id,
    sumOrNull(v0) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        (event = {p2:String} AND at > {p3:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AS c0,
        if(c0, to_number(properties.`total`), NULL) AS v0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p2:String} AND at > {p3:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AND profile_id IN (
        SELECT profile_id FROM event WHERE workspace_id = {workspace:UInt32} AND ((event = {p4:String}) AND ifNull(to_number(properties.`push_id`) = {p5:Decimal(38, 6)}, 0))
      )
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT history.profile_id AS profile_id
FROM history
WHERE (ifNull(history.h0, 0) > {p1:Decimal(38, 6)}) AND history.profile_id NOT IN (
  SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND gone)
  GROUP BY profile_id HAVING argMax(gone, version)
)
-- bound:
--   p1 = "3000"
--   workspace = 1
--   p2 = "Order Completed"
--   p3 = "2026-02-13 16:30:00.000"
--   now = "2026-03-15 16:30:00.000"
--   p4 = "Push Clicked"
--   p5 = "7"
