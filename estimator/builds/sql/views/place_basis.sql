-- What says where a run ran, otherwise than its trace: ids of rules, `provider` or `home`; one row a run and each of them.
SELECT row_id, service_key, UNNEST(STRING_SPLIT(rules, ' ')) AS said FROM runs WHERE rules <> ''
UNION ALL
SELECT row_id, service_key, zone_from AS said FROM runs WHERE zone_from IN ('provider', 'home') AND NOT over_sites
