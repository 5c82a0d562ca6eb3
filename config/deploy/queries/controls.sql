-- How does every control of every framework stand?
-- UNKNOWN is not a pass. A control that is missing here was not judged at all: see not-examined.sql.
-- It needs rows for PASS, which a run writes unless `emit` leaves them out.
SELECT
  split_part(control, '/', 1) AS framework,
  split_part(control, '/', 2) AS control,
  CASE
    WHEN count_if(status = 'FAIL') > 0 THEN 'failing'
    WHEN count_if(status = 'UNKNOWN') > 0 THEN 'unknown'
    WHEN count_if(status = 'PASS') > 0 THEN 'passing'
    ELSE 'not applicable'
  END AS result,
  count_if(status = 'FAIL') AS failing,
  count_if(status = 'FAIL' AND exception IS NOT NULL) AS accepted,
  count_if(status = 'UNKNOWN') AS unknown,
  count_if(status = 'PASS') AS passing
FROM auditor.latest_findings
CROSS JOIN UNNEST(frameworks) AS t(control)
GROUP BY control
ORDER BY framework, control
