-- Which failures of earlier runs could the latest run not look at, and why?
-- They are neither fixed nor confirmed. `last_seen` is when they were last seen to fail.
SELECT
  reason,
  count(*) AS failures,
  count(DISTINCT account_id) AS accounts,
  count_if(severity IN ('critical', 'high')) AS critical_or_high,
  min(last_seen) AS longest_unseen
FROM auditor.latest_changes
WHERE state = 'stale'
GROUP BY reason
ORDER BY failures DESC, reason
