//! Conversions, single precision, predicates, and the flow of a kernel.

use super::{check, check16, check32, outcomes};
use half::f16;

#[test]
fn integers_of_other_widths() {
    check("cvt.u64.u8 %x8, %x0;", |a, _, _| u64::from(a as u8));
    check("cvt.s64.s8 %x8, %x0;", |a, _, _| a as i8 as u64);
    check("cvt.s64.s16 %x8, %h0;", |a, _, _| a as i16 as u64);
    check("cvt.s64.s32 %x8, %r0;", |a, _, _| a as i32 as u64);
    check32("cvt.s32.s8 %r8, %r0", |a, _, _| a as i8 as u32);
    check32("cvt.s32.s16 %r8, %h0", |a, _, _| a as i16 as u32);
    check32("cvt.u32.s64 %r8, %x0", |a, _, _| a);
    check32("cvt.u32.u16 %r8, %h0", |a, _, _| u32::from(a as u16));
    check16("cvt.u16.u32 %h8, %r0", |a, _, _| a);
    check16("cvt.s16.s8 %h8, %h0", |a, _, _| a as i8 as u16);
    check32("cvt.sat.u8.u32 %r8, %r0", |a, _, _| a.min(255));
    check32("cvt.sat.s8.s32 %r8, %r0", |a, _, _| (a as i32).clamp(-128, 127) as u32);
    check32("cvt.sat.u16.s32 %r8, %r0", |a, _, _| (a as i32).clamp(0, 65535) as u32);
}

#[test]
fn integers_as_floats() {
    check32("cvt.rn.f32.u8 %f8, %r0; mov.b32 %r8, %f8", |a, _, _| f32::from(a as u8).to_bits());
    check32("cvt.rn.f32.u16 %f8, %h0; mov.b32 %r8, %f8", |a, _, _| f32::from(a as u16).to_bits());
    check32("cvt.rn.f32.u32 %f8, %r0; mov.b32 %r8, %f8", |a, _, _| (a as f32).to_bits());
    check32("cvt.rn.f32.s32 %f8, %r0; mov.b32 %r8, %f8", |a, _, _| (a as i32 as f32).to_bits());
    check("cvt.rn.f32.u64 %f8, %x0; mov.b32 %r8, %f8; cvt.u64.u32 %x8, %r8;", |a, _, _| (a as f32).to_bits().into());
    check16("cvt.rn.f16.u16 %h8, %h0", |a, _, _| f16::from_f32(f32::from(a)).to_bits());
    check("cvt.rn.f16.s32 %h8, %r0; cvt.u64.u16 %x8, %h8;", |a, _, _| half_of((a as i32 as f32).to_bits()));
}

/// Returns all that single precision can hold near half precision's edges: ties, subnormals,
/// infinities.
fn singles() -> Vec<u32> {
    let mut all = vec![0x0000_0001, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 0xFFC0_0001, 0x7F80_0001, 0x7F7F_FFFF];
    for half in (0..=u16::MAX).step_by(37).chain([0x0001, 0x03FF, 0x0400, 0x7BFF, 0x8001]) {
        let bits = f16::from_bits(half).to_f32().to_bits();
        all.extend([bits, bits ^ 0x1000, bits.wrapping_add(0xFFF), bits.wrapping_add(0x1001)]);
    }
    all
}

/// Rounds to nearest even by plain arithmetic on the value.
fn half_of(bits: u32) -> u64 {
    let value = f64::from(f32::from_bits(bits));
    let sign = u64::from(bits >> 31) << 15;
    if value.is_nan() {
        return 0x7FFF;
    }
    // Halves are whole numbers of the smallest subnormal up to 2^-14, and then of ever larger
    // units.
    let size = value.abs();
    let mut unit = 2f64.powi(-24);
    while size >= unit * 2048.0 && unit < 32.0 {
        unit *= 2.0;
    }
    let whole = (size / unit).round_ties_even();
    let rounded = whole * unit;
    if rounded >= 65536.0 {
        return sign | 0x7C00;
    }
    let half = (0..0x7C00u16).find(|&half| f64::from(f16::from_bits(half).to_f32()) == rounded).unwrap();
    sign | u64::from(half)
}

