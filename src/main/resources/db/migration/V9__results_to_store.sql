-- What a provider has made and published is copied into our own storage in a step of its own, which may take long and be
-- tried often: the attempt is 'storing' meanwhile. The provider no longer works on it, so that it holds no slot of its
-- channel.
alter table attempt drop constraint attempt_state_known;
alter table attempt add constraint attempt_state_known
  check (state in ('sending', 'accepted', 'rejected', 'unknown', 'storing', 'produced', 'failed'));
alter table attempt drop constraint attempt_finished_when_final;
alter table attempt add constraint attempt_finished_when_final check (case state
  when 'sending' then finished_at is null
  when 'accepted' then finished_at is null
  when 'storing' then finished_at is null
  when 'rejected' then finished_at is not null
  when 'produced' then finished_at is not null
  when 'failed' then finished_at is not null
  else true end);
-- Where its outputs lie, until when, and which of them are stored already. The provider's addresses may open them to
-- whoever knows them, so they are kept for as long as they are needed and no longer. Null in every other state, which
-- costs a row one bit.
alter table attempt add column copies jsonb;
alter table attempt add constraint attempt_copies_when_storing check ((copies is not null) = (state = 'storing'));
