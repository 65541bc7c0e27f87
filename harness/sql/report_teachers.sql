-- For the report: the trained annotators of each study, what taught them, and of a model's corpus which model that is.
select distinct t.study, t.model, t.variant, t.corpus, t.human, t.size, r.model as teacher, r.variant as taught_under,
       r.wave
from trained t
left join store.roster r
       on r.study = t.study and r.study_hash = t.study_hash and r.annotator_id = t.corpus_annotator
order by t.study, t.model, t.corpus, t.human nulls first, t.size nulls first
