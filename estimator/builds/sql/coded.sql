-- Runs that may have something for a person to look at, each with the `codes` of that, those of its faults first.
SELECT *, LIST_CONCAT(
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
