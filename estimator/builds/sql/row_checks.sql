-- What a person should look at in each run, one row a run that may have something: `codes`, those of its faults first,
-- and `faults`, what was read in these and the limits of the possible. What rows only show together is another row.
SELECT row_id, service_key, held_in, faults, codes FROM ({coded})
UNION ALL BY NAME
SELECT row_id, service_key, held_in, [code] AS codes FROM weighed_checks
