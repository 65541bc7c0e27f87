insert into store.items
select right(item_id, 32)::uuid, dataset, key, fields from read_parquet($folder || '/items.parquet')
on conflict do nothing;

-- What is not hashed belongs to the load: two studies may cluster the same items in two ways.
insert into store.loads
select $load_id::uuid, right(item_id, 32)::uuid, metadata, cluster, split, bucket
from read_parquet($folder || '/items.parquet')
on conflict do nothing;

insert into store.annotators
select distinct on (annotator_id)
       right(annotator_id, 32)::uuid, kind, case when kind = 'human' then dataset end,
       case when kind = 'human' then name end, traits, identity
from read_parquet($folder || '/annotators.parquet')
order by annotator_id, traits
on conflict do update set traits = excluded.traits;

insert into store.said
select $load_id::uuid, right(item_id, 32)::uuid, right(annotator_id, 32)::uuid, sample, part, record, source
from read_parquet($folder || '/said.parquet')
on conflict do nothing;
