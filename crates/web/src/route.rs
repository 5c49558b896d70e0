//! The route table: every path with its access, its shapes and its handler, from which both the
//! router and the API description are built. There is no way to add a route without access.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{MethodFilter, MethodRouter, on},
};
use kernel::{AppError, Permission};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HttpMethod, Info, ObjectBuilder, OpenApi, OpenApiBuilder, PathsBuilder, Ref,
        RefOr, Required, ResponseBuilder, Schema,
        path::{OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        schema::Type,
        security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::{ApiError, AppState, extract::is_known, idempotency::Turn};

/// Bytes of a body that carries a file: the largest file and what is around it.
const MAX_UPLOAD_BODY: usize = 101 * 1024 * 1024;

/// Who may call a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// People of the organization whose role allows it.
    Needs(Permission),
    /// Operators of the installation.
    Operator,
}

impl Access {
    /// Only with this permission.
    pub const fn needs(permission: Permission) -> Self {
        Self::Needs(permission)
    }

    /// Anybody, said explicitly.
    pub const fn public() -> Self {
        Self::Public
    }

    /// Operators only.
    pub const fn operator() -> Self {
        Self::Operator
    }
}

/// What the extractors and the log know of the matched route.
#[derive(Debug, Clone, Copy)]
pub struct RouteMeta {
    /// Who may call it.
    pub access: Access,
    /// Its stable name, `tickets_create`.
    pub operation: &'static str,
    /// Whether it takes an `Idempotency-Key`: every POST of members, but what deals with sign-in,
    /// keys and uploads.
    pub takes_key: bool,
}

/// One row of a route table.
pub struct Route {
    method: Method,
    path: &'static str,
    meta: RouteMeta,
    router: MethodRouter<AppState>,
    operation: OperationBuilder,
    statuses: Vec<u16>,
    problems: Vec<(&'static str, &'static str)>,
    takes_query: bool,
    versioned: bool,
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {} ({})", self.method, self.path, self.meta.operation)
    }
}

