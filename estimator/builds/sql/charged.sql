-- The share of its energy that is charged to a run which others overlap.
-- Machine-mode runs that overlap on one computer each hold the whole machine's energy: at any moment it is
-- shared among them. Where nobody named the computer, nothing is: `machine_twice.sql` tells of it. Clocks are cut to the second, so a start is moved on by one second before runs are compared.
CREATE TABLE charged AS
WITH windows AS (
  SELECT row_id, machine_id, start_us + 1000000 AS start_us, end_us
  FROM row_status
  WHERE status = 'current' AND scope = 'machine' AND machine_id IS NOT NULL AND end_us > start_us + 1000000
),
edges AS (
  SELECT machine_id, start_us AS moment, 1 AS step FROM windows
  UNION ALL
  SELECT machine_id, end_us AS moment, -1 AS step FROM windows
),
moments AS (
  SELECT machine_id, moment, SUM(step) AS step FROM edges GROUP BY machine_id, moment
),
segments AS (
  SELECT
    machine_id,
    moment AS from_us,
    LEAD(moment) OVER (PARTITION BY machine_id ORDER BY moment) AS to_us,
    SUM(step) OVER (PARTITION BY machine_id ORDER BY moment ROWS UNBOUNDED PRECEDING) AS together
  FROM moments
),
crowded AS (
  SELECT * FROM segments WHERE together > 1
)
SELECT
  windows.row_id,
  1.0 - SUM((crowded.to_us - crowded.from_us) * (1.0 - 1.0 / crowded.together)) / MAX(windows.end_us - windows.start_us)
    AS charge_share
FROM windows
JOIN crowded
  ON crowded.machine_id = windows.machine_id
  AND crowded.from_us >= windows.start_us
  AND crowded.to_us <= windows.end_us
GROUP BY windows.row_id;
