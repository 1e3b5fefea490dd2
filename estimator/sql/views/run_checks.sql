-- What a person should look at, one row a run and a reason.
SELECT row_id, service_key, unnest(checks) AS code FROM runs
UNION ALL
SELECT row_id, service_key, 'overlap' AS code FROM runs WHERE charge_share < 1
UNION ALL
SELECT row_id, service_key, code FROM weighed_checks
