-- Of two replies to one cell the earlier counts, so runs are read oldest first.
insert into store.prompts
select distinct on (prompt_id) right(prompt_id, 32)::uuid, messages from journal
on conflict do nothing;

insert into store.generations
select distinct on (generation_id)
       right(generation_id, 32)::uuid, right(annotator_id, 32)::uuid, right(item_id, 32)::uuid, sample, turn,
       right(prompt_id, 32)::uuid, text, finish_reason, tokens_in, tokens_out, model_served, fingerprint,
       seconds, attempts, arrived_at, $run_id
from journal
order by generation_id, arrived_at
on conflict do nothing;
