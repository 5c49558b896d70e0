//! Every answer is checked against the description of the API.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use jsonschema::Validator;
use serde_json::Value;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(server::compose::routes().build().1).unwrap());
/// The named shapes, in which a field that is not described is an error.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    let shapes = components["schemas"].as_object_mut().unwrap();
    // Shapes that others are composed of stay open; the composed one is closed as a whole.
    let part = |shape: &Value| shape["$ref"].as_str().and_then(|name| name.rsplit('/').next()).map(str::to_owned);
    let parts: Vec<String> =
        shapes.values().filter_map(|shape| shape["allOf"].as_array()).flatten().filter_map(part).collect();
    for (name, shape) in shapes.iter_mut().filter(|(name, _)| !parts.contains(name)) {
        let shape = shape.as_object_mut().unwrap_or_else(|| panic!("{name} is no shape"));
        if shape.contains_key("allOf") {
            shape.insert("unevaluatedProperties".to_owned(), Value::from(false));
        } else if shape.contains_key("properties") {
            shape.entry("additionalProperties").or_insert(Value::from(false));
        }
    }
    components
});
static VALIDATORS: LazyLock<Mutex<HashMap<(String, u16), &'static Validator>>> = LazyLock::new(Mutex::default);

/// The description, as published.
pub fn document() -> &'static Value {
    &DOCUMENT
}

/// Panics unless the description names this status for this operation and the body fits.
pub fn check(method: &str, path: &str, status: u16, body: Option<&Value>) {
    let Some((template, operation)) = operation(method, path) else { return };
    let name = operation["operationId"].as_str().unwrap();
    let response = &operation["responses"][status.to_string()];
    assert!(response.is_object(), "{name} ({template}) answers {status}, which is not described: {body:?}");
    let Some(content) = response["content"].as_object() else { return };
    let schema = content.values().next().unwrap()["schema"].clone();
    let body = body.unwrap_or_else(|| panic!("{name} answers {status} without a body"));
    let mut known = VALIDATORS.lock().unwrap();
    let validator = known.entry((name.to_owned(), status)).or_insert_with(|| {
        let mut root = schema;
        root["components"] = CLOSED.clone();
        Box::leak(Box::new(jsonschema::validator_for(&root).unwrap_or_else(|error| panic!("{name} {status}: {error}"))))
    });
    if let Err(error) = validator.validate(body) {
        panic!("{name} {status}: {error} at {} in {body}", error.instance_path());
    };
}

/// Panics unless a value has the described shape of this name.
pub fn check_component(name: &str, value: &Value) {
    let mut known = VALIDATORS.lock().unwrap();
    let validator = known.entry((name.to_owned(), 0)).or_insert_with(|| {
        let root =
            serde_json::json!({"$ref": format!("#/components/schemas/{name}"), "components": DOCUMENT["components"]});
        Box::leak(Box::new(jsonschema::validator_for(&root).unwrap_or_else(|error| panic!("{name}: {error}"))))
    });
    if let Err(error) = validator.validate(value) {
        panic!("{name}: {error} at {} in {value}", error.instance_path());
    }
}

/// The operation behind a request: the described path with the most fixed parts that fits.
pub fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let path = path.split('?').next().unwrap_or_default();
    let path = path.strip_prefix("/api/v1").or_else(|| path.strip_prefix("/api"))?;
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    let paths = DOCUMENT["paths"].as_object()?;
    paths
        .iter()
        .filter_map(|(template, item)| {
            let wanted: Vec<&str> =
                template.strip_prefix("/api/v1")?.split('/').filter(|part| !part.is_empty()).collect();
            let fits = wanted.len() == parts.len()
                && wanted.iter().zip(&parts).all(|(want, part)| want.starts_with('{') || want == part);
            let fixed = wanted.iter().filter(|want| !want.starts_with('{')).count();
            fits.then_some((fixed, template.as_str(), item))
        })
        .max_by_key(|(fixed, ..)| *fixed)
        .and_then(|(_, template, item)| Some((template, item.get(method.to_lowercase())?)))
}

/// Every operation: method, published path, its description.
pub fn operations() -> Vec<(String, String, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if operation["operationId"].is_string() {
                all.push((method.to_uppercase(), path.clone(), operation));
            }
        }
    }
    all
}
