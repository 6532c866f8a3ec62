/*
 * atemoya.h: the C interface of atemoya, which feeds genomics models from one memory-mapped store.
 *
 * Generated from src/ffi by `cargo xtask header`: do not change it by hand. For C11, C++17 and
 * newer.
 *
 * Rules of every function:
 *
 * - Handles (atemoya_store, atemoya_options, atemoya_loader, atemoya_batch, ...) are numbers in the
 *   form of pointers, which are never followed. A handle that is NULL, of another kind or freed
 *   already is an error and not a crash. Freeing NULL does nothing. An object lives on as long as
 *   another one needs it: a batch outlives its loader, a DLPack tensor its batch, a loader its
 *   store.
 * - Other pointers point to what their types say for the time of the call, and no two of them to
 *   the same memory. NULL is an error, unless the function's comment allows it.
 * - An array of no items may be NULL.
 * - Text ends with a zero byte. Paths may hold any other bytes; all other text is UTF-8.
 * - Status: 0 is success, a negative number is an error, and a positive one is neither
 *   (ATEMOYA_END, ATEMOYA_PENDING). The last parameter, which may be NULL, is where an error goes:
 *   it is set to a new atemoya_error, which the caller frees, or to NULL after success. An error
 *   that it held before is not freed. Read it in a later statement or through its address: in
 *   `check(f(&error), error)` C may read it before the call. After an error, handles that were to
 *   be written are NULL, and other results are unspecified.
 * - Threads: any function may be called from any thread at any time, also with the same handle.
 *   When a handle is freed during another thread's call, that call completes, but a wait for a
 *   batch ends. Text and addresses that were got through the handle are no longer valid.
 * - fork(): a child process does not have its parent's worker threads. It must not use or free its
 *   parent's handles. It can open stores and make loaders of its own, if no other thread was in a
 *   call of this library when it was forked.
 * - Coordinates are 0-based and half-open.
 */

#ifndef ATEMOYA_H
#define ATEMOYA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Stands for all names, in place of the number of names in a list. The list is not read and may be
 * NULL. */
#define ATEMOYA_ALL SIZE_MAX

/* A tensor of DLPack. Include <dlpack/dlpack.h> to use what is in it. */
struct DLManagedTensorVersioned;
