-- Oldest binary that may run on this schema: 0.1.0
-- The logo's place among the files and its kind; none is the product's own mark.
alter table organization_settings add column logo_key text;
alter table organization_settings add column logo_type text
  constraint organization_settings_logo_check check (logo_type in ('image/png', 'image/jpeg', 'image/webp'));
