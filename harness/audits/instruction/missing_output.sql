/*
title     = "Tasks without output"
question  = "How many of the model's tasks come without an answer?"
relation  = "instructions"
range     = [0, 1]
unit      = "share of tasks"
worse     = "up"
warn      = 0.05
test      = "none"
roles     = "model"
draws     = "all"
sums      = ["n", "without"]
reference = "format failure of generated tasks; Self-Instruct (Wang et al. 2023, arXiv 2212.10560) drops them"
notes     = "A model that runs out of tokens loses its last output first: see cut_off in length. Where the study is about answers, a reply without one is no record and counts in unparsed, so that this is 0 by construction."
[example]
given  = [{item_id = 1, role = "model", output = "Yes."}, {item_id = 1, role = "model", part = 1}, {item_id = 2, role = "model", output = "No."}]
expect = [{metric = "missing_outputs", estimate = 0.25}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave,
       1.0 as n, avg(case when output is null then 1.0 else 0.0 end) as without
from instructions
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave,
       'missing_outputs' as metric, sum(without) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
