-- Only the profile is read.
WITH
(said -> multiIf(match(said, '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?$'), parseDateTime64BestEffortOrNull(said, 3, 'UTC'), match(said, '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'), parseDateTime64BestEffortOrNull(said, 3, 'UTC') + toIntervalSecond(timeZoneOffset(toTimeZone(parseDateTime64BestEffortOrNull(said, 3, 'UTC'), {zone:String}))), NULL)) AS on_clock,
person AS (
  SELECT
    profile_id,
    ifNull(traits.`tier`.:String = {p1:String}, 0) AS f0,
    ifNull(toMonth(on_clock(traits.`birthday`.:String)) = {p2:UInt8}, 0) AS f1,
    has(tags, {p3:String}) AS f2
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
)
SELECT person.profile_id AS profile_id
FROM person
WHERE (person.f0 AND person.f1 AND (NOT person.f2))
-- bound:
--   p1 = "VIP"
--   p2 = 3
--   p3 = "staff"
--   workspace = 1
--   zone = "Asia/Taipei"
