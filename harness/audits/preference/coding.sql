/*
title     = "Coding of preferences"
question  = "Do the model and people agree less than chance?"
relation  = "preferences"
range     = [-1, 1]
unit      = "Cohen's kappa"
worse     = "down"
warn      = 0.02
test      = "neutral"
neutral   = 0.0
draws     = "one"
sums      = ["same", "m", "r", "decided", "agreed"]
of_data   = true
describes = ["agreement_without_ties"]
reference = "Cohen 1960, Educ. Psychol. Meas. 20; the check that Das et al. 2024, section 6, would have needed (P2C)"
notes     = "Two judges who know nothing of each other agree as often as chance: kappa 0. Fewer agreements than that are hardly ever a matter of taste: on one side 0 and 1, or first and second, are swapped, or the model goes by the place of an answer and the places were not drawn (the last of a list wins, and the list began with the best). If this is found, look at the coding of one side, and at the order shown, before believing any other number of this dataset. Ties count as a category of their own; agreement_without_ties is the share of agreements where neither side says tie, with chance near one half."
[example]
given  = [{item_id = 1, role = "reference", choice = "a"}, {item_id = 1, role = "model", choice = "b"}, {item_id = 2, role = "reference", choice = "b"}, {item_id = 2, role = "model", choice = "a"}, {item_id = 3, role = "reference", choice = "a"}, {item_id = 3, role = "model", choice = "a"}, {item_id = 4, role = "reference", choice = "b"}, {item_id = 4, role = "model", choice = "tie"}]
expect = [{metric = "kappa", estimate = -0.2}, {metric = "agreement_without_ties", estimate = 0.3333333333333333}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, choice,
           sum(case when role = 'model' then 1.0 else 0.0 end) as m,
           sum(case when role = 'reference' then 1.0 else 0.0 end) as r
    from preferences
    group by item_id, dataset, kind, model, variant, wave, choice
),
shares as (
    select item_id, dataset, kind, model, variant, wave, choice,
           m / nullif(sum(m) over item, 0) as m, r / nullif(sum(r) over item, 0) as r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
),
-- What of an item is said to be decided by both sides: the pairs of answers in which neither says tie.
decisions as (
    select *, sum(case when choice = 'tie' then 0.0 else m end) over item as m_decided,
           case when choice = 'tie' then 0.0 else r end as r_decided
    from shares
    window item as (partition by item_id, dataset, kind, model, variant, wave)
)
select item_id, dataset, kind, model, variant, wave, choice, m * r as same, m, r,
       m_decided * r_decided as decided, m * r_decided as agreed
from decisions
-- estimate
with by_choice as (
    select replicate, dataset, kind, model, variant, wave, choice,
           sum(same) as same, sum(m) as m, sum(r) as r, sum(decided) as decided, sum(agreed) as agreed
    from cells
    group by replicate, dataset, kind, model, variant, wave, choice
),
chance as (
    select replicate, dataset, kind, model, variant, wave,
           sum(same) / nullif(sum(m), 0) as observed, sum(m * r) / nullif(sum(m) * sum(r), 0) as expected,
           sum(agreed) / nullif(sum(decided), 0) as without_ties
    from by_choice
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'kappa' as metric,
       (observed - expected) / nullif(1 - expected, 0) as estimate
from chance
union all
select replicate, dataset, kind, model, variant, wave, 'agreement_without_ties', without_ties
from chance
