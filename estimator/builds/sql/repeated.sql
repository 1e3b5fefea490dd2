-- Names of a kind that several rows have. A name is its hash: two that meet send a row to be judged for nothing.
INSERT INTO repeated SELECT '{name}', HASH({name}) AS hashed FROM stored WHERE {name} IS NOT NULL GROUP BY hashed HAVING COUNT(*) > 1
