-- Ways of serving: a model at a place, by how many requests are in flight, as rows state it, to the tenth or to the unit:
-- a mean of several rows would tell how much each of two uses writes to who knows what both state.
CREATE TABLE servings AS
WITH named AS (
  SELECT
    model, kind, {reserved} AS reserved, {card} AS card, COALESCE(device_count, 0) AS cards, COALESCE(precision, '') AS bits,
    COALESCE(host, '') AS place, {site} AS site, flight_class
  FROM summed
  WHERE modelled AND model IS NOT NULL AND kind <> 'training'
)
SELECT
  's' || ROW_NUMBER() OVER (ORDER BY model, kind, card, cards, bits, place, site, flight_class) AS serving,
  model, kind, card, cards, bits, place, site, flight_class,
  GREATEST(flight_class, 1.0) AS flight
FROM named
GROUP BY model, kind, card, cards, bits, place, site, flight_class;
