-- How much of each account did the latest run examine?
-- `percent` counts scopes that were examined in full, rounded down: 100 means all of them. It is null for an account that is excluded as a whole.
SELECT
  account_id,
  account_name,
  ou,
  owner,
  count_if(status = 'EXAMINED') AS examined,
  count_if(status = 'PARTIAL') AS partly_examined,
  count_if(status = 'NOT_EXAMINED') AS not_examined,
  count_if(status = 'EXCLUDED') AS excluded,
  floor(
    1e3 * count_if(status = 'EXAMINED') / nullif(count_if(status IN ('EXAMINED', 'PARTIAL', 'NOT_EXAMINED')), 0)
  ) / 10 AS percent
FROM auditor.latest_coverage
GROUP BY account_id, account_name, ou, owner
ORDER BY percent, account_id
