-- For the report, of labels and preferences: the items of each dataset whose answers change most with the prompt
-- (PromptSensiScore, mean over models), with all that was said of them.
with ranked as (
    select dataset, item_id, avg(score) as score, avg(within_variant) as within,
           row_number() over (partition by dataset
                              order by avg(score) desc, sum(variants) desc, md5(item_id::varchar)) as place
    from item_sensitivities
    where study = $study
    group by dataset, item_id
)
select t.dataset, t.item_id, t.key, t.fields, r.score, r.within, r.place, t.kind, t.model, t.variant, t.wave,
       to_json(t) ->> $chosen as answer, count(*) as n
from ranked r join query_table($records) t using (dataset, item_id)
where r.place <= $most and t.study = $study and t.part = 0
group by all
order by r.place, t.dataset, t.item_id, t.kind, t.model, t.variant, t.wave, n desc, answer
