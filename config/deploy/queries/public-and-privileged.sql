-- Which resources with a public IP address can take over their host or run with more rights than they need?
-- `exposure` is unknown if ECS does not say it of every task: such a resource may be public, too.
SELECT
  CASE WHEN bool_or(is_public) THEN 'public' ELSE 'unknown' END AS exposure,
  account_name,
  account_id,
  region,
  resource.type AS resource_type,
  coalesce(resource.family, resource.name) AS resource_name,
  coalesce(nullif(owner, ''), '(unknown)') AS owner,
  array_join(array_sort(array_agg(DISTINCT check_id)), ', ') AS checks
FROM auditor.latest_findings
WHERE status = 'FAIL'
  AND exception IS NULL
  AND (is_public OR (is_public IS NULL AND (is_running OR is_running IS NULL)))
  AND check_id IN (
    'ecs-added-capabilities', 'ecs-docker-socket-mount', 'ecs-host-devices', 'ecs-host-ipc-mode',
    'ecs-host-network-privileged-or-root', 'ecs-host-pid-mode', 'ecs-privileged-container'
  )
GROUP BY account_name, account_id, region, resource.type, coalesce(resource.family, resource.name),
  coalesce(nullif(owner, ''), '(unknown)')
ORDER BY exposure, account_id, region, resource_name
