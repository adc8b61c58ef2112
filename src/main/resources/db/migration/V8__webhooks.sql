-- News of tasks that have ended: who is told (webhook_endpoint, a request's own callback), what is owed
-- (delivery), what was tried (delivery_try). A delivery is written in the transaction that ends its task.

-- What an account signs its callbacks with; none, and they carry no signature.
create table webhook_key (
  account_id bigint primary key references account,
  created_at timestamptz not null,
  -- AES-256-GCM under the master key, here and below: nonce, then text and tag.
  secret     bytea not null
);

-- An address that an account registered for all of its tasks.
create table webhook_endpoint (
  id              uuid primary key,
  account_id      bigint not null references account,
  created_at      timestamptz not null,
  -- Since when every try has failed; empty after a success.
  failing_since   timestamptz,
  disabled_at     timestamptz,
  -- While a rotation overlaps, both secrets sign.
  previous_until  timestamptz,
  secret          bytea  not null,
  previous_secret bytea,
  url             text   not null,
  -- Which events it wants; empty is all.
  events          text[] not null default '{}',
  disabled_reason text,
  constraint webhook_endpoint_rotation check ((previous_until is null) = (previous_secret is null)),
  constraint webhook_endpoint_disabled check ((disabled_at is null) = (disabled_reason is null))
);
create index webhook_endpoint_account on webhook_endpoint (account_id, id);

create table delivery (
  -- UUIDv7, and the webhook-id of every try.
  id          uuid primary key,
  account_id  bigint not null,
  task_id     uuid   not null,
  -- Empty for the callback that a request asked for.
  endpoint_id uuid,
  created_at  timestamptz not null,
  finished_at timestamptz,
  -- When somebody asked for it over again; empty for nearly all.
  replayed_at timestamptz,
  tries       int  not null default 0 constraint delivery_tries_not_negative check (tries >= 0),
  state       text not null default 'pending'
    constraint delivery_state_known check (state in ('pending', 'delivered', 'exhausted')),
  -- What its body looks like: the callback of a dialect that documents one, else an event.
  shape       text not null constraint delivery_shape_known check (shape in ('apimodels', 'kie', 'event')),
  event       text not null
    constraint delivery_event_known check (event in ('task.succeeded', 'task.failed', 'task.canceled', 'webhook.test')),
  url         text not null,
  constraint delivery_finished_when_final check ((finished_at is not null) = (state <> 'pending'))
) with (fillfactor = 70);
create index delivery_account on delivery (account_id, id);
create index delivery_task on delivery (task_id);
create index delivery_endpoint on delivery (endpoint_id, id) where endpoint_id is not null;
-- Nearly all are delivered: what was not is looked for among few.
create index delivery_undelivered on delivery (account_id, id) where state <> 'delivered';

create table delivery_try (
  delivery_id     uuid not null,
  number          int  not null,
  started_at      timestamptz not null,
  duration_millis int  not null,
  status          int,
  -- Why there was no answer.
  failure         text,
  -- The beginning of the answer, at most 4 KiB.
  answer          text,
  primary key (delivery_id, number),
  constraint delivery_try_ended check ((status is null) = (failure is not null))
);
