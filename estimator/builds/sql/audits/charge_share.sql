-- A run is never charged more than its own energy, nor less than nothing.
SELECT row_id, charge_share FROM charged WHERE charge_share > 1 OR charge_share < 0
