-- Tables and views for Amazon Athena. Generated from the JSON Schemas of the rows by `python -m auditor.schemas`.
--
-- Before use, replace s3://BUCKET/PREFIX by the output of your runs, without a slash at its end:
--   sed 's|s3://BUCKET/PREFIX|s3://my-audit-bucket/ecs|' config/deploy/athena.sql
-- Then run the statements one after the other. They only describe objects that exist: to apply a later version, run
-- DROP TABLE for each table first. No data is lost.
--
-- The only partition is the day of the run ID (UTC). Athena computes it, so no night has to be registered. Several
-- runs of a day are in one partition: select one with run_id, or use the views latest_*, which show the latest whole
-- run, as latest.json names it. Rows of interrupted runs are in findings and coverage, but they have no row in runs.

CREATE DATABASE IF NOT EXISTS auditor;

CREATE EXTERNAL TABLE IF NOT EXISTS auditor.findings (
  `schema_version` string COMMENT 'The version of this contract',
  `run_id` string COMMENT 'The run that wrote this row, sorts by time',
  `observed_at` string COMMENT 'When the resource was read: ISO 8601, UTC',
  `finding_id` string COMMENT '32 hexadecimal digits: the same in every run and for every revision',
  `check_id` string COMMENT 'The check that was evaluated',
  `title` string COMMENT 'What the check requires',
  `problem` string COMMENT 'What is wrong if the check fails',
  `severity` string COMMENT 'How bad a failure is',
  `status` string COMMENT 'The verdict',
  `reasons` array<string> COMMENT 'Why the status was given: reasons of the check, or one of the coverage reasons if the status is UNKNOWN',
  `frameworks` array<string> COMMENT 'The controls of the check, sorted, such as `cis-compute-1.1/3.4`',
  `account_id` string COMMENT 'The account of the resource: 12 digits',
  `account_name` string COMMENT 'The account’s name in the inventory or the organization, empty if there is none',
  `ou` string COMMENT 'The account’s path of organizational units, empty if it is unknown',
  `owner` string COMMENT 'The owner of the resource or of its account, empty if it is unknown',
  `environment` string COMMENT 'The environment of the resource or of its account, empty if it is unknown',
  `account_tags` map<string,string> COMMENT 'The account’s tags in the inventory and the organization',
  `region` string COMMENT 'The region of the resource',
  `resource` struct<arn:string,type:string,family:string,revision:bigint,name:string,tags:map<string,string>,registered_at:string,registered_by:string> COMMENT 'The resource that was judged',
  `evidence` array<struct<part:string,kind:string,reasons:array<string>,revision:bigint,details:map<string,string>>> COMMENT 'What in the resource shows it',
  `usage` struct<services:array<string>,daemons:array<string>,running_tasks:bigint,clusters:array<string>,launch_types:array<string>,public_ip:boolean,exec_enabled:boolean,complete:boolean,desired_tasks:bigint> COMMENT 'Where the resource is used, in the form of its service, null if that was not examined or does not apply',
  `is_running` boolean COMMENT 'Whether the resource is in use, null if that was not examined in full or does not apply',
  `is_public` boolean COMMENT 'Whether a task of the resource gets a public IP address, null if that is not known of all of its tasks: ECS does not say it of standalone tasks, nor of tasks that use the address of their host',
  `introduced_in` struct<revision:bigint,registered_at:string,registered_by:string> COMMENT 'The revision that introduced the failure, null if it is unknown or the status is not FAIL',
  `standards` map<string,string> COMMENT 'What other rule sets say about the same facts, by their names',
  `first_seen` string COMMENT 'When the failure was first seen: ISO 8601, UTC, null if it was not',
  `lifecycle` struct<state:string,first_seen:string,last_seen:string> COMMENT 'The finding in comparison with earlier runs',
  `due` string COMMENT 'The last day to fix the failure in time: `2026-12-01`, null if there is none',
  `overdue` boolean COMMENT 'Whether the failure should have been fixed before this run',
  `exception` struct<id:string,reason:string,justification:string,owner:string,ticket:string,expires:string> COMMENT 'The exception that covers this failure, null if there is none',
  `remediation` string COMMENT 'What to do about it'
)
COMMENT 'One verdict of one check on one resource, per run'
PARTITIONED BY (`dt` string COMMENT 'The day of the run ID, UTC')
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
  OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET/PREFIX/findings/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://BUCKET/PREFIX/findings/dt=${dt}/'
);

