-- The share of its energy that is charged to a run which others overlap.
-- Machine-mode runs that overlap on one computer each hold the whole machine's energy: at any moment it is
-- shared among them. Clocks are cut to the second, so a start is moved on by one second before runs are compared.
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

-- Rows that count, each with that share. Of a row that is to be modelled `serving`
-- says how they were made, tokens by request to two figures (read by written where requests are not counted), so that
-- alike rows share one coefficient, and at which host, as the doubt about a model is one at a host. With hours of accelerators, these are reserved for it, waiting included.
CREATE VIEW runs AS
WITH counted AS (
  SELECT
    row_status.*,
    COALESCE(charged.charge_share, 1.0) AS charge_share,
    row_status.output_tokens / NULLIF(row_status.requests, 0) AS mean_output,
    (row_status.input_tokens - COALESCE(row_status.cached_tokens, 0)) / NULLIF(row_status.requests, 0) AS mean_input,
    CASE WHEN COALESCE(row_status.requests, 0) = 0
      THEN (row_status.input_tokens - COALESCE(row_status.cached_tokens, 0)) / NULLIF(row_status.output_tokens, 0) END AS input_ratio
  FROM row_status
  LEFT JOIN charged ON charged.row_id = row_status.row_id
  WHERE row_status.status = 'current'
)
SELECT
  counted.*,
  CASE WHEN modelled THEN
    REPLACE(model, '|', ' ') || '|' || CASE WHEN output_tokens > 0 OR images IS NULL THEN 'tokens' ELSE 'images' END
    || '|' || COALESCE(device, '') || '|' || COALESCE(CAST(device_count AS VARCHAR), '')
    || '|' || COALESCE(CAST(concurrency AS VARCHAR), '') || '|' || COALESCE(REPLACE(precision, '|', ' '), '')
    || '|' || COALESCE(CAST(CASE WHEN mean_output < 1 THEN 1.0 ELSE ROUND(mean_output / POWER(10, FLOOR(LOG10(mean_output)) - 1))
      * POWER(10, FLOOR(LOG10(mean_output)) - 1) END AS VARCHAR), '')
    || '|' || COALESCE(CAST(CASE WHEN mean_input < 1 THEN 1.0 ELSE ROUND(mean_input / POWER(10, FLOOR(LOG10(mean_input)) - 1))
      * POWER(10, FLOOR(LOG10(mean_input)) - 1) END AS VARCHAR), '')
    || '|' || COALESCE(CAST(CASE WHEN input_ratio < 0.01 THEN 0.01 ELSE ROUND(input_ratio / POWER(10, FLOOR(LOG10(input_ratio)) - 1))
      * POWER(10, FLOOR(LOG10(input_ratio)) - 1) END AS VARCHAR), '')
    || '|' || CASE WHEN device_hours IS NOT NULL THEN 'reserved' WHEN host = 'class/desk' THEN 'desk' ELSE 'shared' END
    || '|' || COALESCE(REPLACE(host, '|', ' '), '')
  ELSE '' END AS serving,
  modelled AND device_hours IS NOT NULL AS reserved
FROM counted;
