/*
title     = "Consistency within"
question  = "Does the model agree with itself more, or less, than people agree with one another?"
relation  = "labels"
range     = [-2, 2]
unit      = "Krippendorff's alpha, model minus people"
worse     = "both"
warn      = 0.10
test      = "exchange"
floor     = 0.0
draws     = "all"
least_samples = 2
plays     = "all"
sums      = ["answers", "differ"]
describes = ["alpha_model", "alpha_people"]
reference = "Krippendorff 2011, Computing Krippendorff's alpha-reliability (nominal), on items with two answers or more"
notes     = "alpha_people is the reliability of the human labels; alpha_model that of the model's repeated samples."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "reference", label = "b"}, {item_id = 1, role = "model", label = "a"}, {item_id = 1, role = "model", label = "a"}, {item_id = 2, role = "reference", label = "b"}, {item_id = 2, role = "reference", label = "b"}, {item_id = 2, role = "model", label = "b"}, {item_id = 2, role = "model", label = "b"}]
expect = [{metric = "alpha_model", estimate = 1.0}, {metric = "alpha_people", estimate = 0.0}, {metric = "alpha_gap", estimate = 1.0}]
*/
-- cells
with counts as (
    select item_id, dataset, kind, model, variant, wave, role, label, 1.0 * count(*) as c
    from labels
    group by item_id, dataset, kind, model, variant, wave, role, label
),
sized as (
    select *, sum(c) over (partition by item_id, dataset, kind, model, variant, wave, role) as all_c from counts
)
select item_id, dataset, kind, model, variant, wave, role, label, c as answers, c * (all_c - c) / (all_c - 1) as differ
from sized
where all_c > 1
-- estimate
with by_label as (
    select replicate, dataset, kind, model, variant, wave, role, label, sum(answers) as c, sum(differ) as differ
    from cells
    group by replicate, dataset, kind, model, variant, wave, role, label
),
totals as (
    select replicate, dataset, kind, model, variant, wave, role, sum(differ) / nullif(sum(c), 0) as observed,
           (sum(c) * sum(c) - sum(c * c)) / nullif(sum(c) * (sum(c) - 1), 0) as expected
    from by_label
    group by replicate, dataset, kind, model, variant, wave, role
),
alphas as (
    select replicate, dataset, kind, model, variant, wave,
           max(case when role = 'model' then 1 - observed / nullif(expected, 0) end) as alpha_m,
           max(case when role = 'reference' then 1 - observed / nullif(expected, 0) end) as alpha_r
    from totals
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'alpha_gap' as metric, alpha_m - alpha_r as estimate from alphas
union all
select replicate, dataset, kind, model, variant, wave, 'alpha_model', alpha_m from alphas
union all
select replicate, dataset, kind, model, variant, wave, 'alpha_people', alpha_r from alphas
