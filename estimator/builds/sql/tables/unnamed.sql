-- The files of runs for which codecarbon names the project that it does where nobody does.
SELECT DISTINCT held_in, file_name FROM runs WHERE reader = 'codecarbon' AND service_key = 'codecarbon'
