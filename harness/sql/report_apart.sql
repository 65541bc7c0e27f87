-- For the report, of texts, instructions and dialogues: the items whose answers differ most between prompts, with all
-- that models said of them. How far two answers are apart: 1 less the share of their distinct words that both have
-- (Jaccard), mean over pairs of variants, first samples only. Of many items, 300 by a hash.
with given as (
    select t.dataset, t.item_id, t.key, t.fields, t.kind, t.model, t.variant, t.wave, t.part, to_json(t) as record
    from query_table($records) t
    where t.study = $study and t.kind = 'llm' and t.sample = 0
),
looked as (
    select distinct dataset, item_id, row_number() over (partition by dataset order by md5(item_id::varchar)) as turn
    from (select distinct dataset, item_id from given)
),
answers as (
    select g.dataset, g.item_id, any_value(g.key) as key, any_value(g.fields) as fields, g.kind, g.model, g.variant,
           g.wave,
           string_agg(concat_ws(' ', record ->> 'instruction', record ->> 'input', record ->> 'output',
                                record ->> 'text', record ->> 'number'), chr(10) order by g.part) as answer
    from given g join looked using (dataset, item_id)
    where looked.turn <= 300
    group by g.dataset, g.item_id, g.kind, g.model, g.variant, g.wave
),
worded as (
    select *, list_distinct(regexp_extract_all(lower(answer), '[\p{L}\p{N}]+')) as words from answers
),
apart as (
    select a.dataset, a.item_id, a.model, a.wave,
           avg(1 - len(list_intersect(a.words, b.words))
                   / greatest(len(a.words) + len(b.words) - len(list_intersect(a.words, b.words)), 1)) as score
    from worded a
    join worded b on b.dataset = a.dataset and b.item_id = a.item_id and b.model = a.model and b.wave = a.wave
                 and b.variant > a.variant
    group by a.dataset, a.item_id, a.model, a.wave
),
ranked as (
    select dataset, item_id, avg(score) as score,
           row_number() over (partition by dataset order by avg(score) desc, md5(item_id::varchar)) as place
    from apart
    group by dataset, item_id
)
select w.dataset, w.item_id, w.key, w.fields, r.score, null::double as within, r.place, w.kind, w.model, w.variant,
       w.wave, w.answer, 1 as n
from ranked r join worded w using (dataset, item_id)
where r.place <= $most
order by r.place, w.dataset, w.item_id, w.model, w.variant, w.wave
