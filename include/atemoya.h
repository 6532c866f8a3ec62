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

/* ---- about ---- */

/// The version of the interface in this header. It grows when something is changed or taken away,
/// and then the name of the shared library changes with it.
#define ATEMOYA_ABI_VERSION 1

/// The revision of this version of the interface. It grows when something is added. A library has
/// all that is in a header when it is of the same version, and of the same revision or a higher
/// one: compare `atemoya_abi_version()` and `atemoya_abi_revision()` with these two.
#define ATEMOYA_ABI_REVISION 1

/// Returns the version of the interface that the library has: `ATEMOYA_ABI_VERSION` of its own
/// header.
uint32_t atemoya_abi_version(void);

/// Returns the revision of the interface that the library has: `ATEMOYA_ABI_REVISION` of its own
/// header.
uint32_t atemoya_abi_revision(void);

/// Returns the version of the library, as "0.1.0"; the text is valid for ever.
const char *atemoya_version(void);

/// Returns whether the library was built with CUDA, which is always true. Whether this machine has
/// a driver and a device is what `atemoya_device_count` finds out.
bool atemoya_has_cuda(void);

/// Returns how many handles and tensors of DLPack were given and not freed: 0 at the end of a
/// program that leaks none.
size_t atemoya_live_handles(void);

/* ---- status ---- */

/// What a call came to. Negative numbers are errors; those of the library are named after the
/// variants of its `Error` in Rust. The numbers never change; new ones may come.
enum atemoya_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Done.
    ATEMOYA_OK = 0,
    /// There is no further batch: the stream has ended, or was stopped.
    ATEMOYA_END = 1,
    /// The next batch is not gathered yet, and was not waited for.
    ATEMOYA_PENDING = 2,
    /// The operating system refused an operation on a file.
    ATEMOYA_ERROR_IO = -1,
    /// The path is not a store.
    ATEMOYA_ERROR_NOT_A_STORE = -2,
    /// A file of a store is damaged; the error has its path and the offset.
    ATEMOYA_ERROR_CORRUPT = -3,
    /// A file is of a version that this library does not know.
    ATEMOYA_ERROR_UNSUPPORTED = -4,
    /// An input file (BED) cannot be used; the error has its path and, for text, the line.
    ATEMOYA_ERROR_INPUT = -5,
    /// An argument is NULL, not UTF-8, out of its range, more than the system has memory or threads
    /// for, or does not fit the others or the store; the message begins with the name of the
    /// parameter, or of the option or the part of the loader.
    ATEMOYA_ERROR_ARGUMENT = -6,
    /// The target exists already.
    ATEMOYA_ERROR_EXISTS = -7,
    /// The work was interrupted on request.
    ATEMOYA_ERROR_INTERRUPTED = -8,
    /// All batches that there is memory for are still held: free one and go on, or ask for more
    /// slots.
    ATEMOYA_ERROR_ALL_LEASED = -9,
    /// There is no CUDA driver.
    ATEMOYA_ERROR_NO_DRIVER = -10,
    /// There is no such CUDA device.
    ATEMOYA_ERROR_NO_DEVICE = -11,
    /// The CUDA driver refused an operation; `atemoya_error_driver_code` has its `CUresult`.
    ATEMOYA_ERROR_DRIVER = -12,
    /// A worker thread panicked.
    ATEMOYA_ERROR_WORKER = -13,
    /// A handle is of another kind than the function wants, or was freed.
    ATEMOYA_ERROR_HANDLE = -14,
    /// The library panicked: a bug, please report it.
    ATEMOYA_ERROR_PANIC = -15,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_status atemoya_status;
#else
typedef int32_t atemoya_status;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/* ---- error ---- */

/// Why a call failed: a status, a message, and where it was. Functions make it where their last
/// parameter points; free it with `atemoya_error_free`.
typedef struct atemoya_error atemoya_error;

/// Returns the status of an error, the same that the function returned; `ATEMOYA_OK` for NULL, and
/// `ATEMOYA_ERROR_HANDLE` for what is no error or was freed.
atemoya_status atemoya_error_status(const atemoya_error *error);

/// Returns the message of an error, one line in English that names the file or the parameter: valid
/// until the error is freed. For NULL, and for what is no error, it is a text that says so.
const char *atemoya_error_message(const atemoya_error *error);

/// Returns the path of the file that an error is about, as the system has it, which need not be
/// UTF-8: valid until the error is freed. NULL where there is none.
const char *atemoya_error_path(const atemoya_error *error);

/// Writes where in its file an error is, in bytes from the start, and returns true; returns false
/// where that is not known. `offset` may be NULL.
bool atemoya_error_offset(const atemoya_error *error, uint64_t *offset);

/// Writes the line of a text file that an error is in, counted from 1, and returns true; returns
/// false where there is none. `line` may be NULL.
bool atemoya_error_line(const atemoya_error *error, uint64_t *line);

/// Writes the CUDA driver's `CUresult` and returns true; returns false where an error is not the
/// driver's. `code` may be NULL.
bool atemoya_error_driver_code(const atemoya_error *error, uint32_t *code);

/// Frees an error, and the texts that it gave.
atemoya_status atemoya_error_free(atemoya_error *error);

/* ---- dtype ---- */

/// The type of the values of an array, in the byte order of the machine.
enum atemoya_dtype
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// int8_t
    ATEMOYA_DTYPE_I8 = 0,
    /// uint8_t
    ATEMOYA_DTYPE_U8 = 1,
    /// int16_t
    ATEMOYA_DTYPE_I16 = 2,
    /// uint16_t
    ATEMOYA_DTYPE_U16 = 3,
    /// int32_t
    ATEMOYA_DTYPE_I32 = 4,
    /// uint32_t
    ATEMOYA_DTYPE_U32 = 5,
    /// int64_t
    ATEMOYA_DTYPE_I64 = 6,
    /// uint64_t; as the type of a sequence, 64 packed bits
    ATEMOYA_DTYPE_U64 = 7,
    /// IEEE 754 half precision
    ATEMOYA_DTYPE_F16 = 8,
    /// bfloat16, the upper half of a float
    ATEMOYA_DTYPE_BF16 = 9,
    /// float
    ATEMOYA_DTYPE_F32 = 10,
    /// double
    ATEMOYA_DTYPE_F64 = 11,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_dtype atemoya_dtype;
