/*
title     = "Entropy gap"
question  = "How much less do the model's own answers to an item vary than people's?"
relation  = "labels"
range     = [-1, 1]
unit      = "bits between two answers, people minus model"
worse     = "up"
warn      = 0.05
test      = "exchange"
floor     = 0.0
draws     = "all"
least_samples = 2
plays     = "all"
sums      = ["bits_m", "bits_r", "n"]
describes = ["entropy_model", "entropy_people"]
reference = "expected Shannon entropy of two answers (rarefaction to two; = Gini-Simpson index, Simpson 1949, Nature 163), an unbiased estimator at any number of answers"
notes     = "1 bit if two answers to an item always differ, 0 if they never do. Two is the only number of answers that every item has, and plug-in entropies of unequal numbers of answers cannot be compared. It needs two people an item. The model's spread comes from sampling one model, people's from different persons: that is the point of the comparison and also its limit."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "b"}, {item_id = 1, role = "model", label = "a"}, {item_id = 1, role = "model", label = "a"}]
expect = [{metric = "entropy_gap", estimate = 1.0}, {metric = "entropy_model", estimate = 0.0}, {metric = "entropy_people", estimate = 1.0}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then 1.0 else 0.0 end) as m,
           sum(case when role = 'reference' then 1.0 else 0.0 end) as r
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
),
items as (
    select item_id, dataset, kind, model, variant, wave, sum(m) as all_m, sum(r) as all_r,
           sum(m * (m - 1)) as same_m, sum(r * (r - 1)) as same_r
    from answers
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave, 1 as n,
       1 - same_m / (all_m * (all_m - 1)) as bits_m, 1 - same_r / (all_r * (all_r - 1)) as bits_r
from items
where all_m > 1 and all_r > 1
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(bits_m) / nullif(sum(n), 0) as bits_m, sum(bits_r) / nullif(sum(n), 0) as bits_r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'entropy_gap' as metric, bits_r - bits_m as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'entropy_model', bits_m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'entropy_people', bits_r from sides
