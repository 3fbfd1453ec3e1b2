-- What did not happen is true for profiles without any event, so all profiles are looked at.
WITH
person AS (
  SELECT
    profile_id
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
        (event = {p2:String} AND at > {p3:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p2:String} AND at > {p3:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT person.profile_id AS profile_id
FROM person LEFT JOIN history ON history.profile_id = person.profile_id
WHERE history.h0 = {p1:UInt64}
-- bound:
--   p1 = 0
--   workspace = 1
--   p2 = "Order Completed"
--   p3 = "2025-12-15 16:30:00.000"
--   now = "2026-03-15 16:30:00.000"