#else
typedef int32_t atemoya_dtype;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Writes how many bytes a value of an `atemoya_dtype` takes.
atemoya_status atemoya_dtype_size(int32_t dtype, size_t *size, atemoya_error **error);

/// Returns the name that numpy gives an `atemoya_dtype` ("float32"; "bfloat16", which numpy lacks),
/// or NULL for another number. The text is valid for ever.
const char *atemoya_dtype_name(int32_t dtype);

/* ---- progress ---- */

/// A function of the caller's that long work tells how far it is: `done` of `total` units (bytes or
/// tiles) of a `phase`, whose name is valid during the call. The work goes on as long as it returns
/// true. It is called from several threads, by one at a time, with the `context` that the work was
/// given; it must not throw, nor leave by `longjmp`. It may be NULL.
typedef bool (*atemoya_progress)(void *context, const char *phase, uint64_t done, uint64_t total);

/* ---- store ---- */

/// An opened store: genome, tracks and loci, read through memory maps. Free it with
/// `atemoya_store_free`.
typedef struct atemoya_store atemoya_store;

/// Opens the store in the directory `path`, in milliseconds at any size. That checks the manifest
/// and, of each data file, its length, its header and its table of contigs. It does not read bases
/// and values: a byte of them that is not as it was written may be an error when it is read, or a
/// wrong value in a batch. Call `atemoya_store_verify_once` or `atemoya_store_verify` to know
/// before. Leave the files alone while the store is open: one that is cut ends the process
/// (SIGBUS). Replacing the whole store is safe.
atemoya_status atemoya_store_open(const char *path, atemoya_store **store, atemoya_error **error);

/// Frees a store, and the texts that it gave. Options, loaders and gatherers made of it go on.
atemoya_status atemoya_store_free(atemoya_store *store);

/// Checks every checksum and every rule of the format, over the whole store and its locus indices,
/// on all cores. `progress` may be NULL; otherwise it is called now and then with `context`, and
/// interrupts the work by returning false.
atemoya_status atemoya_store_verify(const atemoya_store *store,
                                    atemoya_progress progress,
                                    void *context,
                                    atemoya_error **error);

/// Checks every checksum and every tile of a store's data files, unless this machine has done so
/// before and no file has changed since: that they are whole is remembered in the directory
/// `verified` of `cache`. NULL is the user's cache: `$ATEMOYA_CACHE`, or `atemoya` in
/// `$XDG_CACHE_HOME` (`~/.cache`). Of several processes that ask at once, one reads the store and
/// the others wait. Where nothing can be remembered, the store is read each time, and one that
/// fails is never remembered. `progress` is as for `atemoya_store_verify`.
atemoya_status atemoya_store_verify_once(const atemoya_store *store,
                                         const char *cache,
                                         atemoya_progress progress,
                                         void *context,
                                         atemoya_error **error);

/// Writes the path that a store was opened by; valid until the store is freed.
atemoya_status atemoya_store_path(const atemoya_store *store, const char **path, atemoya_error **error);

/// Writes the checksum of a store's manifest, "sha256:...", which is the identity of what it holds;
/// valid until the store is freed.
atemoya_status atemoya_store_checksum(const atemoya_store *store, const char **checksum, atemoya_error **error);

/// Writes what the files of a store's tracks lacked, where the store has zeros that nobody
/// measured: contigs that a file does not have, or has with another length, and files without any
/// value. It is for people, a line for each, and "" where nothing was lacking; valid until the
/// store is freed. A loader tells of what it reads.
atemoya_status atemoya_store_warnings(const atemoya_store *store, const char **warnings, atemoya_error **error);

/// Writes whether a store has a genome, and not tracks alone.
atemoya_status atemoya_store_has_sequence(const atemoya_store *store, bool *has_sequence, atemoya_error **error);

/// Writes how many contigs a store has.
atemoya_status atemoya_store_contig_count(const atemoya_store *store, size_t *count, atemoya_error **error);

/// Writes the name of a contig, numbered from 0; valid until the store is freed.
atemoya_status atemoya_store_contig_name(const atemoya_store *store,
                                         size_t contig,
                                         const char **name,
                                         atemoya_error **error);

/// Writes the length of a contig in bases.
atemoya_status atemoya_store_contig_length(const atemoya_store *store,
                                           size_t contig,
                                           uint64_t *length,
                                           atemoya_error **error);

/// Writes the number of the contig of a name.
atemoya_status atemoya_store_find_contig(const atemoya_store *store,
                                         const char *name,
                                         size_t *contig,
                                         atemoya_error **error);

/* ---- tracks ---- */

/// What a group of tracks is for.
enum atemoya_group_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// What a model predicts; read over the output window.
    ATEMOYA_GROUP_SIGNAL = 0,
    /// What a model is given beside the sequence; read over the input window.
    ATEMOYA_GROUP_CONTROL = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_group_role atemoya_group_role;
#else
typedef int32_t atemoya_group_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A track of a store, with its totals over the genome.
typedef struct atemoya_track {
    /// A name for people: the group's, with the channel's number where there are several. Valid
    /// until the store is freed.
    const char *name;
    /// The narrowest type that holds every value, an `atemoya_dtype`: `ATEMOYA_DTYPE_U8`,
    /// `ATEMOYA_DTYPE_U16` or `ATEMOYA_DTYPE_F32`.
    int32_t dtype;
    /// The least value, zeros included.
    float min;
    /// The greatest value, zeros included.
    float max;
    /// 0.
    uint32_t reserved;
    /// Bases that are not 0.
    uint64_t nonzero;
    /// Sum of the values.
    double sum;
} atemoya_track;

/// Writes how many groups of tracks a store has. A group holds channels that share an orientation:
/// under reverse complement their order is reversed.
atemoya_status atemoya_store_group_count(const atemoya_store *store, size_t *count, atemoya_error **error);

/// Writes the name of a group, numbered from 0; valid until the store is freed.
atemoya_status atemoya_store_group_name(const atemoya_store *store,
                                        size_t group,
                                        const char **name,
                                        atemoya_error **error);

/// Writes what a group is for, an `atemoya_group_role`.
atemoya_status atemoya_store_group_role(const atemoya_store *store, size_t group, int32_t *role, atemoya_error **error);

