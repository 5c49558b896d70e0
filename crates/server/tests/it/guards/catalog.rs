//! What `pg_catalog` says of every tenant table, role and function, whoever wrote the migration.

use std::collections::BTreeSet;

use sqlx::{AssertSqlSafe, PgConnection, Row};

use crate::harness::database::Database;

/// The one rule of every policy, as PostgreSQL prints it.
const RULE: &str = "(organization_id = (NULLIF(current_setting('app.organization_id'::text, true), ''::text))::uuid)";
const OWN: &str = "t_0123456789abcdefghjkmnpqrs";
const SCHEMAS: [&str; 2] = ["shared", OWN];

/// Tables whose rows can only be added.
const APPEND_ONLY: &str = "'audit_log', 'audit_chain'";

struct Catalog {
    connection: PgConnection,
    _database: Database,
}

impl Catalog {
    async fn open() -> Self {
        let database = Database::create().await;
        db::provision_schema(&database.owner, OWN).await.unwrap();
        Self { connection: database.superuser().await, _database: database }
    }

    /// The rows of a statement, each as one line.
    async fn lines(&mut self, sql: &str) -> Vec<String> {
        sqlx::query(AssertSqlSafe(sql.to_owned()))
            .fetch_all(&mut self.connection)
            .await
            .unwrap_or_else(|error| panic!("{sql}: {error}"))
            .iter()
            .map(|row| {
                let cells = (0..row.len())
                    .map(|cell| row.try_get::<Option<String>, _>(cell).unwrap().unwrap_or_else(|| "-".to_owned()));
                cells.collect::<Vec<_>>().join(" | ")
            })
            .collect()
    }

    /// `offenders` finds nothing in either schema; `{schema}` stands for its name.
    async fn nothing(&mut self, what: &str, offenders: &str) {
        for schema in SCHEMAS {
            let found = self.lines(&offenders.replace("{schema}", schema)).await;
            assert!(found.is_empty(), "{schema}: {what}:\n{}", found.join("\n"));
        }
    }
}

/// All tenant tables of a schema as `t`.
const TABLES: &str = "(select c.* from pg_class c where c.relnamespace = '{schema}'::regnamespace and c.relkind in ('r', 'p') and c.relname <> '_sqlx_migrations') t";

#[tokio::test]
async fn every_table_is_keyed_and_linked_by_organization() {
    let mut catalog = Catalog::open().await;
    for schema in SCHEMAS {
        let count = catalog.lines(&format!("select t.relname::text from {TABLES}").replace("{schema}", schema)).await;
        assert!(count.len() >= 20, "{schema}: {count:?}");
    }
    catalog
        .nothing(
            "tables whose primary key does not begin with organization_id uuid not null",
            &format!(
                "select t.relname::text from {TABLES} where not exists (
                   select from pg_constraint p join pg_attribute a on a.attrelid = t.oid and a.attnum = p.conkey[1]
                    where p.conrelid = t.oid and p.contype = 'p' and a.attname = 'organization_id'
                      and a.atttypid = 'uuid'::regtype and a.attnotnull)"
            ),
        )
        .await;
    catalog
        .nothing(
            "foreign keys without organization_id at the same place on both sides, or into another schema",
            &format!(
                "select p.conname::text, pg_get_constraintdef(p.oid) from {TABLES}
                   join pg_constraint p on p.conrelid = t.oid and p.contype = 'f'
                   join pg_class r on r.oid = p.confrelid
                  where r.relnamespace <> t.relnamespace or not exists (
                    select from unnest(p.conkey, p.confkey) k (own, other)
                      join pg_attribute a on a.attrelid = p.conrelid and a.attnum = k.own
                      join pg_attribute b on b.attrelid = p.confrelid and b.attnum = k.other
                     where a.attname = 'organization_id' and b.attname = 'organization_id')"
            ),
        )
        .await;
    catalog
        .nothing(
            "foreign keys that would set organization_id to null",
            &format!(
                "select p.conname::text from {TABLES}
                   join pg_constraint p on p.conrelid = t.oid and p.contype = 'f'
                   join pg_attribute a on a.attrelid = t.oid and a.attname = 'organization_id'
                  where p.confupdtype in ('n', 'd')
                     or (p.confdeltype in ('n', 'd') and (p.confdelsetcols is null or a.attnum = any (p.confdelsetcols)))"
            ),
        )
        .await;
    catalog
        .nothing(
            "unique indexes and exclusion constraints that do not begin with organization_id",
            &format!(
                "select i.indexrelid::regclass::text from {TABLES} join pg_index i on i.indrelid = t.oid
                  where (i.indisunique or i.indisexclusion) and not exists (
                    select from pg_attribute a where a.attrelid = t.oid and a.attnum = i.indkey[0] and a.attname = 'organization_id')"
            ),
        )
        .await;
}

