-- PersonaChat (Zhang et al. 2018) as the repository andreamad8/FSB@a815935 has it, MIT. People were given a few lines
-- to play; the source keeps those of the second speaker only. Text is lower case and tokenised.
-- Each speaker of each chat is a person of their own: the source does not say who chatted twice. The dataset's name is
-- that of the synthetic chats, so that the two are compared; no chat of one is about a persona of the other.
with chats as (
    select 'test' as split, row_number() over () - 1 as place, chat
    from (select unnest(content::json[]) as chat
          from read_text('data/simulations/human_dialogues/persona_test.json'))
    union all
    select 'valid', row_number() over () - 1, chat
    from (select unnest(content::json[]) as chat
          from read_text('data/simulations/human_dialogues/persona_valid.json'))
),
exchanges as (
    select split, place, array_to_string(from_json(chat -> '$.meta', '["varchar"]'), chr(10)) as persona_2,
           unnest(from_json(chat -> '$.dialogue', '[["varchar"]]')) as said,
           generate_subscripts(from_json(chat -> '$.dialogue', '[["varchar"]]'), 1) as n
    from chats
),
turns as (
    select split, place, persona_2, 2 * (n - 1) + side - 1 as part, side, said[side] as text
    from exchanges, range(1, 3) r(side)
)
select 'people-' || split || '-' || lpad(place::varchar, 4, '0') as item, 'personachat' as dataset, 'human' as kind,
       split, 0 as sample, part, item || ' User ' || side as annotator, 'User ' || side as as_role, text,
       case when part = max(part) over (partition by split, place) then 'end of the chat' end as stop, persona_2
from turns
