/*
title     = "Punctuation"
question  = "Which marks does the model use more often, and which more rarely?"
relation  = "texts"
range     = [-inf, inf]
unit      = "log2 of the ratio of marks per word, model over people"
worse     = "both"
warn      = 0.5
test      = "exchange"
floor     = "exchange"
pairing   = "auto"
features  = ["surface"]
sums      = ["words", "commas", "dashes", "questions", "exclamations", "quotes", "parentheses", "emoji"]
reference = "normed frequencies, as in Biber 1988 (Variation across Speech and Writing); 0.5 added to counts: Haldane 1956 (Annals of Human Genetics 20, 309-311)"
notes     = "Counted over all words of a side, each item weighing the same however many texts it has, so that long texts count for more than short ones. 1 is twice as often, -1 half as often; 0.5 is 41 % more often. 0.5 is added to the count of each side, so that a mark of which one side has none has a ratio too: where a mark is rare, the ratio is drawn toward that of the words. Commas are with semicolons and colons, dashes are – and — and -- between words."
[example]
given  = [{item_id = 1, role = "model", text_surface_words = 100, text_surface_commas = 7.5, text_surface_dashes = 3.5, text_surface_questions = 0, text_surface_exclamations = 0, text_surface_quotes = 1.5, text_surface_parentheses = 0, text_surface_emoji = 0}, {item_id = 1, role = "reference", text_surface_words = 100, text_surface_commas = 3.5, text_surface_dashes = 0, text_surface_questions = 0, text_surface_exclamations = 1.5, text_surface_quotes = 1, text_surface_parentheses = 0, text_surface_emoji = 0}, {item_id = 1, role = "reference", text_surface_words = 100, text_surface_commas = 3.5, text_surface_dashes = 0, text_surface_questions = 0, text_surface_exclamations = 1.5, text_surface_quotes = 2, text_surface_parentheses = 0, text_surface_emoji = 0}]
expect = [{metric = "commas", estimate = 1.0}, {metric = "dashes", estimate = 3.0}, {metric = "exclamations", estimate = -2.0}, {metric = "quotes", estimate = 0.0}]
*/
-- cells
select item_id, dataset, kind, model, variant, wave, role,
       avg(text_surface_words) as words,
       avg(text_surface_commas) as commas,
       avg(text_surface_dashes) as dashes,
       avg(text_surface_questions) as questions,
       avg(text_surface_exclamations) as exclamations,
       avg(text_surface_quotes) as quotes,
       avg(text_surface_parentheses) as parentheses,
       avg(text_surface_emoji) as emoji
from texts
where text_surface_words is not null
group by item_id, dataset, kind, model, variant, wave, role
-- estimate
with counts as (
    select replicate, dataset, kind, model, variant, wave, role, 'commas' as metric, words, commas as marks from cells
    union all
    select replicate, dataset, kind, model, variant, wave, role, 'dashes', words, dashes from cells
    union all
    select replicate, dataset, kind, model, variant, wave, role, 'questions', words, questions from cells
    union all
    select replicate, dataset, kind, model, variant, wave, role, 'exclamations', words, exclamations from cells
    union all
    select replicate, dataset, kind, model, variant, wave, role, 'quotes', words, quotes from cells
    union all
    select replicate, dataset, kind, model, variant, wave, role, 'parentheses', words, parentheses from cells
    union all
    select replicate, dataset, kind, model, variant, wave, role, 'emoji', words, emoji from cells
),
sides as (
    select replicate, dataset, kind, model, variant, wave, metric,
           sum(case when role = 'model' then marks end) as m_marks,
           sum(case when role = 'model' then words end) as m_words,
           sum(case when role = 'reference' then marks end) as r_marks,
           sum(case when role = 'reference' then words end) as r_words
    from counts
    group by replicate, dataset, kind, model, variant, wave, metric
)
select replicate, dataset, kind, model, variant, wave, metric,
       log2((m_marks + 0.5) / m_words) - log2((r_marks + 0.5) / r_words) as estimate
from sides
where m_words > 0 and r_words > 0 and m_marks + r_marks > 0
