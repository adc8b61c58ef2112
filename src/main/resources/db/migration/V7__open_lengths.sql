-- What each length of the film would have cost, from seconds to credits, where the length was left to the model: then
-- the most of them was held. Null where the price was settled at accept, which costs a task's row one bit.
alter table task add column lengths jsonb
  constraint task_lengths_is_object check (jsonb_typeof(lengths) = 'object');
-- How long the films are that it made, where the price depends on it: written when they are stored, because other
-- pieces of the task may take longer and the capture is for all of them.
alter table attempt add column film_millis int[]
  constraint attempt_film_millis_when_produced check (film_millis is null or state = 'produced');
