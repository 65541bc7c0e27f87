insert into store.failures
select distinct on (generation_id)
       right(generation_id, 32)::uuid, $run_id, right(annotator_id, 32)::uuid, right(item_id, 32)::uuid, sample,
       permanent, error, failed_at
from journal
order by generation_id, failed_at desc
on conflict do nothing;
