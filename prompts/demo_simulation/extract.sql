-- Makes turns.csv, byte for byte, from the PersonaChat test dialogues as the repository andreamad8/FSB has them.
--
-- Put persona_test.json beside this file, go to this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Eligible: a dialogue of four exchanges or more whose first six turns have 3 to 16 words each. Chosen: the first 12
-- by an md5 of the seed and the dialogue's place in the file, less those below; of each the first six turns.

copy (
with seed as (select 'demo_simulation 1' as seed),

-- Left out by hand, on reading: illness, death, crime, faith, a named person, or hard to follow (616 writes "die" for "dye").
excluded as (select unnest([92, 317, 322, 385, 463, 532, 616, 723, 796, 802, 850]) as place),

source as (
    select (row_number() over ()) - 1 as place, value
    from (select unnest(content::json[]) as value from read_text('persona_test.json'))
),
turns as (
    select place, value, n - 1 as turn, value ->> ('$.dialogue[' || (n - 1) // 2 || '][' || (n - 1) % 2 || ']') as said
    from source, range(1, 7) r(n)
    where json_array_length(value -> '$.dialogue') >= 4
),
eligible as (
    select place
    from turns
    where place not in (from excluded)
    group by place
    having min(len(regexp_extract_all(said, '\S+'))) >= 3 and max(len(regexp_extract_all(said, '\S+'))) <= 16
),
chosen as (
    select place, 'pt' || lpad(place::varchar, 4, '0') as item
    from eligible, seed
    order by md5(seed || 'pt' || lpad(place::varchar, 4, '0'))
    limit 12
)
select c.item,
       -- The lines that the second speaker was given; those of the first are not in the source.
       array_to_string(from_json(t.value -> '$.meta', '["varchar"]'), ' ') as about,
       t.turn,
       case t.turn % 2 when 0 then 'Ann' else 'Ben' end as role,
       c.item || case t.turn % 2 when 0 then ' first' else ' second' end as speaker,
       t.said
from turns t join chosen c using (place)
order by c.item, t.turn
) to 'turns.csv' (header, delimiter ',');
