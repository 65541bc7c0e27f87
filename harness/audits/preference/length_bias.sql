/*
title     = "Length bias"
question  = "How much more often than people does the model prefer the longer answer?"
relation  = "preferences"
range     = [-1, 1]
unit      = "share of verdicts without ties, model minus people"
worse     = "both"
warn      = 0.05
test      = "exchange"
draws     = "one"
features  = ["surface"]
sums      = ["m", "m_longer", "r", "r_longer"]
describes = ["longer_model", "longer_people"]
reference = "salience bias of Koo et al. 2023 (arXiv 2309.17012): the share of verdicts for the longer answer in characters; put here against people's own, as Dubois et al. 2024 (arXiv 2404.04475) do for win rates"
notes     = "Above 0 it favours length more than people do. longer_model and longer_people are the shares themselves, one half where length plays no part; longer answers may well be better ones, so people are the measure and not one half. A judge who only guesses goes to one half, and so stands apart from people wherever these lean: a gap with longer_model near one half may be guessing and no taste for length (see preference_agreement). Ties, and items without one longest answer, are left out. Of more than two answers the longest is looked at, and one half is no longer what chance gives."
[example]
given  = [{item_id = 1, role = "model", choice = "a", a_surface_chars = 20, b_surface_chars = 10}, {item_id = 1, role = "reference", choice = "b", a_surface_chars = 20, b_surface_chars = 10}, {item_id = 1, role = "reference", choice = "a", a_surface_chars = 20, b_surface_chars = 10}, {item_id = 2, role = "model", choice = "b", a_surface_chars = 5, b_surface_chars = 10}, {item_id = 2, role = "reference", choice = "tie", a_surface_chars = 5, b_surface_chars = 10}, {item_id = 3, role = "model", choice = "b", a_surface_chars = 5, b_surface_chars = 5}, {item_id = 3, role = "reference", choice = "b", a_surface_chars = 5, b_surface_chars = 5}]
expect = [{metric = "longer_gap", estimate = 0.5}, {metric = "longer_model", estimate = 1.0}, {metric = "longer_people", estimate = 0.5}]
*/
-- cells
with lengths as (
    -- One column for each of the item's answers, whatever these are called.
    select distinct item_id, replace(name, '_surface_chars', '') as answer, chars
    from preferences unpivot (chars for name in (columns('_surface_chars$')))
),
measured as (
    select item_id, answer, chars, max(chars) over (partition by item_id) as most from lengths
),
-- Answers of one length have no longest.
longest as (
    select item_id, min(answer) as answer from measured where chars = most group by item_id having count(*) = 1
),
decided as (
    select p.item_id, dataset, kind, model, variant, wave, role,
           case when choice = 'tie' or i.answer is null then null when choice = i.answer then 1.0 else 0.0 end as longer
    from preferences p left join longest i on i.item_id = p.item_id
),
shares as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then longer end) as m_longer,
           avg(case when role = 'reference' then longer end) as r_longer
    from decided
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_longer is null then 0.0 else 1.0 end as m, coalesce(m_longer, 0) as m_longer,
       case when r_longer is null then 0.0 else 1.0 end as r, coalesce(r_longer, 0) as r_longer
from shares
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_longer) / nullif(sum(m), 0) as m_longer, sum(r_longer) / nullif(sum(r), 0) as r_longer
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'longer_gap' as metric, m_longer - r_longer as estimate
from sides
where m_longer is not null and r_longer is not null
union all
select replicate, dataset, kind, model, variant, wave, 'longer_model', m_longer from sides where m_longer is not null
union all
select replicate, dataset, kind, model, variant, wave, 'longer_people', r_longer from sides where r_longer is not null
