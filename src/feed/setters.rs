//! The setters of builders: methods that take a builder and a value, and return the builder.

/// Writes setters of fields: `name: Type;`, or `name in part: Type;` for the field of a part.
macro_rules! setters {
    ($($(#[$doc:meta])* $name:ident $(in $part:ident)?: $type:ty;)*) => {
        $($(#[$doc])*
        pub fn $name(mut self, $name: $type) -> Self {
            self$(.$part)?.$name = $name;
            self
        })*
    };
}
pub(crate) use setters;
