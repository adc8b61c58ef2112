-- How long files are kept, how many an account may have, and that they go when their time is over.

-- Until when a result is kept: fixed when it is stored, so that what a customer was told stays true whatever is set later.
-- 'infinity' is for ever; null was stored by a version that knew of no end, and gets one from the sweeper.
alter table asset add column expires_at timestamptz;
-- When it was given up: the row stays, because its task still says what was made, and claims no file from then on.
-- Not named as the column of task, because statements of the version before join the two.
alter table asset add column gone_at timestamptz;
update asset set gone_at = task.deleted_at from task where task.id = task_id and task.deleted_at is not null;
-- What is due next; both indexes hold only what is there, whatever was stored before.
create index asset_expiring on asset (expires_at) where gone_at is null;
create index asset_kept on asset (account_id) include (bytes) where gone_at is null;

-- A file that a customer has sent. The row comes before the file and goes after it.
create table input (
  account_id bigint not null,
  expires_at timestamptz not null,
  -- When the file was complete: from then on the row claims it. Null while it is on its way.
  stored_at  timestamptz,
  -- When it was given up: its file is being deleted, and nobody stores it again before that is done.
  gone_at    timestamptz,
  bytes      bigint not null constraint input_not_empty check (bytes > 0),
  sha256     bytea constraint input_sha256_length check (octet_length(sha256) = 32),
  name       text primary key,
  constraint input_known_when_stored check (stored_at is null or sha256 is not null)
) with (fillfactor = 70);
create index input_expiring on input (expires_at) where gone_at is null;
create index input_kept on input (account_id) include (bytes) where gone_at is null;

-- Files that a job is to delete: written together with the mark on their rows, so that whatever dies, they go.
create table file_removal (
  job  uuid not null,
  name text not null,
  primary key (job, name)
);
-- What the jobs of the version before are about to delete.
insert into file_removal (job, name)
select subject, name from job join asset on task_id = subject where kind = 'removal';

-- How far the sweeper has come in the logs of tasks and of deliveries; who holds this row is the one who sweeps.
create table sweep (
  tasks_until      uuid not null,
  deliveries_until uuid not null,
  one              boolean primary key default true constraint sweep_one_row check (one)
);
insert into sweep (tasks_until, deliveries_until)
values ('00000000-0000-0000-0000-000000000000', '00000000-0000-0000-0000-000000000000');

-- What holds for an account's files other than the settings say. A table of its own, because the row of an account is
-- written at every task.
create table account_files (
  account_id   bigint primary key references account,
  -- Seconds; 0 is for ever, null as the settings say.
  keep_image   bigint constraint account_files_keep_image check (keep_image >= 0),
  keep_video   bigint constraint account_files_keep_video check (keep_video >= 0),
  keep_audio   bigint constraint account_files_keep_audio check (keep_audio >= 0),
  keep_input   bigint constraint account_files_keep_input check (keep_input >= 0),
  -- Bytes; 0 is no bound, null as the settings say.
  quota        bigint constraint account_files_quota check (quota >= 0),
  -- How long a link lives; null: links are open and last.
  link_seconds bigint constraint account_files_link_seconds check (link_seconds > 0)
);

-- When an account was deleted. The row stays for the books, without its name.
alter table account add column deleted_at timestamptz;
