/*
title     = "Agreement with people"
question  = "How well does the model agree with a person, beyond chance?"
relation  = "labels"
range     = [-1, 1]
unit      = "Cohen's kappa"
worse     = "down"
warn      = 0.10
test      = "exchange"
least_people = 2
draws     = "one"
sums      = ["same", "m", "r"]
reference = "Cohen 1960, Educ. Psychol. Meas. 20; against each of an item's people in turn, each item weighing 1"
notes     = "1: always the same label; 0: no more than the two sides' label shares alone would give. The human floor is the kappa of one person against the others."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", label = "b"}, {item_id = 2, role = "model", label = "b"}, {item_id = 3, role = "reference", label = "a"}, {item_id = 3, role = "model", label = "b"}, {item_id = 4, role = "reference", label = "b"}, {item_id = 4, role = "model", label = "b"}]
expect = [{metric = "kappa", estimate = 0.5}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then 1.0 else 0.0 end) as m,
           sum(case when role = 'reference' then 1.0 else 0.0 end) as r
    from labels
    group by item_id, dataset, kind, model, variant, wave, label
),
shares as (
    select item_id, dataset, kind, model, variant, wave, label, m / sum(m) over item as m, r / sum(r) over item as r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
)
select item_id, dataset, kind, model, variant, wave, label, m * r as same, m, r from shares
-- estimate
with by_label as (
    select replicate, dataset, kind, model, variant, wave, label, sum(same) as same, sum(m) as m, sum(r) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave, label
),
chance as (
    select replicate, dataset, kind, model, variant, wave,
           sum(same) / nullif(sum(m), 0) as observed, sum(m * r) / nullif(sum(m) * sum(r), 0) as expected
    from by_label
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'kappa' as metric,
       (observed - expected) / nullif(1 - expected, 0) as estimate
from chance