#[tokio::test]
async fn every_table_has_the_one_policy() {
    let mut catalog = Catalog::open().await;
    catalog
        .nothing(
            "tables where row-level security is not enabled and forced",
            &format!("select t.relname::text from {TABLES} where not (t.relrowsecurity and t.relforcerowsecurity)"),
        )
        .await;
    let rule = RULE.replace('\'', "''");
    catalog
        .nothing(
            "tables without exactly one policy: permissive, for all, for everybody, with the one rule on both sides",
            &format!(
                "select t.relname::text, string_agg(concat_ws(' ', p.polname, p.polpermissive, p.polcmd, p.polroles,
                     pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)), '; ')
                   from {TABLES} left join pg_policy p on p.polrelid = t.oid
                  group by t.relname
                 having count(p.oid) <> 1 or not bool_and(
                   p.polpermissive and p.polcmd = '*' and p.polroles = '{{0}}'
                   and pg_get_expr(p.polqual, p.polrelid) is not distinct from '{rule}'
                   and pg_get_expr(p.polwithcheck, p.polrelid) is not distinct from '{rule}')"
            ),
        )
        .await;
    catalog
        .nothing(
            "views, rules and inheritance, through which rows could be reached",
            "select c.relname::text from pg_class c where c.relnamespace = '{schema}'::regnamespace and c.relkind in ('v', 'm', 'f')
             union all
             select r.rulename::text from pg_rewrite r join pg_class c on c.oid = r.ev_class where c.relnamespace = '{schema}'::regnamespace
             union all
             select h.inhrelid::regclass::text from pg_inherits h join pg_class c on c.oid = h.inhrelid
              where c.relnamespace = '{schema}'::regnamespace and c.relkind in ('r', 'p')",
        )
        .await;
}

#[tokio::test]
async fn schemas_are_plain_and_equal() {
    let mut catalog = Catalog::open().await;
    catalog
        .nothing(
            "columns of a type of its own",
            &format!(
                "select t.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod) from {TABLES}
                   join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
                   join pg_type y on y.oid = a.atttypid
                   left join pg_type e on e.oid = y.typelem and y.typcategory = 'A'
                  where coalesce(e.typtype, y.typtype) <> 'b' or y.typnamespace <> 'pg_catalog'::regnamespace"
            ),
        )
        .await;
    catalog
        .nothing(
            "triggers",
            &format!(
                "select g.tgname::text from {TABLES} join pg_trigger g on g.tgrelid = t.oid and not g.tgisinternal"
            ),
        )
        .await;
    catalog
        .nothing(
            "names of constraints and indexes over 50 bytes",
            &format!(
                "select p.conname::text from {TABLES} join pg_constraint p on p.conrelid = t.oid where octet_length(p.conname::text) > 50
                 union all
                 select i.indexrelid::regclass::text from {TABLES} join pg_index i on i.indrelid = t.oid
                   join pg_class x on x.oid = i.indexrelid where octet_length(x.relname::text) > 50"
            ),
        )
        .await;
    let shapes = [
        format!(
            "select t.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
                    a.attgenerated::text, a.attidentity::text, pg_get_expr(d.adbin, d.adrelid)
               from {TABLES} join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
               left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum"
        ),
        format!(
            "select t.relname::text, p.conname::text, pg_get_constraintdef(p.oid), p.convalidated::text
               from {TABLES} join pg_constraint p on p.conrelid = t.oid"
        ),
        format!(
            "select t.relname::text, pg_get_indexdef(i.indexrelid), i.indisvalid::text from {TABLES} join pg_index i on i.indrelid = t.oid"
        ),
        format!("select t.relname::text, array(select x::text from unnest(t.relacl) x order by 1)::text, t.relowner::regrole::text from {TABLES}"),
        "select f.oid::regprocedure::text, f.proowner::regrole::text, f.prosecdef::text, f.proacl::text, f.proconfig::text, f.prosrc
           from pg_proc f where f.pronamespace = '{schema}'::regnamespace"
            .to_owned(),
    ];
    for shape in shapes {
        let mut both = Vec::new();
        for schema in SCHEMAS {
            let lines = catalog.lines(&shape.replace("{schema}", schema)).await;
            both.push(lines.iter().map(|line| line.replace(schema, "…")).collect::<BTreeSet<_>>());
        }
        let differ: Vec<_> = both[0].symmetric_difference(&both[1]).collect();
        assert!(differ.is_empty() && !both[0].is_empty(), "shared and a fresh schema differ: {differ:#?}");
    }
}

