-- What was measured of a study as it stands: each finding with an estimate, and its replicates.
select f.*, m.replicates, m.size
from findings f
join measurements m on m.study = f.study and m.audit = f.audit and m.metric = f.metric and m.dataset = f.dataset
    and m.kind = f.kind and m.model = f.model and m.variant = f.variant and m.wave = f.wave
where f.study = $study and f.estimate is not null
order by f.audit, f.metric, f.dataset, f.kind, f.model, f.variant, f.wave
