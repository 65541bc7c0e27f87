-- A study names one wave, the one that it asks now. Who was asked the same in other waves stands beside it, so that
-- audits see one name at several dates: the same identity but for the wave, under today's names and levels.
insert into store.roster
select distinct on (o.annotator_id)
       n.study, n.study_hash, o.annotator_id, n.kind, n.model, n.variant, o.wave, n.family, n.released, n.template_id,
       n.wording, n.label_order, n.answer_order, n.names, n.persona, n.format, n.temperature, n.bindings, n.asked
from store.roster n
join store.annotators a on a.annotator_id = n.annotator_id
join (select distinct annotator_id, wave from store.roster where study = $study and asked) o on o.wave <> n.wave
join store.annotators b on b.annotator_id = o.annotator_id
    and json_merge_patch(b.identity, '{"wave": null}') = json_merge_patch(a.identity, '{"wave": null}')
where n.study = $study and n.study_hash = $study_hash::uuid and n.asked
order by o.annotator_id
on conflict do nothing;
