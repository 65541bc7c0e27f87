-- What is wanted and not held: annotators asked x items loaded x samples, less dialogues that were ended, less
-- calls that will never work, less what a batch is to bring. Resume, cache and "add one variant" are this
-- anti-join. A dialogue that was cut off comes with what was said in it.
with asked as (
    select annotator_id, model from store.roster
    where study = $study and study_hash = $study_hash::uuid and asked and wave = $wave
),
chosen as (
    select l.item_id from store.loads l where l.load_id = $load_id::uuid order by l.item_id limit $item_limit
),
wanted as (
    select a.annotator_id, a.model, i.item_id, s.sample::integer as sample
    from asked a cross join chosen i cross join range($samples) s(sample)
),
missing as (
    select w.*
    from wanted w
    anti join (select * from store.generations where last) g
           on g.annotator_id = w.annotator_id and g.item_id = w.item_id and g.sample = w.sample
    anti join (select * from store.failures where permanent and not $retry_failed) f
           on f.annotator_id = w.annotator_id and f.item_id = w.item_id and f.sample = w.sample
    anti join waiting p
           on p.annotator_id = w.annotator_id and p.item_id = w.item_id and p.sample = w.sample
),
begun as (
    select annotator_id, item_id, sample,
           to_json(list({'turn': turn, 'text': text, 'finish_reason': finish_reason} order by turn)) as history
    from store.generations where not last group by all
)
select 'annotator_' || replace(m.annotator_id::varchar, '-', '') as annotator_id,
       'item_' || replace(m.item_id::varchar, '-', '') as item_id,
       m.sample, m.model, b.history::varchar as history
from missing m
left join begun b using (annotator_id, item_id, sample)
order by m.model, m.item_id, m.annotator_id, m.sample
