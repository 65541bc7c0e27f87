/*
title     = "Minority match"
question  = "How often do the model's rarest labels meet people's rarest labels?"
relation  = "labels"
range     = [0, 1]
unit      = "share of items"
worse     = "down"
warn      = 0.02
test      = "exchange"
draws     = "all"
least_samples = 3
plays     = "all"
floor     = "exchange"
sums      = ["hits", "n", "could"]
describes = ["minority_match_of_possible"]
reference = "Das et al. 2024, section 5.1 (minority sets as in the released code)"
notes     = "A side's minority set is every label with its lowest count; it is empty where all its labels are equally frequent, so a model that always answers the same has none, and it takes three samples to have one. Items without a minority set count as no match, as in the study; minority_match_of_possible counts only items where people have one."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "b"}, {item_id = 1, role = "model", label = "b"}, {item_id = 1, role = "model", label = "a"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", label = "a"}, {item_id = 2, role = "model", label = "a"}]
expect = [{metric = "minority_match", estimate = 0.5}, {metric = "minority_match_of_possible", estimate = 1.0}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then 1 else 0 end) as m,
           sum(case when role = 'reference' then 1 else 0 end) as r
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
),
ends as (
    select *, max(m) over item as top_m, min(case when m > 0 then m end) over item as low_m,
           max(r) over item as top_r, min(case when r > 0 then r end) over item as low_r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
)
select item_id, dataset, kind, model, variant, wave, 1 as n,
       max(case when low_r < top_r then 1 else 0 end) as could,
       max(case when m = low_m and low_m < top_m and r = low_r and low_r < top_r then 1 else 0 end) as hits
from ends
group by item_id, dataset, kind, model, variant, wave
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave, sum(hits) as hits, sum(n) as n, sum(could) as could
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'minority_match' as metric, hits / nullif(n, 0) as estimate
from sides
union all
select replicate, dataset, kind, model, variant, wave, 'minority_match_of_possible', hits / nullif(could, 0)
from sides
