-- The average is multiplied out to stay exact; one occurrence serves several measures.
WITH
(d -> if(match(toString(d), '^-?[0-9]{1,15}([.][0-9]{1,40})?(e-[0-9]{1,3})?$'), toDecimal128OrNull(toString(d), 6), NULL)) AS to_number,
(d -> if(dynamicType(d) IN ('String', 'Bool'), toString(d), toString(to_number(d)))) AS to_text,
history AS (
  SELECT
    holder_id AS profile_id,
    sumOrNull(v0) AS h0,
    count(v0) AS h1,
    maxOrNull(v0) AS h2,
    uniqExactArray(v1) AS h3
  FROM (
      SELECT
        profile_id AS holder_id,
        (event = {p4:String}) AS c0,
        if(c0, to_number(properties.`total`), NULL) AS v0,
        if(c0, arrayFilter(x -> x IS NOT NULL, arrayMap(x -> to_text(x), if(startsWith(dynamicType(properties.`items`), 'Array(JSON'), arrayMap(x -> CAST(x, 'Dynamic'), properties.`items`[].`sku`), arrayMap(x -> tupleElement(x, 1), JSONExtract(ifNull(toJSONString(properties.`items`), ''), 'Array(Tuple(`sku` Dynamic))'))))), []) AS v1
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p4:String})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT history.profile_id AS profile_id
FROM history
WHERE (ifNull(history.h0 >= {p1:Decimal(38, 6)} * history.h1, 0) OR ifNull(history.h2 < {p2:Decimal(38, 6)}, 0) OR history.h3 >= {p3:UInt64}) AND history.profile_id NOT IN (
  SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND gone)
  GROUP BY profile_id HAVING argMax(gone, version)
)
-- bound:
--   p1 = "99.5"
--   p2 = "500"
--   p3 = 3
--   workspace = 1
--   p4 = "Order Completed"
