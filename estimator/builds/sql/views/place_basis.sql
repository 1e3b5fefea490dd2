-- What says where a run ran, otherwise than its trace: ids of rules, each with what of it counts ('': all that it says),
-- `provider` or `home`; one row a run and each of them.
SELECT row_id, service_key, SPLIT_PART(told, ':', 1) AS said, SPLIT_PART(told, ':', 2) AS part
FROM (SELECT row_id, service_key, UNNEST(STRING_SPLIT(rules, ' ')) AS told FROM runs WHERE rules <> '')
UNION ALL
SELECT row_id, service_key, zone_from AS said, '' AS part FROM runs WHERE zone_from IN ('provider', 'home') AND NOT over_sites
