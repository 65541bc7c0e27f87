-- For the report, of any data type: up to six items of each dataset, those first on which both people and models have
-- said something (then by a hash), with the records of up to three speakers on each side and what was not read.
with answers as (
    select t.dataset, t.item_id, t.key, t.fields, t.kind, t.model, t.variant, t.wave, t.annotator_id, t.sample, t.part,
           t.persona, to_json(t) as record
    from query_table($records) t
    where t.study = $study and t.kind <> 'trained'
),
counted as (
    select dataset, item_id, bool_or(kind = 'human') and bool_or(kind <> 'human') as two_sided from answers group by all
),
ranked as (
    select dataset, item_id, two_sided,
           row_number() over (partition by dataset order by two_sided desc, md5(item_id::varchar)) as place
    from counted
),
unread as (
    select r.dataset, r.item_id, r.key, r.fields, r.kind, r.model, r.variant, r.wave, r.annotator_id, r.sample, r.part,
           r.persona, null::json as record, r.text, coalesce(r.reason, 'not read yet') as reason
    from replies r
    where r.study = $study and not coalesce(r.parsed, false)
),
said as (
    from answers union all by name from unread
),
placed as (
    select s.*, c.two_sided, c.place,
           dense_rank() over (partition by s.item_id, s.kind, s.model, s.variant, s.wave
                              -- Of people, each speaks for themselves; their dialogue is an item and a sample.
                              order by case when $dialogues and s.kind = 'human' then null else s.annotator_id end,
                                       s.sample) as speaker
    from said s join ranked c using (dataset, item_id)
    where c.place <= 6
)
from placed
where speaker <= 3
order by place, dataset, item_id, kind, model, variant, wave, speaker, part