macro_rules! verbs {
    ($($verb:ident $method:ident),+) => {
        $(
            #[doc = concat!("A `", stringify!($method), "` route; `operation` is its stable name, `summary` one line for the API description.")]
            pub fn $verb<H, T>(path: &'static str, access: Access, operation: &'static str, summary: &'static str, handler: H) -> Self
            where
                H: Handler<T, AppState>,
                T: 'static,
            {
                Self::new(Method::$method, MethodFilter::$method, path, access, (operation, summary), handler)
            }
        )+
    };
}

impl Route {
    verbs!(get GET, post POST, put PUT, patch PATCH, delete DELETE);

    fn new<H, T>(
        method: Method,
        filter: MethodFilter,
        path: &'static str,
        access: Access,
        (name, summary): (&'static str, &'static str),
        handler: H,
    ) -> Self
    where
        H: Handler<T, AppState>,
        T: 'static,
    {
        let tag = path.trim_start_matches('/').split('/').next().unwrap_or_default();
        let takes_key = method == Method::POST
            && matches!(access, Access::Needs(_))
            && !["auth", "api-keys", "files"].contains(&tag);
        let meta = RouteMeta { access, operation: name, takes_key };
        let operation = OperationBuilder::new().operation_id(Some(name)).summary(Some(summary)).tag(tag);
        Self {
            method,
            path,
            meta,
            router: on(filter, handler),
            operation,
            statuses: Vec::new(),
            problems: Vec::new(),
            takes_query: false,
            versioned: false,
            schemas: Vec::new(),
        }
    }

    fn reference<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }

    /// About one thing with a version: answers carry it as `ETag`; a read takes `If-None-Match`, a
    /// write `If-Match`, which its handler checks.
    #[must_use]
    pub fn versioned(mut self) -> Self {
        self.versioned = true;
        if self.method == Method::GET {
            self.empty(304, "The version in If-None-Match is still the one.")
        } else {
            self
        }
    }

    /// Takes no `Idempotency-Key`, because its effect is not in the transaction of the request.
    #[must_use]
    pub fn without_key(mut self) -> Self {
        self.meta.takes_key = false;
        self
    }

    /// The JSON body it takes. Where no field is required the body is not either: none counts as `{}`.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        let is_optional = matches!(T::schema(), RefOr::T(Schema::Object(object)) if object.required.is_empty());
        let required = if is_optional { Required::False } else { Required::True };
        let schema = self.reference::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body = RequestBodyBuilder::new().content("application/json", content).required(Some(required)).build();
        self.operation = self.operation.request_body(Some(body));
        self
    }

    /// A multipart body with one file.
    #[must_use]
    pub fn upload(mut self) -> Self {
        let file = utoipa::openapi::ObjectBuilder::new()
            .property(
                "file",
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary))),
            )
            .required("file");
        let content = ContentBuilder::new().schema(Some(Schema::from(file.build()))).build();
        let body =
            RequestBodyBuilder::new().content("multipart/form-data", content).required(Some(Required::True)).build();
        self.operation = self.operation.request_body(Some(body));
        self.router = self.router.layer(DefaultBodyLimit::max(MAX_UPLOAD_BODY));
        self
    }

    /// A picture as the body.
    #[must_use]
    pub fn picture(mut self) -> Self {
        let bytes = utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(utoipa::openapi::KnownFormat::Binary)));
        let content = ContentBuilder::new().schema(Some(Schema::from(bytes.build()))).build();
        let body = ["image/png", "image/jpeg", "image/webp"]
            .into_iter()
            .fold(RequestBodyBuilder::new().required(Some(Required::True)), |body, kind| {
                body.content(kind, content.clone())
            });
        self.operation = self.operation.request_body(Some(body.build()));
        self
    }

    /// The JSON it answers with this status.
    #[must_use]
    pub fn ok<T: ToSchema>(mut self, status: u16) -> Self {
        let schema = self.reference::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let response = ResponseBuilder::new().description("Done.").content("application/json", content).build();
        self.operation = self.operation.response(status.to_string(), response);
        self.statuses.push(status);
        self
    }

    /// Something that is no part of the call, but described beside it.
    #[must_use]
    pub fn describes<T: ToSchema>(mut self) -> Self {
        let _ = self.reference::<T>();
        self
    }

    /// A status without a JSON body.
    #[must_use]
    pub fn empty(mut self, status: u16, description: &'static str) -> Self {
        let response = ResponseBuilder::new().description(description).build();
        self.operation = self.operation.response(status.to_string(), response);
        self.statuses.push(status);
        self
    }

    /// A problem that routes of this kind do not answer with otherwise.
    #[must_use]
    pub fn problem(mut self, status: &'static str, description: &'static str) -> Self {
        self.problems.push((status, description));
        self
    }

    /// Query parameters.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        self.takes_query = true;
        self.operation = self.operation.parameters(Some(T::into_params(|| Some(ParameterIn::Query))));
        self
    }

    /// Stable name, method, published path and access, for golden files.
    pub fn describe(&self) -> (&'static str, Method, String, Access) {
        (self.meta.operation, self.method.clone(), published(self.path), self.meta.access)
    }

    fn add_path_parameters(&mut self) {
        let names: Vec<&str> = self
            .path
            .split('/')
            .filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')))
            .collect();
        for name in names {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Path)
                .required(Required::True)
                .schema(Some(String::schema()))
                .build();
            self.operation = std::mem::take(&mut self.operation).parameter(parameter);
        }
    }

    /// The headers that are understood.
    fn add_headers(&mut self) {
        let mut header = |name: &str, description: &str, schema: ObjectBuilder| {
            let parameter = ParameterBuilder::new()
                .name(name)
                .parameter_in(ParameterIn::Header)
                .required(Required::False)
                .description(Some(description))
                .schema(Some(schema))
                .build();
            self.operation = std::mem::take(&mut self.operation).parameter(parameter);
        };
        let text = || ObjectBuilder::new().schema_type(Type::String);
        if self.meta.takes_key {
            let description = "Sent again with the same key within 24 hours, the request has no second effect and gets the same answer.";
            header("Idempotency-Key", description, text().min_length(Some(1)).max_length(Some(255)));
        }
        if self.versioned && self.method == Method::GET {
            header(
                "If-None-Match",
                "The ETag of a known version: answered with 304 while it is still the one.",
                text(),
            );
        } else if self.versioned {
            header(
                "If-Match",
                "The ETag that the write is meant for: refused with 412 when it is another one by now.",
                text(),
            );
        }
    }

    fn add_problems(&mut self) {
        let mut problems = vec![
            ("400", "Malformed."),
            ("404", "Not found."),
            ("422", "Not valid."),
            ("429", "Too often."),
            ("500", "Our fault."),
            ("503", "Try again."),
        ];
        if self.meta.access != Access::Public {
            problems.extend([("403", "Not allowed.")]);
        }
        problems.extend([("401", "Not signed in.")]);
        problems.append(&mut self.problems);
        if self.method != Method::GET {
            problems.extend([
                ("403", "Not allowed."),
                ("409", "In conflict."),
                ("412", "Stale."),
                ("413", "Too large."),
                ("415", "Wrong content type."),
            ]);
        }
        self.schemas.push(("Problem".to_owned(), crate::route::problem_schema()));
        for (status, description) in problems {
            if self.statuses.iter().any(|known| known.to_string() == status) {
                continue;
            }
            let content = ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build();
            let response =
                ResponseBuilder::new().description(description).content("application/problem+json", content).build();
            self.operation = std::mem::take(&mut self.operation).response(status, response);
        }
    }
}

