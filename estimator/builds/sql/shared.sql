-- Names that several rows have: of a row, of a run, of the key of a run. Only rows that share one are judged against each
-- other.
CREATE TABLE repeated (kind VARCHAR, name UBIGINT);

CREATE VIEW shared AS
SELECT stored.*,
  HASH(row_id) IN (SELECT name FROM repeated WHERE kind = 'row_id')
  OR HASH(run_key) IN (SELECT name FROM repeated WHERE kind = 'run_key')
  OR (run_id IS NOT NULL AND HASH(run_id) IN (SELECT name FROM repeated WHERE kind = 'run_id')) AS judged
FROM stored;
