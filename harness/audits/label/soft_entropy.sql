/*
title     = "Entropy gap of predicted distributions"
question  = "How much less spread over labels is the distribution that the model predicts for an item than people's answers to it?"
relation  = "soft_labels"
range     = [-1, 1]
unit      = "bits between two answers, people minus model"
worse     = "up"
warn      = 0.05
test      = "neutral"
neutral   = 0.0
draws     = "one"
sums      = ["bits_m", "bits_r", "n"]
describes = ["soft_entropy_model", "soft_entropy_people"]
reference = "expected Shannon entropy of two answers, as in entropy_gap: of people an unbiased estimate (Simpson 1949, Nature 163), of the model its exact value, one minus the sum of squared probabilities"
notes     = "1 bit if two answers to an item always differ, 0 if they never do. The model needs one sample only, for its distribution is known; people need two an item. A t test over clusters says whether the mean gap differs from 0. Options outside the scale of the study have no part, and the probabilities are those of the options alone."
[example]
given  = [{item_id = 1, role = "reference", label = "a", probability = 1.0}, {item_id = 1, role = "reference", label = "b", probability = 1.0}, {item_id = 1, role = "model", label = "a", probability = 0.75}, {item_id = 1, role = "model", label = "b", probability = 0.25}]
expect = [{metric = "soft_entropy_gap", estimate = 0.625}, {metric = "soft_entropy_model", estimate = 0.375}, {metric = "soft_entropy_people", estimate = 1.0}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           coalesce(sum(probability) filter (where role = 'model'), 0) as m,
           coalesce(sum(probability) filter (where role = 'reference'), 0) as r
    from soft_labels
    group by item_id, dataset, kind, model, variant, wave, label
),
items as (
    select item_id, dataset, kind, model, variant, wave, sum(m) as all_m, sum(r) as all_r,
           sum(m * m) as same_m, sum(r * (r - 1)) as same_r
    from answers
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave, 1 as n,
       1 - same_m / (all_m * all_m) as bits_m, 1 - same_r / (all_r * (all_r - 1)) as bits_r
from items
where all_m > 0 and all_r > 1
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(bits_m) / nullif(sum(n), 0) as bits_m, sum(bits_r) / nullif(sum(n), 0) as bits_r
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'soft_entropy_gap' as metric, bits_r - bits_m as estimate
from sides
union all
select replicate, dataset, kind, model, variant, wave, 'soft_entropy_model', bits_m from sides
union all
select replicate, dataset, kind, model, variant, wave, 'soft_entropy_people', bits_r from sides
