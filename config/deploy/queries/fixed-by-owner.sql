-- Who got rid of how many failures this week, and does any of them fail again?
-- Only whole runs count. `resolved` was judged again and passes, `gone` is no longer there.
WITH fixed AS (
  SELECT c.finding_id, max_by(c.state, c.run_id) AS state, max_by(c.owner, c.run_id) AS owner
  FROM auditor.changes AS c
  JOIN auditor.runs AS r ON c.dt = r.dt AND c.run_id = r.run_id
  WHERE c.dt >= date_format(current_date - interval '7' day, '%Y-%m-%d')
    AND c.state IN ('resolved', 'gone')
    AND NOT r.narrowed
  GROUP BY c.finding_id
)
SELECT
  coalesce(nullif(fixed.owner, ''), '(unknown)') AS owner,
  count_if(fixed.state = 'resolved') AS resolved,
  count_if(fixed.state = 'gone') AS gone,
  count_if(f.status = 'FAIL') AS failing_again
FROM fixed
LEFT JOIN auditor.latest_findings AS f ON fixed.finding_id = f.finding_id
GROUP BY coalesce(nullif(fixed.owner, ''), '(unknown)')
ORDER BY owner
