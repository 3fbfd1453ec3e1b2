-- Many conditions in one pass: what two of them read is computed once.
WITH
person AS (
  SELECT
    profile_id,
    has(tags, {p3:String}) AS f0
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT toFixedString(substring(base64Decode({candidates:String}), number * 16 + 1, 16), 16) FROM numbers(1))
),
history AS (
  SELECT
    holder_id AS profile_id,
    countIf(c0) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        (event = {p4:String} AND at > {p5:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')}) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT toFixedString(substring(base64Decode({candidates:String}), number * 16 + 1, 16), 16) FROM numbers(1)) AND (event = {p4:String} AND at > {p5:DateTime64(3, 'UTC')} AND at <= {now:DateTime64(3, 'UTC')})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT person.profile_id AS profile_id, [
  toUInt8(history.h0 >= {p1:UInt64}),
  toUInt8(least(history.h0 >= {p2:UInt64}, person.f0)),
  toUInt8((NOT person.f0))
] AS holds
FROM person LEFT JOIN history ON history.profile_id = person.profile_id
SETTINGS optimize_move_to_prewhere = 0
-- bound:
--   p1 = 1
--   p2 = 3
--   p3 = "vip"
--   workspace = 1
--   candidates = "ABEiM0RVZneImaq7zN3u/w=="
--   p4 = "Order Completed"
--   p5 = "2026-02-13 16:30:00.000"
--   now = "2026-03-15 16:30:00.000"
