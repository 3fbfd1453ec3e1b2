-- A reference to another segment is replaced by its definition, and lists are flattened.
WITH
person AS (
  SELECT
    profile_id,
    ifNull(traits.`tier`.:String = {p1:String}, 0) AS f0,
    has(tags, {p2:String}) AS f1
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
)
SELECT person.profile_id AS profile_id
FROM person
WHERE (person.f0 AND person.f1)
-- bound:
--   p1 = "VIP"
--   p2 = "vip"
--   workspace = 1
