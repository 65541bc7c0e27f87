/*
title     = "Bandwagon followed both ways"
question  = "How often does the model prefer the answer that most people are said to prefer, whichever of the two it is?"
relation  = "preferences"
range     = [0, 1]
unit      = "share of items"
worse     = "up"
test      = "none"
across    = "bandwagon"
levels    = ["first", "second"]
draws     = "all"
sums      = ["n", "followed", "opposed"]
reference = "Koo et al. 2023 (arXiv 2309.17012), Table 2: an item counts if the judge took the one answer when told so and the other when told so"
notes     = "A judge who flips a coin comes to 0.25, so there is no verdict: followed is to be read against opposed, the share of items on which the judge did the opposite both times, which chance makes as large. bandwagon_effect tests. Koo et al. divide by all items, those too whose verdict could not be read; here an item counts if both verdicts can be read (unparsed says how many cannot), and a tie follows nobody. With several samples it is the chance that two of them, one at each level, do so. It needs the places (shown_at)."
lacking   = "it takes verdicts at the levels first and second whose places are known (shown_at)"
[also.distraction_followed]
across    = "distraction"
title     = "Distraction followed both ways"
question  = "How often does the model prefer the answer that an irrelevant sentence speaks of, whichever of the two it is?"
notes     = "A judge who flips a coin comes to 0.25, so there is no verdict: followed is to be read against opposed, the share of items on which the judge did the opposite both times, which chance makes as large. distraction_effect tests. Koo et al. divide by all items, those too whose verdict could not be read; here an item counts if both verdicts can be read (unparsed says how many cannot), and a tie follows nobody. With several samples it is the chance that two of them, one at each level, do so. It needs the places (shown_at)."
[example]
given  = [{item_id = 1, role = "reference", choice = "a", shown_at = 1}, {item_id = 1, role = "model", choice = "b", shown_at = 2}, {item_id = 2, role = "reference", choice = "b", shown_at = 2}, {item_id = 2, role = "model", choice = "a", shown_at = 1}, {item_id = 3, role = "reference", choice = "a", shown_at = 1}, {item_id = 3, role = "model", choice = "a", shown_at = 1}, {item_id = 4, role = "reference", choice = "a", shown_at = 1}, {item_id = 4, role = "model", choice = "tie"}, {item_id = 5, role = "reference", choice = "a", shown_at = 1}, {item_id = 5, role = "reference", sample = 1, choice = "tie"}, {item_id = 5, role = "model", choice = "b", shown_at = 2}, {item_id = 6, role = "reference", choice = "a", shown_at = 1}]
expect = [{metric = "followed", estimate = 0.3}, {metric = "opposed", estimate = 0.2}]
*/
-- cells
with shares as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'reference' then case when choice <> 'tie' and shown_at = 1 then 1.0 else 0.0 end end) as r_first,
           avg(case when role = 'reference' then case when choice <> 'tie' and shown_at > 1 then 1.0 else 0.0 end end) as r_second,
           avg(case when role = 'model' then case when choice <> 'tie' and shown_at = 1 then 1.0 else 0.0 end end) as m_first,
           avg(case when role = 'model' then case when choice <> 'tie' and shown_at > 1 then 1.0 else 0.0 end end) as m_second,
           min(case when choice = 'tie' or shown_at > 0 then 1 else 0 end) as known
    from preferences
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave, 1.0 as n,
       r_first * m_second as followed, r_second * m_first as opposed
from shares
where known = 1 and r_first is not null and m_first is not null
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(followed) / nullif(sum(n), 0) as followed, sum(opposed) / nullif(sum(n), 0) as opposed
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'followed' as metric, followed as estimate from means
union all
select replicate, dataset, kind, model, variant, wave, 'opposed', opposed from means
