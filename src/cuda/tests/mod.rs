//! The pipeline on a driver emulator: the right data and no violation of the driver's rules in any
//! order that the driver may run work in; and each wait left out, each call failing.
//!
//! The emulator is one process's whole driver and its settings are read once, so that every
//! scenario is a process of its own: this test binary again, with [`program::child`] as its only
//! test.
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