#[tokio::test]
async fn the_runtime_role_owns_nothing_and_steps_over_nothing() {
    let mut catalog = Catalog::open().await;
    let of = |name: &str| {
        format!(
            "select concat_ws(' ', rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication, rolinherit, rolcanlogin)
               from pg_roles where rolname = '{name}'"
        )
    };
    for (role, flags) in [
        ("helpdesk_rt", "f f f f f f t"),
        ("app_api", "f f f f f t f"),
        ("app_platform", "f f f f f t f"),
        ("helpdesk_definer", "f t f f f t f"),
    ] {
        assert_eq!(catalog.lines(&of(role)).await, [flags], "{role}");
    }
    let members = "select roleid::regrole::text, member::regrole::text, admin_option::text from pg_auth_members
         where member::regrole::text in ('helpdesk_rt', 'app_api', 'app_platform', 'helpdesk_definer')
            or roleid::regrole::text in ('app_api', 'app_platform', 'helpdesk_definer', 'helpdesk_rt') order by 1, 2";
    assert_eq!(
        catalog.lines(members).await,
        ["app_api | helpdesk_rt | false", "app_platform | helpdesk_rt | false"],
        "memberships"
    );
    let owned = "select d.classid::regclass::text, pg_describe_object(d.classid, d.objid, d.objsubid) from pg_shdepend d
         where d.deptype = 'o' and (d.dbid = 0 or d.dbid = (select oid from pg_database where datname = current_database()))
           and d.refobjid::regrole::text in ('helpdesk_rt', 'app_api', 'app_platform')";
    assert_eq!(catalog.lines(owned).await, [""; 0], "owned");
    let definer = "select pg_describe_object(d.classid, d.objid, d.objsubid) from pg_shdepend d
         where d.deptype = 'o' and d.classid <> 'pg_proc'::regclass
           and d.dbid = (select oid from pg_database where datname = current_database())
           and d.refobjid::regrole::text = 'helpdesk_definer'";
    assert_eq!(catalog.lines(definer).await, [""; 0], "the definer owns more than functions");
    let create = "select n.nspname::text, r.rolname::text from pg_namespace n, pg_roles r
         where r.rolname in ('helpdesk_rt', 'app_api', 'app_platform', 'helpdesk_definer')
           and n.nspname !~ '^pg_temp|^pg_toast' and has_schema_privilege(r.oid, n.oid, 'create')";
    assert_eq!(catalog.lines(create).await, [""; 0], "may create");
}

#[tokio::test]
async fn rights_are_what_they_must_be() {
    let mut catalog = Catalog::open().await;
    // Exactly these grants on tenant tables, none of them to everybody, none on single columns.
    catalog
        .nothing(
            "grants on tenant tables beyond the expected",
            &format!(
                "select t.relname::text, case when x.grantee = 0 then 'public' else x.grantee::regrole::text end, x.privilege_type
                   from {TABLES}, aclexplode(t.relacl) x
                  where x.grantee <> t.relowner and not (
                    (x.grantee = 'app_api'::regrole and x.privilege_type in ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
                       and (t.relname not in ({APPEND_ONLY}) or x.privilege_type in ('SELECT', 'INSERT')))
                    or (x.grantee = 'helpdesk_definer'::regrole and x.privilege_type = 'SELECT')
                    or (x.grantee = 'helpdesk_definer'::regrole and t.relname = 'outbox' and x.privilege_type in ('DELETE', 'UPDATE')))
                 union all
                 select t.relname::text, a.attname::text, 'column grant' from {TABLES}
                   join pg_attribute a on a.attrelid = t.oid and a.attacl is not null"
            ),
        )
        .await;
    catalog
        .nothing(
            "what the roles of the product may do to tenant tables beyond that, by whatever way",
            &format!(
                "select t.relname::text, r.rolname::text, p.privilege from {TABLES}, pg_roles r,
                   unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p (privilege)
                  where has_table_privilege(r.oid, t.oid, p.privilege)
                    and (r.rolname in ('helpdesk_rt', 'app_platform')
                      or (r.rolname in ('app_api', 'helpdesk_definer') and t.relname in ({APPEND_ONLY}) and p.privilege in ('UPDATE', 'DELETE'))
                      or (r.rolname in ('app_api', 'helpdesk_definer') and p.privilege in ('TRUNCATE', 'REFERENCES', 'TRIGGER')))"
            ),
        )
        .await;
    let platform = "select c.relname::text, r.rolname::text, p.privilege from pg_class c, pg_roles r,
           unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p (privilege)
          where c.relnamespace = 'platform'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
            and r.rolname in ('app_api', 'helpdesk_rt') and has_table_privilege(r.oid, c.oid, p.privilege)
          union all
         select c.relname::text, r.rolname::text, 'sequence' from pg_class c, pg_roles r
          where c.relnamespace in ('platform'::regnamespace, 'shared'::regnamespace) and c.relkind = 'S'
            and r.rolname in ('app_api', 'helpdesk_rt') and has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE')";
    assert_eq!(catalog.lines(platform).await, [""; 0], "app_api and helpdesk_rt on platform tables");
    let everybody = "select c.oid::regclass::text, x.privilege_type from pg_class c, aclexplode(c.relacl) x
          where x.grantee = 0 and c.relnamespace in (select oid from pg_namespace where nspname !~ '^pg_|^information_schema$')";
    assert_eq!(catalog.lines(everybody).await, [""; 0], "public");
}

