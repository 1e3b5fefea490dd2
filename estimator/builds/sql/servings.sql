-- Ways of serving: a model at a place. Nothing of a single request is in them: requests in flight that rows state enter
-- by class (16, geometric from 1 to 1,024), each class standing for its mean on a logarithmic scale, weighted by output.
CREATE TABLE servings AS
WITH named AS (
  SELECT
    model, kind, {reserved} AS reserved, {card} AS card, COALESCE(device_count, 0) AS cards, COALESCE(precision, '') AS bits,
    COALESCE(host, '') AS place, {site} AS site, flight_class, flight_sum, flight_weight
  FROM summed
  WHERE modelled AND model IS NOT NULL AND kind <> 'training'
)
SELECT
  's' || ROW_NUMBER() OVER (ORDER BY model, kind, card, cards, bits, place, site, flight_class) AS serving,
  model, kind, card, cards, bits, place, site, flight_class,
  EXP(fsum(flight_sum) / fsum(flight_weight)) AS flight
FROM named
GROUP BY model, kind, card, cards, bits, place, site, flight_class;
