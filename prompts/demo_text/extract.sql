-- Makes texts.csv, byte for byte, from the seeds of the task ten-dim of worker_vs_gpt.
--
-- Put ten-dim/base.json beside this file, go to this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Eligible were passages of 8 to 26 words in plain ASCII, without links, names of accounts or coarse words. Half of
-- them were read; these 16 were chosen by hand: harmless, about no known person, no politics and no belief,
-- understandable by themselves. What models had made of them was not looked at. The order is that of the file.

copy (
with chosen as (
    select unnest([34, 40, 45, 49, 56, 61, 67, 151, 170, 183, 191, 197, 249, 258, 320, 409]) as place
),
file as (
    select from_json(content, '["json"]') as seeds from read_text('base.json')
)
select 'base-' || place as item,
       case seeds[place + 1] ->> '$.target'
           when 'social_support' then 'support' when 'similarity_identity' then 'common ground'
           when 'neutral' then 'nothing in particular' else seeds[place + 1] ->> '$.target' end as conveys,
       trim(regexp_replace(seeds[place + 1] ->> '$.h_text', '\s+', ' ', 'g')) as comment
from chosen, file
order by place
) to 'texts.csv' (header, delimiter ',');