#[test]
fn half_precision() {
    let singles = singles();
    let inputs: Vec<[u64; 3]> = singles.iter().map(|&bits| [bits.into(), 0, 0]).collect();
    let body = "mov.b32 %f0, %r0; cvt.rn.f16.f32 %h8, %f0; cvt.u64.u16 %x8, %h8;";
    for (&bits, half) in singles.iter().zip(outcomes(body, &inputs)) {
        assert_eq!(half, half_of(bits), "{bits:#x}");
    }

    let inputs: Vec<[u64; 3]> = (0..=u16::MAX).map(|half| [half.into(), 0, 0]).collect();
    let body = "cvt.f32.f16 %f8, %h0; mov.b32 %r8, %f8; cvt.u64.u32 %x8, %r8;";
    for (half, single) in (0..=u16::MAX).zip(outcomes(body, &inputs)) {
        let value = f16::from_bits(half);
        let expected = if value.is_nan() { 0x7FFF_FFFF } else { value.to_f32().to_bits() };
        assert_eq!(single, u64::from(expected), "{half:#x}");
    }
}

#[test]
fn floats_as_integers() {
    let values =
        [0.0, -0.0, 0.5, 1.5, -1.5, 2.5, 255.5, -3.7, 3e9, -3e9, 1e20, f32::INFINITY, f32::NEG_INFINITY, f32::NAN];
    let inputs = values.map(|value| [u64::from(value.to_bits()), 0, 0]);
    let run = |convert: &str| outcomes(&format!("mov.b32 %f0, %r0; {convert} cvt.u64.u32 %x8, %r8;"), &inputs);
    let expected = values.map(|value| u64::from(value.round_ties_even() as i32 as u32));
    assert_eq!(run("cvt.rni.s32.f32 %r8, %f0;"), expected);
    assert_eq!(run("cvt.rzi.u32.f32 %r8, %f0;"), values.map(|value| u64::from(value as u32)));
    assert_eq!(run("cvt.rmi.s32.f32 %r8, %f0;"), values.map(|value| u64::from(value.floor() as i32 as u32)));
    assert_eq!(run("cvt.rpi.s32.f32 %r8, %f0;"), values.map(|value| u64::from(value.ceil() as i32 as u32)));
    assert_eq!(outcomes("mov.b32 %f0, %r0; cvt.rzi.s64.f32 %x8, %f0;", &inputs)[13], 1 << 63);
}

#[test]
fn single_precision() {
    let inputs = [[1.5f32, 2.25, -4.0], [0.1, 0.2, 0.3], [f32::MAX, 2.0, f32::MIN], [f32::INFINITY, 0.0, 1.0]];
    let bits = inputs.map(|values| values.map(|value| u64::from(value.to_bits())));
    let run = |instruction: &str, model: fn(f32, f32, f32) -> f32| {
        let body = format!(
            "mov.b32 %f0, %r0; mov.b32 %f1, %r1; mov.b32 %f2, %r2; {instruction}; \
             mov.b32 %r8, %f8; cvt.u64.u32 %x8, %r8;"
        );
        let expected = inputs.map(|[a, b, c]| {
            let value = model(a, b, c);
            u64::from(if value.is_nan() { 0x7FFF_FFFF } else { value.to_bits() })
        });
        assert_eq!(outcomes(&body, &bits), expected, "{instruction}");
    };
    run("add.f32 %f8, %f0, %f1", |a, b, _| a + b);
    run("sub.rn.f32 %f8, %f0, %f1", |a, b, _| a - b);
    run("mul.f32 %f8, %f0, %f1", |a, b, _| a * b);
    run("mul.rn.f32 %f8, %f0, 0f3F000000", |a, _, _| a * 0.5);
    run("div.rn.f32 %f8, %f0, %f1", |a, b, _| a / b);
    run("fma.rn.f32 %f8, %f0, %f1, %f2", f32::mul_add);
    run("neg.f32 %f8, %f0", |a, _, _| -a);
    run("mov.f32 %f8, %f0", |a, _, _| a);
}

