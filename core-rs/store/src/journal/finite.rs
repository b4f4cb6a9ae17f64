//! Refuses what JSON would change in silence: NaN and infinity become `null`, and deep nesting can't be read back.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use crate::StoreError;

/// Deepest nesting; the JSON reader stops at 128.
const MAX_DEPTH: usize = 100;

/// Checks every number in `payload`; an error names the path to it.
pub(super) fn check<T: Serialize + ?Sized>(payload: &T) -> Result<(), StoreError> {
    let mut walk = Walk { path: String::new(), depth: 0 };
    payload.serialize(&mut walk).map_err(|fault| StoreError::JournalPayload {
        field: if walk.path.is_empty() { "payload".to_owned() } else { walk.path },
        value: fault.value,
        remedy: fault.remedy,
    })
}

#[derive(Debug)]
struct Fault {
    value: String,
    remedy: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.value)
    }
}

impl std::error::Error for Fault {}

impl ser::Error for Fault {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { value: message.to_string(), remedy: "make the value serialisable" }
    }
}

/// Visits a value without writing anything; after an error, `path` leads to where it happened.
struct Walk {
    path: String,
    depth: usize,
}

impl Walk {
    fn enter(&mut self) -> Result<Inside<'_>, Fault> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(Fault { value: "nested too deep".to_owned(), remedy: "nest at most 100 levels" });
        }
        Ok(Inside { walk: self, index: 0 })
    }

    /// Visits what stands under `step`; the path keeps it if that fails.
    fn visit<T: Serialize + ?Sized>(&mut self, step: fmt::Arguments<'_>, value: &T) -> Result<(), Fault> {
        let above = self.path.len();
        // Writing to a string can't fail.
        let _ = fmt::write(&mut self.path, step);
        value.serialize(&mut *self)?;
        self.path.truncate(above);
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Fault> {
        let dot = if self.path.is_empty() { "" } else { "." };
        self.visit(format_args!("{dot}{name}"), value)
    }
}

/// A list, map or struct being visited.
struct Inside<'a> {
    walk: &'a mut Walk,
    index: usize,
}

impl Inside<'_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        let index = self.index;
        self.index += 1;
        self.walk.visit(format_args!("[{index}]"), value)
    }
}

macro_rules! fine {
    ($($name:ident: $type:ty),*) => {
        $(fn $name(self, _: $type) -> Result<(), Fault> { Ok(()) })*
    };
}

impl<'a> Serializer for &'a mut Walk {
    type Ok = ();
    type Error = Fault;
    type SerializeSeq = Inside<'a>;
    type SerializeTuple = Inside<'a>;
    type SerializeTupleStruct = Inside<'a>;
    type SerializeTupleVariant = Inside<'a>;
    type SerializeMap = Inside<'a>;
    type SerializeStruct = Inside<'a>;
    type SerializeStructVariant = Inside<'a>;

    fine!(serialize_bool: bool, serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_u8: u8, serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_char: char,
        serialize_str: &str, serialize_bytes: &[u8], serialize_unit_struct: &'static str);

    fn serialize_f32(self, value: f32) -> Result<(), Fault> {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Result<(), Fault> {
        if value.is_finite() {
            return Ok(());
        }
        Err(Fault { value: value.to_string(), remedy: "give a finite number, or leave the field out" })
    }

    fn serialize_none(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, _: &'static str) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<(), Fault> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Fault> {
        let inside = self.enter()?;
        inside.walk.field(variant, value)?;
        inside.walk.depth -= 1;
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Inside<'a>, Fault> {
        self.enter()
    }

    fn serialize_tuple(self, _: usize) -> Result<Inside<'a>, Fault> {
        self.enter()
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Fault> {
        self.enter()
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Inside<'a>, Fault> {
        // JSON puts the variant's name around its content.
        self.depth += 1;
        self.enter()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Inside<'a>, Fault> {
        self.enter()
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Inside<'a>, Fault> {
        self.enter()
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, _: &'static str, _: usize) -> Result<Inside<'a>, Fault> {
        self.depth += 1;
        self.enter()
    }
}

macro_rules! items {
    ($($trait:ident :: $method:ident, $levels:literal);*) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.item(value)
            }

            fn end(self) -> Result<(), Fault> {
                self.walk.depth -= $levels;
                Ok(())
            }
        })*
    };
}

items!(
    SerializeSeq::serialize_element, 1;
    SerializeTuple::serialize_element, 1;
    SerializeTupleStruct::serialize_field, 1;
    SerializeTupleVariant::serialize_field, 2
);

macro_rules! fields {
    ($($trait:ident, $levels:literal);*) => {
        $(impl ser::$trait for Inside<'_> {
            type Ok = ();
            type Error = Fault;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Fault> {
                self.walk.field(name, value)
            }

            fn end(self) -> Result<(), Fault> {
                self.walk.depth -= $levels;
                Ok(())
            }
        })*
    };
}

fields!(SerializeStruct, 1; SerializeStructVariant, 2);

impl ser::SerializeMap for Inside<'_> {
    type Ok = ();
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, _: &T) -> Result<(), Fault> {
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.item(value)
    }

    fn serialize_entry<K: Serialize + ?Sized, V: Serialize + ?Sized>(
        &mut self,
        key: &K,
        value: &V,
    ) -> Result<(), Fault> {
        // Keys that aren't text are the JSON writer's business; numbers among them only serve as names here.
        match serde_json::to_value(key) {
            Ok(serde_json::Value::String(name)) => self.walk.field(&name, value),
            Ok(other) => self.walk.field(&other.to_string(), value),
            Err(_) => self.item(value),
        }
    }

    fn end(self) -> Result<(), Fault> {
        self.walk.depth -= 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[derive(serde::Serialize)]
    enum Shape {
        One(f64),
        Two(f64, f64),
        Named { x: f64 },
    }

    fn fault<T: Serialize>(value: T) -> Option<String> {
        check(&value).err().map(|e| e.to_string().split(':').next().unwrap_or_default().to_owned())
    }

    #[test]
    fn every_number_is_found_and_its_path_named() {
        let nan = f64::NAN;
        assert_eq!(fault(nan).as_deref(), Some("payload is NaN"));
        assert_eq!(fault(vec![1.0, f64::NEG_INFINITY]).as_deref(), Some("[1] is -inf"));
        assert_eq!(fault(BTreeMap::from([("w", [(0.0, f32::INFINITY)])])).as_deref(), Some("w[0][1] is inf"));
        assert_eq!(fault(Some(Shape::One(nan))).as_deref(), Some("One is NaN"));
        assert_eq!(fault(Shape::Two(1.0, nan)).as_deref(), Some("[1] is NaN"));
        assert_eq!(fault(BTreeMap::from([(7, Shape::Named { x: nan })])).as_deref(), Some("7.x is NaN"));
    }

    #[test]
    fn finite_numbers_of_all_shapes_pass_and_depth_is_given_back() {
        let many: Vec<_> =
            (0..200).map(|_| (Shape::One(f64::MIN), Shape::Two(0.0, -0.0), Shape::Named { x: f64::MAX })).collect();
        assert_eq!(fault(many), None);
    }

    #[test]
    fn what_could_not_be_read_back_is_refused() {
        let nested = |levels: usize| (0..levels).fold(serde_json::json!(1), |inner, _| serde_json::json!([inner]));
        assert_eq!(fault(nested(MAX_DEPTH)), None);
        assert!(fault(nested(MAX_DEPTH + 1)).is_some_and(|f| f.ends_with("is nested too deep")));
    }
}
