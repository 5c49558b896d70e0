-- Oldest binary that may run on this schema: 0.1.0
-- What a slug looks like to a hasty eye (kernel::slug::skeleton): two organizations never look alike.
-- Null for those that looked alike before this rule.
alter table organizations add column skeleton text;
update organizations o
   set skeleton = alike.skeleton
  from (select id, skeleton, row_number() over (partition by skeleton order by created_at, id) as place
          from (select id, created_at,
                       replace(replace(translate(replace(slug, '-', ''), '01i', 'oll'), 'rn', 'm'), 'vv', 'w') as skeleton
                  from organizations) each_one) alike
 where alike.id = o.id and alike.place = 1;
alter table organizations add constraint organizations_skeleton_key unique (skeleton);

-- Several organizations may try to prove a domain; one of them has it.
alter table domains drop constraint domains_pkey;
drop index domains_organization_idx;
alter table domains add constraint domains_pkey primary key (organization_id, domain);
create unique index domains_verified_key on domains (domain) where verified_at is not null;
-- What its owner has to put into the domain name system.
alter table domains add column challenge text;
update domains set challenge = encode(uuid_send(gen_random_uuid()), 'hex');
alter table domains alter column challenge set not null;
-- By whom it was proven: the name servers, which are asked again each day, or the operator.
alter table domains add column proof text;
update domains set proof = 'operator' where verified_at is not null;
alter table domains add constraint domains_proof_check
  check ((verified_at is null) = (proof is null) and proof in ('dns', 'operator'));
alter table domains add column checked_at timestamptz;
alter table domains add column failing_since timestamptz;
