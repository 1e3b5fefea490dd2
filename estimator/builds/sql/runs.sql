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

-- Rows that count, each with that share. A row with answers of a model and no electricity is to be modelled; with hours
-- of accelerators, these are reserved for it, waiting included.
CREATE VIEW counted AS
SELECT
  row_status.*,
  COALESCE(charged.charge_share, 1.0) AS charge_share,
  CASE
    WHEN row_status.output_tokens > 0 THEN 'tokens'
    WHEN row_status.audio_s > 0 AND COALESCE(row_status.images, 0) = 0 THEN 'sound'
    WHEN row_status.images IS NULL THEN 'tokens'
    ELSE 'images'
  END AS kind,
  COALESCE(row_status.device, '') AS card,
  COALESCE(row_status.device_count, 0) AS cards,
  COALESCE(row_status.precision, '') AS bits,
  COALESCE(row_status.host, '') AS place,
  CASE WHEN row_status.device_hours IS NOT NULL THEN 'reserved' WHEN row_status.host = 'class/desk' THEN 'desk' ELSE 'shared' END AS site,
  CASE WHEN row_status.concurrency IS NULL THEN -1
    ELSE LEAST(GREATEST(ROUND(LN(row_status.concurrency) / LN(1024) * 15), 0), 15) END AS flight_class
FROM row_status
LEFT JOIN charged ON charged.row_id = row_status.row_id
WHERE row_status.status = 'current';

-- Ways of serving: a model at a place. Nothing of a single request is in them: requests in flight that rows state enter
-- by class (16, geometric from 1 to 1,024), each class standing for its mean on a logarithmic scale, weighted by output.
CREATE TABLE servings AS
SELECT
  's' || ROW_NUMBER() OVER (ORDER BY model, kind, card, cards, bits, place, site, flight_class) AS serving,
  model, kind, card, cards, bits, place, site, flight_class,
  EXP(fsum(LN(GREATEST(concurrency, 1)) * GREATEST(output_tokens, 1)) / fsum(GREATEST(output_tokens, 1))) AS flight
FROM counted
WHERE modelled
GROUP BY model, kind, card, cards, bits, place, site, flight_class;

CREATE VIEW runs AS
SELECT
  counted.*,
  COALESCE(servings.serving, '') AS serving,
  counted.modelled AND counted.device_hours IS NOT NULL AS reserved
FROM counted
LEFT JOIN servings ON counted.modelled
  AND servings.model = counted.model AND servings.kind = counted.kind AND servings.card = counted.card
  AND servings.cards = counted.cards AND servings.bits = counted.bits AND servings.place = counted.place
  AND servings.site = counted.site AND servings.flight_class = counted.flight_class;
