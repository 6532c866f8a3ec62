//! Instructions against what Rust makes of the same numbers, on small kernels.

mod access;
mod integers;
mod others;
mod refused;

use super::{Fault, parse, run};
use crate::kernel_memory::{KernelMemory, Seen};
use crate::memory::DeviceMemory;

/// Numbers at the edges of all widths, and some between.
const SAMPLES: [u64; 18] = [
    0,
    1,
    2,
    7,
    31,
    32,
    0x7F,
    0x80,
    0xFF,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x7FFF_FFFF,
    0x8000_0000,
    0xFFFF_FFFF,
    0x7FFF_FFFF_FFFF_FFFF,
    0x8000_0000_0000_0000,
    0xC3A5_1234_9E37_79B9,
];

/// Returns a kernel whose thread `i` has the inputs `3 * i` and the two after it in `%x0`, `%x1`,
/// `%x2` (64 bits), `%r0`.. (32 bits) and `%h0`.. (16 bits), and gives `%x8`.
fn kernel(body: &str) -> String {
    let narrow: String = (0..3).map(|i| format!("cvt.u32.u64 %r{i}, %x{i}; cvt.u16.u64 %h{i}, %x{i};\n")).collect();
    format!(
        ".version 7.0\n.target sm_70\n.address_size 64\n
        .visible .entry k(.param .u64 in, .param .u64 out)
        {{
        .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .b64 %x<9>; .reg .f32 %f<9>;
        .reg .b64 %in, %out, %i; .reg .b32 %t;
        ld.param.u64 %in, [in]; ld.param.u64 %out, [out];
        cvta.to.global.u64 %in, %in;
        mov.u32 %t, %ctaid.x; mul.wide.u32 %i, %t, 24; add.s64 %in, %in, %i;
        mul.wide.u32 %i, %t, 8; add.s64 %out, %out, %i;
        ld.global.u64 %x0, [%in]; ld.global.nc.u64 %x1, [%in+8]; ld.global.u64 %x2, [%in+16];
        {narrow}
        {body}
        st.global.u64 [%out], %x8;
        ret;
        }}"
    )
}

/// Runs a body for each triple.
fn outcomes(body: &str, inputs: &[[u64; 3]]) -> Vec<u64> {
    let kernels = parse(&kernel(body)).unwrap_or_else(|message| panic!("{message}"));
    let mut memory = DeviceMemory::new(4096, 1 << 30);
    let bytes = |numbers: &[u64]| numbers.iter().flat_map(|number| number.to_le_bytes()).collect::<Vec<u8>>();
    let given = bytes(inputs.as_flattened());
    let (from, to) = (memory.allocate(given.len()).unwrap(), memory.allocate(8 * inputs.len()).unwrap());
    memory.bytes_mut(from, given.len()).unwrap().copy_from_slice(&given);
    let grid = [u32::try_from(inputs.len()).unwrap(), 1, 1];
    let mut seen = KernelMemory::new(&mut memory);
    run(&kernels[0], grid, [1; 3], &bytes(&[from, to]), &mut seen).unwrap_or_else(|fault| panic!("{}", fault.text));
    assert_eq!(seen.finish().conflicts.len(), 0);
    let out = memory.bytes(to, 8 * inputs.len()).unwrap();
    out.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap())).collect()
}

/// Compares a body with a model, on all triples of samples.
fn check(body: &str, model: impl Fn(u64, u64, u64) -> u64) {
    let triples =
        SAMPLES.iter().flat_map(|&a| SAMPLES.iter().flat_map(move |&b| SAMPLES.iter().map(move |&c| [a, b, c])));
    let triples: Vec<[u64; 3]> = triples.collect();
    for (&[a, b, c], outcome) in triples.iter().zip(outcomes(body, &triples)) {
        let expected = model(a, b, c);
        assert_eq!(outcome, expected, "{body} of {a:#x}, {b:#x}, {c:#x}: {outcome:#x} instead of {expected:#x}");
    }
}

/// Returns an instruction of 16 bits, whose result is 16 bits.
fn check16(instruction: &str, model: impl Fn(u16, u16, u16) -> u16) {
    let body = format!("{instruction}; cvt.u64.u16 %x8, %h8;");
    check(&body, |a, b, c| u64::from(model(a as u16, b as u16, c as u16)));
}

/// Returns an instruction of 32 bits, whose result is 32 bits.
fn check32(instruction: &str, model: impl Fn(u32, u32, u32) -> u32) {
    let body = format!("{instruction}; cvt.u64.u32 %x8, %r8;");
    check(&body, |a, b, c| u64::from(model(a as u32, b as u32, c as u32)));
}

/// Runs a whole module's first kernel over one allocation, whose address is its only argument.
fn launch(source: &str, memory: &mut [u8], grid: [u32; 3], block: [u32; 3]) -> (Result<u64, Fault>, Seen) {
    let kernels = parse(source).unwrap_or_else(|message| panic!("{message}"));
    let mut device = DeviceMemory::new(4096, 1 << 20);
    let address = device.allocate(memory.len()).unwrap();
    device.bytes_mut(address, memory.len()).unwrap().copy_from_slice(memory);
    let mut seen = KernelMemory::new(&mut device);
    let outcome = run(&kernels[0], grid, block, &address.to_le_bytes(), &mut seen);
    let seen = seen.finish();
    memory.copy_from_slice(device.bytes(address, memory.len()).unwrap());
    (outcome, seen)
}

/// Returns a kernel with the address of its allocation in `%a` and the number of its thread in
/// `%r0` and `%x0`.
fn with_address(body: &str) -> String {
    format!(
        ".entry k(.param .u64 a) {{ .reg .pred %p<9>; .reg .b16 %h<9>; .reg .b32 %r<9>; .reg .b64 %x<9>; .reg .b64 %a;
        ld.param.u64 %a, [a]; mov.u32 %r0, %tid.x; cvt.u64.u32 %x0, %r0; {body} ret; }}"
    )
}
