//! The pipeline on a driver emulator: the right data and no violation of the driver's rules, in any
//! order in which the driver may run work; also with each wait left out, and with each call
//! failing.
//!
//! The emulator is the driver of its process and reads its settings once. Therefore every scenario
//! runs in a separate process: this test binary again, with [`program::child`] as its only test.
#![allow(unsafe_code, reason = "the emulator and the consumer's own work are called as the driver is")]

mod absence;
mod check;
mod consumer;
mod emulator;
mod expansion;
mod failures;
mod fixture;
mod holding;
mod left_out;
mod matrix;
mod mishaps;
mod program;
mod programs;
mod refusals;
mod streams;
mod yardstick;
