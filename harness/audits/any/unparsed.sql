/*
title     = "Unparsed replies"
question  = "How often is a reply no refusal and yet holds no answer that can be read?"
relation  = "replies"
range     = [0, 1]
unit      = "share of replies"
worse     = "up"
warn      = 0.05
test      = "none"
roles     = "model"
draws     = "all"
sums      = ["unparsed", "n"]
reference = "format failure, a prompt-dependent artifact; Das et al. 2024 code it -1 and drop it"
notes     = "Every other audit rests on the replies that could be read; the more are lost here, the less they speak for all items. The reasons are in the replies view. Of published answers it counts those that the source has as unusable (null); where a data set has none of them, they may have been dropped before, and nothing is known."
lacking   = "published data without a single unusable answer do not say what could not be read; load such answers as null, if the source has them"
[example]
given  = [{item_id = 1, role = "model", parsed = false, refused = false, only_usable = false}, {item_id = 2, role = "model", parsed = true, refused = false, only_usable = false}, {item_id = 3, role = "model", parsed = true, only_usable = true}]
expect = [{metric = "unparsed_rate", estimate = 0.5}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, count(*) as n,
       sum(case when not parsed and not coalesce(refused, false) then 1 else 0 end) as unparsed
from replies
where not only_usable
group by item_id, dataset, kind, model, variant, wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'unparsed_rate' as metric,
       sum(unparsed) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
