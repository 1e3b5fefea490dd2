-- What a person should look at in each run, one row a run that may have something: `codes`, those of its faults first,
-- and `faults`, what was read in these and the limits of the possible. What rows only show together is another row.
SELECT row_id, service_key, held_in, faults, LIST_CONCAT(
  LIST_TRANSFORM(faults, lambda fault: fault.code),
  LIST_TRANSFORM(noted, lambda code: REPLACE(code, '_not_sent', '_not_told')),
  LIST_FILTER([
    place_code,
    CASE WHEN home THEN 'zone_of_home' END,
    CASE WHEN over_sites THEN 'zone_over_sites' END,
    CASE WHEN shared THEN 'overlap' END,
    CASE WHEN unnamed THEN 'default_project' END,
    CASE WHEN class THEN 'card_of_class' END,
    CASE WHEN uncounted THEN 'card_count_unknown' END,
    CASE WHEN unheard THEN 'unknown_model' END
  ], lambda code: code IS NOT NULL)
) AS codes
FROM ({noted})
WHERE {looked}
UNION ALL BY NAME
SELECT row_id, service_key, held_in, [code] AS codes FROM weighed_checks
