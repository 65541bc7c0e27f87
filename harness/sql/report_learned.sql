-- For the report: what learners tell of what they learned, by corpus, over seeds: each number with its spread, and the
-- error that a learner tells of it (a number called <name>_error), on average.
with told as (
    select t.study, f.dataset, t.model, t.variant, t.human, t.size, t.sample, f.told, unnest(json_keys(f.told)) as name
    from trained t
    join fits f using (fit_id)
),
numbers as (
    select study, dataset, model, variant, human, size, name,
           json_extract_string(told, '$."' || name || '"')::double as number,
           json_extract_string(told, '$."' || name || '_error"')::double as error
    from told
    where not name.ends_with('_error')
)
select study, dataset, model, variant, name, count(*) as seeds, avg(number) as mean, stddev_samp(number) as seed_sd,
       avg(error) as error
from numbers
where human is null and size is null
group by study, dataset, model, variant, name
order by study, dataset, model, name, variant