CREATE EXTERNAL TABLE IF NOT EXISTS auditor.coverage (
  `schema_version` string COMMENT 'The version of this contract',
  `run_id` string COMMENT 'The run that wrote this row, sorts by time',
  `observed_at` string COMMENT 'When the scope was scanned, or the account ended without that: ISO 8601, UTC',
  `account_id` string COMMENT 'The expected account: 12 digits',
  `account_name` string COMMENT 'The account’s name in the inventory or the organization, empty if there is none',
  `ou` string COMMENT 'The account’s path of organizational units, empty if it is unknown',
  `owner` string COMMENT 'The owner of the account, empty if it is unknown',
  `environment` string COMMENT 'The environment of the account, empty if it is unknown',
  `account_tags` map<string,string> COMMENT 'The account’s tags in the inventory and the organization',
  `region` string COMMENT 'The expected region, `*` if the account’s regions could not be listed',
  `collector` string COMMENT 'The collector that reads one kind of resource',
  `status` string COMMENT 'EXAMINED (in full), PARTIAL, NOT_EXAMINED, or EXCLUDED (on purpose)',
  `reason` string COMMENT 'Why it is not EXAMINED, null if it is',
  `detail` string COMMENT 'The reason in a sentence',
  `calls` bigint COMMENT 'Calls sent to AWS',
  `throttled` bigint COMMENT 'Calls that AWS refused because of their rate',
  `retried` bigint COMMENT 'Calls that repeated an earlier one',
  `duration_s` double COMMENT 'Seconds that it took',
  `resources` bigint COMMENT 'Resources that were listed'
)
COMMENT 'Whether an account, region and collector was examined, per run'
PARTITIONED BY (`dt` string COMMENT 'The day of the run ID, UTC')
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
  OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET/PREFIX/coverage/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://BUCKET/PREFIX/coverage/dt=${dt}/'
);

CREATE EXTERNAL TABLE IF NOT EXISTS auditor.changes (
  `schema_version` string COMMENT 'The version of this contract',
  `run_id` string COMMENT 'The run that wrote this row, sorts by time',
  `changed_at` string COMMENT 'When this run noticed it: ISO 8601, UTC',
  `finding_id` string COMMENT 'The finding, as in `findings/`',
  `state` string COMMENT 'The state in this run',
  `previous_state` string COMMENT 'The state in the run before, null if the finding was not known',
  `check_id` string COMMENT 'The check of the finding',
  `problem` string COMMENT 'What is wrong if the check fails',
  `severity` string COMMENT 'How bad the failure is',
  `account_id` string COMMENT 'The account of the resource: 12 digits',
  `account_name` string COMMENT 'The account’s name in the inventory or the organization, empty if there is none',
  `ou` string COMMENT 'The account’s path of organizational units, empty if it is unknown',
  `owner` string COMMENT 'The owner of the resource or of its account, empty if it is unknown',
  `environment` string COMMENT 'The environment of the resource or of its account, empty if it is unknown',
  `region` string COMMENT 'The region of the resource',
  `resource_arn` string COMMENT 'The ARN of the resource, without its revision',
  `resource_type` string COMMENT 'Its type, as CloudFormation names it',
  `resource_name` string COMMENT 'Its name',
  `first_seen` string COMMENT 'When the failure was first seen: ISO 8601, UTC, null if it is unknown',
  `last_seen` string COMMENT 'When the failure was last seen: ISO 8601, UTC, null if it is unknown',
  `reason` string COMMENT 'Why it is stale or gone, empty for other states'
)
COMMENT 'Findings whose state differs from the run before, or is still stale, per run'
PARTITIONED BY (`dt` string COMMENT 'The day of the run ID, UTC')
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
  OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET/PREFIX/changes/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://BUCKET/PREFIX/changes/dt=${dt}/'
);

