/*
title     = "Share of a class"
question  = "How much more often than people's does each class stand among what is said?"
relation  = "labels"
range     = [-1, 1]
unit      = "share of texts, less people's"
worse     = "both"
warn      = 0.05
test      = "none"
draws     = "one"
sums      = ["n"]
reference = "bias amplification, class by class: the share in what a model says beside that in what taught it (Zhao et al. 2017, EMNLP); people's shares are taken off both"
notes     = "One metric a class, the 20 most frequent among people's; of two classes the first, for the other's is the same with the other sign. Each item weighs 1 on each side. It says how often, not whether the right texts: see accuracy."
[example]
given  = [{item_id = 1, role = "reference", label = "a"}, {item_id = 1, role = "model", label = "b"}, {item_id = 2, role = "reference", label = "a"}, {item_id = 2, role = "model", label = "a"}, {item_id = 3, role = "reference", label = "b"}, {item_id = 3, role = "model", label = "b"}, {item_id = 4, role = "reference", label = "b"}, {item_id = 4, role = "model", label = "b"}]
expect = [{metric = "a", estimate = -0.25}]
*/
-- cells
with answers as (
    select item_id, dataset, kind, model, variant, wave, role, label, count(*) as c
    from labels
    group by item_id, dataset, kind, model, variant, wave, role, label
)
select item_id, dataset, kind, model, variant, wave, role, label,
       1.0 * c / sum(c) over (partition by item_id, dataset, kind, model, variant, wave, role) as n
from answers
-- estimate
with frequencies as (
    select dataset, kind, model, variant, wave, label,
           coalesce(sum(n) filter (where role = 'reference'), 0) as people
    from cells
    group by dataset, kind, model, variant, wave, label
),
classes as (
    select dataset, kind, model, variant, wave, label, row_number() over (who order by people desc, label) as place,
           row_number() over (who order by label) as letter, count(*) over who as classes
    from frequencies
    window who as (partition by dataset, kind, model, variant, wave)
),
sides as (
    select replicate, dataset, kind, model, variant, wave, label,
           coalesce(sum(n) filter (where role = 'model'), 0) as m,
           coalesce(sum(n) filter (where role = 'reference'), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave, label
),
totals as (
    select *, sum(m) over who as all_m, sum(r) over who as all_r
    from sides
    window who as (partition by replicate, dataset, kind, model, variant, wave)
)
select t.replicate, t.dataset, t.kind, t.model, t.variant, t.wave, t.label as metric,
       t.m / nullif(t.all_m, 0) - t.r / nullif(t.all_r, 0) as estimate
from totals t
join classes c using (dataset, kind, model, variant, wave, label)
where c.place <= 20 and (c.classes > 2 or c.letter = 1)
