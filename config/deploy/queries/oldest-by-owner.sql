-- Who has failed for longest, and how often?
-- Accepted failures are counted apart. An owner that is unknown is shown as (unknown).
SELECT
  coalesce(nullif(owner, ''), '(unknown)') AS owner,
  count_if(exception IS NULL) AS failures,
  count_if(exception IS NOT NULL) AS accepted,
  min(CASE WHEN exception IS NULL THEN first_seen END) AS oldest,
  max(CASE WHEN exception IS NULL
    THEN date_diff('day', cast(substr(first_seen, 1, 10) AS date), current_date) END) AS oldest_days
FROM auditor.latest_findings
WHERE status = 'FAIL'
GROUP BY coalesce(nullif(owner, ''), '(unknown)')
ORDER BY oldest_days DESC, owner
