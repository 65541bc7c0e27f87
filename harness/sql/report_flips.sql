-- For the report, of labels and preferences: the items of each dataset whose answers change most with the prompt, with
-- all that was said of them. PromptSensiScore of an item and model (Zhuo et al. 2024, ProSA): mean |y - y'| over pairs
-- of variants, y on a scale from 0 to 1; without a scale, how often two variants differ. Of several samples of a
-- variant all pairs count; `within` is the same among the samples of one variant: what is not the prompt's doing.
with given as (
    select t.dataset, t.item_id, t.key, t.fields, t.kind, t.model, t.variant, t.wave, t.value,
           to_json(t) ->> $chosen as answer
    from query_table($records) t
    where t.study = $study and t.kind <> 'trained'
),
width as (
    select max(c.value) - min(c.value) as width
    from store.scale c join studies s on s.study = c.study and s.study_hash = c.study_hash
    where c.study = $study
),
said as (
    select dataset, item_id, model, variant, wave, answer, any_value(value) as value, count(*) as n,
           sum(count(*)) over (partition by dataset, item_id, model, variant, wave) as of
    from given
    where kind = 'llm' and answer is not null
    group by dataset, item_id, model, variant, wave, answer
),
apart as (
    select a.dataset, a.item_id, a.model, a.wave, a.variant as one, b.variant as other,
           sum(a.n * b.n * case when $ordinal then abs(a.value - b.value) / w.width
                                else (a.answer <> b.answer)::int end) as total,
           any_value(a.of) as n_one, any_value(b.of) as n_other
    from said a
    join said b on b.dataset = a.dataset and b.item_id = a.item_id and b.model = a.model and b.wave = a.wave
               and b.variant >= a.variant
    cross join width w
    group by a.dataset, a.item_id, a.model, a.wave, a.variant, b.variant
),
scores as (
    select dataset, item_id, model, wave, avg(total / (n_one * n_other)) filter (where one <> other) as score,
           avg(total / (n_one * (n_one - 1))) filter (where one = other and n_one > 1) as within,
           count(*) filter (where one <> other) as pairs
    from apart
    group by dataset, item_id, model, wave
),
ranked as (
    select dataset, item_id, avg(score) as score, avg(within) as within,
           row_number() over (partition by dataset
                              order by avg(score) desc, sum(pairs) desc, md5(item_id::varchar)) as place
    from scores
    where pairs > 0
    group by dataset, item_id
)
select g.dataset, g.item_id, g.key, g.fields, r.score, r.within, r.place, g.kind, g.model, g.variant, g.wave, g.answer,
       count(*) as n
from ranked r join given g using (dataset, item_id)
where r.place <= $most
group by all
order by r.place, g.dataset, g.item_id, g.kind, g.model, g.variant, g.wave, n desc, g.answer
