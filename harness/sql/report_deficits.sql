-- For the report, where the classes of texts are taught: of each class, how much worse a learner tells it that a
-- model's texts taught than one that people's texts taught (loss of F1 on people's texts, mean over seeds), beside how
-- far the model's texts of this class lie from people's in each attribute that is there: the absolute difference of
-- the means, in standard deviations of people's texts of the data set. Of texts that are not in the test; a turn of a
-- dialogue is a text. "all of them" is the mean over attributes. $path: where an item says the class of its texts;
-- '$."as_role"': a turn's class is who speaks.
with said as (
    select f.dataset, t.model as learner, t.corpus, t.sample, p.truth, p.record ->> '$.class' as class
    from trained t join store.fits f using (fit_id) join store.predictions p using (fit_id)
    where t.study = $study and t.human is null and t.size is null and p.truth is not null
),
classes as (
    select distinct dataset, truth as class from said
),
by_seed as (
    select s.dataset, s.learner, s.corpus, c.class, s.sample,
           2 * count(*) filter (where s.truth = c.class and s.class = c.class)
             / (count(*) filter (where s.truth = c.class) + count(*) filter (where s.class = c.class)) as f1
    from said s join classes c using (dataset)
    group by s.dataset, s.learner, s.corpus, c.class, s.sample
),
f1 as (
    select dataset, learner, corpus, class, avg(f1) as f1 from by_seed group by all
),
losses as (
    -- Where neither corpus teaches a class at all, there is nothing to lose.
    select m.dataset, m.learner, m.corpus, m.class, h.f1 as f1_people, m.f1,
           case when h.f1 > 0 or m.f1 > 0 then h.f1 - m.f1 end as loss
    from f1 m join f1 h using (dataset, learner, class)
    where h.corpus = 'human' and m.corpus <> 'human'
),
teachers as (
    select distinct corpus_annotator as annotator_id, corpus from trained
    where study = $study and corpus_annotator is not null
),
written as (
    select dataset, item_id, kind, annotator_id, text, coalesce(fields ->> $path, metadata ->> $path) as class
    from texts
    where study = $study and kind <> 'trained'
    union all
    select dataset, item_id, kind, annotator_id, text,
           case when $path = '$."as_role"' then as_role else coalesce(fields ->> $path, metadata ->> $path) end
    from turns
    where study = $study and kind <> 'trained' and text is not null
),
wrote as (
    select t.dataset, case when t.kind = 'human' then 'human' else c.corpus end as corpus, t.class,
           left(sha256(t.text), 32)::uuid as text_id
    from written t left join teachers c using (annotator_id)
    where t.item_id not in (select p.item_id from trained d join store.predictions p using (fit_id)
                            where d.study = $study)
),
attributes (attribute, extractor, dim, per) as (
    values ('words', 'surface', 'words', null), ('letters a word', 'surface', 'word_chars', 'words'),
           ('long words', 'surface', 'long_words', 'words'), ('distinct words', 'surface', 'types', 'words'),
           ('commas', 'surface', 'commas', 'words'), ('questions', 'surface', 'questions', 'words'),
           ('exclamations', 'surface', 'exclamations', 'words'),
           ('connectives', 'connectives', 'connectives', 'words'), ('slop words', 'slop', 'slop_words', 'words'),
           ('sentiment (VADER)', 'lexicon', 'vader', null), ('sentiment (AFINN)', 'lexicon', 'afinn', null)
),
counted as (
    select text_id, extractor, dim, case when isnan(number) then null else number end as number
    from features
    where text_id in (select text_id from wrote)
    qualify version = max(version) over (partition by extractor)
),
measured as (
    select w.dataset, w.corpus, w.class, a.attribute,
           case when a.per is null then n.number else n.number / greatest(p.number, 1) end as value
    from wrote w
    cross join attributes a
    join counted n on n.text_id = w.text_id and n.extractor = a.extractor and n.dim = a.dim
    left join counted p on p.text_id = w.text_id and p.extractor = a.extractor and p.dim = a.per
),
spread as (
    select dataset, attribute, nullif(stddev_pop(value), 0) as sd from measured where corpus = 'human' group by all
),
means as (
    select dataset, corpus, class, attribute, avg(value) as value from measured group by all
),
differences as (
    select m.dataset, m.corpus, m.class, m.attribute, abs(m.value - h.value) / s.sd as difference
    from means m join means h using (dataset, class, attribute) join spread s using (dataset, attribute)
    where h.corpus = 'human' and m.corpus <> 'human' and s.sd is not null
),
every as (
    from differences
    union all
    select dataset, corpus, class, 'all of them', avg(difference) from differences group by dataset, corpus, class
)
select l.*, e.attribute, e.difference
from losses l join every e using (dataset, corpus, class)
order by l.learner, e.attribute, l.dataset, l.corpus, l.class
