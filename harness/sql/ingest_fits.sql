insert into store.fits
select distinct on (fit_id)
       right(fit_id, 32)::uuid, learner, dataset, seed, items, units, told, identity, $run_id
from read_parquet($path)
on conflict do nothing;

insert into store.predictions
select right(fit_id, 32)::uuid, item_id::uuid, part, record, probabilities, truth
from read_parquet($path)
on conflict do nothing;
