-- The share of its energy that is charged to a run which others overlap.
-- Machine-mode runs that overlap on one computer each hold the whole machine's energy: at any moment it is
-- shared among them. Where nobody named the computer, nothing is: `machine_twice.sql` tells of it. Clocks are cut to the second, so a start is moved on by one second before runs are compared.
CREATE TABLE charged AS
WITH windows AS (
  SELECT row_id, service_key, machine_id, start_month, end_month, start_us + 1000000 AS start_us, end_us
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
  windows.row_id, service_key, windows.machine_id, start_month, end_month, start_us, end_us,
  1.0 - SUM((crowded.to_us - crowded.from_us) * (1.0 - 1.0 / crowded.together)) / MAX(windows.end_us - windows.start_us)
    AS charge_share
FROM windows
JOIN crowded
  ON crowded.machine_id = windows.machine_id
  AND crowded.from_us >= windows.start_us
  AND crowded.to_us <= windows.end_us
GROUP BY windows.row_id, service_key, windows.machine_id, start_month, end_month, start_us, end_us;

-- The services that share the energy of a computer, by the first and last month of their runs: whoever knows what a run
-- of one read, and what is charged to it, knows what is charged to the other.
CREATE TABLE shared_time AS
WITH spans AS (
  SELECT charged.*, months.month
  FROM charged
  JOIN months ON months.from_us < charged.end_us AND months.to_us > charged.start_us
)
SELECT DISTINCT
  spans.service_key, spans.start_month AS first, spans.end_month AS last,
  others.service_key AS beside, others.start_month AS beside_first, others.end_month AS beside_last
FROM spans
JOIN spans AS others
  ON others.machine_id = spans.machine_id
  AND others.month = spans.month
  AND others.service_key <> spans.service_key
  AND others.start_us < spans.end_us
  AND others.end_us > spans.start_us;
