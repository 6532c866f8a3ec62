//! What is not understood is refused when a module is loaded.

use super::with_address;
use crate::ptx::parse;

#[test]
fn instructions() {
    for body in [
        "bar.sync 0;",
        "atom.global.add.u32 %r1, [%a], %r0;",
        "red.global.add.u32 [%a], %r0;",
        "shfl.sync.bfly.b32 %r1, %r0, 1, 31, -1;",
        "ld.shared.u32 %r1, [%a];",
        "ld.u32 %r1, [%a];",
        "ld.volatile.global.u32 %r1, [%a];",
        "ld.global.v2.v4.u32 {%r1, %r2}, [%a];",
        "ld.global.v4.u32 {%r1, %r2}, [%a];",
        "ld.global.v4.u64 {%x1, %x2, %x3, %x4}, [%a];",
        "ld.global.u32 {%r1, %r2}, [%a];",
        "st.global.nc.u32 [%a], %r0;",
        "st.global.u32 %r0, [%a];",
        "add.cc.u32 %r1, %r0, %r0;",
        "add.sat.s32 %r1, %r0, %r0;",
        "add.u8 %r1, %r0, %r0;",
        "add.b32 %r1, %r0, %r0;",
        "add.u32 %r1, %r0;",
        "add.u32 %r1, %r0, %r0, %r0;",
        "add.u32 5, %r0, %r0;",
        "add.u32 %tid.x, %r0, %r0;",
        "add.u32 %r1, %r0, [%a];",
        "add.f64 %x1, %x0, %x0;",
        "add.ftz.f32 %r1, %r0, %r0;",
        "mul.u32 %r1, %r0, %r0;",
        "mul.wide.u64 %x1, %x0, %x0;",
        "prmt.b32.f4e %r1, %r0, %r0, 0;",
        "lop3.b32 %r1, %r0, %r0, %r0, %r0;",
        "lop3.b32 %r1, %r0, %r0, %r0, 256;",
        "shf.r.b32 %r1, %r0, %r0, 3;",
        "cvt.f32.u32 %r1, %r0;",
        "cvt.rz.f32.u32 %r1, %r0;",
        "cvt.rn.f64.u32 %x1, %r0;",
        "cvt.rn.u32.u16 %r1, %r0;",
        "cvt.u32 %r1, %r0;",
        "cvt.rn.bf16.f32 %h1, %r0;",
        "setp.lt.b32 %p1, %r0, %r0;",
        "setp.lo.s32 %p1, %r0, %r0;",
        "setp.ltu.u32 %p1, %r0, %r0;",
        "setp.lt.and.u32 %p1, %r0, %r0;",
        "setp.lt.u32 %p1, %r0, %r0, %p2;",
        "mov.b32 {%h1, %h2, %h3}, %r0;",
        "mov.u32 %r1, %laneid;",
        "mov.u32 %r1, %r99;",
        "mov.u64 %x1, some_variable;",
        "@%p1 @%p2 mov.u32 %r1, 0;",
        "@%r99 mov.u32 %r1, 0;",
        "bra nowhere;",
        "call (%r1), f, (%r0);",
        "ret %r0;",
        "trap;",
        ".local .b8 stack[16];",
        "twice: twice: mov.u32 %r1, 0;",
        "}",
        "mov.u32 %r1",
    ] {
        assert!(parse(&with_address(body)).is_err(), "{body}");
    }
    assert!(parse(&with_address("mov.u32 %r1, 0;")).is_ok());
}

#[test]
fn the_message_names_kernel_and_instruction() {
    let message = parse(&with_address("bar.sync   0;")).unwrap_err();
    assert!(message.contains("kernel k") && message.contains("bar.sync"), "{message}");
}
