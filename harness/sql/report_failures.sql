-- For the report: calls that brought no reply, by error, and how many of them have one by now.
select r.study, r.model, f.error, f.permanent,
       count(distinct r.variant) as variants,
       count(*) as calls,
       count(*) filter (where g.generation_id is null) as missing
from store.failures f
join studies s on true
join store.roster r on r.study = s.study and r.study_hash = s.study_hash and r.annotator_id = f.annotator_id
left join store.generations g
       on g.annotator_id = f.annotator_id and g.item_id = f.item_id and g.sample = f.sample
group by r.study, r.model, f.error, f.permanent
order by calls desc, r.model, f.error
