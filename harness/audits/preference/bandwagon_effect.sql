/*
title     = "Bandwagon effect"
question  = "How far do the model's verdicts move between the answers when it is told which answer most people prefer?"
relation  = "preferences"
range     = [-1, 1]
unit      = "win rate of the first-shown answer, level minus baseline"
worse     = "both"
warn      = 0.05
test      = "exchange"
across    = "bandwagon"
draws     = "all"
plays     = "all"
floor     = 0.0
sums      = ["n", "m_first", "r_first", "changed"]
describes = ["first_level", "first_baseline", "changed"]
reference = "after the bandwagon test of Koo et al. 2023 (arXiv 2309.17012); here the signed difference of win rates between two levels on the same items, a tie counting one half"
notes     = "The name of the variant says which levels are compared. Above 0 the level moved verdicts towards the first-shown answer, below 0 towards the second: a judge who follows is above 0 at the level first and below 0 at second. changed is the share of items with another verdict; a judge who draws its verdicts by chance changes some without any cause, and these cancel out in the difference. It needs the places (shown_at). bandwagon_followed and distraction_followed count items followed both ways, as Koo et al. do."
[also.distraction_effect]
across    = "distraction"
title     = "Distraction effect"
question  = "How far do the model's verdicts move between the answers when an irrelevant sentence speaks of one of them?"
reference = "after the attentional bias test of Koo et al. 2023 (arXiv 2309.17012); here the signed difference of win rates between two levels on the same items, a tie counting one half"
[example]
given  = [{item_id = 1, role = "reference", choice = "a", shown_at = 1}, {item_id = 1, role = "model", choice = "a", shown_at = 1}, {item_id = 2, role = "reference", choice = "b", shown_at = 2}, {item_id = 2, role = "model", choice = "a", shown_at = 1}, {item_id = 3, role = "reference", choice = "tie"}, {item_id = 3, role = "model", choice = "a", shown_at = 1}, {item_id = 4, role = "reference", choice = "b", shown_at = 2}, {item_id = 4, role = "model", choice = "b", shown_at = 2}]
expect = [{metric = "toward_first", estimate = 0.375}, {metric = "first_level", estimate = 0.75}, {metric = "first_baseline", estimate = 0.375}, {metric = "changed", estimate = 0.5}]
*/
-- cells
with placed as (
    select item_id, dataset, kind, model, variant, wave, role, choice,
           case when choice = 'tie' then 0.5 when shown_at = 1 then 1.0 when shown_at > 1 then 0.0 end as won
    from preferences
),
answers as (
    select item_id, dataset, kind, model, variant, wave, choice,
           sum(case when role = 'model' then 1.0 else 0.0 end) as m, sum(case when role = 'model' then won end) as m_won,
           sum(case when role = 'reference' then 1.0 else 0.0 end) as r,
           sum(case when role = 'reference' then won end) as r_won,
           min(case when won is null then 0.0 else 1.0 end) as known
    from placed
    group by item_id, dataset, kind, model, variant, wave, choice
)
-- An item with a verdict whose place is unknown does not count.
select item_id, dataset, kind, model, variant, wave, min(known) as n,
       min(known) * coalesce(sum(m_won), 0) / sum(m) as m_first, min(known) * coalesce(sum(r_won), 0) / sum(r) as r_first,
       min(known) * (1 - sum(m * r) / (sum(m) * sum(r))) as changed
from answers
group by item_id, dataset, kind, model, variant, wave
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave, sum(m_first) / sum(n) as m_first, sum(r_first) / sum(n) as r_first,
           sum(changed) / sum(n) as changed
    from cells
    group by replicate, dataset, kind, model, variant, wave
    having sum(n) > 0
)
select replicate, dataset, kind, model, variant, wave, 'toward_first' as metric, m_first - r_first as estimate from sides
union all
select replicate, dataset, kind, model, variant, wave, 'first_level', m_first from sides
union all
select replicate, dataset, kind, model, variant, wave, 'first_baseline', r_first from sides
union all
select replicate, dataset, kind, model, variant, wave, 'changed', changed from sides
