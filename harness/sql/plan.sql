-- What is wanted and not held: annotators asked x items loaded x samples, less generations, less calls that
-- will never work. Resume, cache and "add one variant" are this anti-join.
with asked as (
    select annotator_id, model from store.roster
    where study = $study and study_hash = $study_hash::uuid and asked
),
items as (
    select i.item_id, i.dataset, i.key, i.fields
    from store.loads l join store.items i using (item_id)
    where l.load_id = $load_id::uuid
    order by i.item_id
    limit $item_limit
),
wanted as (
    select a.annotator_id, a.model, i.*, s.sample::integer as sample
    from asked a cross join items i cross join range($samples) s(sample)
)
select 'annotator_' || replace(w.annotator_id::varchar, '-', '') as annotator_id,
       'item_' || replace(w.item_id::varchar, '-', '') as item_id,
       w.sample, w.model, w.dataset, w.key, w.fields::varchar as fields
from wanted w
anti join store.generations g
       on g.annotator_id = w.annotator_id and g.item_id = w.item_id and g.sample = w.sample
anti join (select * from store.failures where permanent and not $retry_failed) f
       on f.annotator_id = w.annotator_id and f.item_id = w.item_id and f.sample = w.sample
order by w.model, w.item_id, w.annotator_id, w.sample