/// Writes how many tracks, which are channels, a group has.
atemoya_status atemoya_store_track_count(const atemoya_store *store,
                                         size_t group,
                                         size_t *count,
                                         atemoya_error **error);

/// Writes what is known of a track, numbered from 0 within its group.
atemoya_status atemoya_store_track(const atemoya_store *store,
                                   size_t group,
                                   size_t track,
                                   atemoya_track *out,
                                   atemoya_error **error);

/* ---- loci ---- */

/// A locus index: a table of peaks, then negatives. Free it with `atemoya_loci_free`.
typedef struct atemoya_loci atemoya_loci;

/// A locus of an index. Coordinates are 0-based and half-open.
typedef struct atemoya_locus {
    /// First base, as in the file.
    int64_t start;
    /// One past the last base, as in the file.
    int64_t end;
    /// The base that windows are centred on.
    int64_t centre;
    /// The summit in bases from `start`, as in the file; INT64_MIN where there is none.
    int64_t summit;
    /// The line in the file, counted from 1.
    uint64_t line;
    /// The number of the contig in the store; from the number of the store's contigs on, one that
    /// the store lacks.
    uint32_t contig;
    /// Which of the input files: those of peaks are numbered first.
    uint32_t file;
    /// Whether it is a peak, 1, or a negative, 0.
    uint32_t is_peak;
    /// 0.
    uint32_t reserved;
} atemoya_locus;

/// Writes how many locus indices a store has. One that was made after this was first asked is not
/// counted, until the store is opened again; it can be opened by its name all the same.
atemoya_status atemoya_store_loci_count(const atemoya_store *store, size_t *count, atemoya_error **error);

/// Writes the name of a locus index, numbered from 0 in the order of their names; valid until the
/// store is freed.
atemoya_status atemoya_store_loci_name(const atemoya_store *store,
                                       size_t index,
                                       const char **name,
                                       atemoya_error **error);

/// Reads a locus index of a store into memory, checking every row; `name` is NULL for the only one.
atemoya_status atemoya_loci_open(const atemoya_store *store,
                                 const char *name,
                                 atemoya_loci **loci,
                                 atemoya_error **error);

/// Frees a locus index, and the texts that it gave.
atemoya_status atemoya_loci_free(atemoya_loci *loci);

/// Writes how many loci an index has, and how many of them, the first ones, are peaks. `peaks` may
/// be NULL.
atemoya_status atemoya_loci_count(const atemoya_loci *loci, size_t *count, size_t *peaks, atemoya_error **error);

/// Writes `count` loci from the row `first` on to `out`.
atemoya_status atemoya_loci_rows(const atemoya_loci *loci,
                                 size_t first,
                                 size_t count,
                                 atemoya_locus *out,
                                 atemoya_error **error);

/// Writes how many groups of signals an index has counts of.
atemoya_status atemoya_loci_group_count(const atemoya_loci *loci, size_t *count, atemoya_error **error);

/// Writes the name of a group that an index has counts of, numbered from 0; valid until the index
/// is freed.
atemoya_status atemoya_loci_group_name(const atemoya_loci *loci,
                                       size_t group,
                                       const char **name,
                                       atemoya_error **error);

/// Writes the counts of a group, the sum of its signal around each locus, of `count` loci from the
/// row `first` on to `out`.
atemoya_status atemoya_loci_counts(const atemoya_loci *loci,
                                   size_t group,
                                   size_t first,
                                   size_t count,
                                   double *out,
                                   atemoya_error **error);

/* ---- gather ---- */

/// What is gathered of a store: its sequence, or some of its tracks. Free it with
/// `atemoya_gatherer_free`. Any number of threads may gather with one at once.
typedef struct atemoya_gatherer atemoya_gatherer;

/// A window: where it begins, and which way it is read. Its width is said once for all windows of a
/// call.
typedef struct atemoya_window {
    /// The first base, 0-based. The window may reach past either end of its contig, or lie outside
    /// it: what is outside is 0.
    int64_t start;
    /// The number of the contig in the store.
    uint32_t contig;
    /// Whether it is read reverse-complemented: 0 or anything else.
    uint32_t reverse_complement;
} atemoya_window;

/// Makes what gathers one-hot sequence, (4, width) values an example, channels A, C, G, T, of an
/// `atemoya_dtype`: ATEMOYA_DTYPE_I8, _U8, _F16, _BF16 or _F32; or _U64, packed: (4, ceil(width /
/// 64)), and bit i of word w is position 64 w + i. Reverse-complemented, both axes are flipped.
atemoya_status atemoya_gatherer_of_sequence(const atemoya_store *store,
                                            int32_t dtype,
                                            atemoya_gatherer **gatherer,
                                            atemoya_error **error);

/// Makes what gathers the tracks of groups, `count` names, of signals or controls, in their order;
/// with the count ATEMOYA_ALL, of all signal groups. It gives (channels, width) values an example,
/// of an `atemoya_dtype`: ATEMOYA_DTYPE_F32, or _U16 or _U8 where that holds all their values.
/// Reverse-complemented, the positions are flipped, and the channels within each group.
atemoya_status atemoya_gatherer_of_tracks(const atemoya_store *store,
                                          const char *const *groups,
                                          size_t count,
                                          int32_t dtype,
                                          atemoya_gatherer **gatherer,
                                          atemoya_error **error);

/// Frees a gatherer.
atemoya_status atemoya_gatherer_free(atemoya_gatherer *gatherer);

/// Writes the shape of a window of `width` bases, channels and positions, and the bytes that
/// `windows` of them take. Any of the three may be NULL.
atemoya_status atemoya_gatherer_shape(const atemoya_gatherer *gatherer,
                                      size_t width,
                                      size_t windows,
                                      size_t *channels,
                                      size_t *positions,
                                      size_t *bytes,
                                      atemoya_error **error);

/// Gathers `count` windows of `width` bases, 1 to 2^30, into `out`: an array (count, channels,
/// positions) in C order, of exactly `bytes` bytes (`atemoya_gatherer_shape`), aligned as its
/// values are. The windows may be in any order, which costs the least where neighbours in the list
/// are neighbours in the genome. After an error `out` holds anything.
atemoya_status atemoya_gather(const atemoya_gatherer *gatherer,
                              const atemoya_window *windows,
                              size_t count,
                              size_t width,
                              void *out,
                              size_t bytes,
                              atemoya_error **error);

