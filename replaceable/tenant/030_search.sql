-- Words of a search box as a prefix query: every word must occur. Null when there is no word.
create or replace function {schema}.words(p_query text) returns tsquery
language sql immutable set search_path = pg_catalog, pg_temp as $$
  select to_tsquery('simple', string_agg('''' || word || ''':*', ' & '))
    from (select word from regexp_split_to_table(lower(p_query), '[^[:alnum:]]+') word where word <> '' limit 12) words
$$;
revoke all on function {schema}.words(text) from public;
grant execute on function {schema}.words(text) to app_api, helpdesk_definer;

-- Ids of matching tickets in order, with the number of matches (at most 1 001). Full-text operators
-- are not leakproof, so under row-level security their indexes would not be used: this function
-- looks past the policies, and therefore compares the organization itself and takes the visibility.
create or replace function {schema}.search_tickets(
  p_organization uuid, p_query text, p_visibility text, p_teams uuid[], p_person uuid, p_filters jsonb,
  p_order text, p_descending boolean, p_after bigint, p_after_id uuid, p_limit bigint, p_offset bigint, p_now timestamptz
) returns table (id uuid, total bigint)
language plpgsql stable security definer set search_path = {schema}, ext, pg_temp set plan_cache_mode = force_custom_plan rows 20 as $$
declare
  q tsquery := words(p_query);
  f record;
begin
  if p_organization is distinct from nullif(current_setting('app.organization_id', true), '')::uuid then
    raise exception 'another organization is open' using errcode = 'HD403';
  end if;
  if q is null then
    return;
  end if;
  select * into f from jsonb_to_record(p_filters) as x (
    status text[], status_category text[], priority text[], type text[], channel text[], category text[], company text[],
    assignee uuid[], assignee_none boolean, mentioned uuid[], watching uuid[], team uuid[], team_none boolean, customer uuid[], ids uuid[], tag text[],
    created_after timestamptz, created_before timestamptz, updated_after timestamptz, updated_before timestamptz,
    resolved_after timestamptz, resolved_before timestamptz,
    due_before timestamptz, is_overdue boolean);
  return query
    with hits as (
      select t.id from tickets t where t.organization_id = p_organization and t.search @@ q
      union
      select m.ticket_id from messages m
       where m.organization_id = p_organization and m.search @@ q and (m.visibility = 'public' or p_visibility <> 'own')
      union
      select t.id from customers c join tickets t on t.organization_id = p_organization and t.customer_id = c.id
       where c.organization_id = p_organization and c.search @@ q and p_visibility <> 'own'
    ), matched as (
      select t.id,
             (case p_order
                when 'updated_at' then (extract(epoch from t.updated_at) * 1000000)::bigint
                when 'due_at' then (extract(epoch from t.resolution_due_at) * 1000000)::bigint
                when 'priority' then t.priority_rank::bigint
                when 'number' then t.number
                else (extract(epoch from t.created_at) * 1000000)::bigint
              end) as place
        from hits h
        join tickets t on t.organization_id = p_organization and t.id = h.id
        left join customers c on c.organization_id = p_organization and c.id = t.customer_id
       where t.deleted_at is null
         and (p_visibility = 'all'
              or (p_visibility = 'teams' and (t.team_id = any (p_teams) or t.assignee_id = p_person))
              or (p_visibility = 'assigned' and t.assignee_id = p_person)
              or (p_visibility = 'own' and t.customer_id = p_person))
         and (f.status is null or t.status = any (f.status))
         and (f.status_category is null or t.status_category = any (f.status_category))
         and (f.priority is null or t.priority = any (f.priority))
         and (f.type is null or t.type = any (f.type))
         and (f.channel is null or t.channel = any (f.channel))
         and (f.category is null or t.category = any (f.category))
         and (f.company is null or c.company = any (f.company))
         and (f.assignee is null or t.assignee_id = any (f.assignee) or (f.assignee_none and t.assignee_id is null))
         and (f.team is null or t.team_id = any (f.team) or (f.team_none and t.team_id is null))
         and (f.customer is null or t.customer_id = any (f.customer))
         and (f.ids is null or t.id = any (f.ids))
         and (f.tag is null or exists (
               select from ticket_tags g where g.organization_id = p_organization and g.ticket_id = t.id and g.tag = any (f.tag)))
         and (f.mentioned is null or exists (
               select from mentions n where n.organization_id = p_organization and n.ticket_id = t.id and n.user_id = any (f.mentioned)))
         and (f.watching is null or exists (
               select from ticket_watchers w where w.organization_id = p_organization and w.ticket_id = t.id and w.user_id = any (f.watching)))
         and (f.created_after is null or t.created_at >= f.created_after)
         and (f.created_before is null or t.created_at < f.created_before)
         and (f.updated_after is null or t.updated_at >= f.updated_after)
         and (f.updated_before is null or t.updated_at < f.updated_before)
         and (f.resolved_after is null or t.resolved_at >= f.resolved_after)
         and (f.resolved_before is null or t.resolved_at < f.resolved_before)
         and (f.due_before is null or t.resolution_due_at < f.due_before)
         and (f.is_overdue is null
              or f.is_overdue = (t.status_category in ('new', 'open', 'pending', 'on_hold') and t.resolution_due_at < p_now))
    )
    select x.id, (select count(*) from (select 1 from matched limit 1001) counted)
      from matched x
     where p_after is null
        or (p_descending and (x.place, x.id) < (p_after, p_after_id))
        or (not p_descending and (x.place, x.id) > (p_after, p_after_id))
     order by case when p_descending then -x.place else x.place end,
              case when p_descending then x.id end desc, case when not p_descending then x.id end
     limit p_limit offset p_offset;
end
$$;
alter function {schema}.search_tickets(uuid, text, text, uuid[], uuid, jsonb, text, boolean, bigint, uuid, bigint, bigint, timestamptz) owner to helpdesk_definer;
revoke all on function {schema}.search_tickets(uuid, text, text, uuid[], uuid, jsonb, text, boolean, bigint, uuid, bigint, bigint, timestamptz) from public;
grant execute on function {schema}.search_tickets(uuid, text, text, uuid[], uuid, jsonb, text, boolean, bigint, uuid, bigint, bigint, timestamptz) to app_api;
