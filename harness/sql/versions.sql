-- The annotators of a study that are no people, on each data set of which something was measured.
select d.dataset, r.kind, r.model, r.variant, r.wave, any_value(r.family), any_value(r.released)::varchar,
       any_value(r.bindings)::varchar
from store.roster r
join studies s on s.study = r.study and s.study_hash = r.study_hash
join (select distinct study, dataset, kind, model from measurements) d
    on d.study = r.study and d.kind = r.kind and d.model = r.model
where r.study = $study
group by d.dataset, r.kind, r.model, r.variant, r.wave
order by all
