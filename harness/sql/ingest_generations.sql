-- Of two replies to one cell the earlier counts, in whatever order their runs are found.
insert into store.prompts
select distinct on (prompt_id) right(prompt_id, 32)::uuid, messages from journal
on conflict do nothing;

insert into store.generations
select distinct on (generation_id)
       right(generation_id, 32)::uuid, right(annotator_id, 32)::uuid, right(item_id, 32)::uuid, sample, turn,
       coalesce(last, true), right(prompt_id, 32)::uuid, text, finish_reason, tokens_in, tokens_out, tokens_cached,
       tokens_reasoning, model_served, fingerprint, reasoning, logprobs, scores, seconds, attempts, arrived_at, $run_id,
       as_role, speaker, drawn
from journal
order by generation_id, arrived_at
on conflict do update set
    prompt_id = excluded.prompt_id, text = excluded.text, finish_reason = excluded.finish_reason,
    last = excluded.last, tokens_in = excluded.tokens_in, tokens_out = excluded.tokens_out,
    tokens_cached = excluded.tokens_cached, tokens_reasoning = excluded.tokens_reasoning,
    model_served = excluded.model_served, fingerprint = excluded.fingerprint, reasoning = excluded.reasoning,
    logprobs = excluded.logprobs, scores = excluded.scores, seconds = excluded.seconds,
    attempts = excluded.attempts, arrived_at = excluded.arrived_at, run_id = excluded.run_id,
    as_role = excluded.as_role, speaker = excluded.speaker, drawn = excluded.drawn
where excluded.arrived_at < generations.arrived_at;
