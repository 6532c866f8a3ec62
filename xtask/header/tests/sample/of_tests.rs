//! Tests, which are none of the header's.

/// Not C's.
#[unsafe(no_mangle)]
extern "C" fn of_tests() {}
