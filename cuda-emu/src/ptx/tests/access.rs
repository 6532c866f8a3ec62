//! Loads and stores: widths, vectors, parameters, bounds, alignment, threads that disturb each
//! other.

use super::{launch, with_address};
use crate::kernel_memory::Seen;
use crate::memory::DeviceMemory;
use crate::ptx::interpret::FaultKind;
use crate::ptx::{Fault, parse, run};
use crate::report::Detector;

const ONE: [u32; 3] = [1; 3];

/// Runs a body with one thread and gives the memory.
fn after(body: &str, bytes: &[u8]) -> Vec<u8> {
    let mut memory = bytes.to_vec();
    let (outcome, seen) = launch(&with_address(body), &mut memory, ONE, ONE);
    outcome.unwrap_or_else(|fault| panic!("{}", fault.text));
    assert_eq!(seen.conflicts.len(), 0);
    memory
}

fn fault(body: &str, length: usize) -> Fault {
    launch(&with_address(body), &mut vec![0; length], ONE, ONE).0.unwrap_err()
}

#[test]
fn widths_and_signs() {
    let given = [0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0, 0, 0, 0, 0, 0, 0, 0];
    let outcome = |body: &str| u64::from_le_bytes(after(body, &given)[8..].try_into().unwrap());
    assert_eq!(outcome("ld.global.u8 %x1, [%a+1]; st.global.u64 [%a+8], %x1;"), 0x82);
    assert_eq!(outcome("ld.global.s8 %x1, [%a+1]; st.global.u64 [%a+8], %x1;"), 0x82u8 as i8 as u64);
    assert_eq!(outcome("ld.global.s16 %x1, [%a+2]; st.global.u64 [%a+8], %x1;"), 0x8483u16 as i16 as u64);
    assert_eq!(outcome("ld.global.nc.b32 %x1, [%a+4]; st.global.u64 [%a+8], %x1;"), 0x8887_8685);
    assert_eq!(outcome("ld.global.cs.s32 %x1, [%a+4]; st.global.u64 [%a+8], %x1;"), 0x8887_8685u32 as i32 as u64);
    assert_eq!(
        outcome("add.s64 %x1, %a, 8; ld.global.f64 %x2, [%x1+-8]; st.global.b64 [%x1], %x2;"),
        0x8887_8685_8483_8281
    );
    assert_eq!(outcome("mov.u32 %r1, 0x12345; st.global.u8 [%a+8], %r1; st.global.cs.b16 [%a+10], %r1;"), 0x2345_0045);
}

#[test]
fn vectors() {
    let given: Vec<u8> = (0..32).collect();
    let reversed = |size: usize, count: usize| {
        let parts: Vec<&[u8]> = given[..size * count].chunks(size).rev().collect();
        let mut expected = given.clone();
        expected[16..16 + size * count].copy_from_slice(&parts.concat());
        expected
    };
    for (kind, size) in [("u8", 1), ("b8", 1), ("u16", 2), ("s16", 2), ("u32", 4), ("f32", 4)] {
        let body = format!(
            "ld.global.v4.{kind} {{%r1, %r2, %r3, %r4}}, [%a]; st.global.v4.{kind} [%a+16], {{%r4, %r3, %r2, %r1}};"
        );
        assert_eq!(after(&body, &given), reversed(size, 4), "{kind}");
    }
    for (kind, size) in [("u8", 1), ("u16", 2), ("b32", 4), ("u64", 8)] {
        let body = format!("ld.global.nc.v2.{kind} {{%x1, %x2}}, [%a]; st.global.v2.{kind} [%a+16], {{%x2, %x1}};");
        assert_eq!(after(&body, &given), reversed(size, 2), "{kind}");
    }
}

#[test]
fn parts_of_a_structure() {
    let source = ".entry k(.param .u32 n, .param .align 16 .b8 s[32]) { .reg .b64 %a; .reg .b32 %r<9>; .reg .b16 %h<3>;
        ld.param.u64 %a, [s+8]; ld.param.u32 %r0, [n]; ld.param.s8 %r1, [s+1]; ld.param.v2.u32 {%r2, %r3}, [s+16];
        ld.param.v4.b16 {%h0, %h1, %h2, _}, [s+24]; cvt.u32.u16 %r4, %h2;
        st.global.u32 [%a], %r0; st.global.u32 [%a+4], %r1; st.global.v2.u32 [%a+8], {%r3, %r2};
        st.global.u32 [%a+16], %r4; ret; }";
    let kernels = parse(source).unwrap();
    assert_eq!(kernels[0].parameters().collect::<Vec<_>>(), [0..4, 16..48]);
    let mut memory = DeviceMemory::new(4096, 1 << 20);
    let address = memory.allocate(20).unwrap();
    let mut arguments = vec![0; 48];
    arguments[..4].copy_from_slice(&77u32.to_le_bytes());
    arguments[17] = 0xFE;
    arguments[24..32].copy_from_slice(&address.to_le_bytes());
    arguments[32..40].copy_from_slice(&[1, 0, 0, 0, 2, 0, 0, 0]);
    arguments[44..46].copy_from_slice(&[3, 4]);
    run(&kernels[0], ONE, ONE, &arguments, &mut crate::kernel_memory::KernelMemory::new(&mut memory)).unwrap();
    let words: Vec<u32> =
        memory.bytes(address, 20).unwrap().chunks(4).map(|w| u32::from_le_bytes(w.try_into().unwrap())).collect();
    assert_eq!(words, [77, 0xFFFF_FFFE, 2, 1, 0x0403]);
    for bad in ["[n+4]", "[s+32]", "[s+30]", "[n+2]", "[m]"] {
        assert!(parse(&source.replace("[n]", bad)).is_err(), "{bad}");
    }
}

