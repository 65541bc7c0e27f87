/*
title     = "Agreement with people's preferences"
question  = "How well does the model agree with a person about which answer is better, beyond chance?"
relation  = "preferences"
range     = [-1, 1]
unit      = "Cohen's kappa"
worse     = "down"
warn      = 0.10
test      = "exchange"
least_people = 2
draws     = "one"
sums      = ["same", "m", "r", "decided", "agreed"]
describes = ["agreement", "agreement_without_ties"]
reference = "Cohen 1960, Educ. Psychol. Meas. 20; the shares of agreement as in Zheng et al. 2023 (arXiv 2306.05685), with ties and without; against each of an item's people in turn, each item weighing 1"
notes     = "A tie is a category of its own. agreement is the share of the same verdicts; agreement_without_ties that among the pairs of verdicts in which neither side says tie, with chance near one half. The human floor is the kappa of one person against the others: below it the model is a worse judge than one more person would be. Where each item has one person, the floor is what shuffling the two roles shows, the same kappa by construction, and nothing can be found."
[example]
given  = [{item_id = 1, role = "reference", choice = "a"}, {item_id = 1, role = "model", choice = "a"}, {item_id = 2, role = "reference", choice = "b"}, {item_id = 2, role = "model", choice = "b"}, {item_id = 3, role = "reference", choice = "a"}, {item_id = 3, role = "model", choice = "b"}, {item_id = 4, role = "reference", choice = "tie"}, {item_id = 4, role = "model", choice = "tie"}]
expect = [{metric = "kappa", estimate = 0.6363636363636364}, {metric = "agreement", estimate = 0.75}, {metric = "agreement_without_ties", estimate = 0.6666666666666666}]
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
-- What of an item both sides decide: the pairs of verdicts in which neither says tie.
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
select replicate, dataset, kind, model, variant, wave, 'agreement', observed from chance
union all
select replicate, dataset, kind, model, variant, wave, 'agreement_without_ties', without_ties from chance
