/*
title     = "Wording of the next turn"
question  = "How much of a person's turn, in its wording, does the model say at the same place of the same dialogue?"
relation  = "turns"
range     = [0, 1]
unit      = "mean ROUGE-L of the model's turn and a person's"
worse     = "down"
warn      = 0.05
test      = "none"
without   = "number"
score     = true
sums      = ["n", "shared"]
reference = "ROUGE-L, F measure over words: Lin 2004, Text Summarization Branches Out"
notes     = "Turns are put against those of people with the same number and role in the same item, and each item weighs 1. It is made for trained models, which answer what people had said up to there: who plays a whole dialogue has gone another way after a turn or two, and shares little. People's own dialogues about one item go their own ways too, so there is no human floor."
[example]
given  = [{item_id = 1, role = "model", part = 0, as_role = "a", text = "Hello there!"}, {item_id = 1, role = "reference", part = 0, as_role = "a", text = "hello"}, {item_id = 1, role = "model", part = 1, as_role = "b", text = "Good day."}, {item_id = 1, role = "reference", part = 1, as_role = "b", text = "Bad day?"}, {item_id = 1, role = "reference", part = 2, as_role = "a", text = "Bye."}, {item_id = 2, role = "model", part = 0, as_role = "a", text = "Yes"}, {item_id = 2, role = "reference", part = 0, as_role = "b", text = "Yes"}]
expect = [{metric = "next_turn", estimate = 0.5833333333333334}]
*/
-- cells
with pairs as (
    select m.item_id, m.dataset, m.kind, m.model, m.variant, m.wave, rouge_l(m.text, r.text) as shared
    from turns m
    join turns r using (item_id, dataset, kind, model, variant, wave, part, as_role)
    where m.role = 'model' and r.role = 'reference' and m.text is not null and r.text is not null
)
select item_id, dataset, kind, model, variant, wave, 1.0 as n, avg(shared) as shared
from pairs
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'next_turn' as metric, sum(shared) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
