-- PromptSensiScore of every item (ProSA: Zhuo et al. 2024, arXiv 2410.12405): the mean over pairs of prompt variants of
-- |Y_i - Y_j|, Y from 0 to 1 on a scale, and otherwise whether the two answers differ; over all pairs of their samples.
-- Reads spoken (who, answer, value: null where the options are no scale), and writes no pair: the sum over pairs is a
-- function of sums, by answer, or by step of the scale.
with answers as (
    select item_id, kind, model, variant, wave, answer, value, 1.0 * count(*) as c from spoken group by all
),
shares as (
    select *, sum(c) over asked as n, c / sum(c) over asked as share
    from answers window asked as (partition by item_id, kind, model, variant, wave)
),
sizes as (
    select item_id, kind, model, wave, count(distinct variant) as variants, count(distinct answer) as answers
    from shares group by all having count(distinct variant) > 1
),
-- Options without order: two variants agree where they say the same.
agreed as (
    select item_id, kind, model, wave, sum((s * s - q) / 2) as agreed
    from (
        select item_id, kind, model, wave, answer, sum(share) as s, sum(share * share) as q
        from shares where value is null group by all
    )
    group by all
),
-- A scale: |y - y'| is how many of its steps lie between, each by its width.
steps as (
    select value as step, lead(value) over (order by value) - value as width, max(value) over () - min(value) over () as wide
    from scale
),
beneath as (
    select s.item_id, s.kind, s.model, s.wave, s.variant, t.step, any_value(t.width / t.wide) as width,
           sum(case when s.value <= t.step then s.share else 0 end) as f
    from shares s, steps t where s.value is not null and t.width is not null group by all
),
stepped as (
    select item_id, kind, model, wave, sum(width * (below * above - own)) as apart
    from (
        select item_id, kind, model, wave, step, any_value(width) as width, sum(f) as below, sum(1 - f) as above,
               sum(f * (1 - f)) as own
        from beneath group by all
    )
    group by all
),
inside as (
    select item_id, kind, model, wave, avg(within_one) as within_variant
    from (
        select item_id, kind, model, wave, variant, 1 - sum(c * (c - 1)) / (max(n) * (max(n) - 1)) as within_one
        from shares where n > 1 group by all
    )
    group by all
)
select z.item_id, z.kind, z.model, z.wave, z.variants::integer as variants, z.answers::integer as answers,
       coalesce(p.apart / (z.variants * (z.variants - 1) / 2), 1 - a.agreed / (z.variants * (z.variants - 1) / 2)) as score,
       i.within_variant
from sizes z
left join agreed a on a.item_id = z.item_id and a.kind = z.kind and a.model = z.model and a.wave = z.wave
left join stepped p on p.item_id = z.item_id and p.kind = z.kind and p.model = z.model and p.wave = z.wave
left join inside i on i.item_id = z.item_id and i.kind = z.kind and i.model = z.model and i.wave = z.wave
