-- Which resources fail most checks, worst first?
-- All examined revisions of a family count as one resource.
SELECT
  account_name,
  account_id,
  region,
  resource.type AS resource_type,
  coalesce(resource.family, resource.name) AS resource_name,
  coalesce(nullif(owner, ''), '(unknown)') AS owner,
  count(DISTINCT check_id) AS checks,
  count_if(severity = 'critical') AS critical,
  count_if(severity = 'high') AS high,
  bool_or(is_running) AS is_running,
  bool_or(is_public) AS is_public
FROM auditor.latest_findings
WHERE status = 'FAIL' AND exception IS NULL
GROUP BY account_name, account_id, region, resource.type, coalesce(resource.family, resource.name),
  coalesce(nullif(owner, ''), '(unknown)')
ORDER BY critical DESC, high DESC, checks DESC, account_id, region, resource_name
