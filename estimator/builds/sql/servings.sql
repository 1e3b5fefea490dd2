-- Ways of serving: a model at a place. Nothing of a single request is in them: requests in flight that rows state enter
-- by class (geometric from 1, fifteen to 1,024). A class whose rows all state the same stands for it; another, for its
-- middle, to its ends: a mean of its rows would tell how much each of two uses writes to who knows what both state.
CREATE TABLE servings AS
WITH named AS (
  SELECT
    model, kind, {reserved} AS reserved, {card} AS card, COALESCE(device_count, 0) AS cards, COALESCE(precision, '') AS bits,
    COALESCE(host, '') AS place, {site} AS site, flight_class, flight_least, flight_most
  FROM summed
  WHERE modelled AND model IS NOT NULL AND kind <> 'training'
)
SELECT
  's' || ROW_NUMBER() OVER (ORDER BY model, kind, card, cards, bits, place, site, flight_class) AS serving,
  model, kind, card, cards, bits, place, site, flight_class,
  CASE WHEN MIN(flight_least) < MAX(flight_most) THEN EXP(flight_class * LN(1024) / 15)
    ELSE COALESCE(MIN(flight_least), 1.0) END AS flight,
  CASE WHEN MIN(flight_least) < MAX(flight_most) THEN EXP(LN(1024) / 30) END AS flight_spread
FROM named
GROUP BY model, kind, card, cards, bits, place, site, flight_class;