/* ---- options ---- */

/// The parameters of a loader. Each has a function `atemoya_options_set_...` of its name, and the
/// default that is said there. They are checked together, when a loader is made of them. Free them
/// with `atemoya_options_free`.
typedef struct atemoya_options atemoya_options;

/// Makes options with all defaults, for loaders over a store. They may make any number of loaders,
/// and be changed in between.
atemoya_status atemoya_options_new(const atemoya_store *store, atemoya_options **options, atemoya_error **error);

/// Frees options. Loaders made of them go on.
atemoya_status atemoya_options_free(atemoya_options *options);

/* ---- options: device ---- */

/// In which types batches cross the bus to a device.
enum atemoya_transfer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// The fewest bytes that hold the values: packed bits and the narrowest integers, expanded on
    /// the device.
    ATEMOYA_TRANSFER_COMPACT = 0,
    /// The types that were asked for, made by the workers.
    ATEMOYA_TRANSFER_DENSE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_transfer atemoya_transfer;
#else
typedef int32_t atemoya_transfer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Sets the GPU that batches are delivered to, numbered from 0; -1 (the default) for batches in the
/// memory of the host. Making the loader fails where there is no driver or no such device.
/// Parameters that do not mention the device apply to both.
atemoya_status atemoya_options_set_device(atemoya_options *options, int32_t device, atemoya_error **error);

/// Sets in which types batches cross the bus, an `atemoya_transfer`; compact by default. It changes
/// no value.
atemoya_status atemoya_options_set_transfer(atemoya_options *options, int32_t transfer, atemoya_error **error);

/// Sets up to how many batches are under way to the device, or there, before they are asked for, at
/// most 1024; 2 by default.
atemoya_status atemoya_options_set_prefetch_to_device(atemoya_options *options,
                                                      size_t prefetch_to_device,
                                                      atemoya_error **error);

/// Sets how many batches are on the device at once, those that the caller holds included, more than
/// `prefetch_to_device` and at most 2048; 0 (the default) for `prefetch_to_device + 2`.
atemoya_status atemoya_options_set_device_slots(atemoya_options *options, size_t device_slots, atemoya_error **error);

/// Sets the stream that batches are delivered to, a `CUstream` or `cudaStream_t` of the device's
/// primary context, which exists as long as the loader and its batches; NULL (the default) for one
/// of the loader's own, and 1, as in DLPack, for the legacy default stream.
atemoya_status atemoya_options_set_stream(atemoya_options *options, void *stream, atemoya_error **error);

/// Sets whether the page-locked memory is write-combined: faster to copy from on some machines,
/// slow to read for the host. False by default.
atemoya_status atemoya_options_set_write_combined(atemoya_options *options, bool write_combined, atemoya_error **error);

/* ---- options: examples ---- */

/// Sets the names of the signal groups to read, `count` of them, in the order of their channels; 0
/// for none. With the count ATEMOYA_ALL, which is the default, all of the store's are read, as they
/// were packed.
atemoya_status atemoya_options_set_signals(atemoya_options *options,
                                           const char *const *signals,
                                           size_t count,
                                           atemoya_error **error);

/// Sets the names of the control groups to read, `count` of them, in the order of their channels; 0
/// for none. With the count ATEMOYA_ALL, which is the default, all of the store's are read, as they
/// were packed.
atemoya_status atemoya_options_set_controls(atemoya_options *options,
                                            const char *const *controls,
                                            size_t count,
                                            atemoya_error **error);

/// Sets the type of the one-hot sequence: ATEMOYA_DTYPE_I8 (the default), _U8, _F16, _BF16 or _F32;
/// or _U64, which packs it: the column is (n, 4, ceil(in_window / 64)) then, and bit i of word w is
/// position 64 w + i. Bits at and past `in_window` are 0.
atemoya_status atemoya_options_set_sequence_type(atemoya_options *options,
                                                 int32_t sequence_type,
                                                 atemoya_error **error);

/// Sets the type of the controls: ATEMOYA_DTYPE_F32 (the default), or _U16 or _U8 where that holds
/// all their values. On a device also _F16 and _BF16, rounded to the nearest.
atemoya_status atemoya_options_set_controls_type(atemoya_options *options,
                                                 int32_t controls_type,
                                                 atemoya_error **error);

/// Sets the type of the signal: ATEMOYA_DTYPE_F32 (the default), or _U16 or _U8 where that holds
/// all its values. On a device also _F16 and _BF16, rounded to the nearest.
atemoya_status atemoya_options_set_signal_type(atemoya_options *options, int32_t signal_type, atemoya_error **error);

/// Sets the width of sequence and controls in bases, 1 to 2^30; 2114 by default.
atemoya_status atemoya_options_set_in_window(atemoya_options *options, size_t in_window, atemoya_error **error);

/// Sets the width of the signal in bases, 1 to 2^30; 1000 by default.
atemoya_status atemoya_options_set_out_window(atemoya_options *options, size_t out_window, atemoya_error **error);

/// Sets how far the windows of a peak are shifted at most, in bases either way, up to 2^30; 50 by
/// default.
atemoya_status atemoya_options_set_max_jitter(atemoya_options *options, size_t max_jitter, atemoya_error **error);

/// Sets whether each example is reverse-complemented with probability 1/2; true by default.
atemoya_status atemoya_options_set_reverse_complement(atemoya_options *options,
                                                      bool reverse_complement,
                                                      atemoya_error **error);

/* ---- options: loci ---- */

/// Sets the name of the store's locus index to use; NULL (the default) for the only one.
atemoya_status atemoya_options_set_loci(atemoya_options *options, const char *loci, atemoya_error **error);

/// Sets the names of the contigs to use, `count` of them; with the count ATEMOYA_ALL, which is the
/// default, all. Names that the store lacks are a warning of the loader, and an error if it lacks
/// all. Without any, no locus is left, which is an error when the loader is made.
atemoya_status atemoya_options_set_chroms(atemoya_options *options,
                                          const char *const *chroms,
                                          size_t count,
                                          atemoya_error **error);

