-- Which critical failures are there, and which of them are new or came back this week?
-- `change` is the state that a whole run of the last 7 days recorded, if any. Accepted ones are left out.
WITH changed AS (
  SELECT c.finding_id, max_by(c.state, c.run_id) AS state
  FROM auditor.changes AS c
  JOIN auditor.runs AS r ON c.dt = r.dt AND c.run_id = r.run_id
  WHERE c.dt >= date_format(current_date - interval '7' day, '%Y-%m-%d')
    AND c.state IN ('new', 'reopened')
    AND NOT r.narrowed
  GROUP BY c.finding_id
)
SELECT
  changed.state AS change,
  f.first_seen,
  f.problem,
  f.account_name,
  f.account_id,
  f.region,
  f.owner,
  f.environment,
  f.is_public,
  f.is_running,
  f.resource.arn AS resource_arn,
  f.finding_id
FROM auditor.latest_findings AS f
LEFT JOIN changed ON f.finding_id = changed.finding_id
WHERE f.status = 'FAIL' AND f.severity = 'critical' AND f.exception IS NULL
ORDER BY CASE WHEN changed.state IS NULL THEN 1 ELSE 0 END, f.account_id, f.region, f.finding_id
