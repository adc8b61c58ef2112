-- Where a task's customer wants to be told of its end. Its own column, because the settlement that writes the
-- delivery must not read the request's body for it. Null where nobody asked: an unset column costs a task's row
-- one bit.
alter table task add column callback text constraint task_callback_length check (length(callback) <= 4096);
