-- DailyDialog (Li et al. 2017), test split, as the repository andreamad8/FSB@a815935 has it; CC BY-NC-SA 4.0: not for
-- commercial use. Dialogues that learners of English wrote or found; text is tokenised. Speakers take turns.
with dialogues as (
    select row_number() over () - 1 as place, topic, dialogue
    from read_json('data/simulations/human_dialogues/dailydialog_test_original.json', format = 'newline_delimited')
),
turns as (
    select place, topic, unnest(dialogue) as said, generate_subscripts(dialogue, 1) - 1 as part from dialogues
)
select 'daily-' || lpad(place::varchar, 4, '0') as item, 'dailydialog' as dataset, 'human' as kind, 0 as sample, part,
       item || ' User ' || (part % 2 + 1) as annotator, 'User ' || (part % 2 + 1) as as_role, said.text as text,
       case when part = max(part) over (partition by place) then 'end of the chat' end as stop, topic
from turns
where trim(said.text) <> ''
