-- Consent, friendship and identifiers are columns of the profile.
WITH
person AS (
  SELECT
    profile_id,
    has(consents, {p1:String}) AS f0,
    has(friends, {p2:String}) AS f1,
    arrayExists(x -> startsWith(concat(x, ':'), {p3:String}), namespaces) AS f2
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
)
SELECT person.profile_id AS profile_id
FROM person
WHERE (person.f0 AND person.f1 AND person.f2)
-- bound:
--   p1 = "marketing:line"
--   p2 = "@shop"
--   p3 = "line:"
--   workspace = 1
