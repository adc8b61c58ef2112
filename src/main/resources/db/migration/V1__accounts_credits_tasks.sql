-- Columns stand widest and fixed first, so that rows carry no padding; text comes last.
-- States are text with a CHECK rather than enums: a new one is an ordinary migration.
-- Every CHECK has a name, because an operator may read it in a log.

create table account (
  id            bigint generated always as identity primary key,
  created_at    timestamptz not null,
  -- The balance. It equals the sum of the account's transfers; both columns are on every transfer too.
  available     bigint not null default 0 constraint account_available_not_negative check (available >= 0),
  held          bigint not null default 0 constraint account_held_not_negative check (held >= 0),
  role          text   not null constraint account_role_known check (role in ('customer', 'operator')),
  name          text   not null unique constraint account_name_length check (length(name) between 1 and 100),
  password_hash text
  -- Balances change all the time: half-empty pages keep those updates on the page (HOT).
) with (fillfactor = 50);

create table api_key (
  id             bigint generated always as identity primary key,
  account_id     bigint not null references account,
  created_at     timestamptz not null,
  expires_at     timestamptz,
  revoked_at     timestamptz,
  -- Limits count credits when they are held, and only for keys that have a limit.
  total_limit    bigint constraint api_key_total_limit_positive check (total_limit > 0),
  daily_limit    bigint constraint api_key_daily_limit_positive check (daily_limit > 0),
  used_total     bigint not null default 0,
  used_today     bigint not null default 0,
  used_on        date   not null,
  secret_hash    bytea  not null unique constraint api_key_secret_is_sha256 check (octet_length(secret_hash) = 32),
  prefix         text   not null,
  name           text   not null constraint api_key_name_length check (length(name) between 1 and 100),
  allowed_models text[],
  allowed_from   text[],
  constraint api_key_within_total check (total_limit is null or used_total <= total_limit),
  constraint api_key_within_day check (daily_limit is null or used_today <= daily_limit)
) with (fillfactor = 70);
create index api_key_account on api_key (account_id, id);

