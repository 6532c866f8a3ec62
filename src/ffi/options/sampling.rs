//! The parameters of epoch plans and batches: order, seed, negatives, batch size, and the part of
//! this process.

use super::{atemoya_options, set};
use crate::ffi::error::atemoya_error;
use crate::ffi::status::{Failure, atemoya_status};
use crate::sample::Order;
use std::mem::MaybeUninit;

/// The rules that give each index of an epoch its example.
#[repr(i32)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum atemoya_order {
    /// Atemoya's own rules. Every example is drawn from a random stream of its own.
    ATEMOYA_ORDER_NATIVE = 0,
    /// The rules of cherimoya 0.3.1, bit for bit, with its selection of loci.
    ATEMOYA_ORDER_CHERIMOYA = 1,
}

/// Sets the order of examples, an `atemoya_order`; native by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_order(
    options: *mut atemoya_options,
    order: i32,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| {
        let order = match order {
            _ if order == atemoya_order::ATEMOYA_ORDER_NATIVE as i32 => Order::Native,
            _ if order == atemoya_order::ATEMOYA_ORDER_CHERIMOYA as i32 => Order::Cherimoya,
            _ => return Err(Failure::argument("order", format!("there is no atemoya_order {order}"))),
        };
        Ok(generator.order(order))
    })
}

/// Sets the seed of all epochs; 0 by default.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_random_state(
    options: *mut atemoya_options,
    random_state: u64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.random_state(random_state)))
}

/// Sets how many negatives are drawn for each peak, with replacement; 0.1 by default. The product
/// with the number of peaks is truncated.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_negative_ratio(
    options: *mut atemoya_options,
    negative_ratio: f64,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.negative_ratio(negative_ratio)))
}

/// Sets whether peaks come in random order; true by default. Negatives always come at random
/// indices.
#[unsafe(no_mangle)]
pub extern "C" fn atemoya_options_set_shuffle(
    options: *mut atemoya_options,
    shuffle: bool,
    error: Option<&mut MaybeUninit<*mut atemoya_error>>,
) -> atemoya_status {
    set(options, error, |generator| Ok(generator.shuffle(shuffle)))
}
