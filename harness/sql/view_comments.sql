-- A column of a view means what the column of that name means in the tables.
select v.table_name, v.column_name, min(t.comment order by t.table_name)
from duckdb_columns() v
join duckdb_columns() t on t.column_name = v.column_name and t.schema_name = 'store' and t.comment is not null
where v.schema_name = 'main' and not v.internal
  and v.table_name in (select view_name from duckdb_views() where not internal)
group by all
order by all
