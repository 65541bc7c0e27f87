-- Makes answers.csv, byte for byte, from files of Self-Instruct.
--
-- Put user_oriented_instructions.jsonl and predictions/text-davinci-00{1,2,3}_predictions.jsonl beside this file, go to
-- this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Kept: tasks of 60 words of instruction, 120 of input and 1,500 characters of any answer at most, that were not left
-- out by hand. The predictions are in the order of the tasks, so that the place joins them.

copy (
with tasks as (
    select row_number() over () as place, id, motivation_app as app, trim(instruction) as instruction,
           trim(instances[1].input) as input, instances[1].output as output
    from read_json('user_oriented_instructions.jsonl', format = 'newline_delimited')
),
predictions as (
    select 'text-davinci-001' as model, row_number() over () as place, response
    from read_json('predictions/text-davinci-001_predictions.jsonl', format = 'newline_delimited')
    union all
    select 'text-davinci-002', row_number() over (), response
    from read_json('predictions/text-davinci-002_predictions.jsonl', format = 'newline_delimited')
    union all
    select 'text-davinci-003', row_number() over (), response
    from read_json('predictions/text-davinci-003_predictions.jsonl', format = 'newline_delimited')
),
-- Left out by hand, on reading: about insults, violence, a crime, personal data or song texts, not understandable, a
-- mistake in it, or a mere list of links.
excluded as (
    select 'user_oriented_task_' || unnest([
        14, 23, 33, 35, 43, 45, 46, 47, 49, 51, 57, 81, 83, 97, 101, 109, 110, 115, 135, 136, 137, 138, 148, 158, 160,
        166, 170, 191, 193, 199, 225, 232, 233, 235
    ]) as id
),
answers as (
    select id, app, instruction, input, null as model, output from tasks
    union all
    select t.id, t.app, t.instruction, t.input, p.model, p.response from tasks t join predictions p using (place)
),
said as (
    select *, trim(output, e' \t\r\n') as answer,
           max(len(trim(output, e' \t\r\n'))) over (partition by id) as longest
    from answers
)
select replace(id, 'user_oriented_task_', '') as item, app, instruction, nullif(input, '') as input, model,
       nullif(answer, '') as output
from said
where longest <= 1500 and id not in (select id from excluded)
  and len(string_split_regex(instruction, '\s+')) <= 60 and len(string_split_regex(input, '\s+')) <= 120
order by item::integer, model nulls first
) to 'answers.csv' (header, delimiter ',');
