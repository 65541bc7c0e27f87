-- What audits show of each version that has a date, and what changed from the version before. The date is that of
-- the model's release; of a name asked in several waves that of the wave: its name, if that is a date, or its first reply.
with dated as (
    select study, study_hash, kind, model, any_value(family) as family, any_value(released) as released
    from store.roster group by all
),
asked as (
    select study, model, variant, wave, min(arrived_at)::date as first_reply
    from replies where kind <> 'human' group by all
),
found as (
    select f.*, d.family,
           case when count(distinct f.wave) over (
                    partition by f.study, f.audit, f.metric, f.dataset, f.kind, f.model, f.variant) > 1
                then coalesce(try_cast(f.wave as date), a.first_reply, d.released)
                else coalesce(d.released, try_cast(f.wave as date)) end as date
    from findings f
    join dated d on d.study = f.study and d.study_hash = f.study_hash and d.kind = f.kind and d.model = f.model
    left join asked a on a.study = f.study and a.model = f.model and a.variant = f.variant and a.wave = f.wave
    where f.estimate is not null
),
compared as (
    select * from comparisons where baseline is null and factor in ('model', 'wave')
    qualify row_number() over (partition by study, audit, metric, dataset, kind, model, variant, wave
                               order by factor desc) = 1
)
select f.study, f.audit, f.metric, f.title, f.dataset, f.family, f.date, f.kind, f.model, f.variant, f.wave,
       f.verdict, f.estimate, f.lower, f.upper, f.floor, f.excess, f.excess_lower, f.excess_upper, f.worse, f.warn,
       c.factor, c.base_model, c.base_wave, c.difference, c.lower as difference_lower, c.upper as difference_upper,
       c.q as difference_q, c.direction, coalesce(c.q <= 0.05 and c.direction in ('worse', 'better', 'moved'), false) as changed
from found f
left join compared c
    on c.study = f.study and c.audit = f.audit and c.metric = f.metric and c.dataset = f.dataset and c.kind = f.kind
   and c.model = f.model and c.variant = f.variant and c.wave = f.wave
where f.date is not null
