/*
title     = "Number of turns"
question  = "Do the model's dialogues end earlier, or later, than people's?"
relation  = "turns"
range     = [-inf, inf]
unit      = "log2 of the ratio of mean turns, model over people"
worse     = "both"
warn      = 0.25
test      = "neutral"
neutral   = 0.0
draws     = "all"
pairing   = "auto"
sums      = ["m", "r", "m_turns", "r_turns"]
describes = ["turns_model", "turns_people"]
reference = "ratio of means; Das et al. 2024, figure 17, on how the length of dialogues goes with what is wrong in them"
notes     = "1 is twice as many turns, -1 half as many; -0.25 is 16 % fewer. Where both sides were cut at one limit this shows little by construction: compare stop_reasons. Tested against 0, item by item; turns are never exchanged, for a turn belongs to its dialogue."
[example]
given  = [{item_id = 1, role = "model", part = 0}, {item_id = 1, role = "model", part = 1}, {item_id = 2, role = "reference", part = 0}, {item_id = 2, role = "reference", part = 1}, {item_id = 2, role = "reference", part = 2}, {item_id = 2, role = "reference", part = 3}]
expect = [{metric = "turns_ratio", estimate = -1.0}, {metric = "turns_model", estimate = 2.0}, {metric = "turns_people", estimate = 4.0}]
*/
-- cells
with places as (
    select item_id, dataset, kind, model, variant, wave,
           role, part, min(part) over (partition by item_id, dataset, kind, model, variant, wave, role, sample) as opening
    from turns
),
-- As many dialogues as first turns: several people may have played one item.
units as (
    select item_id, dataset, kind, model, variant, wave,
           role, 1.0 * count(*) / sum(case when part = opening then 1 else 0 end) as turns
    from places
    group by item_id, dataset, kind, model, variant, wave, role
),
means as (
    select item_id, dataset, kind, model, variant, wave,
           avg(case when role = 'model' then turns end) as m_turns,
           avg(case when role = 'reference' then turns end) as r_turns
    from units
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave,
       case when m_turns is null then 0.0 else 1.0 end as m, case when r_turns is null then 0.0 else 1.0 end as r,
       coalesce(m_turns, 0) as m_turns, coalesce(r_turns, 0) as r_turns
from means
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(m_turns) / nullif(sum(m), 0) as m_turns, sum(r_turns) / nullif(sum(r), 0) as r_turns
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave,
       'turns_ratio' as metric, case when m_turns > 0 and r_turns > 0 then log2(m_turns / r_turns) end as estimate
from means
union all
select replicate, dataset, kind, model, variant, wave, 'turns_model', m_turns
from means
union all
select replicate, dataset, kind, model, variant, wave, 'turns_people', r_turns
from means
