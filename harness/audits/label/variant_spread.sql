/*
title     = "Spread over variants"
question  = "How much likelier are two variants of the prompt to get different labels from the model than two samples of one?"
relation  = "labels"
range     = [-1, 1]
unit      = "probability of different labels, between variants minus within one"
worse     = "up"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
roles     = "model"
across    = "*"
draws     = "all"
least_samples = 2
sums      = ["n", "inside", "apart"]
describes = ["between_variants", "within_variant"]
reference = "after the sensitivity of Errica et al. 2024 (arXiv 2406.12334) and PromptSensiScore (Zhuo et al. 2024, arXiv 2410.12405), with what sampling alone does taken away; Rao 1982, Theor. Popul. Biol. 21, on diversity within and between groups"
notes     = "Each item has one number, unbiased whatever the number of samples: 0 if the model answers every variant from one distribution. between_variants is what an outsider sees who asks in another wording; within_variant is what asking again would show. All levels of all axes are variants, those too that are meant to change the answer (personas, temperature): look at which are varied. Items with one variant, or no variant with two samples, are left out."
[also.choice_spread]
datatype = "preference"
columns  = { label = "choice" }
question = "How much likelier are two variants of the prompt to get different choices from the model than two samples of one?"
unit     = "probability of different choices, between variants minus within one"
[example]
given  = [{item_id = 1, role = "model", level = 1, label = "a"}, {item_id = 1, role = "model", level = 1, sample = 1, label = "a"}, {item_id = 1, role = "model", level = 2, label = "b"}, {item_id = 1, role = "model", level = 2, sample = 1, label = "b"}, {item_id = 2, role = "model", level = 1, label = "a"}, {item_id = 2, role = "model", level = 1, sample = 1, label = "b"}, {item_id = 2, role = "model", level = 2, label = "a"}, {item_id = 2, role = "model", level = 2, sample = 1, label = "b"}, {item_id = 3, role = "model", level = 1, label = "a"}, {item_id = 3, role = "model", level = 1, sample = 1, label = "b"}]
expect = [{metric = "spread", estimate = 0.25}, {metric = "between_variants", estimate = 0.75}, {metric = "within_variant", estimate = 0.5}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, level, label, 1.0 * count(*) as c
    from labels
    group by item_id, dataset, kind, model, variant, wave, level, label
),
shares as (
    select *, sum(c) over (partition by item_id, dataset, kind, model, variant, wave, level) as n
    from answers
),
variants as (
    select item_id, dataset, kind, model, variant, wave, level,
           1 - sum(c * (c - 1)) / nullif(max(n) * (max(n) - 1), 0) as inside
    from shares
    group by item_id, dataset, kind, model, variant, wave, level
),
asked as (
    select item_id, dataset, kind, model, variant, wave, 1.0 * count(*) as variants, avg(inside) as inside
    from variants
    group by item_id, dataset, kind, model, variant, wave
),
-- Two different variants give the same with the sum of squares of the summed shares, less each variant with itself.
alike as (
    select item_id, dataset, kind, model, variant, wave, sum(same) as same
    from (
        select item_id, dataset, kind, model, variant, wave, label,
               sum(c / n) * sum(c / n) - sum((c / n) * (c / n)) as same
        from shares
        group by item_id, dataset, kind, model, variant, wave, label
    )
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave, 1.0 as n, inside,
       1 - same / (variants * (variants - 1)) as apart
from asked
join alike using (item_id, dataset, kind, model, variant, wave)
where variants > 1 and inside is not null
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(inside) / nullif(sum(n), 0) as inside, sum(apart) / nullif(sum(n), 0) as apart
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'spread' as metric, apart - inside as estimate from means
union all
select replicate, dataset, kind, model, variant, wave, 'between_variants', apart from means
union all
select replicate, dataset, kind, model, variant, wave, 'within_variant', inside from means
