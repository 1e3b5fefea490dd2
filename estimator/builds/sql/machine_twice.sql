-- Runs of which each measured a whole computer, at the same time as another that may be of the same one: nobody named the
-- computer (`machine_id`), and both are of one service, or of one file, at one place and on the same hardware as read.
-- Charged in full, each: `charged.sql` shares only what is known to be of one computer. As there, a start is moved on by
-- one second. A run that holds a part of its computer is not of the whole.
SELECT {told}
FROM (
  SELECT
    *,
    MAX(end_us) OVER (of_service ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS service_ended,
    LEAD(begun_us) OVER of_service AS service_begins,
    MAX(end_us) OVER (of_file ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS file_ended,
    LEAD(begun_us) OVER of_file AS file_begins
  FROM (SELECT *, start_us + 1000000 AS begun_us FROM {rows} WHERE {whole})
  WINDOW
    of_service AS (
      PARTITION BY service_key, zone_as_read, host, machine, machine_units, device_as_read, device_count
      ORDER BY begun_us, end_us, row_id
    ),
    of_file AS (
      PARTITION BY file_sha, zone_as_read, host, machine, machine_units, device_as_read, device_count
      ORDER BY begun_us, end_us, row_id
    )
)
WHERE begun_us < service_ended OR service_begins < end_us OR begun_us < file_ended OR file_begins < end_us
