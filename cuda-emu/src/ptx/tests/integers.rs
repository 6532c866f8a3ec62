//! Integer instructions.

use super::{check, check16, check32};

#[test]
fn sums_and_products() {
    check32("add.s32 %r8, %r0, %r1", |a, b, _| a.wrapping_add(b));
    check32("sub.u32 %r8, %r0, %r1", |a, b, _| a.wrapping_sub(b));
    check32("add.s32 %r8, %r0, -8", |a, _, _| a.wrapping_sub(8));
    check32("mul.lo.s32 %r8, %r0, %r1", |a, b, _| a.wrapping_mul(b));
    check32("mul.hi.u32 %r8, %r0, %r1", |a, b, _| ((u64::from(a) * u64::from(b)) >> 32) as u32);
    check32("mul.hi.s32 %r8, %r0, %r1", |a, b, _| ((i64::from(a as i32) * i64::from(b as i32)) >> 32) as u32);
    check32("mad.lo.u32 %r8, %r0, %r1, %r2", |a, b, c| a.wrapping_mul(b).wrapping_add(c));
    check32("mad.hi.u32 %r8, %r0, %r1, %r2", |a, b, c| {
        ((u64::from(a) * u64::from(b)) >> 32).wrapping_add(c.into()) as u32
    });

    check16("add.s16 %h8, %h0, %h1", |a, b, _| a.wrapping_add(b));
    check16("sub.s16 %h8, %h0, %h1", |a, b, _| a.wrapping_sub(b));
    check16("mul.lo.u16 %h8, %h0, %h1", |a, b, _| a.wrapping_mul(b));
    check16("mul.hi.s16 %h8, %h0, %h1", |a, b, _| ((i32::from(a as i16) * i32::from(b as i16)) >> 16) as u16);
    check16("mad.lo.s16 %h8, %h0, %h1, %h2", |a, b, c| a.wrapping_mul(b).wrapping_add(c));

    check("add.u64 %x8, %x0, %x1;", |a, b, _| a.wrapping_add(b));
    check("sub.s64 %x8, %x0, %x1;", |a, b, _| a.wrapping_sub(b));
    check("mul.lo.s64 %x8, %x0, %x1;", |a, b, _| a.wrapping_mul(b));
    check("mul.hi.u64 %x8, %x0, %x1;", |a, b, _| ((u128::from(a) * u128::from(b)) >> 64) as u64);
    check("mul.hi.s64 %x8, %x0, %x1;", |a, b, _| ((i128::from(a as i64) * i128::from(b as i64)) >> 64) as u64);
    check("mad.lo.s64 %x8, %x0, %x1, %x2;", |a, b, c| a.wrapping_mul(b).wrapping_add(c));
}

#[test]
fn wide_products() {
    check("mul.wide.u32 %x8, %r0, %r1;", |a, b, _| u64::from(a as u32) * u64::from(b as u32));
    check("mul.wide.s32 %x8, %r0, %r1;", |a, b, _| (i64::from(a as i32) * i64::from(b as i32)) as u64);
    check("mad.wide.u32 %x8, %r0, %r1, %x2;", |a, b, c| (u64::from(a as u32) * u64::from(b as u32)).wrapping_add(c));
    check("mad.wide.s32 %x8, %r0, %r1, %x2;", |a, b, c| {
        (i64::from(a as i32) * i64::from(b as i32)).wrapping_add(c as i64) as u64
    });
    check32("mul.wide.u16 %r8, %h0, %h1", |a, b, _| u32::from(a as u16) * u32::from(b as u16));
    check32("mul.wide.s16 %r8, %h0, %h1", |a, b, _| (i32::from(a as i16) * i32::from(b as i16)) as u32);
    check32("mad.wide.s16 %r8, %h0, %h1, %r2", |a, b, c| {
        (i32::from(a as i16) * i32::from(b as i16)).wrapping_add(c as i32) as u32
    });
}