/// Sets what peaks are centred on: 1 for their summits, 0 for their midpoints, -1 (the default) for
/// what they were indexed by.
atemoya_status atemoya_options_set_summits(atemoya_options *options, int32_t summits, atemoya_error **error);

/// Sets the least sum of signal that a locus has over the output window; NAN (the default) for that
/// of the index, -INFINITY for none.
atemoya_status atemoya_options_set_min_counts(atemoya_options *options, double min_counts, atemoya_error **error);

/// Sets the greatest sum of signal that a locus has over the output window; NAN (the default) for
/// that of the index, INFINITY for none.
atemoya_status atemoya_options_set_max_counts(atemoya_options *options, double max_counts, atemoya_error **error);

/// Sets the tracks that `min_counts` and `max_counts` sum, `count` of them: NAME (a group) or
/// NAME.i (a channel of it). With the count ATEMOYA_ALL, which is the default, those of the index,
/// or else those that the order counts: all signal tracks, or the first one in cherimoya's.
atemoya_status atemoya_options_set_counts_tracks(atemoya_options *options,
                                                 const char *const *counts_tracks,
                                                 size_t count,
                                                 atemoya_error **error);

/// Sets whether peaks are dropped whose counts in any signal group exceed 1.2 times the 0.99
/// quantile: 1, 0, or -1 (the default) for what was chosen for the index, or else what the order
/// does; cherimoya's drops them.
atemoya_status atemoya_options_set_outlier_filter(atemoya_options *options,
                                                  int32_t outlier_filter,
                                                  atemoya_error **error);

/// Sets the paths of BED files of regions to stay out of, `count` of them; 0 for none. With the
/// count ATEMOYA_ALL, which is the default, the regions are those that the index was made with.
/// Loci whose windows touch their chunks of 100 bases are dropped.
atemoya_status atemoya_options_set_exclusion_lists(atemoya_options *options,
                                                   const char *const *paths,
                                                   size_t count,
                                                   atemoya_error **error);

/// Sets which names of contigs in exclusion lists mean contigs of the genome: "chr" (1 for chr1 and
/// the like, MT for chrM), or the path of a file whose lines are names of one contig, which is read
/// now; NULL (the default) for none.
atemoya_status atemoya_options_set_alias(atemoya_options *options, const char *alias, atemoya_error **error);

/// Sets whether the contigs to use and the exclusion lists may share no name with the genome; false
/// by default, where that is an error when the loader is made.
atemoya_status atemoya_options_set_allow_empty(atemoya_options *options, bool allow_empty, atemoya_error **error);

/* ---- options: running ---- */

/// How the files of a store are read.
enum atemoya_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Through memory maps: the fastest, for files on a disk of this machine.
    ATEMOYA_ACCESS_MAP = 0,
    /// By reading what each batch needs: for network file systems, and where a failing disk must be
    /// an error and not the end.
    ATEMOYA_ACCESS_READ = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_access atemoya_access;
#else
typedef int32_t atemoya_access;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Sets how many threads gather, up to 1024; 1 by default. With 0 the thread that asks for a batch
/// gathers it.
atemoya_status atemoya_options_set_num_workers(atemoya_options *options, size_t num_workers, atemoya_error **error);

/// Sets how many batches are in memory at once, up to 4096, those that the caller holds included; 0
/// (the default) for `num_workers + 2`, and on a device `prefetch_to_device` more.
atemoya_status atemoya_options_set_slots(atemoya_options *options, size_t slots, atemoya_error **error);

/// Sets how the store's files are read, an `atemoya_access`; through maps by default.
atemoya_status atemoya_options_set_access(atemoya_options *options, int32_t access, atemoya_error **error);

/// Sets whether the system is asked to read what the next batches need, where that is not in
/// memory; true by default.
atemoya_status atemoya_options_set_ask_ahead(atemoya_options *options, bool ask_ahead, atemoya_error **error);

/* ---- options: sampling ---- */

/// Which rules say what example stands at each place of an epoch.
enum atemoya_order
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Atemoya's own: every example is drawn from a random stream of its own.
    ATEMOYA_ORDER_NATIVE = 0,
    /// That of cherimoya 0.3.1, bit for bit, its selection of loci included.
    ATEMOYA_ORDER_CHERIMOYA = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_order atemoya_order;
#else
typedef int32_t atemoya_order;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Sets the order of examples, an `atemoya_order`; native by default.
atemoya_status atemoya_options_set_order(atemoya_options *options, int32_t order, atemoya_error **error);

/// Sets the seed of all epochs; 0 by default.
atemoya_status atemoya_options_set_random_state(atemoya_options *options, uint64_t random_state, atemoya_error **error);

/// Sets how many negatives are drawn for each peak, with replacement; the product is truncated. 0.1
/// by default.
atemoya_status atemoya_options_set_negative_ratio(atemoya_options *options,
                                                  double negative_ratio,
                                                  atemoya_error **error);

/// Sets whether peaks come in random order; true by default. The places of the negatives are random
/// in any case.
atemoya_status atemoya_options_set_shuffle(atemoya_options *options, bool shuffle, atemoya_error **error);

/// Sets how many examples a batch has, 1 to 2^30, those of all processes together; 32 by default.
atemoya_status atemoya_options_set_batch_size(atemoya_options *options, size_t batch_size, atemoya_error **error);

/// Sets whether the short batch at an epoch's end is dropped; false by default.
atemoya_status atemoya_options_set_drop_last(atemoya_options *options, bool drop_last, atemoya_error **error);

/// Sets which contiguous slice of each batch this process takes, below `world_size`; 0 by default.
/// A short batch of m examples is cut into slices of ceil(m / world_size), so that the last
/// processes may have fewer, or none.
atemoya_status atemoya_options_set_rank(atemoya_options *options, size_t rank, atemoya_error **error);

/// Sets how many processes share a batch; it divides `batch_size`. 1 by default.
atemoya_status atemoya_options_set_world_size(atemoya_options *options, size_t world_size, atemoya_error **error);

/* ---- loader ---- */

