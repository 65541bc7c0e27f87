-- PersonaChat (Zhang et al. 2018) as the repository andreamad8/FSB@a815935 has it, MIT. People were given a few lines
-- to play; the source keeps those of one speaker only, who stands second in it. Text is lower case and tokenised.
-- In the file `valid` that speaker began every chat, and the source puts "hi" before it, which nobody said: all 1,000
-- chats begin with it. It is left out, so that User 1 is who began, in both files.
-- Each speaker of each chat is a person of their own: the source does not say who chatted twice. The dataset's name is
-- that of the synthetic chats, so that the two are compared; no chat of one is about a persona of the other.
with chats as (
    select 'test' as split, 0 as made_up, row_number() over () - 1 as place, chat
    from (select unnest(content::json[]) as chat
          from read_text('data/simulations/human_dialogues/persona_test.json'))
    union all
    select 'valid', 1, row_number() over () - 1, chat
    from (select unnest(content::json[]) as chat
          from read_text('data/simulations/human_dialogues/persona_valid.json'))
),
exchanges as (
    select split, made_up, place, array_to_string(from_json(chat -> '$.meta', '["varchar"]'), chr(10)) as persona,
           unnest(from_json(chat -> '$.dialogue', '[["varchar"]]')) as said,
           generate_subscripts(from_json(chat -> '$.dialogue', '[["varchar"]]'), 1) as n
    from chats
),
turns as (
    select split, made_up, place, persona, 2 * (n - 1) + side - 1 - made_up as part, said[side] as text
    from exchanges, range(1, 3) r(side)
)
select 'people-' || split || '-' || lpad(place::varchar, 4, '0') as item, 'personachat' as dataset, 'human' as kind,
       split, 0 as sample, part, 'User ' || (part % 2 + 1) as as_role, item || ' User ' || (part % 2 + 1) as annotator, text,
       case when part = max(part) over (partition by split, place) then 'end of the chat' end as stop,
       case when made_up = 1 then persona end as persona_1, case when made_up = 0 then persona end as persona_2
from turns
where part >= 0
