-- Who a session is. Null when it is unknown, expired or revoked, when its person is not active, or
-- when somebody else acts as that person whose own session has ended or who is not active.
-- A customer also has to have proven the address: whoever has not sees nothing that belongs to it.
create or replace function {schema}.who(p_organization uuid, p_session uuid, p_now timestamptz) returns jsonb
language plpgsql stable security definer set search_path = {schema}, pg_temp as $$
begin
  return (
    select case s.person_kind
      when 'user' then (
        select jsonb_build_object('kind', 'user', 'id', u.id, 'name', u.name, 'email', u.email,
            'role', r.key, 'is_shipped', r.is_shipped, 'permissions', r.permissions,
            'visibility', coalesce(r.visibility, o.agent_visibility),
            -- Whoever acts as somebody else has shown their own second factor.
            'otp_missing', s.impersonator_id is null and r.require_otp and not exists (
              select from otp_factors f
               where f.organization_id = p_organization and f.person_id = u.id and f.confirmed_at is not null),
            'teams', array(select m.team_id from team_members m where m.organization_id = p_organization and m.user_id = u.id))
          from users u
          join roles r on r.organization_id = p_organization and r.id = u.role_id
          join organization_settings o on o.organization_id = p_organization
          where u.organization_id = p_organization and u.id = s.person_id and u.status = 'active')
      else (
        select jsonb_build_object('kind', 'customer', 'id', c.id, 'name', c.name, 'email', c.email, 'role', 'customer', 'is_shipped', true)
          from customers c
          where c.organization_id = p_organization and c.id = s.person_id and c.status = 'active'
            and c.email_verified_at is not null)
      end
      || case when s.impersonator_id is null then '{}' else jsonb_build_object('impersonator', (
        select jsonb_build_object('id', u.id, 'name', u.name,
            'role', r.key, 'is_shipped', r.is_shipped, 'permissions', r.permissions,
            'otp_missing', r.require_otp and not exists (
              select from otp_factors f
               where f.organization_id = p_organization and f.person_id = u.id and f.confirmed_at is not null))
          from users u
          join roles r on r.organization_id = p_organization and r.id = u.role_id
          where u.organization_id = p_organization and u.id = s.impersonator_id)) end
    from sessions s
    where s.organization_id = p_organization and s.id = p_session and s.revoked_at is null and s.expires_at > p_now
      and (s.impersonator_id is null or exists (
        select from sessions i
          join users u on u.organization_id = p_organization and u.id = i.person_id
         where i.organization_id = p_organization and i.id = s.impersonator_session_id and i.person_id = s.impersonator_id
           and i.revoked_at is null and i.expires_at > p_now and u.status = 'active')));
end
$$;
alter function {schema}.who(uuid, uuid, timestamptz) owner to helpdesk_definer;
revoke all on function {schema}.who(uuid, uuid, timestamptz) from public;

-- What an API key is, by the hash of its secret. Null when it is unknown, expired or revoked.
create or replace function {schema}.who_key(p_organization uuid, p_key uuid, p_hash bytea, p_now timestamptz) returns jsonb
language plpgsql stable security definer set search_path = {schema}, pg_temp as $$
begin
  return (
    select jsonb_build_object('kind', 'key', 'id', k.id, 'name', k.name, 'role', 'key', 'is_shipped', false,
        'permissions', k.scopes, 'visibility', 'all',
        'is_use_due', k.last_used_at is null or k.last_used_at <= p_now - interval '1 minute')
      from api_keys k
     where k.organization_id = p_organization and k.id = p_key and k.hash = p_hash
       and k.revoked_at is null and (k.expires_at is null or k.expires_at > p_now));
end
$$;
alter function {schema}.who_key(uuid, uuid, bytea, timestamptz) owner to helpdesk_definer;
revoke all on function {schema}.who_key(uuid, uuid, bytea, timestamptz) from public;