#[test]
fn comparisons() {
    let as_bit = "selp.b64 %x8, 1, 0, %p1;";
    let check_order = |instruction: &str, model: fn(u32, u32) -> bool| {
        check(&format!("{instruction} %p1, %r0, %r1; {as_bit}"), |a, b, _| model(a as u32, b as u32).into());
    };
    check_order("setp.eq.s32", |a, b| a == b);
    check_order("setp.ne.b32", |a, b| a != b);
    check_order("setp.lt.u32", |a, b| a < b);
    check_order("setp.lo.u32", |a, b| a < b);
    check_order("setp.lt.s32", |a, b| (a as i32) < (b as i32));
    check_order("setp.ls.u32", |a, b| a <= b);
    check_order("setp.ge.s32", |a, b| (a as i32) >= (b as i32));
    check_order("setp.hi.u32", |a, b| a > b);
    check(&format!("setp.gt.s16 %p1, %h0, %h1; {as_bit}"), |a, b, _| (a as i16 > b as i16).into());
    check(&format!("setp.le.s64 %p1, %x0, %x1; {as_bit}"), |a, b, _| (a as i64 <= b as i64).into());

    let combined = |how: &str| format!("setp.eq.u32 %p2, %r2, 1; setp.lt.{how}.u32 %p1, %r0, %r1, %p2; {as_bit}");
    check(&combined("and"), |a, b, c| ((a as u32) < b as u32 && c as u32 == 1).into());
    check(&combined("or"), |a, b, c| ((a as u32) < b as u32 || c as u32 == 1).into());
    check(&combined("xor"), |a, b, c| (((a as u32) < b as u32) != (c as u32 == 1)).into());
    let pair = format!("setp.eq.u32 %p2, %r2, 1; setp.lt.and.u32 %p3|%p1, %r0, %r1, !%p2; {as_bit}");
    check(&pair, |a, b, c| (a as u32 >= b as u32 && c as u32 != 1).into());

    let floats = [[1.0f32, 2.0], [2.0, 2.0], [3.0, 2.0], [f32::NAN, 2.0]];
    let inputs = floats.map(|[a, b]| [a.to_bits().into(), b.to_bits().into(), 0]);
    let run = |word: &str| {
        let body = format!("mov.b32 %f0, %r0; mov.b32 %f1, %r1; setp.{word}.f32 %p1, %f0, %f1; {as_bit}");
        outcomes(&body, &inputs)
    };
    assert_eq!(run("lt"), [1, 0, 0, 0]);
    assert_eq!(run("ne"), [1, 0, 1, 0]);
    assert_eq!(run("neu"), [1, 0, 1, 1]);
    assert_eq!(run("geu"), [0, 1, 1, 1]);
    assert_eq!(run("nan"), [0, 0, 0, 1]);
    assert_eq!(run("num"), [1, 1, 1, 0]);
}

#[test]
fn predicates_and_selection() {
    let both = "setp.lt.u32 %p1, %r0, 32; setp.lt.u32 %p2, %r1, 32;";
    let small = |a: u64| (a as u32) < 32;
    check(&format!("{both} and.pred %p3, %p1, %p2; selp.b64 %x8, 1, 0, %p3;"), |a, b, _| (small(a) & small(b)).into());
    check(&format!("{both} or.pred %p3, %p1, %p2; selp.u64 %x8, 1, 0, %p3;"), |a, b, _| (small(a) | small(b)).into());
    check(&format!("{both} xor.pred %p3, %p1, %p2; selp.s64 %x8, 1, 0, %p3;"), |a, b, _| (small(a) ^ small(b)).into());
    check(&format!("{both} not.pred %p3, %p1; selp.b64 %x8, %x0, %x1, %p3;"), |a, b, _| if small(a) { b } else { a });
    check("mov.pred %p1, 1; selp.b64 %x8, %x0, %x1, %p1;", |a, _, _| a);
    check("setp.lt.u32 %p1, %r2, 32; selp.b16 %h8, %h0, %h1, %p1; cvt.u64.u16 %x8, %h8;", |a, b, c| {
        u64::from(if small(c) { a as u16 } else { b as u16 })
    });
    check32(
        "mov.b32 %f0, %r0; mov.b32 %f1, %r1; setp.ne.s32 %p1, %r2, 0; selp.f32 %f8, %f0, %f1, %p1; mov.b32 %r8, %f8",
        |a, b, c| {
            if c != 0 { a } else { b }
        },
    );
}

#[test]
fn flow() {
    // Guards, both ways; a loop; blocks with registers of their own; comments and places.
    check("mov.b64 %x8, 5; setp.eq.u64 %p1, %x0, 0; @%p1 mov.b64 %x8, 6; @!%p1 add.u64 %x8, %x8, 2;", |a, _, _| {
        if a == 0 { 6 } else { 7 }
    });
    let body = "
        and.b32 %r3, %r0, 15;
        mov.u64 %x8, 0;
        .pragma \"nounroll\";
        .loc 1 2 3
    $L__again:
        setp.eq.u32 %p1, %r3, 0;
        @%p1 bra $L__done; // the end
        { /* inline */ .reg .b64 t; mov.b64 t, %x1;
          { .reg .b64 t; mov.b64 t, 9; }
          add.u64 %x8, %x8, t; }
        sub.u32 %r3, %r3, 1;
        bra.uni $L__again;
    $L__done:";
    check(body, |a, b, _| b.wrapping_mul(a & 15));
}
