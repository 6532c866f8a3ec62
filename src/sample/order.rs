//! The orders of an epoch's examples.

use crate::Error;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// The rule for the order of an epoch's examples. Its text, also in saved states, is its name in
/// lower case.
///
/// ```
/// use atemoya::Order;
///
/// assert_eq!("cherimoya".parse::<Order>()?, Order::Cherimoya);
/// assert_eq!(Order::default().name(), "native");
/// # Ok::<(), atemoya::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Order {
    /// Atemoya's order (`format-spec/SAMPLER.md`): every example is drawn from a random stream of
    /// its own. See [`native`](super::native).
    #[default]
    Native,
    /// The order of cherimoya 0.3.1, example for example, drawn from one stream of numpy's legacy
    /// generator. See [`cherimoya`](super::cherimoya).
    Cherimoya,
}

impl Order {
    /// All orders.
    pub const ALL: [Order; 2] = [Order::Native, Order::Cherimoya];

    /// Returns the version of the order. Within a version, the same options always give the same
    /// examples.
    #[must_use]
    pub fn version(self) -> u32 {
        match self {
            Order::Native => super::native::VERSION,
            Order::Cherimoya => super::cherimoya::VERSION,
        }
    }

    /// Returns the name in lower case.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Order::Native => "native",
            Order::Cherimoya => "cherimoya",
        }
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Order, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Order {
    type Err = Error;

    /// Parses the name of an order.
    ///
    /// # Errors
    /// [`Error::Argument`] for any other text, with the valid names.
    fn from_str(name: &str) -> Result<Order, Error> {
        Order::ALL.into_iter().find(|order| order.name() == name).ok_or_else(|| {
            let known = Order::ALL.map(Order::name).join(", ");
            Error::argument("order", format!("there is no order {name:?}; there are {known}"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_the_same_in_text_and_in_json() {
        for order in Order::ALL {
            assert_eq!(order.to_string().parse::<Order>().unwrap(), order);
            let json = serde_json::to_string(&order).unwrap();
            assert_eq!(json, format!("\"{order}\""));
            assert_eq!(serde_json::from_str::<Order>(&json).unwrap(), order);
        }
        let error = "Native".parse::<Order>().unwrap_err();
        assert_eq!(error.to_string(), "order: there is no order \"Native\"; there are native, cherimoya");
        assert!(serde_json::from_str::<Order>("\"Native\"").is_err());
    }
}
