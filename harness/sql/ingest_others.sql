-- Models that somebody else asked. A variant that is written as this project writes them ("wording=plain
-- answer_order=swapped") stands at these levels of the axes. Family and release date are what [[published]] says.
insert into store.roster
    (study, study_hash, annotator_id, kind, model, variant, wave, family, released, wording, label_order, answer_order, names, persona,
     format, temperature, bindings, asked)
with about as (
    select unnest(from_json($published, '[{"name": "varchar", "family": "varchar", "released": "date"}]'), recursive := true)
),
others as (
    select distinct a.annotator_id, a.kind, a.identity ->> 'model' as model,
           coalesce(a.identity ->> 'variant', 'published') as variant, coalesce(a.identity ->> 'wave', '1') as wave
    from store.said s
    join store.annotators a using (annotator_id)
    where s.load_id = $load_id::uuid and a.kind <> 'human'
),
levels as (
    select *, case
        when regexp_full_match(variant, '\w+=\S+( \w+=\S+)*')
        then map(regexp_extract_all(variant, '(\w+)=(\S+)', 1), regexp_extract_all(variant, '(\w+)=(\S+)', 2))
        else map([]::varchar[], []::varchar[])
    end as level
    from others
)
select $study, $study_hash::uuid, annotator_id, kind, model, variant, wave, family, released, level['wording'], level['label_order'],
       level['answer_order'], level['names'], level['persona'], level['format'], level['temperature'],
       to_json(level), false
from levels left join about on about.name = levels.model
on conflict do nothing;
