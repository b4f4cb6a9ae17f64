//! Values and plain data, from and to Python.

use emomas_chart::tree::{Node, Tree};
use emomas_chart::{ChartError, Value, limits};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyString, PyTuple};

use crate::errors::Raise;

pub(super) fn to_python(py: Python<'_>, value: Value) -> PyResult<Bound<'_, PyAny>> {
    Ok(match value {
        Value::Int(x) => x.into_pyobject(py)?.into_any(),
        Value::Float(x) => PyFloat::new(py, x).into_any(),
        Value::Bool(x) => PyBool::new(py, x).to_owned().into_any(),
    })
}

/// A number or truth value for `field`; numbers must be finite.
pub(crate) fn to_value(field: &str, object: &Bound<'_, PyAny>) -> PyResult<Value> {
    let wrong = |remedy: &str| {
        let value = object.repr().map_or_else(|_| "?".to_owned(), |repr| repr.to_string());
        ChartError::Argument { field: "data", value: format!("{field}={value}"), remedy: remedy.to_owned() }.raise()
    };
    if let Ok(flag) = object.cast::<PyBool>() {
        return Ok(Value::Bool(flag.is_true()));
    }
    if object.is_instance_of::<PyInt>() {
        return object.extract().map(Value::Int).map_err(|_| wrong("give an integer of 64 bits"));
    }
    match object.extract::<f64>() {
        Ok(x) if x.is_finite() => Ok(Value::Float(x)),
        Ok(_) => Err(wrong("give a finite number")),
        Err(_) => Err(wrong("give a number or a truth value")),
    }
}

/// A dict of dicts, lists, texts, numbers and truth values as plain data.
pub(super) fn to_tree(object: &Bound<'_, PyAny>, depth: usize) -> PyResult<Tree> {
    let limit = 4 * limits::DEPTH;
    if depth > limit {
        let what = "dicts inside dicts";
        return Err(ChartError::Limit { at: emomas_chart::At::default(), what, found: depth, limit }.raise());
    }
    let node = if let Ok(text) = object.cast::<PyString>() {
        Node::Text(text.extract()?)
    } else if let Ok(dict) = object.cast::<PyDict>() {
        let entries = dict.iter().map(|(key, value)| Ok((key.extract::<String>()?, to_tree(&value, depth + 1)?)));
        Node::Table(entries.collect::<PyResult<_>>()?)
    } else if let Ok(list) = object.cast::<PyList>() {
        Node::List(list.iter().map(|item| to_tree(&item, depth + 1)).collect::<PyResult<_>>()?)
    } else if let Ok(tuple) = object.cast::<PyTuple>() {
        Node::List(tuple.iter().map(|item| to_tree(&item, depth + 1)).collect::<PyResult<_>>()?)
    } else if let Ok(flag) = object.cast::<PyBool>() {
        Node::Bool(flag.is_true())
    } else if object.is_instance_of::<PyInt>() {
        Node::Int(object.extract()?)
    } else if let Ok(x) = object.cast::<PyFloat>() {
        Node::Float(x.extract()?)
    } else {
        let kind = object.get_type().name()?;
        return Err(PyTypeError::new_err(format!("a chart holds dicts, lists, texts and numbers, not {kind}")));
    };
    Ok(Tree { line: None, node })
}

pub(super) fn from_tree<'py>(py: Python<'py>, tree: &Tree) -> PyResult<Bound<'py, PyAny>> {
    Ok(match &tree.node {
        Node::Bool(x) => PyBool::new(py, *x).to_owned().into_any(),
        Node::Int(x) => x.into_pyobject(py)?.into_any(),
        Node::Float(x) => PyFloat::new(py, *x).into_any(),
        Node::Text(x) => PyString::new(py, x).into_any(),
        Node::List(items) => {
            let list = PyList::empty(py);
            items.iter().try_for_each(|item| list.append(from_tree(py, item)?))?;
            list.into_any()
        }
        Node::Table(entries) => {
            let dict = PyDict::new(py);
            entries.iter().try_for_each(|(key, value)| dict.set_item(key, from_tree(py, value)?))?;
            dict.into_any()
        }
    })
}