CREATE EXTERNAL TABLE IF NOT EXISTS auditor.runs (
  `schema_version` string COMMENT 'The version of this contract',
  `run_id` string COMMENT 'The run, sorts by time',
  `started_at` string COMMENT 'When the run started: ISO 8601, UTC',
  `finished_at` string COMMENT 'When the last account was finished: ISO 8601, UTC',
  `complete` boolean COMMENT 'Whether everything expected was examined',
  `narrowed` boolean COMMENT 'Whether flags left out accounts, regions or checks',
  `narrowed_by` array<string> COMMENT 'These flags',
  `account_source` string COMMENT 'Whether the accounts are those of AWS Organizations, of an inventory alone, or the one of the credentials',
  `coverage_percent` double COMMENT 'Mean over the expected accounts of the share of their scopes that was examined: 0 to 100, rounded down',
  `accounts` map<string,bigint> COMMENT 'Accounts by coverage status, every status is named',
  `scopes` map<string,bigint> COMMENT 'Coverage records by status, every status is named',
  `findings` map<string,bigint> COMMENT 'Findings by status, every status is named',
  `failures` map<string,bigint> COMMENT 'FAIL findings by severity, every severity is named',
  `changes` map<string,bigint> COMMENT 'Rows below `changes/` by state, every state is named',
  `previous_run` string COMMENT 'The run that `latest.json` named when this run started, null if there was none',
  `inventory_sha256` string COMMENT 'SHA-256 of the inventory file, null if there was none',
  `settings_sha256` string COMMENT 'SHA-256 of the settings file, null if there was none',
  `manifest` string COMMENT 'Key of the manifest, which lists the objects of the run',
  `manifest_sha256` string COMMENT 'SHA-256 of the manifest, in hexadecimal digits'
)
COMMENT 'One row for every run that ended in order'
PARTITIONED BY (`dt` string COMMENT 'The day of the run ID, UTC')
ROW FORMAT SERDE 'org.apache.hive.hcatalog.data.JsonSerDe'
STORED AS INPUTFORMAT 'org.apache.hadoop.mapred.TextInputFormat'
  OUTPUTFORMAT 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat'
LOCATION 's3://BUCKET/PREFIX/index/'
TBLPROPERTIES (
  'projection.enabled' = 'true',
  'projection.dt.type' = 'date',
  'projection.dt.format' = 'yyyy-MM-dd',
  'projection.dt.range' = '2026-01-01,NOW',
  'projection.dt.interval' = '1',
  'projection.dt.interval.unit' = 'DAYS',
  'storage.location.template' = 's3://BUCKET/PREFIX/index/dt=${dt}/'
);

-- The latest whole run: not narrowed by flags, ended in order. It may be incomplete, see latest_coverage. A run
-- without an inventory does not replace one that has an inventory, as in latest.json.
CREATE OR REPLACE VIEW auditor.latest_run AS
SELECT * FROM auditor.runs
WHERE NOT narrowed
ORDER BY CASE WHEN account_source = 'credentials' THEN 0 ELSE 1 END DESC, run_id DESC
LIMIT 1;

CREATE OR REPLACE VIEW auditor.latest_findings AS
SELECT rows_of_run.* FROM auditor.findings AS rows_of_run
JOIN auditor.latest_run AS latest ON rows_of_run.dt = latest.dt AND rows_of_run.run_id = latest.run_id;

CREATE OR REPLACE VIEW auditor.latest_coverage AS
SELECT rows_of_run.* FROM auditor.coverage AS rows_of_run
JOIN auditor.latest_run AS latest ON rows_of_run.dt = latest.dt AND rows_of_run.run_id = latest.run_id;

CREATE OR REPLACE VIEW auditor.latest_changes AS
SELECT rows_of_run.* FROM auditor.changes AS rows_of_run
JOIN auditor.latest_run AS latest ON rows_of_run.dt = latest.dt AND rows_of_run.run_id = latest.run_id;
