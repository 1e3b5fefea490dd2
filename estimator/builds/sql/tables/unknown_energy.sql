-- Runs whose electricity is not known, by month.
SELECT DISTINCT row_id, service_key, month FROM run_energy WHERE it_energy IS NULL
