-- Synthetic-Persona-Chat (Jandaghi et al. 2023), google-research-datasets/Synthetic-Persona-Chat@1f367a0, CC BY 4.0.
-- One row of the source is a whole chat that one model wrote: "User 1: …" lines → one row per turn. All turns of a
-- chat are one annotator's, for one model said them all. One chat of the test set is empty
-- and one names no speakers: they stay, as unusable.
with chats as (
    select 'test' as split, *
    from read_csv('data/simulations/synthetic_persona_chat/Synthetic-Persona-Chat_test.csv', all_varchar = true)
    union all
    select 'valid', *
    from read_csv('data/simulations/synthetic_persona_chat/Synthetic-Persona-Chat_valid.csv', all_varchar = true)
),
numbered as (
    select split, row_number() over (partition by split order by n) - 1 as place, "user 1 personas" as persona_1,
           "user 2 personas" as persona_2, "Best Generated Conversation" as chat
    from (select row_number() over () as n, * from chats)
),
-- A turn begins with its speaker, sometimes behind a bullet or stars; lines without one belong to the turn before,
-- and what stands before the first speaker to none.
pieces as (
    select split, place, persona_1, persona_2,
           unnest(string_split(
               regexp_replace(chat, '(^|\n)[\s*]*User ([12])[\s*]*:', chr(30) || '\2', 'g'), chr(30))[2:]) as piece,
           generate_subscripts(string_split(
               regexp_replace(chat, '(^|\n)[\s*]*User ([12])[\s*]*:', chr(30) || '\2', 'g'), chr(30))[2:], 1) as n
    from numbered
),
-- A speaker whose line is empty said nothing.
turns as (
    select *, row_number() over (partition by split, place order by n) - 1 as part
    from pieces where trim(piece[2:], E' \n\t*') <> ''
)
select 'synthetic-' || c.split || '-' || lpad(c.place::varchar, 4, '0') as item, 'personachat' as dataset,
       'llm' as kind, 'Synthetic-Persona-Chat' as model, 'generator and critic' as variant, c.split,
       0 as sample, coalesce(t.part, 0) as part,
       'User ' || t.piece[1] as as_role, trim(t.piece[2:], E' \n\t*') as text,
       case when t.part = max(t.part) over (partition by c.split, c.place) then 'end of the chat' end as stop,
       c.persona_1, c.persona_2
from numbered c left join turns t using (split, place)
