/*
title     = "Label distribution shift"
question  = "How far is the model's distribution of labels from people's?"
relation  = "labels"
range     = [0, 1]
unit      = "total variation distance"
worse     = "up"
warn      = 0.10
test      = "exchange"
draws     = "one"
sums      = ["n"]
reference = "Das et al. 2024, section 5.1; total variation distance of the pooled distributions"
notes     = "0: the same share of every label; 1: no label in common. Each item weighs 1 on each side. A pull toward each item's own majority is invisible here: see entropy_gap and majority_match."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "b"}, {item_id = 1, role = "model", label = "b"}]
expect = [{metric = "total_variation", estimate = 0.5}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, role, label, count(*) as c
    from labels
    group by item_id, dataset, kind, model, variant, wave, role, label
)
select item_id, dataset, kind, model, variant, wave, role, label,
       1.0 * c / sum(c) over (partition by item_id, dataset, kind, model, variant, wave, role) as n
from answers
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave, label,
           coalesce(sum(n) filter (where role = 'model'), 0) as m,
           coalesce(sum(n) filter (where role = 'reference'), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave, label
),
totals as (
    select *, sum(m) over who as all_m, sum(r) over who as all_r
    from sides
    window who as (partition by replicate, dataset, kind, model, variant, wave)
)
select replicate, dataset, kind, model, variant, wave, 'total_variation' as metric,
       0.5 * sum(abs(m / nullif(all_m, 0) - r / nullif(all_r, 0))) as estimate
from totals
group by replicate, dataset, kind, model, variant, wave
