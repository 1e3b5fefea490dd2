-- What runs to be modelled wrote, read and read again. A row that stands for several requests is summed from its means;
-- where requests are not counted, answers of the length of `supposed` are. Context is the sum over requests of
-- written × (read + written ÷ 2), as stated where it is; what is kept in cache is not read, and is read again.
CREATE TABLE tokens AS
WITH told AS (
  SELECT
    row_id, serving, reserved, device_hours,
    context_tokens AS stated,
    CASE WHEN kind = 'tokens' THEN output_tokens END AS written,
    CASE WHEN kind = 'tokens' THEN NULLIF(requests, 0) END AS answers,
    input_tokens AS read,
    GREATEST(COALESCE(input_tokens, 0) - COALESCE(cached_tokens, 0), 0) AS read_anew,
    CASE kind WHEN 'images' THEN images WHEN 'sound' THEN audio_s END AS media_outputs
  FROM runs
  WHERE modelled
),
summed AS (
  SELECT *, COALESCE(read, 0) + written / 2 AS before, written / answers * (COALESCE(read, 0) + written / 2) AS context FROM told
)
SELECT
  row_id, serving, reserved, device_hours,
  written AS output_tokens,
  CASE WHEN written IS NOT NULL THEN read_anew END AS input_tokens,
  CASE WHEN written IS NOT NULL THEN CASE WHEN stated IS NOT NULL THEN stated WHEN answers = 1 THEN context ELSE 0 END END AS context_tokens,
  CASE WHEN written IS NOT NULL THEN CASE WHEN stated IS NULL AND answers <> 1 THEN context ELSE 0 END END
    AS mean_context_tokens,
  CASE WHEN read IS NULL THEN COALESCE(answers, written / supposed.token_default_output) WHEN written IS NOT NULL THEN 0 END
    AS unread_requests,
  CASE WHEN stated IS NULL AND read IS NULL THEN written WHEN written IS NOT NULL THEN 0 END AS unread_outputs,
  CASE WHEN written IS NOT NULL THEN CASE WHEN stated IS NULL AND answers IS NULL THEN before ELSE 0 END END
    AS unsized_outputs,
  media_outputs
FROM summed, supposed;

-- Accelerator time that the tokens of reserved hours take [h]; null where it is not known.
CREATE TABLE busy AS
SELECT
  tokens.row_id,
  tokens.output_tokens * paces.output_hours
    + (tokens.input_tokens + tokens.unread_requests * paces.token_prompt_chat) * paces.input_hours
    + (tokens.context_tokens + tokens.mean_context_tokens * paces.context_spread
      + tokens.unread_outputs * paces.token_prompt_chat + tokens.unsized_outputs * paces.token_default_output)
      * paces.context_hours AS busy_hours
FROM tokens
JOIN paces ON paces.serving = tokens.serving
WHERE tokens.reserved;
