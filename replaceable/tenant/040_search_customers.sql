-- Customers that match a search, as ids in their order. Its owner sees past row-level security, so
-- that the full-text index is used; it therefore compares the organization itself.
-- Every word of the query must begin a word of name, address, company or phone; no word finds nothing.
-- Planned anew at each call: a rare word goes by the text index, a common one by the order's.
-- p_after_value and p_after_id are the place of the last row of the page before, in the order asked for.
drop function if exists {schema}.search_customers(uuid, text, text, text, timestamptz, timestamptz, text, text, uuid, int, int);
create or replace function {schema}.search_customers(
  p_organization uuid, p_query text, p_company text, p_email text, p_status text, p_created_after timestamptz, p_created_before timestamptz,
  p_order text, p_after_value text, p_after_id uuid, p_limit int, p_offset int
) returns table (id uuid)
language plpgsql stable security definer set search_path = {schema}, ext, pg_temp set plan_cache_mode = force_custom_plan as $$
declare
  words tsquery;
  by_time constant boolean := p_order in ('created_at', '-created_at');
  after_time constant timestamptz := case when by_time then p_after_value::timestamptz end;
  after_text constant text := case when not by_time then p_after_value end;
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
  select to_tsquery('simple'::regconfig, string_agg('''' || word || ''':*', ' & ')) into words
    from regexp_split_to_table(translate(p_query, '!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~', repeat(' ', 32)), '\s+') word
   where word <> '';
  if words is null or numnode(words) = 0 then
    return;
  end if;
  return query
    select c.id from customers c
     where c.organization_id = p_organization and c.search @@ words
       and (p_company is null or c.company = p_company)
       and (p_email is null or c.email = p_email)
       and (c.status = p_status or (p_status is null and c.status <> 'removed'))
       and (p_created_after is null or c.created_at >= p_created_after)
       and (p_created_before is null or c.created_at < p_created_before)
       and (p_after_id is null or case p_order
         when '-created_at' then c.created_at < after_time or (c.created_at = after_time and c.id > p_after_id)
         when 'created_at' then c.created_at > after_time or (c.created_at = after_time and c.id < p_after_id)
         when 'name' then (c.name, c.id) > (after_text, p_after_id)
         when '-name' then (c.name, c.id) < (after_text, p_after_id)
         when 'email' then (c.email, c.id) > (after_text, p_after_id)
         when '-email' then (c.email, c.id) < (after_text, p_after_id)
         else false end)
     order by
       case when p_order = '-created_at' then c.created_at end desc,
       case when p_order = 'created_at' then c.created_at end,
       case p_order when 'name' then c.name when 'email' then c.email end,
       case p_order when '-name' then c.name when '-email' then c.email end desc,
       case when p_order in ('-created_at', 'name', 'email') then c.id end,
       c.id desc
     limit p_limit offset p_offset;
end
$$;
alter function {schema}.search_customers(uuid, text, text, text, text, timestamptz, timestamptz, text, text, uuid, int, int) owner to helpdesk_definer;
revoke all on function {schema}.search_customers(uuid, text, text, text, text, timestamptz, timestamptz, text, text, uuid, int, int) from public;
grant execute on function {schema}.search_customers(uuid, text, text, text, text, timestamptz, timestamptz, text, text, uuid, int, int) to app_api;
