-- Names that several rows have: of a row, of a run, of the key of a run. Only rows that share one are judged against each
-- other. A name is its hash: two that meet send a row to be judged for nothing.
CREATE TABLE repeated AS
SELECT 'row' AS kind, HASH(row_id) AS name FROM stored GROUP BY name HAVING COUNT(*) > 1
UNION ALL
SELECT 'key' AS kind, HASH(run_key) AS name FROM stored GROUP BY name HAVING COUNT(*) > 1
UNION ALL
SELECT 'run' AS kind, HASH(run_id) AS name FROM stored WHERE run_id IS NOT NULL GROUP BY name HAVING COUNT(*) > 1;

CREATE VIEW shared AS
SELECT stored.*,
  HASH(row_id) IN (SELECT name FROM repeated WHERE kind = 'row')
  OR HASH(run_key) IN (SELECT name FROM repeated WHERE kind = 'key')
  OR (run_id IS NOT NULL AND HASH(run_id) IN (SELECT name FROM repeated WHERE kind = 'run')) AS judged
FROM stored;
