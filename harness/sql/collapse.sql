-- What is left in each generation's texts, all at one number of words: that of the smallest.
-- Reads spoken(regime, seed, generation, place, text), generation -1 being people's texts that taught nobody.
with worded as (
    select *, regexp_extract_all(lower(text), '[\p{L}\p{N}]+(?:[''’-][\p{L}\p{N}]+)*') as words from spoken
),
sized as (
    select *, coalesce(sum(len(words)) over (partition by regime, seed, generation order by place
                                             rows between unbounded preceding and 1 preceding), 0) as before
    from worded
),
budget as (
    select min(n) as n from (select sum(len(words)) as n from worded group by regime, seed, generation)
),
cut as (
    select regime, seed, generation, place, text, words[: greatest(budget.n - before, 0)::bigint] as words
    from sized, budget
),
tokens as (
    select regime, seed, generation, place, unnest(words) as word, generate_subscripts(words, 1) as at from cut
),
counted as (
    select regime, seed, generation, word, count(*) as n from tokens group by regime, seed, generation, word
),
-- The tail: of people's held-out words the rarest types, up to and with the count below which a twentieth of them lies.
bounds as (
    select regime, seed, min(n) as rarest
    from (select regime, seed, n, sum(sum(n)) over (partition by regime, seed order by n) as up_to,
                 sum(sum(n)) over (partition by regime, seed) as total
          from counted where generation = -1 group by regime, seed, n)
    where up_to >= 0.05 * total
    group by regime, seed
),
tail as (
    select c.regime, c.seed, c.word from counted c join bounds b using (regime, seed)
    where c.generation = -1 and c.n <= b.rarest
),
kept as (
    select g.regime, g.seed, g.generation, count(c.word) / count(*) as share
    from (select distinct regime, seed, generation from spoken where generation >= 0) g
    join tail t using (regime, seed)
    left join counted c on c.regime = g.regime and c.seed = g.seed and c.generation = g.generation and c.word = t.word
    group by g.regime, g.seed, g.generation
),
unigrams as (
    select regime, seed, generation, count(*) / sum(n) as distinct_1, log2(sum(n)) - sum(n * log2(n)) / sum(n) as entropy
    from counted where generation >= 0 group by regime, seed, generation
),
bigrams as (
    select a.regime, a.seed, a.generation, count(distinct (a.word, b.word)) / count(*) as distinct_2
    from tokens a join tokens b
      on b.regime = a.regime and b.seed = a.seed and b.generation = a.generation and b.place = a.place and b.at = a.at + 1
    where a.generation >= 0
    group by a.regime, a.seed, a.generation
),
packed as (
    select regime, seed, generation,
           sum(strlen(array_to_string(words, ' ')) + 1) / compressed_bytes(list(array_to_string(words, ' ') order by place))
               as compression
    from cut where generation >= 0 and len(words) > 0 group by regime, seed, generation
),
whole as (
    select regime, seed, generation, avg(len(words)) as words_per_text
    from worded where generation >= 0 group by regime, seed, generation
)
select regime, seed, generation,
       unnest(['tail_recall', 'distinct_1', 'distinct_2', 'entropy', 'compression', 'words_per_text', 'budget']) as metric,
       unnest([k.share, u.distinct_1, b.distinct_2, u.entropy, p.compression, w.words_per_text, budget.n::double]) as value
from kept k join unigrams u using (regime, seed, generation) join bigrams b using (regime, seed, generation)
join packed p using (regime, seed, generation) join whole w using (regime, seed, generation), budget
order by regime, seed, generation
