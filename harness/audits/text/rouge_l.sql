/*
title     = "Shared wording"
question  = "How much of people's wording of the same item, in its order, does the model's text share?"
relation  = "texts"
range     = [0, 1]
unit      = "mean ROUGE-L of the model's text and a person's"
worse     = "down"
warn      = 0.05
test      = "exchange"
floor     = "people"
least_people = 2
score     = true
sums      = ["n", "shared"]
reference = "ROUGE-L, F measure over words: Lin 2004, Text Summarization Branches Out; against each of an item's people in turn"
notes     = "The human floor is how much of its wording a person's text shares with the others' of the same item. Where an item has one person's text there is no floor, and the number is described. A text of another length shares less, whatever it says: look at the lengths first. fidelity asks for the meaning."
[example]
given  = [{item_id = 1, role = "model", text = "The cat sat on the mat."}, {item_id = 1, role = "reference", text = "the cat lay on a mat"}, {item_id = 1, role = "reference", text = "A dog!"}, {item_id = 2, role = "model", text = "yes"}, {item_id = 2, role = "reference", text = "Yes."}]
expect = [{metric = "rouge_l", estimate = 0.6666666666666667}]
[also.output_rouge_l]
datatype = "instruction"
columns  = { text = "output" }
title    = "Shared wording of outputs"
question = "How much of people's answers to the same task, in their order, does the model's output share?"
unit     = "mean ROUGE-L of the model's output and a person's"
notes    = "The human floor is how much of its wording a person's answer shares with the others' to the same task. Where a task has one person's answer there is no floor, and the number is described. An answer of another length shares less, whatever it says: look at the lengths first. output_fidelity asks for the meaning."
*/
-- cells
with pairs as (
    select m.item_id, m.dataset, m.kind, m.model, m.variant, m.wave, rouge_l(m.text, r.text) as shared
    from texts m
    join texts r using (item_id, dataset, kind, model, variant, wave)
    where m.role = 'model' and r.role = 'reference' and m.text is not null and r.text is not null
)
select item_id, dataset, kind, model, variant, wave, 1.0 as n, avg(shared) as shared
from pairs
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'rouge_l' as metric, sum(shared) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
