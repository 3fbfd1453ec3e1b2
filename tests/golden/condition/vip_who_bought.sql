-- Profiles with events that count are joined; others cannot be members.
WITH
person AS (
  SELECT
    profile_id,
    ifNull(traits.`tier`.:String IN {p2:Array(String)}, 0) AS f0
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
),
history AS (
  SELECT
    holder_id AS profile_id,
    countIf(c0) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        (event = {p3:String}) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p3:String})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT person.profile_id AS profile_id
FROM person INNER JOIN history ON history.profile_id = person.profile_id
WHERE (person.f0 AND history.h0 >= {p1:UInt64})
-- bound:
--   p1 = 1
--   p2 = ["VIP", "gold"]
--   workspace = 1
--   p3 = "Order Completed"
