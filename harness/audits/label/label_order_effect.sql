/*
title     = "Label-order effect"
question  = "How far do the model's labels move when the options are shown in another order?"
relation  = "labels"
range     = [0, 1]
unit      = "total variation distance between orders"
worse     = "up"
warn      = 0.05
test      = "exchange"
across    = "label_order"
draws     = "all"
plays     = "all"
floor     = "exchange"
sums      = ["n"]
reference = "after Pezeshkpour and Hruschka 2024 (arXiv 2308.11483); total variation distance between the orders on the same items"
notes     = "The floor is what shuffling the answers between the orders shows on average: sampling noise alone."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "model", label = "b"}, {item_id = 2, role = "reference", label = "a"}, {item_id = 2, role = "model", label = "a"}]
expect = [{metric = "order_shift", estimate = 0.5}]
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
select replicate, dataset, kind, model, variant, wave, 'order_shift' as metric,
       0.5 * sum(abs(m / nullif(all_m, 0) - r / nullif(all_r, 0))) as estimate
from totals
group by replicate, dataset, kind, model, variant, wave
