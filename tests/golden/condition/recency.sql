-- Age of the newest event in whole days; someone without an event has none, and is no member.
WITH
(said -> multiIf(match(said, '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?$'), parseDateTime64BestEffortOrNull(said, 3, 'UTC'), match(said, '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'), parseDateTime64BestEffortOrNull(said, 3, 'UTC') + toIntervalSecond(timeZoneOffset(toTimeZone(parseDateTime64BestEffortOrNull(said, 3, 'UTC'), {zone:String}))), NULL)) AS on_clock,
person AS (
  SELECT
    profile_id,
    reinterpretAsUInt64(substring(SHA256(concat({p2:String}, hex(profile_id))), 1, 8)) % 1000000 < {p3:UInt32} AS f0,
    ifNull(has({p4:Array(UInt16)}, toMonth(on_clock(traits.`birthday`.:String)) * 100 + toDayOfMonth(on_clock(traits.`birthday`.:String))), 0) AS f1
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
),
history AS (
  SELECT
    holder_id AS profile_id,
    maxOrNullIf(at, c0) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        at,
        (event = {p5:String}) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p5:String})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT person.profile_id AS profile_id
FROM person INNER JOIN history ON history.profile_id = person.profile_id
WHERE (ifNull(intDiv(if(toUnixTimestamp64Milli({now:DateTime64(3, 'UTC')}) - toUnixTimestamp64Milli(history.h0) < 0, 0, toUnixTimestamp64Milli({now:DateTime64(3, 'UTC')}) - toUnixTimestamp64Milli(history.h0)), 86400000) = {p1:UInt64}, 0) AND person.f0 AND person.f1)
-- bound:
--   now = "2026-03-15 16:30:00.000"
--   p1 = 14
--   p2 = "spring:"
--   p3 = 100000
--   p4 = [323]
--   workspace = 1
--   p5 = "Visit"
--   zone = "Asia/Taipei"
