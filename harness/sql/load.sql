-- incoming, with names made from content → the three files of a load.
create table items as
select item_id, dataset, item as key, fields, metadata, cluster, split, bucket from named_items order by item_id;

create table annotators as
select annotator_id, kind, case when kind = 'human' then dataset end as dataset, annotator as name, traits, identity
from named_annotators
union all
select annotator_id, 'human', null, null, '{}', identity from named_strangers
order by annotator_id;

-- An answer without a sample number gets its place among the same annotator's answers to the item.
create table said as
with answers as (
    select i.item_id, coalesce(a.annotator_id, s.annotator_id) as annotator_id, n.sample, n.part, n.kind,
           r.read as record, n.source, n.source_no, n.row_no
    from incoming n
    join named_items i using (dataset, item)
    left join named_annotators a
           on a.kind = n.kind and a.dataset = n.dataset and a.annotator is not distinct from n.annotator
          and a.model is not distinct from n.model and a.variant is not distinct from n.variant
          and a.wave is not distinct from n.wave and (n.kind <> 'human' or n.annotator is not null)
    left join named_strangers s on s.source_no = n.source_no and s.row_no = n.row_no
    left join named_records r using (record)
    where n.record is not null
)
select item_id, annotator_id,
       coalesce(sample, row_number() over (partition by item_id, annotator_id, part order by source_no, row_no) - 1)
           ::integer as sample,
       coalesce(part, 0) as part, record, source
from answers
where record is not null or kind <> 'human'
order by item_id, annotator_id, sample, part;
