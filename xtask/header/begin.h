/*
 * atemoya.h: the C interface of atemoya, which feeds genomics models from one memory-mapped store.
 *
 * Generated from src/ffi by `cargo xtask header`: do not change it by hand. For C11, C++17 and newer.
 */

#ifndef ATEMOYA_H
#define ATEMOYA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Of DLPack, whose header says what is in it: include <dlpack/dlpack.h> where you look inside. */
struct DLManagedTensorVersioned;
