-- Makes pairs.csv, byte for byte, from the subset Natural of LLMBar.
--
-- Put LLMBar's Dataset/LLMBar/Natural/dataset.json beside this file, go to this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Chosen: every pair of 60 words or fewer, instruction and both outputs together, in the order of the source, but
-- for those below, which were left out by hand on reading.

copy (
with excluded as (
    select unnest([
        1,     -- a mask of the source ([MALE]) stands in the text
        44,    -- neither output is right
        56,    -- what was asked about got lost in the source
        66,    -- about named people
        97     -- about a street address
    ]) as place
),
source as (
    select unnest(content::json[]) as pair, unnest(range(json_array_length(content::json)::bigint)) as place
    from read_text('dataset.json')
),
pairs as (
    select 'natural' || lpad(place::varchar, 2, '0') as item, trim(pair ->> 'input') as instruction,
           trim(pair ->> 'output_1') as a, trim(pair ->> 'output_2') as b,
           case pair ->> 'label' when '1' then 'a' when '2' then 'b' end as better
    from source
    where place not in (from excluded)
)
select item, instruction, a, b, better
from pairs
where len(string_split_regex(concat_ws(' ', instruction, a, b), '\s+')) <= 60
order by item
) to 'pairs.csv' (header, delimiter ',');
