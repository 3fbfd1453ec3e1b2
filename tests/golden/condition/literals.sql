-- A text that looks like a number or a boolean also equals the number or boolean.
WITH
(d -> if(match(toString(d), '^-?[0-9]{1,15}([.][0-9]{1,40})?(e-[0-9]{1,3})?$'), toDecimal128OrNull(toString(d), 6), NULL)) AS to_number,
(d -> if(dynamicType(d) IN ('String', 'Bool'), toString(d), toString(to_number(d)))) AS to_text,
person AS (
  SELECT
    profile_id,
    ifNull(to_text(traits.`member_no`) = {p1:String}, 0) AS f0,
    (NOT ifNull(to_number(traits.`points`) = {p2:Decimal(38, 6)}, 0)) AS f1,
    ifNull(to_text(traits.`newsletter`) = {p3:String}, 0) AS f2,
    ifNull(startsWith(traits.`city`.:String, {p4:String}), 0) AS f3
  FROM profile FINAL
  WHERE workspace_id = {workspace:UInt32}
)
SELECT person.profile_id AS profile_id
FROM person
WHERE (person.f0 AND person.f1 AND person.f2 AND person.f3)
-- bound:
--   p1 = "1024"
--   p2 = "0.5"
--   p3 = "true"
--   p4 = "臺"
--   workspace = 1
