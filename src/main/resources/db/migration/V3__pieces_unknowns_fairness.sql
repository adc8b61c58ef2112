-- How many outputs one submission makes at most: more are asked for in pieces, each with attempts of its own.
alter table task add column piece_size smallint not null default 100
  constraint task_piece_size_positive check (piece_size > 0);
-- When the customer asked for a running task to be stopped; empty again once the provider has refused.
alter table task add column cancel_asked_at timestamptz;

alter table route add column outputs int not null default 100 check (outputs > 0);

-- When the attempt's piece comes up next: to be asked about, or to be tried again.
alter table attempt add column look_at timestamptz not null default now();
alter table attempt alter column look_at drop default;
-- How many outputs it made.
alter table attempt add column outputs smallint;
-- An unknown attempt is finished when it has been given up: from then on it is the operator's, who says what became of it.
alter table attempt add column resolved_at timestamptz;
alter table attempt add column cost numeric constraint attempt_cost_not_negative check (cost >= 0);
alter table attempt add column resolution text
  constraint attempt_resolution_known check (resolution in ('nothing', 'produced', 'cost'));
alter table attempt drop constraint attempt_finished_when_final;
alter table attempt add constraint attempt_finished_when_final check (case state
  when 'sending' then finished_at is null
  when 'accepted' then finished_at is null
  when 'rejected' then finished_at is not null
  when 'produced' then finished_at is not null
  when 'failed' then finished_at is not null
  else true end);
alter table attempt add constraint attempt_outputs_when_produced check ((outputs is not null) = (state = 'produced'));
alter table attempt add constraint attempt_resolved_when_given_up check (
  (resolved_at is not null) = (resolution is not null) and (resolved_at is null or finished_at is not null));
create index attempt_given_up on attempt (created_at)
  where state = 'unknown' and finished_at is not null and resolved_at is null;

-- Slots are given to the accounts in turn; this one had the last.
alter table work_limit add column last_account bigint not null default 0;
-- The oldest is the first, of jobs that are due or wait since the same moment too.
drop index job_due;
create index job_due on job (lane, run_at, subject) where lease_until is null and waits_for is null;

drop index job_waiting;
create index job_waiting on job (waits_for, account_id, run_at, subject) where waits_for is not null;

-- What is wrong with a channel, for all nodes: nothing is submitted to it before cooling_until.
create table breaker (
  cooling_until timestamptz,
  faults        int  not null constraint breaker_faults_not_negative check (faults >= 0),
  channel       text primary key,
  cause         text not null
);
