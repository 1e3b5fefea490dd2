-- What a person should look at, one row a run and a reason; of a fault, what was read and the limits of the possible;
-- of what a total rests on, what mends it (NULL: a notice, such as a figure of the file that is only kept beside ours).
SELECT row_id, service_key, found.code, fault.read_value, fault.low, fault.high, fault.excess, mended_by, part
FROM (SELECT row_id, service_key, UNNEST(codes) AS code, UNNEST(faults) AS fault FROM {rows}) AS found
LEFT JOIN mending ON mending.code = found.code
