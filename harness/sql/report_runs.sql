-- For the report: the run folders of each study, and whether each is of the study as it stands.
select r.study, r.run_id, r.verb, r.started, r.ended, r.manifest, r.study_hash = s.study_hash as current
from runs r
join studies s using (study)
order by r.started, r.run_id
