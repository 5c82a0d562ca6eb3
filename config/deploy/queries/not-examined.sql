-- What has no verdict in the latest run, and why?
-- Scopes are regions of accounts per collector. Resources are known to exist, but could not be read or judged.
SELECT
  'scope' AS kind,
  status,
  reason,
  count(*) AS number,
  count(DISTINCT account_id) AS accounts,
  min(detail) AS example
FROM auditor.latest_coverage
WHERE status IN ('PARTIAL', 'NOT_EXAMINED', 'EXCLUDED')
GROUP BY status, reason
UNION ALL
SELECT
  'resource' AS kind,
  status,
  array_join(reasons, ', ') AS reason,
  count(DISTINCT resource.arn) AS number,
  count(DISTINCT account_id) AS accounts,
  min(resource.arn) AS example
FROM auditor.latest_findings
WHERE status = 'UNKNOWN'
GROUP BY status, array_join(reasons, ', ')
ORDER BY kind, status, reason
