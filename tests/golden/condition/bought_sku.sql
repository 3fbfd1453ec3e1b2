-- Any element of a list; plain lists of objects are read from their own columns.
WITH
history AS (
  SELECT
    holder_id AS profile_id,
    countIf(c0) AS h0
  FROM (
      SELECT
        profile_id AS holder_id,
        ((event = {p2:String}) AND (arrayExists(x -> ifNull(dynamicElement(x, 'String') IN {p3:Array(String)}, 0), if(startsWith(dynamicType(properties.`items`), 'Array(JSON'), arrayMap(x -> CAST(x, 'Dynamic'), properties.`items`[].`sku`), arrayMap(x -> tupleElement(x, 1), JSONExtract(ifNull(toJSONString(properties.`items`), ''), 'Array(Tuple(`sku` Dynamic))')))) AND (NOT (properties.`coupon`.`code` IS NOT NULL)))) AS c0
      FROM event
      WHERE workspace_id = {workspace:UInt32} AND (event = {p2:String})
  )
  WHERE c0
  GROUP BY holder_id
)
SELECT history.profile_id AS profile_id
FROM history
WHERE history.h0 >= {p1:UInt64} AND history.profile_id NOT IN (
  SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND profile_id IN (SELECT profile_id FROM profile WHERE workspace_id = {workspace:UInt32} AND gone)
  GROUP BY profile_id HAVING argMax(gone, version)
)
-- bound:
--   p1 = 1
--   workspace = 1
--   p2 = "Order Completed"
--   p3 = ["S-1", "S-2"]
