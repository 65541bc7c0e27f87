/*
title     = "Homogenisation"
question  = "How much more alike are the model's texts, from item to item, than people's?"
relation  = "texts"
range     = [-2, 2]
unit      = "mean cosine of two texts, model minus people"
worse     = "up"
warn      = 0.02
test      = "neutral"
neutral   = 0.0
draws     = "all"
pairing   = "auto"
features  = ["embedding"]
sums      = ["m", "r"]
describes = ["likeness_model", "likeness_people"]
reference = "homogenisation score: mean over all pairs (Padmakumar and He 2024, arXiv 2309.05196), with sentence vectors (Reimers and Gurevych 2019, arXiv 1908.10084); from sums: the squared length of the summed vectors holds all pairs"
notes     = "Likeness is the mean cosine of the vectors of two texts of different items, over all pairs of a side; an item with several weighs as one, and texts of one item are never paired. Of one vector model the numbers can be compared, and of two not; with all-MiniLM-L6-v2 people come to 0.06 in tasks of all kinds, 0.12 in news and 0.19 in stories. Topics weigh most: where the two sides share no items, a side with fewer topics is the more alike, whoever wrote. A vector reads the first 256 word pieces. Tested against 0, by redraws of items."
[also.answer_homogenisation]
datatype = "instruction"
columns  = { text = "output" }
title    = "Homogenisation of answers"
question = "How much more alike are the model's answers, from item to item, than people's?"
[also.task_homogenisation]
datatype = "instruction"
columns  = { text = "instruction" }
made     = "text"
title    = "Homogenisation of tasks"
question = "How much more alike are the instructions that the model makes up than people's?"
lacking  = "it takes tasks that were made up: in a study of answers (makes = \"answers\") both sides were given the instruction"
[example]
given  = [{item_id = 1, role = "model", text_embedding = [1.0, 0.0]}, {item_id = 2, role = "model", text_embedding = [1.0, 0.0]}, {item_id = 3, role = "model", text_embedding = [0.0, 1.0]}, {item_id = 3, role = "model", sample = 1, text_embedding = [0.0, 1.0]}, {item_id = 1, role = "reference", text_embedding = [1.0, 0.0]}, {item_id = 2, role = "reference", text_embedding = [0.0, 1.0]}, {item_id = 2, role = "reference", text_embedding = [0.0, -1.0]}]
expect = [{metric = "homogenisation", estimate = 0.3333333333333333}, {metric = "likeness_model", estimate = 0.3333333333333333}, {metric = "likeness_people", estimate = 0.0}]
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave, role, text_embedding as vector
    from texts
    where len(text_embedding) > 0
),
weighed as (
    select *, 1.0 / count(*) over (partition by item_id, dataset, kind, model, variant, wave, role) as weight
    from units
),
-- What an item's texts have in common with themselves: to be left out of the pairs.
alone as (
    select a.item_id, a.dataset, a.kind, a.model, a.variant, a.wave, a.role,
           sum(a.weight * b.weight * list_inner_product(a.vector, b.vector)) as own
    from weighed a
    join weighed b using (item_id, dataset, kind, model, variant, wave, role)
    group by a.item_id, a.dataset, a.kind, a.model, a.variant, a.wave, a.role
),
numbers as (
    select item_id, dataset, kind, model, variant, wave, role, generate_subscripts(vector, 1) as dim, unnest(vector) * weight as number
    from weighed
    union all
    select item_id, dataset, kind, model, variant, wave, role, 0, weight from weighed
    union all
    select item_id, dataset, kind, model, variant, wave, role, -1, own from alone
)
-- By the vectors' places: sums of their numbers; at 0 the items, at -1 what they have in common with themselves.
select item_id, dataset, kind, model, variant, wave, dim,
       case when role = 'model' then number else 0.0 end as m, case when role = 'reference' then number else 0.0 end as r
from numbers
-- estimate
with pairs as (
    select replicate, dataset, kind, model, variant, wave,
           sum(case when dim > 0 then m * m when dim < 0 then -m end) as m_like,
           sum(case when dim > 0 then r * r when dim < 0 then -r end) as r_like,
           sum(case when dim = 0 then m * (m - 1) end) as m_pairs,
           sum(case when dim = 0 then r * (r - 1) end) as r_pairs
    from cells
    group by replicate, dataset, kind, model, variant, wave
),
means as (
    -- Below two items there is no pair; the fraction is of sums that should be whole.
    select replicate, dataset, kind, model, variant, wave,
           case when m_pairs > 1 then m_like / m_pairs end as m_like, case when r_pairs > 1 then r_like / r_pairs end as r_like
    from pairs
)
select replicate, dataset, kind, model, variant, wave, 'homogenisation' as metric, m_like - r_like as estimate from means
union all
select replicate, dataset, kind, model, variant, wave, 'likeness_model', m_like from means
union all
select replicate, dataset, kind, model, variant, wave, 'likeness_people', r_like from means
