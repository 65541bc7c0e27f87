-- Per annotator and item: the share of each option in the model's answers and in people's (null where nobody answered).
with said as (
    select dataset, key, cluster, kind, model, variant, wave, chosen as option, count(*) as n from answers group by all
),
shares as (
    select *, n / sum(n) over (partition by dataset, key, kind, model, variant, wave) as share from said
),
people as (
    select dataset, key, map(list(option), list(share)) as share from shares where kind = 'human' group by dataset, key
),
models as (
    select dataset, key, any_value(cluster) as cluster, model, variant, wave, map(list(option), list(share)) as share
    from shares where kind = 'llm' group by dataset, key, model, variant, wave
),
options as (
    select distinct dataset, option from said
)
select m.dataset, m.model, m.variant, m.wave, o.option, m.key, m.cluster, coalesce(m.share[o.option], 0.0) as model_share,
       case when p.key is not null then coalesce(p.share[o.option], 0.0) end as people_share
from models m join options o using (dataset) left join people p using (dataset, key)
order by m.dataset, m.model, m.variant, m.wave, o.option, m.key