/// What a loader counts, from when it was made.
enum atemoya_counter
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Batches delivered.
    ATEMOYA_COUNTER_BATCHES = 0,
    /// Bytes delivered on the host, the padding between columns not counted; on a device, bytes
    /// copied there, padding included.
    ATEMOYA_COUNTER_BYTES = 1,
    /// Nanoseconds that callers waited for batches; without workers, that they gathered. On a
    /// device, calls of the driver are counted too.
    ATEMOYA_COUNTER_CONSUMER_WAITED = 2,
    /// Nanoseconds that workers waited for a free slot or for work, added up over the workers; on a
    /// device, also for copies from their slots.
    ATEMOYA_COUNTER_WORKERS_WAITED = 3,
    /// Page faults of the process that waited for a disk. Where the system does not tell, it cannot
    /// be read.
    ATEMOYA_COUNTER_PAGE_FAULTS = 4,
    /// Bytes of page-locked memory; 0 without a device.
    ATEMOYA_COUNTER_PAGE_LOCKED_BYTES = 5,
    /// Bytes of the device's memory; 0 without a device.
    ATEMOYA_COUNTER_DEVICE_BYTES = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_counter atemoya_counter;
#else
typedef int32_t atemoya_counter;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A loader: it streams epochs of batches. Free it with `atemoya_loader_free`.
///
/// Batches depend on the options and their place alone: not on threads, on how many slots there
/// are, on what was read before, or on the machine.
typedef struct atemoya_loader atemoya_loader;

/// Makes a loader: selects the loci, allocates memory for the batches and starts the workers. On a
/// device, also opens it; without a driver or without that device, nothing is allocated and the
/// error says so.
atemoya_status atemoya_loader_new(const atemoya_options *options, atemoya_loader **loader, atemoya_error **error);

/// Frees a loader, and ends its workers. A thread that waits for its next batch gets `ATEMOYA_END`.
/// Batches that were delivered stay valid.
atemoya_status atemoya_loader_free(atemoya_loader *loader);

/// Writes how many examples an epoch has, those of all processes together.
atemoya_status atemoya_loader_length(const atemoya_loader *loader, size_t *length, atemoya_error **error);

/// Writes how many batches an epoch has, the same for every process; the last one may be short.
atemoya_status atemoya_loader_batches_per_epoch(const atemoya_loader *loader, size_t *batches, atemoya_error **error);

/// Writes how many batches are in the host's memory at once.
atemoya_status atemoya_loader_slots(const atemoya_loader *loader, size_t *slots, atemoya_error **error);

/// Writes the channels and positions of an example in an `atemoya_column`, and the type of its
/// values, an `atemoya_dtype`. It has no channel where the batches do not have the column, and 1
/// and 1 where it is one number. Any of the three may be NULL.
atemoya_status atemoya_loader_column(const atemoya_loader *loader,
                                     int32_t column,
                                     size_t *channels,
                                     size_t *positions,
                                     int32_t *dtype,
                                     atemoya_error **error);

/// Writes the account of the loci that were kept and why the others were not, as text of one line;
/// valid until the loader is freed.
atemoya_status atemoya_loader_ledger(const atemoya_loader *loader, const char **ledger, atemoya_error **error);

/// Writes what looks like a mistake in what the loader was made of and is no error, as text: one
/// line for each, none when all is well; valid until the loader is freed. It is for users to read,
/// each time. Names of parameters stand in backquotes.
atemoya_status atemoya_loader_warnings(const atemoya_loader *loader, const char **warnings, atemoya_error **error);

/// Writes what a loader has counted, an `atemoya_counter`. When callers waited for nearly no time,
/// and workers long, the loader is faster than what consumes its batches.
atemoya_status atemoya_loader_counter(const atemoya_loader *loader,
                                      int32_t counter,
                                      uint64_t *value,
                                      atemoya_error **error);

/* ---- column ---- */

/// A column of a batch; n is the number of examples.
enum atemoya_column
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// One-hot sequence, (n, 4, in_window), channels A, C, G, T; packed as ATEMOYA_DTYPE_U64, (n,
    /// 4, ceil(in_window / 64)).
    ATEMOYA_COLUMN_SEQUENCE = 0,
    /// Control tracks, (n, control channels, in_window).
    ATEMOYA_COLUMN_CONTROLS = 1,
    /// Signal tracks, (n, signal channels, out_window).
    ATEMOYA_COLUMN_SIGNAL = 2,
    /// 1 for a peak and 0 for a negative, int64_t, (n,).
    ATEMOYA_COLUMN_LABELS = 3,
    /// Which of the kept peaks or of the kept negatives, int64_t, (n,).
    ATEMOYA_COLUMN_SOURCES = 4,
    /// Jitter, int64_t, (n,): a peak's window is shifted by `offset - max_jitter` bases; 0 for a
    /// negative.
    ATEMOYA_COLUMN_OFFSETS = 5,
    /// 1 where the example is reverse-complemented, uint8_t, (n,).
    ATEMOYA_COLUMN_REVERSE_COMPLEMENT = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_column atemoya_column;
#else
typedef int32_t atemoya_column;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Where an array is; the numbers are those of DLPack.
enum atemoya_device_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// The memory of the host.
    ATEMOYA_DEVICE_CPU = 1,
    /// The memory of a CUDA device.
    ATEMOYA_DEVICE_CUDA = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_device_type atemoya_device_type;
#else
typedef int32_t atemoya_device_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A column of a batch where it lies, in C order. The memory is the batch's: valid until the batch
/// is freed, on a device also for the work that its streams were given before. In the host's memory
/// it must not be written; a device's may be, by whoever has the batch to itself.
typedef struct atemoya_tensor {
    /// The first value, at a multiple of 256 bytes; on a device, an address there. NULL where there
    /// is no value.
    const void *data;
    /// The type of the values, an `atemoya_dtype`.
    int32_t dtype;
    /// How many axes there are: 3, or 1 for the columns of one number.
    int32_t ndim;
    /// Examples, channels, positions; 1 past `ndim`.
    int64_t shape[3];
    /// From one to the next along each axis, in values.
    int64_t strides[3];
    /// Bytes of all values.
    size_t bytes;
    /// Where it is, an `atemoya_device_type`.
    int32_t device_type;
    /// The number of the device, 0 on the host.
    int32_t device;
} atemoya_tensor;

/* ---- batch ---- */

