-- When a task's customer deleted it. Its row stays: credits were moved for it, and the books must add up. Nobody but the
-- operator sees it any more, and its files are gone.
alter table task add column deleted_at timestamptz
  constraint task_deleted_when_final check (deleted_at is null or finished_at is not null);

-- Lists an account's films, which may be few among very many pictures.
create index task_films on task (account_id, id) where kind = 'video';
