-- Runs of earlier days do not say the shares of what was taught.
insert into store.fits
select distinct on (fit_id)
       right(fit_id, 32)::uuid, learner, dataset, seed, items, units, told, taught, identity, $run_id
from (select * from read_parquet($path)
      union all by name
      select null::json as taught where false)
on conflict do nothing;

-- Nor have they losses.
insert into store.predictions
select right(fit_id, 32)::uuid, item_id::uuid, part, record, probabilities, truth, loss, tokens
from (select * from read_parquet($path)
      union all by name
      select null::double as loss, null::bigint as tokens where false)
on conflict do nothing;
