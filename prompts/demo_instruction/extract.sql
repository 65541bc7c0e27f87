-- Makes tasks.csv, byte for byte, from the user-oriented instructions of Self-Instruct.
--
-- Put user_oriented_instructions.jsonl beside this file, go to this folder, and run
--     duckdb < extract.sql                                              (the DuckDB shell), or
--     python -c "import duckdb; duckdb.sql(open('extract.sql').read())"
--
-- Kept: the tasks for the apps below, if they are short (30 words of instruction, 40 of input, 60 of output) and
-- not left out by hand. The descriptions of the apps are this project's own words.

copy (
with described as (
    select unnest([
        {'app': 'Gmail', 'about': 'reading, sorting and writing email'},
        {'app': 'Netflix', 'about': 'finding and watching films and series'},
        {'app': 'Tasty', 'about': 'recipes and tips for cooking at home'},
        {'app': 'Spotify', 'about': 'listening to music, podcasts and audiobooks'},
        {'app': 'tripadvisor.com', 'about': 'planning trips and reading reviews of hotels and places'},
        {'app': 'Wikipedia', 'about': 'reading and editing articles of an encyclopedia'},
        {'app': 'Messenger', 'about': 'chatting with friends and family'},
        {'app': 'Coursera', 'about': 'online courses and what to learn next'},
        {'app': 'Goodreads', 'about': 'finding, rating and discussing books'},
        {'app': 'YouTube', 'about': 'watching, making and naming videos'},
        {'app': 'Google Search', 'about': 'finding pages on the web'},
        {'app': 'LinkedIn', 'about': 'a professional profile, posts and contacts for work'},
        {'app': 'Indeed', 'about': 'finding jobs and applying for them'},
        {'app': 'instructables', 'about': 'building things yourself, step by step'},
        {'app': 'Weather', 'about': 'forecasts and what they mean for the day'},
        {'app': 'Grammarly', 'about': 'checking and improving what one writes'},
        {'app': 'Google Docs', 'about': 'writing documents alone or together'},
        {'app': 'Workout', 'about': 'exercises and routines for keeping fit'},
        {'app': 'Instagram', 'about': 'sharing photos with captions'},
        {'app': 'Quora', 'about': 'asking questions and answering those of others'},
        {'app': 'Twitter', 'about': 'short public messages'},
        {'app': 'Blogger', 'about': 'writing and publishing a blog'}
    ], recursive := true)
),

-- Left out by hand, on reading: about insults, personal data or song texts, a crime, not understandable, a mistake in it,
-- or a mere list of links.
excluded as (
    select 'user_oriented_task_' || unnest([14, 23, 35, 43, 45, 57, 101, 109, 158, 170, 193, 232, 233]) as id
),

tasks as (
    select *, trim(instances[1].input) as input, trim(instances[1].output) as output
    from read_json('user_oriented_instructions.jsonl', format = 'newline_delimited')
),
short as (
    select *
    from tasks
    where len(string_split_regex(trim(instruction), '\s+')) <= 30
      and len(string_split_regex(input, '\s+')) <= 40
      and len(string_split_regex(output, '\s+')) <= 60
      and id not in (select id from excluded)
),
told as (
    select d.app, d.about, s.id, trim(regexp_replace(s.instruction, '\s+', ' ', 'g')) as instruction,
           s.input, s.output, count(*) over (partition by d.app) as tasks
    from described d join short s on s.motivation_app = d.app
)
select lower(replace(regexp_replace(app, '\.com$', ''), ' ', '_')) as item, app, about, instruction,
       nullif(input, '') as input, output
from told
where tasks >= 2
order by item, lpad(id, 30, ' ')
) to 'tasks.csv' (header, delimiter ',');