#[test]
fn quotients() {
    // Division by zero is unspecified, so that the divisor's lowest bit is set.
    check32("or.b32 %r1, %r1, 1; div.u32 %r8, %r0, %r1", |a, b, _| a / (b | 1));
    check32("or.b32 %r1, %r1, 1; div.s32 %r8, %r0, %r1", |a, b, _| (a as i32).wrapping_div((b | 1) as i32) as u32);
    check32("or.b32 %r1, %r1, 1; rem.u32 %r8, %r0, %r1", |a, b, _| a % (b | 1));
    check32("or.b32 %r1, %r1, 1; rem.s32 %r8, %r0, %r1", |a, b, _| (a as i32).wrapping_rem((b | 1) as i32) as u32);
    check16("or.b16 %h1, %h1, 1; div.s16 %h8, %h0, %h1", |a, b, _| (a as i16).wrapping_div((b | 1) as i16) as u16);
    check16("or.b16 %h1, %h1, 1; rem.u16 %h8, %h0, %h1", |a, b, _| a % (b | 1));
    check("or.b64 %x1, %x1, 1; div.u64 %x8, %x0, %x1;", |a, b, _| a / (b | 1));
    check("or.b64 %x1, %x1, 1; rem.s64 %x8, %x0, %x1;", |a, b, _| (a as i64).wrapping_rem((b | 1) as i64) as u64);
    check32("div.u32 %r8, %r0, 0", |_, _, _| u32::MAX);
}

#[test]
fn order() {
    check32("min.u32 %r8, %r0, %r1", |a, b, _| a.min(b));
    check32("max.s32 %r8, %r0, %r1", |a, b, _| (a as i32).max(b as i32) as u32);
    check16("min.s16 %h8, %h0, %h1", |a, b, _| (a as i16).min(b as i16) as u16);
    check16("max.u16 %h8, %h0, %h1", |a, b, _| a.max(b));
    check("min.s64 %x8, %x0, %x1;", |a, b, _| (a as i64).min(b as i64) as u64);
    check("max.u64 %x8, %x0, %x1;", |a, b, _| a.max(b));
    check32("abs.s32 %r8, %r0", |a, _, _| (a as i32).wrapping_abs() as u32);
    check16("abs.s16 %h8, %h0", |a, _, _| (a as i16).wrapping_abs() as u16);
    check32("neg.s32 %r8, %r0", |a, _, _| a.wrapping_neg());
    check("neg.s64 %x8, %x0;", |a, _, _| a.wrapping_neg());
    check32("slct.u32.s32 %r8, %r0, %r1, %r2", |a, b, c| if (c as i32) >= 0 { a } else { b });
}

#[test]
fn bits() {
    check32("and.b32 %r8, %r0, %r1", |a, b, _| a & b);
    check16("or.b16 %h8, %h0, %h1", |a, b, _| a | b);
    check("xor.b64 %x8, %x0, %x1;", |a, b, _| a ^ b);
    check32("not.b32 %r8, %r0", |a, _, _| !a);
    check16("not.b16 %h8, %h0", |a, _, _| !a);
    check32("brev.b32 %r8, %r0", |a, _, _| a.reverse_bits());
    check("brev.b64 %x8, %x0;", |a, _, _| a.reverse_bits());
    check32("popc.b32 %r8, %r0", |a, _, _| a.count_ones());
    check("popc.b64 %r8, %x0; cvt.u64.u32 %x8, %r8;", |a, _, _| a.count_ones().into());
    check32("clz.b32 %r8, %r0", |a, _, _| a.leading_zeros());
    check("clz.b64 %r8, %x0; cvt.u64.u32 %x8, %r8;", |a, _, _| a.leading_zeros().into());
    check32("lop3.b32 %r8, %r0, %r1, %r2, 0xE8", |a, b, c| (a & b) | (a & c) | (b & c));
    check32("lop3.b32 %r8, %r0, %r1, %r2, 0x1D", |a, b, c| {
        (0..32).map(|i| (0x1D >> ((a >> i & 1) * 4 + (b >> i & 1) * 2 + (c >> i & 1)) & 1) << i).sum()
    });
}

