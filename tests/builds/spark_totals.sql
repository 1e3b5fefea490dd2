-- The sums of the requests of a ledger, written by hand for Spark, apart from the product and from sqlglot: what each
-- service and model read and wrote in each month, a request that crosses a month being shared by its duration.
-- For rows of single requests, one name each, whose text is neither cached nor counted by somebody else.
WITH read AS (
  SELECT
    service_key, model, row_id, start_us, end_us, start_month, end_month,
    CAST(output_tokens AS DOUBLE) AS written,
    CAST(input_tokens AS DOUBLE) AS asked
  FROM rows_of_the_ledger
  WHERE model IS NOT NULL AND output_tokens > 0 AND requests = 1 AND cached_tokens IS NULL
    AND cpu_energy_kwh IS NULL AND gpu_energy_kwh IS NULL AND ram_energy_kwh IS NULL
),
once AS (
  SELECT row_id, MIN(start_us) AS start_us FROM read GROUP BY row_id
),
kept AS (
  SELECT read.* FROM read JOIN once ON once.row_id = read.row_id AND once.start_us = read.start_us
),
-- The first moment of the month in which a request ends, in UTC, whatever the clock of the session: days since 1970 by
-- the rule of the Gregorian calendar, for years after 2000 and before 2100.
dated AS (
  SELECT
    kept.*,
    CAST(end_month DIV 100 AS BIGINT) AS year,
    CAST(end_month % 100 AS BIGINT) AS month_of_year
  FROM kept
),
placed AS (
  SELECT
    dated.*,
    86400000000 * (
      10957 + 365 * (year - 2000) + (year - 1997) DIV 4
      + CASE month_of_year
        WHEN 1 THEN 0 WHEN 2 THEN 31 WHEN 3 THEN 59 WHEN 4 THEN 90 WHEN 5 THEN 120 WHEN 6 THEN 151
        WHEN 7 THEN 181 WHEN 8 THEN 212 WHEN 9 THEN 243 WHEN 10 THEN 273 WHEN 11 THEN 304 ELSE 334
      END
      + CASE WHEN month_of_year > 2 AND year % 4 = 0 THEN 1 ELSE 0 END
    ) AS turn_us
  FROM dated
),
shared AS (
  SELECT
    service_key, model, start_month AS month, written, asked,
    CASE
      WHEN start_month = end_month THEN CAST(1 AS DOUBLE)
      ELSE CAST(turn_us - start_us AS DOUBLE) / CAST(end_us - start_us AS DOUBLE)
    END AS part
  FROM placed
  UNION ALL
  SELECT
    service_key, model, end_month AS month, written, asked,
    CAST(end_us - turn_us AS DOUBLE) / CAST(end_us - start_us AS DOUBLE) AS part
  FROM placed
  WHERE start_month <> end_month
)
SELECT
  service_key, model, month,
  SUM(part) AS requests,
  SUM(written * part) AS output_tokens,
  SUM(asked * part) AS input_tokens,
  SUM(written * (asked + written / 2) * part) AS context_tokens
FROM shared
GROUP BY service_key, model, month
