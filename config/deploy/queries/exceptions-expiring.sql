-- Which exceptions expire within 14 days, and how many failures do they cover?
SELECT
  exception.id AS exception_id,
  exception.expires AS expires,
  exception.reason AS reason,
  exception.owner AS owner,
  exception.ticket AS ticket,
  count(*) AS failures,
  count(DISTINCT account_id) AS accounts
FROM auditor.latest_findings
WHERE status = 'FAIL'
  AND exception IS NOT NULL
  AND exception.expires <= date_format(current_date + interval '14' day, '%Y-%m-%d')
GROUP BY exception.id, exception.expires, exception.reason, exception.owner, exception.ticket
ORDER BY expires, exception_id
