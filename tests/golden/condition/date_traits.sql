-- Date traits are compared on the workspace's clock.
WITH
(said -> multiIf(match(said, '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}([T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?)?$'), parseDateTime64BestEffortOrNull(said, 3, 'UTC'), match(said, '^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$'), parseDateTime64BestEffortOrNull(said, 3, 'UTC') + toIntervalSecond(timeZoneOffset(toTimeZone(parseDateTime64BestEffortOrNull(said, 3, 'UTC'), {zone:String}))), NULL)) AS on_clock,
person AS (
  SELECT
    profile_id,
    ifNull(on_clock(traits.`joined_at`.:String) > {p1:DateTime64(3, 'UTC')} AND on_clock(traits.`joined_at`.:String) <= {p2:DateTime64(3, 'UTC')}, 0) AS f0,
    ifNull(on_clock(traits.`expires_on`.:String) < {p3:DateTime64(3, 'UTC')}, 0) AS f1
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
)
SELECT person.profile_id AS profile_id
FROM person
WHERE (person.f0 OR person.f1)
-- bound:
--   p1 = "2026-03-09 00:30:00.000"
--   p2 = "2026-03-16 00:30:00.000"
--   p3 = "2026-04-01 00:00:00.000"
--   workspace = 1
--   zone = "Asia/Taipei"
