-- Who a session is. Null when it is unknown, expired or revoked, or its person is not active. A
-- customer also has to have proven the address: whoever has not sees nothing that belongs to it.
create or replace function {schema}.who(p_organization uuid, p_session uuid, p_now timestamptz) returns jsonb
language plpgsql stable security definer set search_path = {schema}, pg_temp as $$
begin
  return (
    select case s.person_kind
      when 'user' then (
        select jsonb_build_object('kind', 'user', 'id', u.id, 'name', u.name, 'email', u.email,
            'role', r.key, 'is_shipped', r.is_shipped, 'permissions', r.permissions,
            'agent_visibility', o.agent_visibility,
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
    from sessions s
    where s.organization_id = p_organization and s.id = p_session and s.revoked_at is null and s.expires_at > p_now);
end
$$;
alter function {schema}.who(uuid, uuid, timestamptz) owner to helpdesk_definer;
revoke all on function {schema}.who(uuid, uuid, timestamptz) from public;