/// A batch of examples, in the host's memory or a device's. It holds a slot of its loader until it
/// is freed with `atemoya_batch_free`, and its memory does not change until then, whatever becomes
/// of the loader. It may be used and freed by any thread.
typedef struct atemoya_batch atemoya_batch;

/// Frees a batch: its slot can be filled again, as soon as no tensor of DLPack needs it any more.
/// The memory of all slots of a loader is freed with the loader and the last of its batches.
///
/// A batch on a device may be freed as soon as the last work that uses it was given to its streams,
/// but not in a function that a stream calls on the host (`cuLaunchHostFunc`). Where the device has
/// no memory pools, freeing the last batch of a loader that was freed before waits for that work.
atemoya_status atemoya_batch_free(atemoya_batch *batch);

/// Writes how many examples a batch has: this process's part of the batch size, or less in the last
/// batch of an epoch, where the last processes may have none.
atemoya_status atemoya_batch_length(const atemoya_batch *batch, size_t *length, atemoya_error **error);

/// Writes the epoch that a batch belongs to; 0 for batches of validation and of the caller's draws.
atemoya_status atemoya_batch_epoch(const atemoya_batch *batch, uint64_t *epoch, atemoya_error **error);

/// Writes the number of a batch in its epoch, the same in every process; 0 when it was fetched.
atemoya_status atemoya_batch_index(const atemoya_batch *batch, uint64_t *index, atemoya_error **error);

/// Writes where an `atemoya_column` of a batch lies. The batch having no such column is an error
/// (`atemoya_loader_column` tells).
atemoya_status atemoya_batch_column(const atemoya_batch *batch,
                                    int32_t column,
                                    atemoya_tensor *tensor,
                                    atemoya_error **error);

/// Writes where all columns of a batch in the host's memory lie together, one piece that begins at
/// a multiple of 256 bytes, and how many bytes it has: for one copy of the whole batch. Each column
/// is as far from there as its `data` in `atemoya_batch_column`. In a short batch, what lies past
/// the examples of a column is of an earlier batch. A batch on a device is an error.
atemoya_status atemoya_batch_memory(const atemoya_batch *batch,
                                    const void **data,
                                    size_t *bytes,
                                    atemoya_error **error);

/// Copies the values of an `atemoya_column` to `out`, memory of the host of exactly so many bytes;
/// from a device, behind the work that the batch's stream has been given, and after waiting for it:
/// for looking at batches, not for training.
atemoya_status atemoya_batch_read(const atemoya_batch *batch,
                                  int32_t column,
                                  void *out,
                                  size_t bytes,
                                  atemoya_error **error);

/* ---- stream ---- */

/// Begins to stream one epoch. Whatever the loader was streaming is abandoned: a thread that waits
/// for its next batch gets `ATEMOYA_END`.
atemoya_status atemoya_loader_set_epoch(atemoya_loader *loader, uint64_t epoch, atemoya_error **error);

/// Begins to stream `count` consecutive epochs, from `first` on: the next one is gathered ahead
/// while the last batches of one are consumed, and `atemoya_batch_epoch` tells them apart. After
/// epoch UINT64_MAX comes epoch 0. Whatever the loader was streaming is abandoned.
atemoya_status atemoya_loader_stream_epochs(atemoya_loader *loader,
                                            uint64_t first,
                                            uint64_t count,
                                            atemoya_error **error);

/// Begins to stream every kept peak, or negative, or both (peaks first), once and in order, neither
/// shifted nor reverse-complemented, the short batch at the end included: for validation. Whatever
/// the loader was streaming is abandoned; its state stays.
atemoya_status atemoya_loader_stream_validation(atemoya_loader *loader,
                                                bool peaks,
                                                bool negatives,
                                                atemoya_error **error);

/// Ends what the loader streams, if anything, also while another thread waits for its next batch,
/// which gets `ATEMOYA_END`. Batches that were delivered stay valid, and another stream can be
/// begun.
atemoya_status atemoya_loader_stop(atemoya_loader *loader, atemoya_error **error);

/// Writes the next batch of what the loader streams, after waiting until it is gathered; free it
/// with `atemoya_batch_free`. At the end it returns `ATEMOYA_END`, and writes NULL. When all slots
/// are held by the caller, it is `ATEMOYA_ERROR_ALL_LEASED`: free a batch and ask again. After any
/// other error the stream has ended, and whoever asks gets the error again until another stream is
/// begun. Before a stream was begun it is `ATEMOYA_ERROR_ARGUMENT`. A call that fails to begin one
/// leaves what is streamed as it was.
///
/// Any number of threads may take batches of one loader: each batch is given to one of them.
///
/// On a device, the batch is delivered to the stream of the options: what that is given from then
/// on finds it complete, and this thread does not wait for the device.
atemoya_status atemoya_loader_next(atemoya_loader *loader, atemoya_batch **batch, atemoya_error **error);

/// Writes the next batch as `atemoya_loader_next`, but waits when all slots are held: for callers
/// that free batches on another thread. On a device it is the same as `atemoya_loader_next`.
atemoya_status atemoya_loader_next_waiting(atemoya_loader *loader, atemoya_batch **batch, atemoya_error **error);

/// Writes the next batch as `atemoya_loader_next`, but never waits for workers: it returns
/// `ATEMOYA_PENDING`, and writes NULL, while the next batch is not gathered. Without workers it is
/// gathered here. When all slots are held, it is `ATEMOYA_ERROR_ALL_LEASED`.
atemoya_status atemoya_loader_next_if_ready(atemoya_loader *loader, atemoya_batch **batch, atemoya_error **error);

/* ---- plan ---- */

/// One example of an epoch, of loaders that keep the same loci.
typedef struct atemoya_draw {
    /// Which of the kept peaks, or of the kept negatives.
    uint32_t source;
    /// Jitter, 0 to 2 max_jitter: a peak's window is shifted by `offset - max_jitter` bases; 0 for
    /// a negative.
    uint32_t offset;
    /// Whether it is a peak: 0 or anything else.
    uint32_t is_peak;
    /// Whether it is reverse-complemented: 0 or anything else.
    uint32_t reverse_complement;
} atemoya_draw;

/// A locus that a loader uses.
typedef struct atemoya_kept_locus {
    /// The base that windows are centred on, 0-based: they begin `width / 2` bases before it.
    int64_t centre;
    /// The number of the contig in the store.
    uint32_t contig;
    /// The row of the locus index.
    uint32_t row;
} atemoya_kept_locus;

