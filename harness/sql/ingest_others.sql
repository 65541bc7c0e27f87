insert into store.roster
    (study, study_hash, annotator_id, kind, model, variant, wave, bindings, asked)
select distinct $study, $study_hash::uuid, a.annotator_id, a.kind, a.identity ->> 'model',
       coalesce(a.identity ->> 'variant', 'published'), coalesce(a.identity ->> 'wave', '1'), '{}'::json, false
from store.said s
join store.annotators a using (annotator_id)
where s.load_id = $load_id::uuid and a.kind <> 'human'
on conflict do nothing;
