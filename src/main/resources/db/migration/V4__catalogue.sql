-- What the catalogue was, from when on, and by whose hand. Each row holds all of it as files do, so that any can be had again.
create table catalog_version (
  -- Counted by the program under the catalogue's lock: no gaps.
  version    bigint primary key constraint catalog_version_positive check (version > 0),
  created_at timestamptz not null,
  author     text not null constraint catalog_version_has_author check (author <> ''),
  summary    text not null constraint catalog_version_has_summary check (summary <> ''),
  -- json, for the same reason as model.definition.
  document   json not null constraint catalog_version_is_object check (json_typeof(document) = 'object')
);

-- How often the catalogue has changed: one row that every node compares with what it last loaded.
create table catalog_change (
  changes bigint  not null,
  one     boolean primary key default true constraint catalog_change_one_row check (one)
);
insert into catalog_change (changes) values (0);

-- By trigger, so that a change made by hand reaches the nodes too; delivered when it is committed, and only then.
create function catalog_changed() returns trigger language plpgsql as $$
begin
  update catalog_change set changes = changes + 1;
  perform pg_notify('easel_catalog', '');
  return null;
end
$$;
create trigger channel_changed after insert or update or delete or truncate on channel
  for each statement execute function catalog_changed();
create trigger model_changed after insert or update or delete or truncate on model
  for each statement execute function catalog_changed();
create trigger route_changed after insert or update or delete or truncate on route
  for each statement execute function catalog_changed();
create trigger listing_changed after insert or update or delete or truncate on listing
  for each statement execute function catalog_changed();

-- The defaults that were installed here once: what the operator removed or changed since is not brought back.
create table catalog_default (
  kind   text not null constraint catalog_default_kind_known check (kind in ('dialect', 'model')),
  id     text not null,
  -- Of a model's definition as it was installed: one that still has it is nobody's work but ours.
  digest text not null,
  primary key (kind, id)
);
-- What came with the version before this table.
insert into catalog_default (kind, id, digest)
select kind, id, digest
from (values
  ('dialect', 'omni', ''),
  ('model', 'gpt-image-2', '18117379d438e381f1f154a7f953aa2e'),
  ('model', 'nano-banana-2', '81cbf435a0cf5fe9483cb02a2d405861'),
  ('model', 'seedance-2', '171ca4ba449b206095194f23be354188')) as former (kind, id, digest)
where exists (select from model) or exists (select from listing);
