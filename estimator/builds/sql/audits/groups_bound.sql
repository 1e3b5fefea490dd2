-- Every group met its factors once, or the reason why there is none.
SELECT groups.group_id, COUNT(estimates.group_id) AS times
FROM groups
LEFT JOIN estimates ON estimates.group_id = groups.group_id
GROUP BY groups.group_id
HAVING COUNT(estimates.group_id) <> 1