#[test]
fn shifts() {
    check32("shl.b32 %r8, %r0, %r1", |a, b, _| a.checked_shl(b).unwrap_or(0));
    check32("shr.u32 %r8, %r0, %r1", |a, b, _| a.checked_shr(b).unwrap_or(0));
    check32("shr.b32 %r8, %r0, %r1", |a, b, _| a.checked_shr(b).unwrap_or(0));
    check32("shr.s32 %r8, %r0, %r1", |a, b, _| (a as i32 >> b.min(31)) as u32);
    check("shl.b16 %h8, %h0, %r1; cvt.u64.u16 %x8, %h8;", |a, b, _| {
        if b as u32 >= 16 { 0 } else { u64::from((a as u16) << (b as u32)) }
    });
    check("shr.s16 %h8, %h0, %r1; cvt.u64.u16 %x8, %h8;", |a, b, _| {
        u64::from((a as u16 as i16 >> (b as u32).min(15)) as u16)
    });
    check("shl.b64 %x8, %x0, %r1;", |a, b, _| a.checked_shl(b as u32).unwrap_or(0));
    check("shr.u64 %x8, %x0, %r1;", |a, b, _| a.checked_shr(b as u32).unwrap_or(0));
    check("shr.s64 %x8, %x0, %r1;", |a, b, _| (a as i64 >> (b as u32).min(63)) as u64);

    let pair = |a: u32, b: u32| u64::from(a) | u64::from(b) << 32;
    check32("shf.r.wrap.b32 %r8, %r0, %r1, %r2", |a, b, c| (pair(a, b) >> (c & 31)) as u32);
    check32("shf.r.clamp.b32 %r8, %r0, %r1, %r2", |a, b, c| (pair(a, b) >> c.min(32)) as u32);
    check32("shf.l.wrap.b32 %r8, %r0, %r1, %r2", |a, b, c| ((pair(a, b) << (c & 31)) >> 32) as u32);
    check32("shf.l.clamp.b32 %r8, %r0, %r1, %r2", |a, b, c| if c >= 32 { a } else { ((pair(a, b) << c) >> 32) as u32 });
}

#[test]
fn fields() {
    // Models bit by bit, as the PTX specification writes them.
    let bfe = |a: u64, position: u64, length: u64, width: u64, signed: bool| {
        let (position, length) = (position & 255, length & 255);
        let bit = |i: u64| a >> i & 1;
        let sign = if signed && length > 0 { bit((position + length - 1).min(width - 1)) } else { 0 };
        (0..width)
            .map(|i| (if i < length && position + i < width { bit(position + i) } else { sign }) << i)
            .sum::<u64>()
    };
    check32("bfe.u32 %r8, %r0, %r1, %r2", |a, b, c| bfe(a.into(), b.into(), c.into(), 32, false) as u32);
    check32("bfe.s32 %r8, %r0, %r1, %r2", |a, b, c| bfe(a.into(), b.into(), c.into(), 32, true) as u32);
    check("bfe.u64 %x8, %x0, %r1, %r2;", |a, b, c| bfe(a, b, c, 64, false));
    check("bfe.s64 %x8, %x0, %r1, %r2;", |a, b, c| bfe(a, b, c, 64, true));

    let bfi = |a: u64, b: u64, position: u64, length: u64, width: u64| {
        let (position, length) = (position & 255, length & 255);
        let bit = |i: u64| if i >= position && i - position < length { a >> (i - position) & 1 } else { b >> i & 1 };
        (0..width).map(|i| bit(i) << i).sum::<u64>()
    };
    check32("bfi.b32 %r8, %r0, %r1, %r2, 5", |a, b, c| bfi(a.into(), b.into(), c.into(), 5, 32) as u32);
    check32("bfi.b32 %r8, %r0, %r1, 3, %r2", |a, b, c| bfi(a.into(), b.into(), 3, c.into(), 32) as u32);
    check("bfi.b64 %x8, %x0, %x1, 40, %r2;", |a, b, c| bfi(a, b, 40, c, 64));
}

#[test]
fn bytes() {
    let byte = |a: u32, b: u32, digit: u32| {
        let byte = ((u64::from(a) | u64::from(b) << 32) >> (8 * (digit & 7))) as u8;
        if digit & 8 == 0 { byte } else { (byte as i8 >> 7) as u8 }
    };
    check32("prmt.b32 %r8, %r0, %r1, %r2", |a, b, c| {
        u32::from_le_bytes([0, 4, 8, 12].map(|shift| byte(a, b, c >> shift & 15)))
    });
    check32("prmt.b32 %r8, %r0, %r1, 0x7C31", |a, b, _| {
        u32::from_le_bytes([1, 3, 12, 7].map(|digit| byte(a, b, digit)))
    });

    check("mov.b64 {%r3, %r4}, %x0; mov.b64 %x8, {%r4, %r3};", |a, _, _| a.rotate_left(32));
    check32("mov.b32 {%h3, %h4}, %r0; mov.b32 %r8, {%h4, %h3}", |a, _, _| a.rotate_left(16));
    check32("mov.b32 {_, %h4}, %r0; mov.b32 %r8, {%h4, %h1}", |a, b, _| a >> 16 | b << 16);
    check("mov.b64 {%h3, %h4, %h5, %h6}, %x0; mov.b64 %x8, {%h6, %h5, %h4, %h3};", |a, _, _| {
        (0..4).map(|i| (a >> (16 * i) & 0xFFFF) << (48 - 16 * i)).sum()
    });
}
