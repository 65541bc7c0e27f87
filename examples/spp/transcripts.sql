-- Solo Performance Prompting (Wang et al. 2023), MikeWangWZHL/Solo-Performance-Prompting@619c8a0, no licence stated.
-- One row of a log is one reply in which a model plays all personas → one row per turn. `gpt-4 standard` is the
-- baseline without personas: one turn, the final answer.
--
-- A turn begins where a line begins with the name of a participant and a colon. Names are those of the reply's own
-- list "Participants: A; B", for lines such as "House 1: Apples" look alike; "AI Assistant" is always one. What stands
-- before the first turn (the list, profiles of participants) is nobody's. A reply without a turn stays, as unusable.
with logs as (
    select filename, content
    from read_text('data/simulations/spp/*/*/*.jsonl')
),
replies as (
    select filename, n - 1 as place, line::json as reply
    from (select filename, unnest(string_split(trim(content, chr(10)), chr(10))) as line,
                 generate_subscripts(string_split(trim(content, chr(10)), chr(10)), 1) as n
          from logs)
),
-- Some rows of the logs are empty (a content filter): task, model and method are those of the file.
named as (
    select filename, place, regexp_extract(filename, 'spp/([^/]+)/[^/]+/', 1) as task,
           case when filename like '%/gpt35/%' then 'gpt-3.5-turbo' when filename like '%llama2%' then 'Llama-2-13b-chat'
                else 'gpt-4-32k' end as model,
           case when filename like '%method-standard%' then 'standard' else 'spp' end as variant,
           reply,
           replace(coalesce(reply ->> '$.raw_response[0].choices[0].message.content',
                            reply ->> '$.raw_response[0].choices[0].text'), chr(13), '') as text,
           coalesce(reply ->> '$.test_output_infos[0].correct',
                    reply ->> '$.test_output_infos[0].correct_count') as correct
    from replies
),
-- The task files have every task, also those whose reply is empty.
tasks as (
    select 'logic_grid_puzzle' as task, n - 1 as place, line ->> '$.inputs' as question,
           line ->> '$.targets[0]' as target
    from (select unnest(string_split(trim(content, chr(10)), chr(10)))::json as line,
                 generate_subscripts(string_split(trim(content, chr(10)), chr(10)), 1) as n
          from read_text('data/simulations/spp/logic_grid_puzzle_200.jsonl'))
    union all
    select 'trivia_creative_writing', n - 1,
           'Write a short and coherent story about ' || (line ->> '$.topic') ||
           ' that incorporates the answers to the following 5 questions: ' ||
           array_to_string(from_json(line -> '$.questions', '["varchar"]'), ' '), null
    from (select unnest(string_split(trim(content, chr(10)), chr(10)))::json as line,
                 generate_subscripts(string_split(trim(content, chr(10)), chr(10)), 1) as n
          from read_text('data/simulations/spp/trivia_creative_writing_100_n_5.jsonl'))
),
-- How the logs judge each reply (logic: the right house; trivia: how many of 5 answers are in the story).
judged as (
    select task, place,
           max(correct) filter (where model = 'gpt-4-32k' and variant = 'spp') as correct_gpt4,
           max(correct) filter (where model = 'gpt-4-32k' and variant = 'standard') as correct_gpt4_standard,
           max(correct) filter (where model = 'gpt-3.5-turbo') as correct_gpt35,
           max(correct) filter (where model = 'Llama-2-13b-chat') as correct_llama2
    from named group by all
),
participants as (
    select filename, place,
           list_transform(
               string_split_regex(regexp_extract(text, 'Participants:\s*([^\n]+)', 1), '[;,]'),
               lambda name: trim(lower(regexp_replace(name, '\([^)]*\)|\*', '', 'g')), ' .')) as known
    from named
),
-- The example of the prompt may stand before a transcript that begins anew.
lines as (
    select filename, place, unnest(string_split(text, chr(10))) as line,
           generate_subscripts(string_split(text, chr(10)), 1) as n
    from named where variant = 'spp'
),
heads as (
    select l.*, regexp_extract(line, '^[\s*#-]*([^:*]{1,60}?)\s*\**\s*:', 1) as head,
           trim(lower(regexp_replace(head, '\([^)]*\)|\*', '', 'g')), ' .') as name,
           case when name = 'final answer' then 'final answer'
                when name = 'ai assistant' then 'assistant'
                when name <> '' and list_contains(p.known, name) then 'persona' end as role
    from lines l join participants p using (filename, place)
),
grouped as (
    select *, count(role) over (partition by filename, place order by n) as turn,
           -- After its own closing line a model sometimes copies the next example of its prompt.
           count(*) filter (where line like 'Finish collaboration!%')
               over (partition by filename, place order by n) as closed
    from heads
),
spoken as (
    select filename, place, turn, max(role) as role, max(trim(head)) filter (where role is not null) as speaker,
           trim(string_agg(case when role is null then line
                                else regexp_replace(line, '^[^:]*:[\s*]*', '') end, chr(10) order by n),
                E' \n\t') as text
    from grouped
    where turn > 0 and line not like 'Finish collaboration!%' and line not like 'Start collaboration!%'
    group by all
),
turns as (
    select filename, place, role, speaker, text,
           row_number() over (partition by filename, place order by turn) - 1 as part
    from spoken where text <> ''
    union all
    select filename, place, 'final answer', null, trim(text, E' \n\t'), 0
    from named where variant = 'standard' and trim(text, E' \n\t') <> ''
)
select n.task || '-' || lpad(n.place::varchar, 3, '0') as item, n.task as dataset, 'llm' as kind, n.model, n.variant,
       0 as sample, coalesce(t.part, 0) as part, t.role as as_role, t.speaker, t.text,
       case when t.part = max(t.part) over (partition by n.filename, n.place) then 'end of the reply' end as stop,
       k.question, k.target as meta_target, j.correct_gpt4 as meta_correct_gpt4,
       j.correct_gpt4_standard as meta_correct_gpt4_standard, j.correct_gpt35 as meta_correct_gpt35,
       j.correct_llama2 as meta_correct_llama2
from named n
join tasks k using (task, place)
join judged j using (task, place)
left join turns t using (filename, place)
