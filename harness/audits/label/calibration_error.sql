/*
title     = "Calibration of predicted probabilities"
question  = "When the model says 80 %, do 80 % of people say so?"
relation  = "soft_labels"
range     = [0, inf]
unit      = "expected calibration error"
worse     = "up"
test      = "none"
draws     = "one"
sums      = ["n", "sure", "hits", "squares", "logs"]
reference = "expected calibration error over ten equal bins of the largest probability (Guo et al. 2017, arXiv 1706.04599); Brier 1950, Mon. Weather Rev. 78 (0 to 2, over all options); log loss (Good 1952, JRSS B 14) in nats"
notes     = "Each item weighs 1, and its people are taken for a distribution: the best possible forecast is the share of people that give each label. brier and log_loss are proper: nothing but the true shares minimises them. The calibration error is an absolute value, so chance alone lifts it above 0 where items are few. Probabilities under 1e-6 count as 1e-6 in the log loss."
[example]
given  = [{item_id = 1, role = "reference", label = "a", probability = 1.0}, {item_id = 1, role = "model", label = "a", probability = 0.8}, {item_id = 1, role = "model", label = "b", probability = 0.2}, {item_id = 2, role = "reference", label = "b", probability = 1.0}, {item_id = 2, role = "model", label = "a", probability = 0.8}, {item_id = 2, role = "model", label = "b", probability = 0.2}]
expect = [{metric = "calibration_error", estimate = 0.3}, {metric = "brier", estimate = 0.68}, {metric = "log_loss", estimate = 0.916291}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, label,
           sum(case when role = 'model' then probability else 0.0 end) as m,
           sum(case when role = 'reference' then probability else 0.0 end) as r
    from soft_labels
    group by item_id, dataset, kind, model, variant, wave, label
),
shares as (
    select item_id, dataset, kind, model, variant, wave, label, m / sum(m) over item as m, r / sum(r) over item as r
    from answers
    window item as (partition by item_id, dataset, kind, model, variant, wave)
),
ranked as (
    select *, row_number() over (partition by item_id, dataset, kind, model, variant, wave order by m desc, label) as place
    from shares
),
items as (
    select item_id, dataset, kind, model, variant, wave,
           sum(case when place = 1 then m else 0.0 end) as sure, sum(case when place = 1 then r else 0.0 end) as hits,
           sum(m * m) - 2 * sum(m * r) + 1 as squares,
           -sum(r * ln(case when m > 0.000001 then m else 0.000001 end)) as logs
    from ranked
    group by item_id, dataset, kind, model, variant, wave
)
select item_id, dataset, kind, model, variant, wave, case when sure >= 1 then 9 else floor(sure * 10) end as bin, 1 as n,
       sure, hits, squares, logs
from items
-- estimate
with bins as (
    select replicate, dataset, kind, model, variant, wave, bin, sum(n) as n, sum(sure) as sure, sum(hits) as hits,
           sum(squares) as squares, sum(logs) as logs
    from cells
    group by replicate, dataset, kind, model, variant, wave, bin
)
select replicate, dataset, kind, model, variant, wave, 'calibration_error' as metric,
       sum(abs(sure - hits)) / nullif(sum(n), 0) as estimate
from bins
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, 'brier', sum(squares) / nullif(sum(n), 0)
from bins
group by replicate, dataset, kind, model, variant, wave
union all
select replicate, dataset, kind, model, variant, wave, 'log_loss', sum(logs) / nullif(sum(n), 0)
from bins
group by replicate, dataset, kind, model, variant, wave
