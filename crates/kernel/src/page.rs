//! The envelope and the request of every list.

use serde::Serialize;

/// One page of a list, as every list answers.
#[derive(Debug, Serialize)]
pub struct Page<T> {
    /// Exact up to 1 000 matches; `null` in cursor mode.
    pub count: Option<i64>,
    /// Present and true when there are more than `count` matches.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub count_capped: bool,
    /// Address of the next page.
    pub next: Option<String>,
    /// Address of the previous page.
    pub previous: Option<String>,
    /// The rows of this page.
    pub results: Vec<T>,
}

impl<T> Page<T> {
    /// The same page with other rows.
    pub fn with<U>(self, results: Vec<U>) -> Page<U> {
        let Self { count, count_capped, next, previous, .. } = self;
        Page { count, count_capped, next, previous, results }
    }
}

/// Which page of a list is wanted: `page` from 1, `page_size` from 1 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageRequest {
    /// Counted from 1.
    pub page: i64,
    /// Rows a page, 1 to 100.
    pub size: i64,
}

impl PageRequest {
    /// Counting stops here; a list with more says so.
    pub const COUNT_CAP: i64 = 1_000;
    /// Beyond this row lists go on by cursor.
    pub const OFFSET_CAP: i64 = 10_000;

    /// Rows before this page.
    pub fn offset(&self) -> i64 {
        (self.page - 1).saturating_mul(self.size)
    }
}

#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> utoipa::PartialSchema for Page<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::{
            ArrayBuilder, ObjectBuilder, Ref,
            schema::{SchemaType, Type},
        };
        let nullable = |kind| SchemaType::from_iter([kind, Type::Null]);
        ObjectBuilder::new()
            .property("count", ObjectBuilder::new().schema_type(nullable(Type::Integer)))
            .property("count_capped", ObjectBuilder::new().schema_type(Type::Boolean))
            .property("next", ObjectBuilder::new().schema_type(nullable(Type::String)))
            .property("previous", ObjectBuilder::new().schema_type(nullable(Type::String)))
            .property("results", ArrayBuilder::new().items(Ref::from_schema_name(T::name())))
            .required("count")
            .required("next")
            .required("previous")
            .required("results")
            .into()
    }
}

#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> utoipa::ToSchema for Page<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("{}Page", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(schemas);
    }
}
