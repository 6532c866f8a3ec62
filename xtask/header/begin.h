/*
 * atemoya.h: the C interface of atemoya, which feeds genomics models from one memory-mapped store.
 *
 * Generated from src/ffi by `cargo xtask header`: do not change it by hand. For C11, C++17 and
 * newer.
 *
 * What holds of every function:
 *
 * - Handles (atemoya_store, atemoya_options, atemoya_loader, atemoya_batch, ...) are numbers in the
 *   form of pointers, which nothing follows. One that is NULL, of another kind, or was freed, also
 *   twice, is an error and not a crash. Freeing NULL does nothing. What a handle stands for lives
 *   on as long as something else needs it: a batch outlives its loader, a tensor of DLPack its
 *   batch, a loader its store.
 * - Other pointers are NULL, which is an error where it is not said to be allowed, or point to what
 *   their types say for the time of the call, and no two of them to the same memory.
 * - An array of no items may be NULL.
 * - Text ends with a zero byte. Paths may hold any other bytes; all else is UTF-8.
 * - Status: 0 is success, a negative number an error, a positive one something to look at
 *   (ATEMOYA_END, ATEMOYA_PENDING). The last parameter, which may be NULL, says more: it is set to
 *   a new atemoya_error, which the caller frees, or to NULL when there is none; an error that it
 *   held before is not freed. Read it in a later statement or through its address: in
 *   `check(f(&error), error)` C may read it before the call. After an error, handles that were to
 *   be written are NULL, and what else was to be written is unspecified.
 * - Threads: any function may be called from any thread at any time, also for the same handle.
 *   Freeing a handle that another thread uses lets its call end as if it were not freed, but for a
 *   wait for a batch, which ends; texts and addresses that were got through the handle are gone.
 * - fork(): a child process has none of its parent's worker threads: it must not use its parent's
 *   handles, nor free them. It can open stores and make loaders of its own, if no other thread was
 *   in a call of this library when it was forked.
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

/* In place of the number of names in a list: all that a function says. The list is not read, and may
 * be NULL. */
#define ATEMOYA_ALL SIZE_MAX

/* Of DLPack, whose header says what is in it: include <dlpack/dlpack.h> where you look inside. */
struct DLManagedTensorVersioned;