/// Writes `count` examples of an epoch, from the index `first` on, to `out`: which locus, shift and
/// orientation stand there. Indices count the examples of all processes.
atemoya_status atemoya_loader_plan(const atemoya_loader *loader,
                                   uint64_t epoch,
                                   size_t first,
                                   size_t count,
                                   atemoya_draw *out,
                                   atemoya_error **error);

/// Begins to stream `count` examples of the caller's own, in their order, once, the short batch at
/// the end included. The draws are copied; there must be one at least. Whatever the loader was
/// streaming is abandoned; its state stays.
atemoya_status atemoya_loader_stream_draws(atemoya_loader *loader,
                                           const atemoya_draw *draws,
                                           size_t count,
                                           atemoya_error **error);

/// Gathers examples at any `count` indices of an epoch, in any order, each any number of times, in
/// this thread and beside whatever is streamed, into a batch of the host's memory that takes no
/// slot. Free it with `atemoya_batch_free`.
atemoya_status atemoya_loader_fetch(const atemoya_loader *loader,
                                    uint64_t epoch,
                                    const size_t *indices,
                                    size_t count,
                                    atemoya_batch **batch,
                                    atemoya_error **error);

/// Writes the draws of all examples of a batch to `out`, which has room for `count` of them,
/// exactly as many as there are examples. They can be followed again with
/// `atemoya_loader_stream_draws`. From a device they are copied first, as by `atemoya_batch_read`.
atemoya_status atemoya_batch_draws(const atemoya_batch *batch, atemoya_draw *out, size_t count, atemoya_error **error);

/// Writes how many peaks and how many negatives a loader has kept. Either may be NULL.
atemoya_status atemoya_loader_kept_count(const atemoya_loader *loader,
                                         size_t *peaks,
                                         size_t *negatives,
                                         atemoya_error **error);

/// Writes `count` of the kept peaks (or negatives, where `is_peak` is false), from `first` on, to
/// `out`: what `source` of a draw counts.
atemoya_status atemoya_loader_kept(const atemoya_loader *loader,
                                   bool is_peak,
                                   size_t first,
                                   size_t count,
                                   atemoya_kept_locus *out,
                                   atemoya_error **error);

/* ---- state ---- */

/// Bytes that any state of this version takes, the zero at the end included.
#define ATEMOYA_STATE_CAPACITY 512

/// Writes where a loader stands, after the batch that was delivered last or at the epoch that was
/// set: JSON text that ends with a zero, to `buffer` of `capacity` bytes, `ATEMOYA_STATE_CAPACITY`
/// of which are enough. It counts the batches of all processes together, so that one process saves
/// it for all. `length` may be NULL; it is set to the bytes without the zero, also where the buffer
/// is too small, which is an error and leaves it as it was.
atemoya_status atemoya_loader_state(const atemoya_loader *loader,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length,
                                    atemoya_error **error);

/// Writes the epoch of a state's next batch, and how many batches of that epoch come before it:
/// after the last batch of an epoch these are the next epoch and 0. To train for N epochs in all,
/// go on with `N - 1 - epoch` more. Either may be NULL.
atemoya_status atemoya_state_position(const char *state, uint64_t *epoch, uint64_t *step, atemoya_error **error);

/// Goes on from a state with the very next batch: begins to stream the rest of its epoch, and
/// `more` epochs after it. The state is text of `atemoya_loader_state`, also of a loader with other
/// workers, slots, or processes, or on a device; one of other loci, another seed, or anything else
/// that decides which example stands where is an error.
atemoya_status atemoya_loader_resume(atemoya_loader *loader, const char *state, uint64_t more, atemoya_error **error);

/* ---- dlpack ---- */

/// Writes an `atemoya_column` of a batch as a tensor of DLPack 1.0, with the flag that it is
/// read-only. Its deleter, which whoever takes the tensor calls once, lets go of the batch: the
/// memory is valid until then, also when batch and loader are freed before. What
/// `atemoya_batch_free` says of where a batch on a device may be freed holds of the deleter, too.
///
/// `stream` is what the protocol passes to the producer. On the host it is NULL. On a device it is
/// the consumer's stream, which is made to wait for the batch, with NULL and 1 for the legacy
/// default stream and an error for 2; or -1, cast to a pointer, for a consumer that waits by itself
/// on `atemoya_batch_stream`. A stream must exist until the batch and all its tensors are freed, or
/// until `atemoya_batch_done_on` is called for it.
atemoya_status atemoya_batch_dlpack(const atemoya_batch *batch,
                                    int32_t column,
                                    void *stream,
                                    struct DLManagedTensorVersioned **tensor,
                                    atemoya_error **error);

/* ---- device ---- */

/// Writes how many CUDA devices the driver shows to this process.
atemoya_status atemoya_device_count(size_t *count, atemoya_error **error);

/// Writes the next batch, as `atemoya_loader_next`, but delivers it to `stream`, a `CUstream` or
/// `cudaStream_t` of the device's primary context that exists as long as the batch; NULL and 1 are
/// the legacy default stream, and 2, the default stream of each thread, is an error.
atemoya_status atemoya_loader_next_on(atemoya_loader *loader,
                                      void *stream,
                                      atemoya_batch **batch,
                                      atemoya_error **error);

/// Writes the stream that a batch was delivered to, a `CUstream`; valid until the batch is freed,
/// or longer if it is the caller's.
atemoya_status atemoya_batch_stream(const atemoya_batch *batch, void **stream, atemoya_error **error);

/// Lets another stream use a batch: what it is given from now on finds the batch complete, and the
/// batch's memory is not used again before what the stream was given until the batch is freed.
/// Streams are named as in `atemoya_loader_next_on`.
atemoya_status atemoya_batch_wait_on(const atemoya_batch *batch, void *stream, atemoya_error **error);

/// Says that a stream is done with a batch: what it is given from now on does not use it, and the
/// stream need not exist any longer. Streams of which this is not said are done when the batch is
/// freed.
atemoya_status atemoya_batch_done_on(const atemoya_batch *batch, void *stream, atemoya_error **error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ATEMOYA_H */
