/*
title     = "Distance on the scale"
question  = "How many steps of the scale lie between the model's labels and people's, at the least?"
relation  = "labels"
range     = [0, inf]
unit      = "Wasserstein-1 distance, in units of the scale"
worse     = "up"
warn      = 0.20
test      = "exchange"
draws     = "all"
plays     = "one"
needs     = ["ordinal"]
sums      = ["n"]
reference = "Das et al. 2024, section 5.1: 1-Wasserstein distance between pooled human and pooled model labels"
notes     = "Area between the two cumulative distributions. Each item weighs 1 on each side; where every item has as many labels as the next, this is the pooled distance of the study."
[example]
given  = [{item_id = 1, role = "reference", value = 1}, {item_id = 1, role = "reference", value = 2}, {item_id = 1, role = "model", value = 4}]
expect = [{metric = "wasserstein_1", estimate = 2.5}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, role, value, count(*) as c
    from labels
    group by item_id, dataset, kind, model, variant, wave, role, value
)
select item_id, dataset, kind, model, variant, wave, role, value,
       1.0 * c / sum(c) over (partition by item_id, dataset, kind, model, variant, wave, role) as n
from answers
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave, value,
           coalesce(sum(n) filter (where role = 'model'), 0) as m,
           coalesce(sum(n) filter (where role = 'reference'), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave, value
),
cumulative as (
    select replicate, dataset, kind, model, variant, wave, value,
           sum(m) over steps / nullif(sum(m) over who, 0) - sum(r) over steps / nullif(sum(r) over who, 0) as gap,
           lead(value) over steps - value as width
    from sides
    window who as (partition by replicate, dataset, kind, model, variant, wave),
           steps as (partition by replicate, dataset, kind, model, variant, wave order by value)
)
select replicate, dataset, kind, model, variant, wave, 'wasserstein_1' as metric,
       sum(abs(gap) * coalesce(width, 0)) as estimate
from cumulative
group by replicate, dataset, kind, model, variant, wave
