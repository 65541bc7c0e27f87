-- What templates may read of the items that a plan asks about, in the order of the plan's cells.
select 'item_' || replace(i.item_id::varchar, '-', '') as item_id, i.dataset, i.key, i.fields::varchar as fields
from store.items i
where 'item_' || replace(i.item_id::varchar, '-', '') in (select distinct item_id from read_parquet($cells))
order by i.item_id
