/*
title     = "Majority match"
question  = "How often does the model give the label that most people give?"
relation  = "labels"
range     = [0, 1]
unit      = "share of items"
worse     = "both"
warn      = 0.05
test      = "exchange"
draws     = "all"
plays     = "one"
sums      = ["hits", "n"]
reference = "Das et al. 2024, section 5.1 (majority sets as in the released code)"
notes     = "A side's majority set is every label with its highest count; it is empty where several answers are all distinct, and an item without a majority set is no match. The study measures it on all samples of the model; the comparison with people takes one sample, whose label is its own majority. Too low: the model misses what people agree on. Too high: it agrees with the majority more than people do."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "b"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", label = "a"}, {item_id = 2, role = "reference", label = "b"}, {item_id = 2, role = "model", label = "a"}]
expect = [{metric = "majority_match", estimate = 0.5}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then 1 else 0 end) as m,
           sum(case when role = 'reference' then 1 else 0 end) as r
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
),
tops as (
    select *, max(m) over item as top_m, sum(m) over item as all_m, max(r) over item as top_r, sum(r) over item as all_r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
)
select item_id, dataset, kind, model, variant, wave, 1 as n,
       max(case when m = top_m and (top_m > 1 or all_m = 1) and r = top_r and (top_r > 1 or all_r = 1)
                then 1 else 0 end) as hits
from tops
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'majority_match' as metric,
       sum(hits) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
