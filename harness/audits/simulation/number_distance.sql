/*
title     = "Distance of numeric moves"
question  = "How far is the distribution of the model's first numbers from that of people's, in the same role?"
relation  = "turns"
range     = [0, inf]
unit      = "Wasserstein-1 distance, in standard deviations of people's numbers"
worse     = "up"
warn      = 0.2
test      = "exchange"
floor     = "exchange"
draws     = "all"
plays     = "all"
pairing   = "auto"
sums      = ["n"]
reference = "Wasserstein-1 distance between pooled distributions, as in Das et al. 2024, section 5.1; Mei et al. 2024 (PNAS 121) for the games"
notes     = "One number for each role. Only the role's first move of a dialogue, for later ones answer what was played; a model that always plays one number is far from people even if that number is their mean. The floor is what exchanging the moves of an item shows: with few of them it is high."
lacking   = "it takes moves that are numbers (numbers under [simulation], number in [[data]])"
[example]
given  = [{item_id = 1, role = "reference", as_role = "giver", number = 0}, {item_id = 1, role = "reference", as_role = "giver", sample = 1, number = 100}, {item_id = 1, role = "model", as_role = "giver", part = 1, number = 50}, {item_id = 1, role = "model", as_role = "giver", part = 3, number = 90}]
expect = [{metric = "distance_giver", estimate = 1.0}]
*/
-- cells
with opening as (
    -- How turns are counted differs from source to source, so each dialogue has its own first.
    select item_id, dataset, kind, model, variant, wave, role, as_role, number
    from turns
    where number is not null
    qualify part = min(part) over (partition by item_id, dataset, kind, model, variant, wave, role, sample, as_role)
),
moves as (
    select item_id, dataset, kind, model, variant, wave, role, as_role, number, count(*) as c
    from opening
    group by item_id, dataset, kind, model, variant, wave, role, as_role, number
)
select item_id, dataset, kind, model, variant, wave, role, as_role, number,
       1.0 * c / sum(c) over (partition by item_id, dataset, kind, model, variant, wave, role, as_role) as n
from moves
-- estimate
with sides as (
    select replicate, dataset, kind, model, variant, wave, as_role, number,
           coalesce(sum(n) filter (where role = 'model'), 0) as m,
           coalesce(sum(n) filter (where role = 'reference'), 0) as r
    from cells
    group by replicate, dataset, kind, model, variant, wave, as_role, number
),
cumulative as (
    select replicate, dataset, kind, model, variant, wave, as_role, number, r,
           sum(m) over steps / nullif(sum(m) over roles, 0) - sum(r) over steps / nullif(sum(r) over roles, 0) as gap,
           lead(number) over steps - number as width
    from sides
    window roles as (partition by replicate, dataset, kind, model, variant, wave, as_role),
           steps as (partition by replicate, dataset, kind, model, variant, wave, as_role order by number)
),
distances as (
    select replicate, dataset, kind, model, variant, wave, as_role, sum(abs(gap) * coalesce(width, 0)) as area,
           sum(r * number) / nullif(sum(r), 0) as mean, sum(r * number * number) / nullif(sum(r), 0) as square
    from cumulative
    group by replicate, dataset, kind, model, variant, wave, as_role
)
select replicate, dataset, kind, model, variant, wave, 'distance_' || as_role as metric,
       area / sqrt(nullif(greatest(square - mean * mean, 0), 0)) as estimate
from distances
where area is not null
