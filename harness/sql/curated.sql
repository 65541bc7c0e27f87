-- All records of a study, in the order in which they count as written: people first, and the first draws before
-- the second. `said` is the typed table.
select v.item_id::varchar as item_id, v.annotator_id::varchar as annotator_id, v.sample, v.part,
       v.generation_id::varchar as generation_id, v.load_id::varchar as load_id, i.dataset,
       case when m.kind <> 'human' then v.annotator_id::varchar end as writer, v.instruction, v.output
from said v
join members m on m.item_id = v.item_id and m.annotator_id = v.annotator_id
    and (v.load_id is null or v.load_id = m.load_id)
join store.items i on i.item_id = v.item_id
where m.study = $study
order by i.dataset, m.kind <> 'human', writer nulls first, v.sample, i.key, v.item_id, v.annotator_id, v.part
