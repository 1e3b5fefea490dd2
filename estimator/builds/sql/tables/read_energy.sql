-- The electricity of the rows that are read, by settled part, less what overlapping runs share [kWh].
SELECT
  held_in,
  fsum({kwh}) AS kwh
FROM runs
GROUP BY held_in
