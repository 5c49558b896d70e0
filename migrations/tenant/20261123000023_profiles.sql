-- Oldest binary that may run on this schema: 0.1.0
alter table users
  add column availability text not null default 'available'
    constraint users_availability_check check (availability in ('available', 'busy', 'away')),
  add column availability_until timestamptz,
  add column preferences jsonb not null default '{}',
  add column avatar_key text,
  add column avatar_type text
    constraint users_avatar_check check (avatar_type in ('image/png', 'image/jpeg', 'image/webp'));
