/*
title     = "Fidelity"
question  = "How near in meaning is the model's text to people's of the same item?"
relation  = "texts"
range     = [-1, 1]
unit      = "mean cosine of the model's text and a person's"
worse     = "down"
warn      = 0.05
test      = "exchange"
floor     = "people"
least_people = 2
features  = ["embedding"]
score     = true
sums      = ["n", "near", "same"]
describes = ["near_copies"]
reference = "cosine of sentence vectors (Reimers and Gurevych 2019, arXiv 1908.10084), against each of an item's people in turn"
notes     = "The human floor is how near a person's text is to the others' of the same item: below it the model means something else than people do. Where an item has one person's text there is no floor, and the number is described. near_copies: the share of pairs of 0.95 or more, which hardly two people write without copying. Of one vector model the numbers can be compared, and of two not. A vector reads the first 256 word pieces."
[example]
given  = [{item_id = 1, role = "model", text_embedding = [1.0, 0.0]}, {item_id = 1, role = "reference", text_embedding = [1.0, 0.0]}, {item_id = 1, role = "reference", text_embedding = [0.6, 0.8]}, {item_id = 2, role = "model", text_embedding = [1.0, 0.0]}, {item_id = 2, role = "reference", text_embedding = [0.0, 1.0]}]
expect = [{metric = "fidelity", estimate = 0.4}, {metric = "near_copies", estimate = 0.25}]
[also.output_fidelity]
datatype = "instruction"
columns  = { text = "output" }
title    = "Fidelity of outputs"
question = "How near in meaning is the model's output to people's answers to the same task?"
unit     = "mean cosine of the model's output and a person's"
notes    = "The human floor is how near a person's answer is to the others' to the same task: below it the model answers something else than people do. Where a task has one person's answer there is no floor, and the number is described. near_copies: the share of pairs of 0.95 or more. Of one vector model the numbers can be compared, and of two not. A vector reads the first 256 word pieces."
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave, role, text_embedding as vector
    from texts
    where len(text_embedding) > 0
),
pairs as (
    select m.item_id, m.dataset, m.kind, m.model, m.variant, m.wave, list_inner_product(m.vector, r.vector) as cosine
    from units m
    join units r using (item_id, dataset, kind, model, variant, wave)
    where m.role = 'model' and r.role = 'reference'
)
select item_id, dataset, kind, model, variant, wave, 1.0 as n, avg(cosine) as near,
       avg(case when cosine >= 0.95 then 1.0 else 0.0 end) as same
from pairs
group by item_id, dataset, kind, model, variant, wave
-- estimate
with means as (
    select replicate, dataset, kind, model, variant, wave,
           sum(near) / nullif(sum(n), 0) as near, sum(same) / nullif(sum(n), 0) as same
    from cells
    group by replicate, dataset, kind, model, variant, wave
)
select replicate, dataset, kind, model, variant, wave, 'fidelity' as metric, near as estimate from means
union all
select replicate, dataset, kind, model, variant, wave, 'near_copies', same from means