/// 304 instead of what the caller has already.
fn unless_known(headers: &HeaderMap, response: Response) -> Response {
    match response.headers().get(header::ETAG) {
        Some(etag) if response.status() == StatusCode::OK && is_known(headers, etag) => {
            (StatusCode::NOT_MODIFIED, [(header::ETAG, etag.clone())]).into_response()
        }
        _ => response,
    }
}

/// The first query parameter of a route that takes none.
fn unexpected_parameter(takes_query: bool, uri: &Uri) -> Option<AppError> {
    let first = uri.query().filter(|query| !takes_query && !query.is_empty())?.split(['=', '&']).next()?;
    Some(AppError::invalid(first, "unknown", "This parameter is not known here."))
}

fn published(path: &str) -> String {
    format!("/api/v1{path}/")
}

fn problem_schema() -> RefOr<Schema> {
    use utoipa::openapi::{ArrayBuilder, schema::AdditionalProperties};
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let problem =
        ObjectBuilder::new().property("code", text()).property("message", text()).required("code").required("message");
    let errors = ObjectBuilder::new()
        .schema_type(Type::Object)
        .additional_properties(Some(AdditionalProperties::RefOr(ArrayBuilder::new().items(problem).into())));
    let mut object = ObjectBuilder::new();
    for name in ["type", "title", "detail", "code", "request_id"] {
        object = object.property(name, text()).required(name);
    }
    object
        .property("status", ObjectBuilder::new().schema_type(Type::Integer))
        .required("status")
        .property("errors", errors)
        .into()
}

/// The route tables of all slices.
#[derive(Debug, Default)]
pub struct Routes(pub Vec<Route>);

impl Routes {
    /// Adds the table of one slice.
    pub fn add(&mut self, table: Vec<Route>) {
        self.0.extend(table);
    }

    /// The router without prefix, and the API description.
    pub fn build(self) -> (Router<AppState>, OpenApi) {
        let mut router = Router::new();
        let mut paths = PathsBuilder::new();
        let mut components = ComponentsBuilder::new()
            .security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
            .security_scheme("api_key", SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::new("X-API-Key"))));
        for mut route in self.0 {
            route.add_path_parameters();
            route.add_headers();
            route.add_problems();
            match route.meta.access {
                Access::Public => {}
                Access::Needs(permission) => {
                    let with = |scheme: &str| SecurityRequirement::new(scheme, [permission.as_str().to_owned()]);
                    route.operation = route.operation.security(with("bearer"));
                    if permission.is_scope() {
                        route.operation = route.operation.security(with("api_key"));
                    }
                }
                Access::Operator => {
                    route.operation =
                        route.operation.security(SecurityRequirement::new("bearer", ["operator".to_owned()]));
                }
            }
            let method = match route.method {
                Method::GET => HttpMethod::Get,
                Method::POST => HttpMethod::Post,
                Method::PUT => HttpMethod::Put,
                Method::PATCH => HttpMethod::Patch,
                _ => HttpMethod::Delete,
            };
            let item = utoipa::openapi::PathItem::new(method, route.operation.build());
            paths = paths.path(published(route.path), item);
            components = components.schemas_from_iter(route.schemas);
            let (meta, takes_query) = (route.meta, route.takes_query);
            let conditional = route.versioned && route.method == Method::GET;
            let marked = from_fn(move |mut request: Request, next: Next| async move {
                request.extensions_mut().insert(meta);
                let known = conditional.then(|| request.headers().clone());
                let turn = Turn::of(request.headers()).filter(|_| meta.takes_key);
                if let Some(turn) = &turn {
                    request.extensions_mut().insert(turn.clone());
                }
                let mut response = match unexpected_parameter(takes_query, request.uri()) {
                    Some(error) => ApiError(error).into_response(),
                    None => next.run(request).await,
                };
                if let Some(turn) = turn {
                    turn.over().await;
                }
                response = match known {
                    Some(headers) => unless_known(&headers, response),
                    None => response,
                };
                response.extensions_mut().insert(meta);
                response
            });
            router = router.route(route.path, route.router.layer(marked));
        }
        let info = Info::builder().title("Helpdesk").version("1").description(Some("The API of Helpdesk.")).build();
        let document = OpenApiBuilder::new().info(info).paths(paths).components(Some(components.build())).build();
        (router, document)
    }
}
