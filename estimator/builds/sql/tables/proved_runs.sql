-- Each service: how many runs have electricity of each proof.
SELECT service_key, proof, COUNT(*) AS runs FROM run_proofs GROUP BY service_key, proof
