//! The route table: every path with its access, its shapes and its handler, from which both the
//! router and the API description are built. There is no way to add a route without access.

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    handler::Handler,
    http::{Method, Uri},
    middleware::{Next, from_fn},
    response::IntoResponse,
    routing::{MethodFilter, MethodRouter, on},
};
use kernel::{AppError, Permission};
use utoipa::{
    IntoParams, PartialSchema, ToSchema,
    openapi::{
        ComponentsBuilder, ContentBuilder, HttpMethod, Info, OpenApi, OpenApiBuilder, PathsBuilder, Ref, RefOr,
        Required, ResponseBuilder, Schema,
        path::{OperationBuilder, ParameterBuilder, ParameterIn},
        request_body::RequestBodyBuilder,
        security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
    },
};

use crate::{ApiError, AppState};

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
        let meta = RouteMeta { access, operation: name };
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
            schemas: Vec::new(),
        }
    }

    fn reference<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(T::name()).into()
    }

    /// The JSON body it takes.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        let schema = self.reference::<T>();
        let content = ContentBuilder::new().schema(Some(schema)).build();
        let body =
            RequestBodyBuilder::new().content("application/json", content).required(Some(Required::True)).build();
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

/// The first query parameter of a route that takes none.
fn unexpected_parameter(takes_query: bool, uri: &Uri) -> Option<AppError> {
    let first = uri.query().filter(|query| !takes_query && !query.is_empty())?.split(['=', '&']).next()?;
    Some(AppError::invalid(first, "unknown", "This parameter is not known here."))
}

fn published(path: &str) -> String {
    format!("/api/v1{path}/")
}

fn problem_schema() -> RefOr<Schema> {
    use utoipa::openapi::{
        ArrayBuilder, ObjectBuilder,
        schema::{AdditionalProperties, Type},
    };
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
        let mut components =
            ComponentsBuilder::new().security_scheme("bearer", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)));
        for mut route in self.0 {
            route.add_path_parameters();
            route.add_problems();
            match route.meta.access {
                Access::Public => {}
                Access::Needs(permission) => {
                    route.operation =
                        route.operation.security(SecurityRequirement::new("bearer", [permission.as_str().to_owned()]));
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
            let marked = from_fn(move |mut request: Request, next: Next| async move {
                request.extensions_mut().insert(meta);
                let mut response = match unexpected_parameter(takes_query, request.uri()) {
                    Some(error) => ApiError(error).into_response(),
                    None => next.run(request).await,
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