#[tokio::test]
async fn functions_that_see_more_are_guarded() {
    let mut catalog = Catalog::open().await;
    let ours = "f.pronamespace in (select oid from pg_namespace where nspname = 'platform' or nspname = 'shared' or nspname ~ '^t_')";
    let unpinned = format!(
        "select f.oid::regprocedure::text, f.proconfig::text from pg_proc f where f.prosecdef
           and f.pronamespace in (select oid from pg_namespace where nspname !~ '^pg_|^information_schema$')
           and not exists (select from unnest(f.proconfig) c where c ~ '^search_path=' and c !~ '\\$user' and c ~ 'pg_temp$')
         union all
         select f.oid::regprocedure::text, f.proowner::regrole::text from pg_proc f
          where f.prosecdef and f.proowner <> 'helpdesk_definer'::regrole and {ours}"
    );
    assert_eq!(catalog.lines(&unpinned).await, [""; 0], "no pinned search_path ending in pg_temp, or another owner");
    let public = format!(
        "select f.oid::regprocedure::text from pg_proc f
          where {ours} and (f.proacl is null or exists (select from aclexplode(f.proacl) x where x.grantee = 0))"
    );
    assert_eq!(catalog.lines(&public).await, [""; 0], "functions that everybody may execute");
    let executors = format!(
        "select n.nspname || '.' || f.proname, string_agg(x.grantee::regrole::text, ' ' order by x.grantee::regrole::text)
           from pg_proc f join pg_namespace n on n.oid = f.pronamespace
           left join lateral aclexplode(f.proacl) x on x.grantee <> f.proowner
          where {ours} group by 1, f.oid order by 1"
    );
    let mut expected = vec![
        "platform.add_domain | app_api".to_owned(),
        "platform.attempt_failed | app_api app_platform".to_owned(),
        "platform.attempt_forgiven | app_api app_platform".to_owned(),
        "platform.attempt_lock | app_api app_platform".to_owned(),
        "platform.audit_waiting | app_platform".to_owned(),
        "platform.claim_mail_address | app_api".to_owned(),
        "platform.domains_of | app_api".to_owned(),
        "platform.drop_login | app_api".to_owned(),
        "platform.enter | helpdesk_rt".to_owned(),
        "platform.may_mail | app_api app_platform".to_owned(),
        "platform.must_be_open | helpdesk_definer".to_owned(),
        "platform.note_login | app_api".to_owned(),
        "platform.open | helpdesk_rt".to_owned(),
        "platform.outbox_oldest | app_platform".to_owned(),
        "platform.outbox_take | app_platform".to_owned(),
        "platform.placement | helpdesk_rt".to_owned(),
        "platform.release_mail_address | app_api".to_owned(),
        "platform.remove_domain | app_api".to_owned(),
        "platform.verify_domain | app_api".to_owned(),
        "platform.rename_organization | app_api".to_owned(),
        "platform.retry_job | app_api".to_owned(),
        "platform.still | app_platform".to_owned(),
        "platform.usage | app_platform".to_owned(),
        "platform.write_lock | helpdesk_rt".to_owned(),
    ];
    for schema in SCHEMAS {
        expected.push(format!("{schema}.search_customers | app_api"));
        expected.push(format!("{schema}.search_tickets | app_api"));
        expected.push(format!("{schema}.who | -"));
        expected.push(format!("{schema}.who_key | -"));
        expected.push(format!("{schema}.words | app_api helpdesk_definer"));
    }
    expected.sort();
    let mut found = catalog.lines(&executors).await;
    found.sort();
    assert_eq!(found, expected);
}
