-- Games played on MobLab (Mei, Xie, Yuan, Jackson 2024), yutxie/ChatGPT-Behavioral@69ec557, MIT.
--
-- dictator.csv has 45,625 rows, one per player and round; 16,719 are of the second role, which decides nothing. Of the
-- 28,906 decisions those about $100 are kept (25,247): other stakes are another question. `move` is what is given away.
-- ultimatum_strategy.csv has 6,417 rows, each with an offer as proposer and the least that one would accept as
-- responder; a number outside 0 to 100 is no decision and is left out.
-- A person who played several rounds is one person with several samples.
with dictators as (
    select row_number() over () as n, * from read_csv('data/simulations/chatgpt_behavioral/dictator.csv')
),
ultimatums as (
    select row_number() over () as n, *
    from read_csv('data/simulations/chatgpt_behavioral/ultimatum_strategy.csv')
),
decisions as (
    select n, UserID, 'dictator' as as_role, move as number from dictators where Role = 'first' and Total = 100
    union all
    select n, UserID, 'proposer', propose from ultimatums
    union all
    select n, UserID, 'responder', accept from ultimatums
),
prompts as (
    select 'dictator' as as_role, 'You are paired with another player. You decide how to divide $100; the other player '
           || 'simply receives your choice. How much do you give to the other player?' as question
    union all
    select 'proposer', 'You propose how to divide $100, and the other player accepts or rejects. If rejected, both get '
           || '$0. How much do you offer?'
    union all
    select 'responder', 'The other player proposes how to divide $100, and you accept or reject. If rejected, both get '
           || '$0. What is the least that you would accept?'
)
select as_role as item, 'money games' as dataset, 'human' as kind, UserID as annotator, as_role, number, question,
       row_number() over (partition by UserID, as_role order by n) - 1 as sample
from decisions join prompts using (as_role)
where number between 0 and 100
