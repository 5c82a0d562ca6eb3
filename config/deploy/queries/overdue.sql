-- Which failures should have been fixed by now, and by whom?
SELECT
  date_diff('day', cast(due AS date), current_date) AS days_overdue,
  due,
  severity,
  problem,
  coalesce(nullif(owner, ''), '(unknown)') AS owner,
  account_name,
  account_id,
  region,
  resource.arn AS resource_arn,
  finding_id
FROM auditor.latest_findings
WHERE status = 'FAIL' AND overdue AND exception IS NULL
ORDER BY due, finding_id
