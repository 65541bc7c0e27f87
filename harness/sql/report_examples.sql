-- For the report: a few items of each dataset, and what everybody said about them. Four on which people and
-- models differ most (the more people, the earlier; then by a hash), and two on which they differ as much as
-- they do on the item in the middle.
with said as (
    select study, dataset, item_id, kind = 'human' as person, label, count(*) as n
    from labels
    where kind <> 'trained'
    group by study, dataset, item_id, kind = 'human', label
),
shares as (
    select *, n / sum(n) over (partition by study, item_id, person) as share from said
),
by_label as (
    select study, dataset, item_id, label, sum(n) filter (where person) as people,
           coalesce(sum(share) filter (where person), 0) as r, coalesce(sum(share) filter (where not person), 0) as m
    from shares
    group by study, dataset, item_id, label
),
distances as (
    select study, dataset, item_id, 0.5 * sum(abs(m - r)) as distance, sum(people) as people
    from by_label
    group by study, dataset, item_id
    having sum(m) > 0 and sum(r) > 0
),
middles as (
    select study, dataset, median(distance) as middle from distances group by study, dataset
),
ranked as (
    select d.*,
           row_number() over (partition by study, dataset order by distance desc, people desc, md5(item_id::varchar))
               as far,
           row_number() over (partition by study, dataset order by abs(distance - middle), people desc,
                              md5(item_id::varchar || 'typical')) as typical
    from distances d
    join middles using (study, dataset)
),
chosen as (
    select study, dataset, item_id, distance, far <= 4 as apart, least(far, 4 + typical) as place
    from ranked
    where far <= 4 or typical <= 2
),
people as (
    select c.study, c.dataset, c.item_id, c.distance, c.apart, c.place, l.key, l.fields, 'human' as kind, l.label,
           count(*) as n
    from chosen c
    join labels l using (study, item_id)
    where l.kind = 'human'
    group by c.study, c.dataset, c.item_id, c.distance, c.apart, c.place, l.key, l.fields, l.label
),
models as (
    select c.study, c.dataset, c.item_id, c.distance, c.apart, c.place, r.key, r.fields, r.kind, r.model, r.variant,
           r.wave, r.sample, l.label, r.text, r.refused, r.reason, 1 as n
    from chosen c
    join replies r using (study, item_id)
    left join labels l
           on l.study = r.study and l.item_id = r.item_id and l.annotator_id = r.annotator_id
          and l.sample = r.sample and l.part = r.part
)
select * from people
union all by name
select * from models
order by study, dataset, place, item_id, kind, model, variant, wave, sample, label
