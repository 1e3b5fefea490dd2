-- Every row of the ledger with its status: current, superseded or duplicate. Only current rows count.
--
-- Duplicate: a row_id stands once; of several copies (two imports at the same moment, a file read again by a corrected
-- reader) the first by file and line, of the highest version of its reader, then by time.
--
-- Superseded snapshots: a tool that flushes writes the same run again and again, each row holding all that came before.
-- Rows of one run_key, in order of their end, are snapshots as long as neither duration nor energy falls (nor, where no
-- energy is read, what was counted: tokens, images, seconds, requests); where one of them falls the run was started
-- again. The last snapshot of each stretch counts, and the stretches add up.
--
-- Records of one call (a run_key that begins with call/, or a request of LiteLLM): those that state the most kinds of
-- amounts (tokens, images, sound, energy; none is stated where all are zero), so that what tells a part of a call does
-- not stand for all of it; of these the last to end, then the last that was told (told_us): a correction. What one
-- import tells twice was not told in an order: the greatest counts. A call does not start again: its records do not add
-- up. A record said again is no correction: its first copy tells when it was told.
--
-- A call that holds others: libraries tell one call several times, each telling inside another, and agents, chains and
-- steps (holds_calls) add up what they called. The tokens count once, where they were used: what names a row that counts
-- tokens as its part does not count, nor does an agent during which a call of its trace counted some, or a shorter one
-- like it: what stands between them may tell no tokens, and not be there. Where nothing below it came, it counts. A part
-- that tells no model does not count where its call tells one and counts; nor does one without tokens, of a call that
-- has some: they say less of the same work.
--
-- Tasks against their run: codecarbon writes the tasks of a run in a file of their own, and the run, with the energy of
-- all of them, in the common file. The energy counts once. The run's row counts when it holds at least what its tasks
-- hold, for three reasons: it also holds what was spent between tasks, it alone carries the PUE that must be undone
-- (task files have none), and it stands in one line of one file. Its hours are those of its tasks when these are longer:
-- in task mode codecarbon gives the run the duration of its last task only. A run's row that holds less than its tasks
-- was written before they ended: then the tasks count, and it does not. Energies are compared as they were written,
-- PUE included, to one hundredth. Task rows whose run was never imported count as they are.
WITH numbered AS (
  SELECT
    activities.*,
    COALESCE(cpu_energy_kwh, 0) + COALESCE(gpu_energy_kwh, 0) + COALESCE(ram_energy_kwh, 0)
      + COALESCE(other_energy_kwh, 0) AS energy_total,
    COALESCE(input_tokens, 0) + COALESCE(output_tokens, 0) + COALESCE(images, 0) + COALESCE(audio_s, 0)
      + COALESCE(requests, 0) AS work_total,
    cumulative AND (run_key LIKE 'call/%' OR run_key LIKE 'litellm/%') AS of_call,
    MIN(told_us) OVER (PARTITION BY row_id) AS first_told_us,
    ROW_NUMBER() OVER (
      PARTITION BY row_id
      ORDER BY file_name, file_sha, line, reader_version DESC, start_us, end_us, cpu_mode, gpu_mode, ram_mode, gap, time_basis
    ) AS copy
  FROM activities
),
ordered AS (
  SELECT
    numbered.*,
    CASE
      WHEN NOT of_call OR energy_total + work_total - COALESCE(requests, 0) <= 0 THEN 0
      ELSE CAST(energy_total > 0 AS INTEGER) + CAST(input_tokens IS NOT NULL AS INTEGER)
        + CAST(output_tokens IS NOT NULL AS INTEGER) + CAST(cached_tokens IS NOT NULL AS INTEGER)
        + CAST(images IS NOT NULL AS INTEGER) + CAST(audio_s IS NOT NULL AS INTEGER)
    END AS stated,
    CASE WHEN of_call THEN COALESCE(first_told_us, 0) ELSE 0 END AS told
  FROM numbered
),
followed AS (
  SELECT
    ordered.*,
    LEAD(duration_s) OVER (
      PARTITION BY run_key, copy, cumulative
      ORDER BY stated, end_us, told, duration_s, energy_total, work_total, row_id
    ) AS next_duration,
    LEAD(energy_total) OVER (
      PARTITION BY run_key, copy, cumulative
      ORDER BY stated, end_us, told, duration_s, energy_total, work_total, row_id
    ) AS next_energy,
    LEAD(work_total) OVER (
      PARTITION BY run_key, copy, cumulative
      ORDER BY stated, end_us, told, duration_s, energy_total, work_total, row_id
    ) AS next_work
  FROM ordered
),
row_status AS (
  SELECT
    followed.*,
    CASE
      WHEN copy > 1 THEN 'duplicate'
      WHEN of_call AND next_duration IS NOT NULL THEN 'superseded'
      WHEN cumulative AND next_duration >= duration_s AND next_energy >= energy_total
        AND (energy_total > 0 OR next_work >= work_total) THEN 'superseded'
      ELSE 'current'
    END AS first_status
  FROM followed
),
traced AS (
  SELECT
    row_id, run_key, trace_id, called_by, calls_through, model, start_us, end_us, duration_s, COALESCE(holds_calls, FALSE) AS holds_calls,
    COALESCE(input_tokens, 0) + COALESCE(output_tokens, 0) + COALESCE(images, 0) + COALESCE(audio_s, 0) > 0 AS counts
  FROM row_status
  WHERE first_status = 'current' AND trace_id IS NOT NULL
),
-- Each call that a row is a part of; what tells no model between the two is passed over, as is what counts nothing and
-- has no row, which the whole names (calls_through).
called AS (
  SELECT row_id, trace_id, called_by FROM traced WHERE called_by IS NOT NULL
  UNION ALL
  SELECT part.row_id, part.trace_id, between_them.called_by
  FROM traced AS part
  JOIN traced AS between_them ON between_them.trace_id = part.trace_id AND between_them.run_key = part.called_by
  WHERE between_them.model IS NULL AND between_them.called_by IS NOT NULL
  UNION ALL
  SELECT part.row_id, part.trace_id, whole.run_key
  FROM traced AS part
  JOIN traced AS whole ON whole.trace_id = part.trace_id
  WHERE whole.calls_through IS NOT NULL AND whole.calls_through LIKE '%' || part.called_by || '%'
),
holders AS (
  SELECT whole.row_id
  FROM called
  JOIN traced AS part ON part.row_id = called.row_id
  JOIN traced AS whole ON whole.trace_id = called.trace_id AND whole.run_key = called.called_by
  WHERE part.run_key <> whole.run_key AND part.counts AND (part.model IS NOT NULL OR whole.model IS NULL)
  UNION
  SELECT whole.row_id
  FROM traced AS whole
  JOIN traced AS part ON part.trace_id = whole.trace_id
  WHERE whole.holds_calls AND part.run_key <> whole.run_key AND part.counts
    AND (part.model IS NOT NULL OR whole.model IS NULL)
    AND part.start_us >= whole.start_us AND part.end_us <= whole.end_us
    AND (NOT part.holds_calls OR part.duration_s < whole.duration_s)
),
inside AS (
  SELECT DISTINCT part.row_id
  FROM traced AS part
  JOIN called ON called.row_id = part.row_id
  JOIN traced AS whole ON whole.trace_id = called.trace_id AND whole.run_key = called.called_by
  WHERE whole.run_key <> part.run_key AND whole.counts AND whole.model IS NOT NULL
    AND (part.counts AND part.model IS NULL OR NOT part.counts AND NOT whole.holds_calls)
    AND whole.row_id NOT IN (SELECT row_id FROM holders)
),
runs AS (
  SELECT
    run_id,
    service_key,
    SUM(energy_total * COALESCE(reported_pue, 1)) AS energy,
    SUM(duration_s) AS duration_s,
    MAX(end_us) AS last_end_us
  FROM row_status
  WHERE first_status = 'current' AND cumulative AND run_id IS NOT NULL
  GROUP BY run_id, service_key
),
tasks AS (
  SELECT
    run_id,
    service_key,
    SUM(energy_total * COALESCE(reported_pue, 1)) AS energy,
    SUM(duration_s) AS duration_s,
    MIN(start_us) AS first_start_us,
    MIN(start_month) AS first_start_month
  FROM row_status
  WHERE first_status = 'current' AND NOT cumulative AND task_name IS NOT NULL AND run_id IS NOT NULL
  GROUP BY run_id, service_key
),
paired AS (
  SELECT
    runs.run_id,
    runs.service_key,
    runs.energy >= 0.99 * tasks.energy AS run_counts,
    runs.last_end_us,
    GREATEST(tasks.duration_s - runs.duration_s, 0) AS missing_s,
    tasks.first_start_us,
    tasks.first_start_month
  FROM runs
  JOIN tasks ON tasks.run_id = runs.run_id AND tasks.service_key = runs.service_key
),
-- One row of each run takes the hours of the tasks: the last to end.
placed AS (
  SELECT
    row_status.*,
    paired.run_counts,
    CASE
      WHEN paired.run_counts AND row_status.cumulative AND row_status.first_status = 'current'
        AND row_status.end_us = paired.last_end_us AND paired.missing_s > 0
        AND ROW_NUMBER() OVER (
          PARTITION BY row_status.run_key, row_status.first_status, row_status.end_us ORDER BY row_status.duration_s DESC, row_status.row_id
        ) = 1
      THEN paired.missing_s
      ELSE 0
    END AS added_s,
    paired.first_start_us,
    paired.first_start_month
  FROM row_status
  LEFT JOIN paired
    ON paired.run_id = row_status.run_id
    AND paired.service_key = row_status.service_key
    AND (row_status.cumulative OR row_status.task_name IS NOT NULL)
)
SELECT
  placed.row_id, run_key, run_id, cumulative, task_name, trace_id, called_by, calls_through, holds_calls, told_us,
  CASE WHEN added_s > 0 THEN LEAST(start_us, first_start_us) ELSE start_us END AS start_us,
  end_us,
  CASE WHEN added_s > 0 THEN LEAST(start_month, first_start_month) ELSE start_month END AS start_month,
  end_month,
  duration_s + added_s AS duration_s,
  time_basis, file_name, file_sha, line, reader, reader_version, tool_version, service_key, model,
  zone, zone_as_read, host, machine, machine_id, device, device_as_read, device_count, scope,
  cpu_energy_kwh, gpu_energy_kwh, ram_energy_kwh, other_energy_kwh, site_energy_kwh,
  cpu_mode, gpu_mode, ram_mode, other_mode, gap,
  device_hours + added_s / 3600.0 * COALESCE(device_count, 0) AS device_hours,
  machine_hours + added_s / 3600.0 AS machine_hours,
  machine_units, resource_share, data_gb, input_tokens, output_tokens, cached_tokens, requests, images, audio_s, items,
  phase, concurrency, precision, latency_s, context_tokens, product, task, seat_days, active_seat_days, stated_uses, network, stored_gb_years, storage,
  provider, served_at, reported_pue, reported_gwp_kg, reported_water_l, checks,
  CASE
    WHEN first_status = 'current' AND (holders.row_id IS NOT NULL OR inside.row_id IS NOT NULL) THEN 'superseded'
    WHEN first_status = 'current' AND cumulative AND NOT run_counts THEN 'superseded'
    WHEN first_status = 'current' AND NOT cumulative AND run_counts THEN 'superseded'
    ELSE first_status
  END AS status,
  CASE WHEN added_s > 0 THEN 'tasks' ELSE 'row' END AS hours_from
FROM placed
LEFT JOIN holders ON holders.row_id = placed.row_id
LEFT JOIN inside ON inside.row_id = placed.row_id
