/*
title     = "Meaning of the next turn"
question  = "How near in meaning is what the model says to what a person says at the same place of the same dialogue?"
relation  = "turns"
range     = [-1, 1]
unit      = "mean cosine of the model's turn and a person's"
worse     = "down"
warn      = 0.05
test      = "none"
without   = "number"
features  = ["embedding"]
score     = true
sums      = ["n", "near"]
reference = "cosine of sentence vectors (Reimers and Gurevych 2019, arXiv 1908.10084) of a simulated next turn and a person's, as Ivey et al. 2024 (arXiv 2409.08330) compare them"
notes     = "Turns are put against those of people with the same number and role in the same item, and each item weighs 1. It is made for trained models, which answer what people had said up to there: who plays a whole dialogue has gone another way after a turn or two. People's own dialogues about one item go their own ways too, so there is no human floor; two turns of small talk that have nothing to do with each other are not at 0 either. Of one vector model the numbers can be compared, and of two not."
[example]
given  = [{item_id = 1, role = "model", part = 0, as_role = "a", text_embedding = [1.0, 0.0]}, {item_id = 1, role = "reference", part = 0, as_role = "a", text_embedding = [0.6, 0.8]}, {item_id = 1, role = "model", part = 1, as_role = "b", text_embedding = [0.0, 1.0]}, {item_id = 1, role = "reference", part = 1, as_role = "b", text_embedding = [0.0, 1.0]}, {item_id = 1, role = "reference", part = 2, as_role = "a", text_embedding = [1.0, 0.0]}, {item_id = 2, role = "model", part = 0, as_role = "a", text_embedding = [1.0, 0.0]}, {item_id = 2, role = "reference", part = 0, as_role = "b", text_embedding = [1.0, 0.0]}, {item_id = 3, role = "model", part = 0, as_role = "a", text_embedding = [1.0, 0.0]}, {item_id = 3, role = "reference", part = 0, as_role = "a", text_embedding = [0.0, 1.0]}]
expect = [{metric = "next_turn_fidelity", estimate = 0.4}]
*/
-- cells
with units as (
    select item_id, dataset, kind, model, variant, wave, role, part, as_role, text_embedding as vector
    from turns
    where len(text_embedding) > 0
),
pairs as (
    select m.item_id, m.dataset, m.kind, m.model, m.variant, m.wave, list_inner_product(m.vector, r.vector) as cosine
    from units m
    join units r using (item_id, dataset, kind, model, variant, wave, part, as_role)
    where m.role = 'model' and r.role = 'reference'
)
select item_id, dataset, kind, model, variant, wave, 1.0 as n, avg(cosine) as near
from pairs
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'next_turn_fidelity' as metric,
       sum(near) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
