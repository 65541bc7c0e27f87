/*
title     = "Detector"
question  = "How well do words alone tell the model's texts from people's?"
relation  = "texts"
resample  = "halves"
splits    = 4
words     = "text"
range     = [0, 1]
unit      = "area under the curve; 0.5 is chance"
worse     = "up"
warn      = 0.05
test      = "neutral"
neutral   = 0.5
pairing   = "auto"
describes = ["auc_with_marks"]
reference = "naive Bayes on counts of words: Manning, Raghavan and Schuetze 2008, section 13.2, smoothed by the shares of both sides together, the score of a text being the mean over its words; area under the curve as the probability that a text of the model scores above one of a person: Hanley and McNeil 1982 (Radiology 143, 29-36)"
notes     = "Trained on one half of the clusters of a draw and tried on the other, and the other way round, so that it cannot know a topic from training. It is a plain detector, and a lower bound of what can be told: where it finds something, the texts differ in their words, be it by topic, by style or by how they were prepared. auc looks at words in lower case only; auc_with_marks also at marks, capitals and the spaces before marks, where data sets often leak how they were made: where it is far above auc, look at spaced_marks and formatting, of answers at markup. Length gives nothing away: scores are means, and both sides have one number of words. Clusters hold what belongs together; without them equal texts in both halves are known again."
[also.output_detector]
datatype = "instruction"
columns  = { text = "output" }
title    = "Detector of answers"
question = "How well do words alone tell the model's answers from people's?"
[example]
given  = [{item_id = 1, replicate = 0, fold = 0, role = "model", words = ["delve", "deep"], text = "Delve deep."}, {item_id = 2, replicate = 0, fold = 0, role = "reference", words = ["dig", "deep"], text = "dig , deep"}, {item_id = 3, replicate = 0, fold = 1, role = "model", words = ["we", "delve"], text = "We delve."}, {item_id = 4, replicate = 0, fold = 1, role = "reference", words = ["we", "dig"], text = "we dig"}, {item_id = 5, replicate = 0, fold = 1, role = "reference", words = ["we", "delve"], text = "we , delve"}]
expect = [{metric = "auc", estimate = 0.875}, {metric = "auc_with_marks", estimate = 1.0}]
*/
-- estimate
with numbered as (
    select *, row_number() over () as text_no from texts
),
tokens as (
    select replicate, dataset, kind, model, variant, wave, fold, role, text_no, 'auc' as metric, hash(unnest(words)) as token
    from numbered
    union all
    select replicate, dataset, kind, model, variant, wave, fold, role, text_no, 'auc_with_marks',
           hash(unnest(list_concat(words, regexp_extract_all(text, '\s?[^\p{L}\p{N}\s]|\n|\p{Lu}'))))
    from numbered
),
counts as (
    select replicate, dataset, kind, model, variant, wave, metric, fold, token,
           1.0 * count_if(role = 'model') as m, 1.0 * count_if(role = 'reference') as r
    from tokens
    group by replicate, dataset, kind, model, variant, wave, metric, fold, token
),
sizes as (
    select replicate, dataset, kind, model, variant, wave, metric, fold, sum(m) as m_all, sum(r) as r_all, count(*) as v
    from counts
    group by replicate, dataset, kind, model, variant, wave, metric, fold
),
-- A word's weight, for the fold in which it is tried. The prior is as heavy as there are words, and has the shares of
-- both sides together, so that a side with fewer words is not drawn further.
weights as (
    select replicate, dataset, kind, model, variant, wave, metric, 1 - fold as fold, token,
           ln((m + v * (m + r) / (m_all + r_all)) / (m_all + v)) - ln((r + v * (m + r) / (m_all + r_all)) / (r_all + v))
               as weight
    from counts
    join sizes using (replicate, dataset, kind, model, variant, wave, metric, fold)
    where m_all > 0 and r_all > 0
),
-- The mean over a text's words that training has seen: its length says nothing.
scores as (
    select replicate, dataset, kind, model, variant, wave, metric, fold, role, text_no, avg(weight) as score
    from tokens
    join weights using (replicate, dataset, kind, model, variant, wave, metric, fold, token)
    group by replicate, dataset, kind, model, variant, wave, metric, fold, role, text_no
),
-- Places from below; equal scores share theirs.
ranked as (
    select *,
           rank() over (partition by replicate, dataset, kind, model, variant, wave, metric, fold order by score)
               + (count(*) over (partition by replicate, dataset, kind, model, variant, wave, metric, fold, score) - 1) / 2
               as place
    from scores
),
areas as (
    select replicate, dataset, kind, model, variant, wave, metric, fold,
           1.0 * count_if(role = 'model') as m, 1.0 * count_if(role = 'reference') as r,
           sum(case when role = 'model' then place else 0.0 end) as places
    from ranked
    group by replicate, dataset, kind, model, variant, wave, metric, fold
)
select replicate, dataset, kind, model, variant, wave, metric, avg((places - m * (m + 1) / 2) / (m * r)) as estimate
from areas
where m > 0 and r > 0
group by replicate, dataset, kind, model, variant, wave, metric
