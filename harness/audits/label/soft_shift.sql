/*
title     = "Shift of predicted distributions"
question  = "How far is the mean of the distributions that the model predicts from people's distribution of labels?"
relation  = "soft_labels"
range     = [0, 1]
unit      = "total variation distance"
worse     = "up"
warn      = 0.10
test      = "none"
draws     = "one"
sums      = ["n", "mass"]
describes = ["mass"]
reference = "total variation distance of the pooled distributions, as in label_shift; soft labels: Nie et al. 2020 (ChaosNLI); Santurkar et al. 2023 (OpinionQA)"
notes     = "The same as label_shift without the noise of drawing: the model's side is what it gave each option, not one draw. People's side is still a sample, so a small distance is expected of a perfect model too. There is no test, for a person has no distribution to exchange with the model's; label_shift tests a draw. mass: how much of the model's probability the options got before they were made to sum to 1; where it is small, the shares are those of answers that the model would seldom give."
[example]
given  = [{item_id = 1, role = "reference", label = "a", probability = 1.0, mass = 1.0}, {item_id = 1, role = "reference", label = "b", probability = 1.0, mass = 1.0}, {item_id = 1, role = "model", label = "a", probability = 0.2, mass = 0.9}, {item_id = 1, role = "model", label = "b", probability = 0.8, mass = 0.9}]
expect = [{metric = "soft_total_variation", estimate = 0.3}, {metric = "mass", estimate = 0.9}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, role, label, sum(probability) as c, avg(mass) as covered
    from soft_labels
    group by item_id, dataset, kind, model, variant, wave, role, label
),
shares as (
    select *, c / sum(c) over (partition by item_id, dataset, kind, model, variant, wave, role) as n from answers
)
select item_id, dataset, kind, model, variant, wave, role, label, n, n * covered as mass from shares
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave, label,
           coalesce(sum(n) filter (where role = 'model'), 0) as m,
           coalesce(sum(n) filter (where role = 'reference'), 0) as r,
           coalesce(sum(mass) filter (where role = 'model'), 0) as covered
    from cells
    group by replicate, dataset, kind, model, variant, wave, label
),
totals as (
    select *, sum(m) over who as all_m, sum(r) over who as all_r
    from sides
    window who as (partition by replicate, dataset, kind, model, variant, wave)
)
select replicate, dataset, kind, model, variant, wave, 'soft_total_variation' as metric,
       0.5 * sum(abs(m / nullif(all_m, 0) - r / nullif(all_r, 0))) as estimate
from totals
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, 'mass', sum(covered) / nullif(sum(m), 0)
from totals
group by replicate, dataset, kind, model, variant, wave
