/*
title     = "Effect of the answers' names"
question  = "How far do the model's verdicts move when the answers are called by other names?"
relation  = "preferences"
range     = [0, 1]
unit      = "total variation distance between the names"
worse     = "up"
warn      = 0.05
test      = "exchange"
across    = "names"
draws     = "all"
plays     = "all"
floor     = "exchange"
sums      = ["m", "r", "items", "same"]
describes = ["changed"]
reference = "after the compassion fade of Koo et al. 2023 (arXiv 2309.17012), who put models' real names in the place of aliases; total variation distance of the verdicts on the same items"
notes     = "Two distances: choice_shift of the verdicts as answers (the item's fields, or a tie), which a taste for one column's names moves, and place_shift of the verdicts as places, which a taste for a name such as A moves in any order. The floor is what shuffling the verdicts between the names shows on average. Both look at totals: real names that help an answer on one item and harm that column's answer on the next cancel out. changed, the share of items with another verdict, sees those as well, and the changes that a judge makes by chance; at temperature 0 all of it is the names' doing."
[example]
given  = [{item_id = 1, role = "reference", choice = "a", shown_at = 1}, {item_id = 1, role = "model", choice = "b", shown_at = 2}, {item_id = 2, role = "reference", choice = "a", shown_at = 2}, {item_id = 2, role = "model", choice = "a", shown_at = 2}]
expect = [{metric = "choice_shift", estimate = 0.5}, {metric = "place_shift", estimate = 0.5}, {metric = "changed", estimate = 0.5}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, choice, shown_at,
           sum(case when role = 'model' then 1.0 else 0.0 end) as m,
           sum(case when role = 'reference' then 1.0 else 0.0 end) as r
    from preferences
    group by item_id, dataset, kind, model, variant, wave, choice, shown_at
),
shares as (
    select item_id, dataset, kind, model, variant, wave, choice, shown_at,
           m / sum(m) over item as m, r / sum(r) over item as r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
),
-- What of an item is the same verdict: choices meet choices, whatever their place.
choices as (
    select item_id, dataset, kind, model, variant, wave, choice, sum(m) as m, sum(r) as r, sum(m) * sum(r) as same
    from shares
    group by item_id, dataset, kind, model, variant, wave, choice
)
select item_id, dataset, kind, model, variant, wave, 'choice' as seen_as, choice as verdict, m, r, m as items, same
from choices
union all
select item_id, dataset, kind, model, variant, wave, 'place', case when choice = 'tie' then 'tie' else shown_at::varchar end,
       sum(m), sum(r), 0, 0
from shares
where choice = 'tie' or shown_at is not null
group by item_id, dataset, kind, model, variant, wave, case when choice = 'tie' then 'tie' else shown_at::varchar end
-- estimate
with totals as (
    select replicate, dataset, kind, model, variant, wave, seen_as, m, r, items, same,
           sum(m) over who as all_m, sum(r) over who as all_r
    from (
        select replicate, dataset, kind, model, variant, wave, seen_as, verdict,
               sum(m) as m, sum(r) as r, sum(items) as items, sum(same) as same
        from cells
        group by replicate, dataset, kind, model, variant, wave, seen_as, verdict
    ) verdicts
    window who as (partition by replicate, dataset, kind, model, variant, wave, seen_as)
),
shifts as (
    select replicate, dataset, kind, model, variant, wave, seen_as,
           0.5 * sum(abs(m / nullif(all_m, 0) - r / nullif(all_r, 0))) as shift,
           1 - sum(same) / nullif(sum(items), 0) as changed
    from totals
    group by replicate, dataset, kind, model, variant, wave, seen_as
)
select replicate, dataset, kind, model, variant, wave, seen_as || '_shift' as metric, shift as estimate from shifts
union all
select replicate, dataset, kind, model, variant, wave, 'changed', changed from shifts where seen_as = 'choice'
