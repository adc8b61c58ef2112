-- The catalogue: what is sold (model, listing) and who makes it (channel, route).
--
-- Some dozens of rows, written by operators and read as a whole into every node's memory, so columns
-- stand in the order in which people read them: key, references, what SQL asks for, the rest.
-- What only the program interprets is one document per row: a new setting of a model needs no
-- migration, and a file of the catalogue and a row say the same thing in the same words.

create table channel (
  id          text primary key check (id <> ''),
  provider    text not null check (provider <> ''),
  -- Null is no bound.
  concurrency int check (concurrency > 0),
  settings    jsonb not null default '{}' check (jsonb_typeof(settings) = 'object'),
  created_at  timestamptz not null
);

create table model (
  id         text primary key check (id <> ''),
  kind       text not null check (kind in ('image', 'video', 'audio')),
  state      text not null check (state in ('on', 'maintenance', 'off')),
  -- json, not jsonb, here and below: the order of keys is the order in which forms show parameters
  -- and in which a request's fields are checked, and jsonb forgets it.
  definition json not null check (json_typeof(definition) = 'object')
);

create table listing (
  dialect    text not null check (dialect ~ '^[a-z]+$'),
  id         text not null check (id <> ''),
  model      text not null references model,
  state      text not null check (state in ('on', 'maintenance', 'off')),
  definition json not null check (json_typeof(definition) = 'object'),
  primary key (dialect, id)
);

-- Rows rather than a part of model.definition, so that a channel with routes cannot be deleted.
create table route (
  model          text not null references model on delete cascade,
  channel        text not null references channel,
  upstream_model text not null check (upstream_model <> ''),
  -- Lower is tried first.
  priority       int not null check (priority > 0),
  -- Share among routes of the same priority.
  weight         int not null check (weight > 0),
  primary key (model, channel, upstream_model)
);