#[test]
fn outside_an_allocation() {
    for body in [
        "ld.global.u8 %r1, [%a+8];",
        "ld.global.u32 %r1, [%a+-4];",
        "st.global.u8 [%a+100], %r0;",
        "mov.b64 %x1, 0; ld.global.u64 %x2, [%x1];",
        "mov.b64 %x1, -1; ld.global.u8 %r2, [%x1];",
        // A register that was never written.
        "ld.global.u8 %r2, [%x5];",
    ] {
        let fault = fault(body, 8);
        assert_eq!(fault.kind, FaultKind::Bounds, "{body}");
        assert!(fault.text.contains("block [0, 0, 0], thread [0, 0, 0]"), "{}", fault.text);
    }
    // A vector that begins inside and ends outside.
    assert_eq!(fault("ld.global.v4.u32 {%r1, %r2, %r3, %r4}, [%a];", 15).kind, FaultKind::Bounds);
}

#[test]
fn misaligned() {
    for body in ["ld.global.u16 %r1, [%a+1];", "st.global.u64 [%a+4], %x0;", "ld.global.v2.u32 {%r1, %r2}, [%a+4];"] {
        assert_eq!(fault(body, 64).kind, FaultKind::Misaligned, "{body}");
    }
}

#[test]
fn registers_start_as_garbage() {
    // The first thread sets what the second finds unset.
    let body = "shl.b64 %x1, %x0, 2; add.u64 %x1, %x1, %a; setp.eq.u32 %p1, %r0, 0; @%p1 mov.u32 %r5, 7;
        st.global.u32 [%x1], %r5;";
    let mut memory = [0; 8];
    launch(&with_address(body), &mut memory, ONE, [2, 1, 1]).0.unwrap();
    assert_eq!(memory, [7, 0, 0, 0, 0xEF, 0xBE, 0xAD, 0xDE]);
}

#[test]
fn a_thread_without_end() {
    assert_eq!(fault("again: bra again;", 8).kind, FaultKind::Endless);
}

#[test]
fn threads_have_places() {
    // Each of 2 * 3 blocks of 4 * 5 threads writes its number where it belongs.
    let body = "mov.u32 %r1, %tid.y; mov.u32 %r2, %ctaid.x; mov.u32 %r3, %ctaid.y; mov.u32 %r4, %ntid.x;
        mov.u32 %r5, %nctaid.x; mov.u32 %r6, %ntid.y;
        mad.lo.u32 %r7, %r3, %r5, %r2; mad.lo.u32 %r7, %r7, %r6, %r1; mad.lo.u32 %r7, %r7, %r4, %r0;
        mul.wide.u32 %x1, %r7, 4; add.u64 %x1, %x1, %a; st.global.u32 [%x1], %r7;";
    let mut memory = vec![0xFF; 4 * 120];
    let (outcome, seen) = launch(&with_address(body), &mut memory, [2, 3, 1], [4, 5, 1]);
    assert_eq!(outcome.unwrap(), 120 * 16);
    let expected: Vec<u8> = (0..120u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(memory, expected);
    assert_eq!((seen.ranges.len(), seen.ranges[0].1), (1, true));
    assert_eq!(seen.ranges[0].0.end - seen.ranges[0].0.start, 480);
}

fn conflicts(body: &str, threads: u32) -> Vec<Detector> {
    let (outcome, Seen { conflicts, .. }) = launch(&with_address(body), &mut [0; 64], ONE, [threads, 1, 1]);
    outcome.unwrap();
    conflicts.iter().map(|conflict| conflict.0).collect()
}

#[test]
fn threads_that_disturb_each_other() {
    assert_eq!(conflicts("st.global.u8 [%a], %r0;", 2), [Detector::DoubleWrite]);
    // One thread may write twice, and read what it wrote.
    assert_eq!(conflicts("st.global.u8 [%a], %r0; st.global.u8 [%a], %r0; ld.global.u8 %r1, [%a];", 1), []);
    // All may read the same.
    assert_eq!(conflicts("ld.global.u8 %r1, [%a];", 3), []);
    // Thread 0 writes what thread 1 reads, and thread 1 writes what thread 0 has read.
    let (first, second) = ("setp.eq.u32 %p1, %r0, 0;", "setp.eq.u32 %p1, %r0, 1;");
    assert_eq!(
        conflicts(&format!("{first} @%p1 st.global.u32 [%a], %r0; ld.global.u8 %r1, [%a+3];"), 2),
        [Detector::ReadWrite]
    );
    assert_eq!(
        conflicts(&format!("{second} ld.global.u8 %r1, [%a]; @%p1 st.global.u8 [%a], %r0;"), 2),
        [Detector::ReadWrite]
    );
    // Neighbouring bytes are no conflict.
    assert_eq!(conflicts("add.u64 %x1, %a, %x0; ld.global.u8 %r1, [%x1]; st.global.u8 [%x1], %r0;", 4), []);
}
