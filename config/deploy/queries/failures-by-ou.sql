-- How many failures does each organizational unit have, by environment and severity?
-- Next to them: its accounts, and how many of these were not fully examined. Their numbers are minimums.
WITH accounts AS (
  SELECT ou, account_id, count_if(status IN ('PARTIAL', 'NOT_EXAMINED')) AS gaps
  FROM auditor.latest_coverage
  GROUP BY ou, account_id
), units AS (
  SELECT ou, count(*) AS accounts, count_if(gaps > 0) AS not_fully_examined
  FROM accounts
  GROUP BY ou
), failures AS (
  SELECT
    ou,
    coalesce(nullif(environment, ''), '(unknown)') AS environment,
    count_if(severity = 'critical') AS critical,
    count_if(severity = 'high') AS high,
    count_if(severity = 'medium') AS medium,
    count_if(severity = 'low') AS low
  FROM auditor.latest_findings
  WHERE status = 'FAIL' AND exception IS NULL
  GROUP BY ou, coalesce(nullif(environment, ''), '(unknown)')
)
SELECT
  coalesce(nullif(units.ou, ''), '(unknown)') AS ou,
  failures.environment,
  coalesce(failures.critical, 0) AS critical,
  coalesce(failures.high, 0) AS high,
  coalesce(failures.medium, 0) AS medium,
  coalesce(failures.low, 0) AS low,
  units.accounts,
  units.not_fully_examined
FROM units
LEFT JOIN failures ON units.ou = failures.ou
ORDER BY critical DESC, high DESC, ou, environment
