/*
title     = "Why dialogues end"
question  = "For what reasons do the model's dialogues end, and after how many turns?"
relation  = "turns"
range     = [0, inf]
unit      = "share of dialogues; turns"
worse     = "both"
test      = "none"
roles     = "model"
draws     = "all"
sums      = ["n", "turns"]
reference = "the stop rules of CAMEL, Li et al. 2023 (arXiv 2303.17760)"
notes     = "A study's own dialogues end as done, flip, no instruction, farewell or limit; in loaded data the source says why. untold: the last turn gives no reason, as where a reply was empty or refused. Many at limit: the dialogues were cut, and turns says more about the limit than about the model."
[example]
given  = [{item_id = 1, role = "model", part = 0}, {item_id = 1, role = "model", part = 1, stop = "no instruction"}, {item_id = 2, role = "model", part = 0}]
expect = [{metric = "stop_no_instruction", estimate = 0.5}, {metric = "stop_untold", estimate = 0.5}, {metric = "turns", estimate = 1.5}]
*/
-- cells
with dialogues as (
    select item_id, dataset, kind, model, variant, wave,
           sample, coalesce(max(stop), 'untold') as reason, count(*) as turns
    from turns
    group by item_id, dataset, kind, model, variant, wave, sample
)
select item_id, dataset, kind, model, variant, wave, reason,
       1.0 * count(*) / sum(count(*)) over (partition by item_id, dataset, kind, model, variant, wave) as n,
       1.0 * sum(turns) / sum(count(*)) over (partition by item_id, dataset, kind, model, variant, wave) as turns
from dialogues
group by item_id, dataset, kind, model, variant, wave, reason
-- estimate
with reasons as (
    select replicate, dataset, kind, model, variant, wave, reason, sum(n) as n, sum(turns) as turns
    from cells
    group by replicate, dataset, kind, model, variant, wave, reason
)
select replicate, dataset, kind, model, variant, wave, 'stop_' || replace(reason, ' ', '_') as metric,
       n / nullif(sum(n) over (partition by replicate, dataset, kind, model, variant, wave), 0) as estimate
from reasons
union all
select replicate, dataset, kind, model, variant, wave, 'turns', sum(turns) / nullif(sum(n), 0)
from reasons
group by replicate, dataset, kind, model, variant, wave
