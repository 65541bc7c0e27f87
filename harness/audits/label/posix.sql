/*
title     = "Prompt sensitivity of probabilities (POSIX)"
question  = "By how much does the log-probability of what the model says under one wording change under another?"
relation  = "soft_labels"
range     = [0, 14]
unit      = "difference of log-probabilities"
worse     = "up"
test      = "none"
roles     = "model"
across    = "*"
sums      = ["n", "apart"]
reference = "POSIX: Chatterjee et al. 2024 (arXiv 2410.02185): mean over ordered pairs of variants (i, j) of |log P(y_j | x_i) - log P(y_j | x_j)|, y_j the likeliest answer to x_j; then the mean over items"
notes     = "An answer is one option, so the differences are not divided by its tokens as POSIX divides those of long answers. Probabilities are those of the options together 1, and at least 0.000001: what a server does not list counts as that. All levels of all axes are variants. Items with scores under one variant only are left out. Nothing is taken away for chance: scores have no sampling noise where the engine computes them."
[example]
given  = [{item_id = 1, role = "model", level = 1, label = "a", probability = 0.8, mass = 1.0}, {item_id = 1, role = "model", level = 1, label = "b", probability = 0.2, mass = 1.0}, {item_id = 1, role = "model", level = 2, label = "a", probability = 0.4, mass = 1.0}, {item_id = 1, role = "model", level = 2, label = "b", probability = 0.6, mass = 1.0}, {item_id = 2, role = "model", level = 1, label = "a", probability = 0.5, mass = 1.0}, {item_id = 2, role = "model", level = 1, label = "b", probability = 0.5, mass = 1.0}]
expect = [{metric = "posix", estimate = 0.8958797346140275}]
*/
-- cells
with options as (
    select item_id, dataset, kind, model, variant, wave, level, label, ln(greatest(avg(probability), 0.000001)) as said
    from soft_labels
    group by item_id, dataset, kind, model, variant, wave, level, label
),
ranked as (
    select *, row_number() over (
        partition by item_id, dataset, kind, model, variant, wave, level order by said desc, label) as place
    from options
),
answers as (select * from ranked where place = 1)
select a.item_id, a.dataset, a.kind, a.model, a.variant, a.wave, 1.0 as n, avg(abs(o.said - a.said)) as apart
from answers a
join options o on o.item_id = a.item_id and o.dataset = a.dataset and o.kind = a.kind and o.model = a.model
    and o.variant = a.variant and o.wave = a.wave and o.label = a.label and o.level <> a.level
group by a.item_id, a.dataset, a.kind, a.model, a.variant, a.wave
-- estimate
select replicate, dataset, kind, model, variant, wave, 'posix' as metric, sum(apart) / nullif(sum(n), 0) as estimate
from cells
group by replicate, dataset, kind, model, variant, wave