-- Every movement of credits, for ever. The customer sees a hold as the deduction, a release as the refund.
create table transfer (
  id              bigint generated always as identity primary key,
  account_id      bigint not null,
  created_at      timestamptz not null,
  amount          bigint not null,
  available_after bigint not null,
  held_after      bigint not null,
  hold_id         uuid,
  kind            text   not null constraint transfer_kind_known check (kind in ('credit', 'hold', 'capture', 'release')),
  reason          text   not null default '',
  constraint transfer_amount check (amount > 0 or (kind = 'credit' and amount < 0)),
  constraint transfer_hold check ((kind = 'credit') = (hold_id is null)),
  constraint transfer_not_negative check (available_after >= 0 and held_after >= 0)
);
-- One hold, at most one capture and at most one release for each thing paid for.
create unique index transfer_once on transfer (hold_id, kind) where hold_id is not null;
create index transfer_account on transfer (account_id, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'rows of % are never changed', tg_table_name;
end $$;
create trigger transfer_immutable before update or delete on transfer
  for each statement execute function refuse_change();

create table task (
  id              uuid primary key,
  -- No foreign keys on what is written thousands of times a second: admission holds the account's row locked
  -- while it writes these, and the audit looks for orphans.
  account_id      bigint not null,
  key_id          bigint not null,
  created_at      timestamptz not null,
  started_at      timestamptz,
  finished_at     timestamptz,
  -- What was held at accept, and what of it was kept in the end; the rest was given back.
  credits         bigint not null constraint task_credits_positive check (credits > 0),
  captured        bigint,
  outputs         smallint not null constraint task_outputs_range check (outputs between 1 and 100),
  percent         smallint not null default 0 constraint task_percent_range check (percent between 0 and 100),
  state           text not null
    constraint task_state_known check (state in ('queued', 'running', 'succeeded', 'failed', 'canceled')),
  kind            text not null constraint task_kind_known check (kind in ('image', 'video', 'audio')),
  model           text not null,
  dialect         text not null,
  listing         text not null,
  failure_kind    text,
  failure_message text,
  parameters      jsonb not null,
  body            text not null,
  constraint task_finished_when_final check ((finished_at is not null) = (state in ('succeeded', 'failed', 'canceled'))),
  constraint task_started_when_begun check (case state
    when 'queued' then started_at is null
    when 'running' then started_at is not null
    when 'succeeded' then started_at is not null
    else true end),
  constraint task_captured_when_final check ((captured is not null) = (finished_at is not null)),
  constraint task_captured_by_state check (case state
    when 'succeeded' then captured between 1 and credits
    when 'failed' then captured = 0
    when 'canceled' then captured = 0
    else true end),
  constraint task_failure_when_failed check (
    (failure_kind is not null) = (state = 'failed') and (failure_message is not null) = (state = 'failed'))
) with (fillfactor = 70);
-- Ids are UUIDv7: this lists an account's tasks newest first.
create index task_account on task (account_id, id);

-- One submission for one piece of a task. Written as 'sending' before the provider is called.
create table attempt (
  id              uuid primary key,
  task_id         uuid not null,
  created_at      timestamptz not null,
  accepted_at     timestamptz,
  finished_at     timestamptz,
  piece           smallint not null constraint attempt_piece_range check (piece >= 0),
  number          smallint not null constraint attempt_number_range check (number >= 1),
  state           text not null
    constraint attempt_state_known check (state in ('sending', 'accepted', 'rejected', 'unknown', 'produced', 'failed')),
  channel         text not null,
  upstream_model  text not null,
  upstream_id     text,
  failure_kind    text,
  failure_message text,
  constraint attempt_once unique (task_id, piece, number),
  constraint attempt_accepted_has_id check (state <> 'accepted' or (upstream_id is not null and accepted_at is not null)),
  constraint attempt_finished_when_final check ((finished_at is not null) = (state in ('rejected', 'produced', 'failed'))),
  constraint attempt_failure_when_failed check ((failure_kind is not null) = (state in ('rejected', 'failed')))
) with (fillfactor = 70);

create table asset (
  task_id         uuid not null,
  account_id      bigint not null,
  created_at      timestamptz not null,
  bytes           bigint not null constraint asset_not_empty check (bytes > 0),
  duration_millis bigint,
  width           int,
  height          int,
  position        smallint not null constraint asset_position_range check (position >= 0),
  sha256          bytea not null constraint asset_sha256_length check (octet_length(sha256) = 32),
  name            text not null unique,
  media_type      text not null,
  primary key (task_id, position)
);

-- Something to do for a subject at a time. Narrow, hot and short-lived: a job is deleted when nothing is left to do.
create table job (
  subject     uuid not null,
  account_id  bigint not null,
  run_at      timestamptz not null,
  lease_until timestamptz,
  -- Bumped at every claim; fences every later write of whoever held an earlier one.
  claim       bigint not null default 0,
  lane        smallint not null default 0,
  kind        text not null,
  node        text,
  -- The work limit that this job waits for; outside the due index meanwhile.
  waits_for   text,
  -- The channel's limit that it waited for and got a slot of, which counts as running; until it begins.
  granted     text,
  primary key (subject, kind),
  constraint job_leased_by_node check ((lease_until is null) = (node is null)),
  constraint job_waiting_is_unleased check (waits_for is null or lease_until is null)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
create index job_due on job (lane, run_at) where lease_until is null and waits_for is null;
create index job_leased on job (lease_until) where lease_until is not null;
create index job_waiting on job (waits_for, run_at) where waits_for is not null;

-- How much may run at once, for an account ('account:7') or a channel ('channel:sandbox'); no row, no limit.
create table work_limit (
  capacity int not null constraint work_limit_capacity_positive check (capacity > 0),
  running  int not null default 0 constraint work_limit_running_not_negative check (running >= 0),
  scope    text primary key
) with (fillfactor = 50);

-- What was answered to a request with an Idempotency-Key, for 72 hours.
create table idempotency (
  account_id  bigint not null,
  task_id     uuid not null,
  created_at  timestamptz not null,
  key         text not null constraint idempotency_key_length check (length(key) between 1 and 255),
  -- SHA-256 of the request as it was understood; another request under the same key is a conflict.
  fingerprint text not null,
  answer      text not null,
  primary key (account_id, key)
);
create index idempotency_age on idempotency (created_at);
