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

/* ---- about ---- */

/// The version of the interface in this header. It grows when something is changed or removed. The
/// name of the shared library changes with it.
#define ATEMOYA_ABI_VERSION 1

/// The revision of this version of the interface. It grows when something is added. A library has
/// everything that this header declares when its version is the same and its revision is not lower:
/// compare `atemoya_abi_version()` and `atemoya_abi_revision()` with the two constants.
#define ATEMOYA_ABI_REVISION 1

/// Returns the version of the library's interface: `ATEMOYA_ABI_VERSION` of the header that it was
/// built with.
uint32_t atemoya_abi_version(void);

/// Returns the revision of the library's interface: `ATEMOYA_ABI_REVISION` of the header that it
/// was built with.
uint32_t atemoya_abi_revision(void);

/// Returns the version of the library, such as "0.1.0". The text stays valid.
const char *atemoya_version(void);

/// Returns whether the library was built with CUDA, which is always so. It says nothing about a
/// driver or a device: for these, call `atemoya_device_count`.
bool atemoya_has_cuda(void);

/// Returns how many handles and DLPack tensors were given and not freed yet. At the end of a
/// program that leaks none, it is 0.
size_t atemoya_live_handles(void);

/* ---- status ---- */

/// The status of a call: success, or why it failed. Negative numbers are errors. The numbers never
/// change; new ones may be added.
enum atemoya_status
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// The call succeeded.
    ATEMOYA_OK = 0,
    /// There is no further batch: the stream has ended or was stopped.
    ATEMOYA_END = 1,
    /// The next batch is not gathered yet.
    ATEMOYA_PENDING = 2,
    /// The operating system refused an operation on a file.
    ATEMOYA_ERROR_IO = -1,
    /// The path is not a store.
    ATEMOYA_ERROR_NOT_A_STORE = -2,
    /// A file of a store is damaged; the error has the path and the offset.
    ATEMOYA_ERROR_CORRUPT = -3,
    /// A file is of a version that this library does not know.
    ATEMOYA_ERROR_UNSUPPORTED = -4,
    /// An input file (BED) cannot be used; the error has the path and, for text, the line.
    ATEMOYA_ERROR_INPUT = -5,
    /// An argument is NULL, not UTF-8, out of its range, too large for the system's memory or
    /// threads, or does not fit the other arguments or the store. The message begins with the name
    /// of the parameter, of the option, or of the part of the loader.
    ATEMOYA_ERROR_ARGUMENT = -6,
    /// The target exists already.
    ATEMOYA_ERROR_EXISTS = -7,
    /// The caller interrupted the work.
    ATEMOYA_ERROR_INTERRUPTED = -8,
    /// The caller holds the batches of all slots: free one and go on, or set more slots.
    ATEMOYA_ERROR_ALL_LEASED = -9,
    /// There is no CUDA driver that can be used.
    ATEMOYA_ERROR_NO_DRIVER = -10,
    /// There is no such CUDA device.
    ATEMOYA_ERROR_NO_DEVICE = -11,
    /// The CUDA driver refused an operation; `atemoya_error_driver_code` has its `CUresult`.
    ATEMOYA_ERROR_DRIVER = -12,
    /// A worker thread panicked: a bug, please report it.
    ATEMOYA_ERROR_WORKER = -13,
    /// A handle is not of the kind that the function takes, or was freed before.
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

/// Why a call failed: a status, a message, and where in which file. Functions write it to their
/// last parameter. Free it with `atemoya_error_free`.
typedef struct atemoya_error atemoya_error;

/// Returns the status of an error, the same that the function returned. For NULL it is
/// `ATEMOYA_OK`, and for a handle that is no error or was freed `ATEMOYA_ERROR_HANDLE`.
atemoya_status atemoya_error_status(const atemoya_error *error);

/// Returns the message of an error: one line in English, with the name of the file or parameter. It
/// is valid until the error is freed. For NULL, and for a handle that is no error, the text says
/// so.
const char *atemoya_error_message(const atemoya_error *error);

/// Returns the path of the file that an error is about, or NULL where there is none. It is as the
/// system has it, which need not be UTF-8, and valid until the error is freed.
const char *atemoya_error_path(const atemoya_error *error);

/// Writes the place of an error in its file, in bytes from the start, and returns true. Returns
/// false and writes nothing where the place is not known. `offset` may be NULL.
bool atemoya_error_offset(const atemoya_error *error, uint64_t *offset);

/// Writes the line of an error in its text file, counted from 1, and returns true. Returns false
/// and writes nothing where there is no line. `line` may be NULL.
bool atemoya_error_line(const atemoya_error *error, uint64_t *line);

/// Writes the `CUresult` of the CUDA driver and returns true. Returns false and writes nothing
/// where an error does not come from the driver. `code` may be NULL.
bool atemoya_error_driver_code(const atemoya_error *error, uint32_t *code);

/// Frees an error and its texts.
atemoya_status atemoya_error_free(atemoya_error *error);

/* ---- dtype ---- */

/// The type of the values of an array, in the byte order of this machine.
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

/// Writes how many bytes a value of an `atemoya_dtype` has.
atemoya_status atemoya_dtype_size(int32_t dtype, size_t *size, atemoya_error **error);

/// Returns numpy's name of an `atemoya_dtype`, such as "float32", and "bfloat16", which numpy does
/// not have. Returns NULL for any other number. The text stays valid.
const char *atemoya_dtype_name(int32_t dtype);

/* ---- progress ---- */

/// A function of the caller's that long work calls to report its progress: `done` of `total` units
/// (bytes or tiles) of a `phase`, whose name is valid during the call. It returns true to go on and
/// false to interrupt the work. Several threads call it, one at a time, with the `context` that the
/// caller passed. It must not throw or leave by `longjmp`. It may be NULL.
typedef bool (*atemoya_progress)(void *context, const char *phase, uint64_t done, uint64_t total);

/* ---- store ---- */

/// An open store: a genome, tracks and loci, read through memory maps. Free it with
/// `atemoya_store_free`.
typedef struct atemoya_store atemoya_store;

/// Opens the store in the directory `path`, in milliseconds at any size. This checks the manifest,
/// and the length, header and contig table of each data file. It does not read bases and values: a
/// damaged byte among them is an error when it is read, or a wrong value in a batch. To find damage
/// before, call `atemoya_store_verify_once` or `atemoya_store_verify`. Do not change the files
/// while the store is open: a file that becomes shorter ends the process (SIGBUS). Replacing the
/// whole store is safe.
atemoya_status atemoya_store_open(const char *path, atemoya_store **store, atemoya_error **error);

/// Frees a store and its texts. Options, loaders and gatherers that were made with it stay usable.
atemoya_status atemoya_store_free(atemoya_store *store);

/// Checks every checksum and every rule of the format in the whole store and its locus indices, on
/// all cores. `progress`, which may be NULL, is called now and then with `context`. When it returns
/// false, the work is interrupted.
atemoya_status atemoya_store_verify(const atemoya_store *store,
                                    atemoya_progress progress,
                                    void *context,
                                    atemoya_error **error);

/// Checks every checksum and every tile of a store's data files, unless this machine has done so
/// before and no file has changed since. A store that passed is recorded in the directory
/// `verified` of `cache`; one that failed is not. NULL is the user's cache: `$ATEMOYA_CACHE`, or
/// `atemoya` in `$XDG_CACHE_HOME` (`~/.cache`). When several processes call this at once, one reads
/// the store and the others wait. Where the record cannot be written, the store is read each time.
/// `progress` is as for `atemoya_store_verify`.
atemoya_status atemoya_store_verify_once(const atemoya_store *store,
                                         const char *cache,
                                         atemoya_progress progress,
                                         void *context,
                                         atemoya_error **error);

/// Writes the path that a store was opened with. It is valid until the store is freed.
atemoya_status atemoya_store_path(const atemoya_store *store, const char **path, atemoya_error **error);

/// Writes the checksum of a store's manifest, "sha256:...". It identifies the contents of the
/// store, and is valid until the store is freed.
atemoya_status atemoya_store_checksum(const atemoya_store *store, const char **checksum, atemoya_error **error);

/// Writes what the files of a store's tracks lacked, where the store has zeros in place of
/// measurements: contigs that a file does not have or has with another length, and files without
/// values. It is text for users, a line for each, "" where nothing was lacking, and valid until the
/// store is freed. `atemoya_loader_warnings` has those that concern a loader.
atemoya_status atemoya_store_warnings(const atemoya_store *store, const char **warnings, atemoya_error **error);

/// Writes whether a store has a genome. Otherwise it has tracks only.
atemoya_status atemoya_store_has_sequence(const atemoya_store *store, bool *has_sequence, atemoya_error **error);

/// Writes how many contigs a store has.
atemoya_status atemoya_store_contig_count(const atemoya_store *store, size_t *count, atemoya_error **error);

/// Writes the name of a contig, numbered from 0. It is valid until the store is freed.
atemoya_status atemoya_store_contig_name(const atemoya_store *store,
                                         size_t contig,
                                         const char **name,
                                         atemoya_error **error);

/// Writes the length of a contig in bases.
atemoya_status atemoya_store_contig_length(const atemoya_store *store,
                                           size_t contig,
                                           uint64_t *length,
                                           atemoya_error **error);

/// Writes the number of the contig with this name.
atemoya_status atemoya_store_find_contig(const atemoya_store *store,
                                         const char *name,
                                         size_t *contig,
                                         atemoya_error **error);

/* ---- tracks ---- */

/// Whether a group of tracks is signal or control.
enum atemoya_group_role
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Signal: a model predicts it. It is read over the output window.
    ATEMOYA_GROUP_SIGNAL = 0,
    /// Control: a model's input beside the sequence. It is read over the input window.
    ATEMOYA_GROUP_CONTROL = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_group_role atemoya_group_role;
#else
typedef int32_t atemoya_group_role;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A track of a store, with statistics over the genome.
typedef struct atemoya_track {
    /// The track's name for users: its group's, followed by the channel where there are several. It
    /// is valid until the store is freed.
    const char *name;
    /// The narrowest type that holds every value, an `atemoya_dtype`: `ATEMOYA_DTYPE_U8`,
    /// `ATEMOYA_DTYPE_U16` or `ATEMOYA_DTYPE_F32`.
    int32_t dtype;
    /// The smallest value, zeros included.
    float min;
    /// The largest value, zeros included.
    float max;
    /// Always 0.
    uint32_t reserved;
    /// The number of bases whose value is not 0.
    uint64_t nonzero;
    /// The sum of the values.
    double sum;
} atemoya_track;

/// Writes how many groups of tracks a store has. A group has one or more channels. Reverse
/// complement reverses their order within the group.
atemoya_status atemoya_store_group_count(const atemoya_store *store, size_t *count, atemoya_error **error);

/// Writes the name of a group, numbered from 0. It is valid until the store is freed.
atemoya_status atemoya_store_group_name(const atemoya_store *store,
                                        size_t group,
                                        const char **name,
                                        atemoya_error **error);

/// Writes whether a group is signal or control, an `atemoya_group_role`.
atemoya_status atemoya_store_group_role(const atemoya_store *store, size_t group, int32_t *role, atemoya_error **error);

/// Writes how many tracks a group has. Each is one channel.
atemoya_status atemoya_store_track_count(const atemoya_store *store,
                                         size_t group,
                                         size_t *count,
                                         atemoya_error **error);

/// Writes the description of a track, numbered from 0 within its group.
atemoya_status atemoya_store_track(const atemoya_store *store,
                                   size_t group,
                                   size_t track,
                                   atemoya_track *out,
                                   atemoya_error **error);

/* ---- loci ---- */

/// A locus index: a table of peaks, followed by negatives. Free it with `atemoya_loci_free`.
typedef struct atemoya_loci atemoya_loci;

/// A locus of an index. Coordinates are 0-based and half-open.
typedef struct atemoya_locus {
    /// The first base, as in the file.
    int64_t start;
    /// The base after the last one, as in the file.
    int64_t end;
    /// The base that windows are centred on.
    int64_t centre;
    /// The summit, in bases from `start`, as in the file. INT64_MIN where there is none.
    int64_t summit;
    /// The line in the file, counted from 1.
    uint64_t line;
    /// The number of the contig in the store. A number that is not below the count of the store's
    /// contigs is that of a contig which the store does not have.
    uint32_t contig;
    /// The number of the input file. Files of peaks are numbered first.
    uint32_t file;
    /// 1 for a peak and 0 for a negative.
    uint32_t is_peak;
    /// Always 0.
    uint32_t reserved;
} atemoya_locus;

/// Writes how many locus indices a store has. The first call lists them: an index that is made
/// later is not counted until the store is opened again. It can be opened by its name all the same.
atemoya_status atemoya_store_loci_count(const atemoya_store *store, size_t *count, atemoya_error **error);

/// Writes the name of a locus index, numbered from 0 in the order of their names. It is valid until
/// the store is freed.
atemoya_status atemoya_store_loci_name(const atemoya_store *store,
                                       size_t index,
                                       const char **name,
                                       atemoya_error **error);

/// Reads a locus index of a store into memory and checks every row. `name` is NULL for the only
/// index of the store.
atemoya_status atemoya_loci_open(const atemoya_store *store,
                                 const char *name,
                                 atemoya_loci **loci,
                                 atemoya_error **error);

/// Frees a locus index and its texts.
atemoya_status atemoya_loci_free(atemoya_loci *loci);

/// Writes how many loci an index has, and how many of them are peaks, which come first. `peaks` may
/// be NULL.
atemoya_status atemoya_loci_count(const atemoya_loci *loci, size_t *count, size_t *peaks, atemoya_error **error);

/// Writes `count` loci from the row `first` on to `out`.
atemoya_status atemoya_loci_rows(const atemoya_loci *loci,
                                 size_t first,
                                 size_t count,
                                 atemoya_locus *out,
                                 atemoya_error **error);

/// Writes how many signal groups an index has counts of.
atemoya_status atemoya_loci_group_count(const atemoya_loci *loci, size_t *count, atemoya_error **error);

/// Writes the name of a signal group that an index has counts of, numbered from 0. It is valid
/// until the index is freed.
atemoya_status atemoya_loci_group_name(const atemoya_loci *loci,
                                       size_t group,
                                       const char **name,
                                       atemoya_error **error);

/// Writes the counts of a signal group to `out`: the sum of its values around each of `count` loci,
/// from the row `first` on.
atemoya_status atemoya_loci_counts(const atemoya_loci *loci,
                                   size_t group,
                                   size_t first,
                                   size_t count,
                                   double *out,
                                   atemoya_error **error);

/* ---- gather ---- */

/// A gatherer of a store's sequence, or of some of its tracks. Any number of threads may gather
/// with it at once. Free it with `atemoya_gatherer_free`.
typedef struct atemoya_gatherer atemoya_gatherer;

/// A window: where it begins, and in which orientation it is read. All windows of a call have the
/// width that is passed to the function.
typedef struct atemoya_window {
    /// The first base, 0-based. The window may reach past either end of its contig or lie outside
    /// it: positions outside the contig are 0.
    int64_t start;
    /// The number of the contig in the store.
    uint32_t contig;
    /// 0 for the forward strand, and any other value for the reverse complement.
    uint32_t reverse_complement;
} atemoya_window;

/// Makes a gatherer of one-hot sequence. A window has the shape (4, width), with the channels A, C,
/// G, T, in the type ATEMOYA_DTYPE_I8, _U8, _F16, _BF16 or _F32. With _U64 it is packed: the shape
/// is (4, ceil(width / 64)), and bit i of word w is position 64 w + i. Reverse complement flips
/// both axes.
atemoya_status atemoya_gatherer_of_sequence(const atemoya_store *store,
                                            int32_t dtype,
                                            atemoya_gatherer **gatherer,
                                            atemoya_error **error);

/// Makes a gatherer of the tracks of groups, signal or control: `count` names, whose order is that
/// of the channels. The count ATEMOYA_ALL stands for all signal groups. A window has the shape
/// (channels, width), in the type ATEMOYA_DTYPE_F32, or _U16 or _U8 where that holds all values of
/// the tracks. Reverse complement flips the positions, and the channels within each group.
atemoya_status atemoya_gatherer_of_tracks(const atemoya_store *store,
                                          const char *const *groups,
                                          size_t count,
                                          int32_t dtype,
                                          atemoya_gatherer **gatherer,
                                          atemoya_error **error);

/// Frees a gatherer.
atemoya_status atemoya_gatherer_free(atemoya_gatherer *gatherer);

/// Writes the channels and positions of a window of `width` bases, and the bytes of `windows` such
/// windows. Any of the three may be NULL.
atemoya_status atemoya_gatherer_shape(const atemoya_gatherer *gatherer,
                                      size_t width,
                                      size_t windows,
                                      size_t *channels,
                                      size_t *positions,
                                      size_t *bytes,
                                      atemoya_error **error);

/// Gathers `count` windows of `width` bases, 1 to 2^30, into `out`: an array of the shape (count,
/// channels, positions) in C order, of exactly `bytes` bytes (`atemoya_gatherer_shape`), aligned
/// for its type. The windows may be in any order. It is fastest when neighbours in the list are
/// neighbours in the genome. After an error, the contents of `out` are unspecified.
atemoya_status atemoya_gather(const atemoya_gatherer *gatherer,
                              const atemoya_window *windows,
                              size_t count,
                              size_t width,
                              void *out,
                              size_t bytes,
                              atemoya_error **error);

/* ---- options ---- */

/// The parameters of a loader. Each has a function `atemoya_options_set_...`, whose comment says
/// the default. They are checked together when a loader is made. Free them with
/// `atemoya_options_free`.
typedef struct atemoya_options atemoya_options;

/// Makes options for loaders over a store, all of them defaults. Any number of loaders can be made
/// with them, and they may be changed in between.
atemoya_status atemoya_options_new(const atemoya_store *store, atemoya_options **options, atemoya_error **error);

/// Frees options. Loaders that were made with them stay usable.
atemoya_status atemoya_options_free(atemoya_options *options);

/* ---- options: device ---- */

/// The types in which batches are copied to a device.
enum atemoya_transfer
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// The types with the fewest bytes: packed bits and the narrowest integers. They are expanded
    /// on the device.
    ATEMOYA_TRANSFER_COMPACT = 0,
    /// The types of the columns. The workers gather them in these types.
    ATEMOYA_TRANSFER_DENSE = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_transfer atemoya_transfer;
#else
typedef int32_t atemoya_transfer;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Sets the number of the GPU that batches are delivered to; -1 (the default) for batches in the
/// memory of the host. Without a driver or this device, making the loader is an error. All other
/// parameters apply to both, unless their comments say otherwise.
atemoya_status atemoya_options_set_device(atemoya_options *options, int32_t device, atemoya_error **error);

/// Sets the types in which batches are copied to the device, an `atemoya_transfer`; compact by
/// default. It changes no value of a batch.
atemoya_status atemoya_options_set_transfer(atemoya_options *options, int32_t transfer, atemoya_error **error);

/// Sets how many batches are copied to the device before they are taken, at most 1024; 2 by
/// default.
atemoya_status atemoya_options_set_prefetch_to_device(atemoya_options *options,
                                                      size_t prefetch_to_device,
                                                      atemoya_error **error);

/// Sets how many batches are on the device at once, with those that the caller holds: more than
/// `prefetch_to_device`, and at most 2048. 0 (the default) stands for `prefetch_to_device + 2`.
atemoya_status atemoya_options_set_device_slots(atemoya_options *options, size_t device_slots, atemoya_error **error);

/// Sets the stream that batches are delivered to: a `CUstream` or `cudaStream_t` of the device's
/// primary context that exists as long as the loader and its batches. NULL (the default) stands for
/// a stream of the loader's own, and 1, as in DLPack, for the legacy default stream.
atemoya_status atemoya_options_set_stream(atemoya_options *options, void *stream, atemoya_error **error);

/// Sets whether the page-locked memory is write-combined, which is faster to copy from on some
/// machines and slow to read on the host; false by default.
atemoya_status atemoya_options_set_write_combined(atemoya_options *options, bool write_combined, atemoya_error **error);

/* ---- options: examples ---- */

/// Sets the names of the signal groups to read, `count` of them, whose order is that of the
/// channels; 0 for none. With the count ATEMOYA_ALL, which is the default, all groups of the store
/// are read, in the order in which they were packed.
atemoya_status atemoya_options_set_signals(atemoya_options *options,
                                           const char *const *signals,
                                           size_t count,
                                           atemoya_error **error);

/// Sets the names of the control groups to read, `count` of them, whose order is that of the
/// channels; 0 for none. With the count ATEMOYA_ALL, which is the default, all groups of the store
/// are read, in the order in which they were packed.
atemoya_status atemoya_options_set_controls(atemoya_options *options,
                                            const char *const *controls,
                                            size_t count,
                                            atemoya_error **error);

/// Sets the type of the one-hot sequence: ATEMOYA_DTYPE_I8 (the default), _U8, _F16, _BF16 or _F32,
/// or _U64, which packs it. The packed column has the shape (n, 4, ceil(in_window / 64)), and bit i
/// of word w is position 64 w + i. Bits from `in_window` on are 0.
atemoya_status atemoya_options_set_sequence_type(atemoya_options *options,
                                                 int32_t sequence_type,
                                                 atemoya_error **error);

/// Sets the type of the controls: ATEMOYA_DTYPE_F32 (the default), or _U16 or _U8 where that holds
/// all values of the tracks. On a device it may also be _F16 or _BF16, rounded to the nearest.
atemoya_status atemoya_options_set_controls_type(atemoya_options *options,
                                                 int32_t controls_type,
                                                 atemoya_error **error);

/// Sets the type of the signal: ATEMOYA_DTYPE_F32 (the default), or _U16 or _U8 where that holds
/// all values of the tracks. On a device it may also be _F16 or _BF16, rounded to the nearest.
atemoya_status atemoya_options_set_signal_type(atemoya_options *options, int32_t signal_type, atemoya_error **error);

/// Sets the width of sequence and controls in bases, 1 to 2^30; 2114 by default.
atemoya_status atemoya_options_set_in_window(atemoya_options *options, size_t in_window, atemoya_error **error);

/// Sets the width of the signal in bases, 1 to 2^30; 1000 by default.
atemoya_status atemoya_options_set_out_window(atemoya_options *options, size_t out_window, atemoya_error **error);

/// Sets by how many bases the windows of a peak are shifted at most, in either direction, up to
/// 2^30; 50 by default.
atemoya_status atemoya_options_set_max_jitter(atemoya_options *options, size_t max_jitter, atemoya_error **error);

/// Sets whether each example is reverse-complemented with probability 1/2; true by default.
atemoya_status atemoya_options_set_reverse_complement(atemoya_options *options,
                                                      bool reverse_complement,
                                                      atemoya_error **error);

/* ---- options: loader ---- */

/// How the files of a store are read.
enum atemoya_access
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Through memory maps. This is the fastest for files on a disk of this machine.
    ATEMOYA_ACCESS_MAP = 0,
    /// By reading what each batch needs. Use it on network file systems, and where a failing disk
    /// must be an error: through a map it ends the process. Opening a store, and summing its
    /// signals to select loci, still use the maps.
    ATEMOYA_ACCESS_READ = 1,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_access atemoya_access;
#else
typedef int32_t atemoya_access;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Sets how many examples a batch has, 1 to 2^30, in all processes together; 32 by default.
atemoya_status atemoya_options_set_batch_size(atemoya_options *options, size_t batch_size, atemoya_error **error);

/// Sets whether the short batch at the end of an epoch is dropped; false by default.
atemoya_status atemoya_options_set_drop_last(atemoya_options *options, bool drop_last, atemoya_error **error);

/// Sets the rank of this process, below `world_size`; 0 by default. Each process takes one
/// contiguous slice of every batch. A short batch of m examples is cut into slices of ceil(m /
/// world_size), so that the last processes may have fewer or none.
atemoya_status atemoya_options_set_rank(atemoya_options *options, size_t rank, atemoya_error **error);

/// Sets how many processes share a batch; it divides `batch_size`. 1 by default.
atemoya_status atemoya_options_set_world_size(atemoya_options *options, size_t world_size, atemoya_error **error);

/// Sets how many threads gather, up to 1024; 1 by default. With 0, the thread that takes a batch
/// gathers it.
atemoya_status atemoya_options_set_num_workers(atemoya_options *options, size_t num_workers, atemoya_error **error);

/// Sets how many batches are in memory at once, with those that the caller holds, up to 4096. 0
/// (the default) stands for `num_workers + 2`: one for each worker to fill, one that is ready, and
/// one that the caller holds. A caller that frees a batch only after it has taken the next one
/// needs one more. On a device the default has `prefetch_to_device` more.
atemoya_status atemoya_options_set_slots(atemoya_options *options, size_t slots, atemoya_error **error);

/// Sets how the store's files are read, an `atemoya_access`; through memory maps by default.
atemoya_status atemoya_options_set_access(atemoya_options *options, int32_t access, atemoya_error **error);

/// Sets whether the system reads pages that the next batches need and that are not in memory,
/// before they are needed (readahead); true by default.
atemoya_status atemoya_options_set_ask_ahead(atemoya_options *options, bool ask_ahead, atemoya_error **error);

/* ---- options: loci ---- */

/// Sets the name of the locus index to use; NULL (the default) for the only one of the store.
atemoya_status atemoya_options_set_loci(atemoya_options *options, const char *loci, atemoya_error **error);

/// Sets the names of the contigs to use, `count` of them. The count ATEMOYA_ALL, which is the
/// default, stands for all contigs. Names that the store does not have are a warning of the loader,
/// and an error where it has none of them. A count of 0 leaves no locus, which is an error when the
/// loader is made.
atemoya_status atemoya_options_set_chroms(atemoya_options *options,
                                          const char *const *chroms,
                                          size_t count,
                                          atemoya_error **error);

/// Sets what peaks are centred on: 1 for their summits, 0 for their midpoints, and -1 (the default)
/// for what the index was made with.
atemoya_status atemoya_options_set_summits(atemoya_options *options, int32_t summits, atemoya_error **error);

/// Sets the smallest sum of signal over the output window of a locus that is kept. NAN (the
/// default) stands for that of the index, and -INFINITY for no bound.
atemoya_status atemoya_options_set_min_counts(atemoya_options *options, double min_counts, atemoya_error **error);

/// Sets the largest sum of signal over the output window of a locus that is kept. NAN (the default)
/// stands for that of the index, and INFINITY for no bound.
atemoya_status atemoya_options_set_max_counts(atemoya_options *options, double max_counts, atemoya_error **error);

/// Sets the tracks whose signal is summed for `min_counts` and `max_counts`, `count` of them: NAME
/// (a group) or NAME.i (a channel of it). The count ATEMOYA_ALL, which is the default, stands for
/// those of the index. Where the index has none, it stands for all signal tracks, and in
/// cherimoya's order for the first one.
atemoya_status atemoya_options_set_counts_tracks(atemoya_options *options,
                                                 const char *const *counts_tracks,
                                                 size_t count,
                                                 atemoya_error **error);

/// Sets whether outliers are left out: peaks whose counts in any signal group exceed 1.2 times the
/// 0.99 quantile. 1 leaves them out and 0 keeps them. -1 (the default) stands for the choice of the
/// index. Where the index has none, cherimoya's order leaves them out and the native order keeps
/// them.
atemoya_status atemoya_options_set_outlier_filter(atemoya_options *options,
                                                  int32_t outlier_filter,
                                                  atemoya_error **error);

/// Sets the paths of BED files with regions to exclude, `count` of them; 0 for none. The count
/// ATEMOYA_ALL, which is the default, stands for the regions that the index was made with. The
/// genome is divided into chunks of 100 bases: loci whose windows touch a chunk with an excluded
/// base are left out.
atemoya_status atemoya_options_set_exclusion_lists(atemoya_options *options,
                                                   const char *const *paths,
                                                   size_t count,
                                                   atemoya_error **error);

/// Sets other names of contigs, which exclusion lists may use. "chr" stands for 1 and chr1 and the
/// like, and MT and chrM. Anything else is the path of a file, which is read now: each of its lines
/// has the names of one contig. NULL (the default) stands for no other names.
atemoya_status atemoya_options_set_alias(atemoya_options *options, const char *alias, atemoya_error **error);

/// Sets whether contigs to use and exclusion lists are accepted when none of their names is a
/// contig of the genome. By default it is false, and making the loader is an error then.
atemoya_status atemoya_options_set_allow_empty(atemoya_options *options, bool allow_empty, atemoya_error **error);

/* ---- options: sampling ---- */

/// The rules that give each index of an epoch its example.
enum atemoya_order
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Atemoya's own rules. Every example is drawn from a random stream of its own.
    ATEMOYA_ORDER_NATIVE = 0,
    /// The rules of cherimoya 0.3.1, bit for bit, with its selection of loci.
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

/// Sets how many negatives are drawn for each peak, with replacement; 0.1 by default. The product
/// with the number of peaks is truncated.
atemoya_status atemoya_options_set_negative_ratio(atemoya_options *options,
                                                  double negative_ratio,
                                                  atemoya_error **error);

/// Sets whether peaks come in random order; true by default. Negatives always come at random
/// indices.
atemoya_status atemoya_options_set_shuffle(atemoya_options *options, bool shuffle, atemoya_error **error);

/* ---- loader ---- */

/// A counter of a loader. It counts from when the loader was made.
enum atemoya_counter
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// Batches delivered.
    ATEMOYA_COUNTER_BATCHES = 0,
    /// Bytes delivered on the host, without the padding between columns. On a device, bytes copied
    /// there, with padding.
    ATEMOYA_COUNTER_BYTES = 1,
    /// Nanoseconds that callers waited for batches or, without workers, gathered them. On a device,
    /// with the time of calls to the driver.
    ATEMOYA_COUNTER_CONSUMER_WAITED = 2,
    /// Nanoseconds that workers waited for a free slot or for work, summed over the workers. On a
    /// device, with the time that they waited for copies from their slots.
    ATEMOYA_COUNTER_WORKERS_WAITED = 3,
    /// Page faults of the process that waited for a disk. Reading it is an error on a system that
    /// does not count them.
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

/// A loader, which streams epochs of batches. Free it with `atemoya_loader_free`.
///
/// A batch depends on the options, its epoch and its number in the epoch alone: not on the threads
/// or slots, on what was read before, or on the machine.
typedef struct atemoya_loader atemoya_loader;

/// Makes a loader: selects the loci, allocates memory for the batches and starts the workers. For a
/// loader on a device, it opens the device first. A missing driver or device is an error.
atemoya_status atemoya_loader_new(const atemoya_options *options, atemoya_loader **loader, atemoya_error **error);

/// Frees a loader and ends its workers. A thread that waits for its next batch gets `ATEMOYA_END`.
/// Batches that were delivered stay valid.
atemoya_status atemoya_loader_free(atemoya_loader *loader);

/// Writes how many examples an epoch has, in all processes together.
atemoya_status atemoya_loader_length(const atemoya_loader *loader, size_t *length, atemoya_error **error);

/// Writes how many batches an epoch has, the same number in every process. The last one may be
/// short.
atemoya_status atemoya_loader_batches_per_epoch(const atemoya_loader *loader, size_t *batches, atemoya_error **error);

/// Writes how many batches are in the memory of the host at once.
atemoya_status atemoya_loader_slots(const atemoya_loader *loader, size_t *slots, atemoya_error **error);

/// Writes the channels and positions that an example has in an `atemoya_column`, and the type of
/// the values, an `atemoya_dtype`. A column that the batches do not have has 0 channels. A column
/// with one number an example has 1 channel and 1 position. Any of the three may be NULL.
atemoya_status atemoya_loader_column(const atemoya_loader *loader,
                                     int32_t column,
                                     size_t *channels,
                                     size_t *positions,
                                     int32_t *dtype,
                                     atemoya_error **error);

/// Writes the ledger of the loci, as text of one line: how many were kept, and how many each rule
/// left out. It is valid until the loader is freed.
atemoya_status atemoya_loader_ledger(const atemoya_loader *loader, const char **ledger, atemoya_error **error);

/// Writes warnings for users: what looks like a mistake in the options, loci or tracks and is no
/// error. There is a line for each, and "" where there is none. Names of parameters are in
/// backquotes. The text is valid until the loader is freed.
atemoya_status atemoya_loader_warnings(const atemoya_loader *loader, const char **warnings, atemoya_error **error);

/// Writes an `atemoya_counter` of a loader. Where callers waited for nearly no time and workers for
/// long, the loader is faster than the consumer of its batches.
atemoya_status atemoya_loader_counter(const atemoya_loader *loader,
                                      int32_t counter,
                                      uint64_t *value,
                                      atemoya_error **error);

/* ---- column ---- */

/// A column of a batch. In the shapes, n is the number of examples.
enum atemoya_column
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// One-hot sequence, (n, 4, in_window), with the channels A, C, G, T. Packed as
    /// ATEMOYA_DTYPE_U64, it is (n, 4, ceil(in_window / 64)).
    ATEMOYA_COLUMN_SEQUENCE = 0,
    /// Control tracks, (n, control channels, in_window).
    ATEMOYA_COLUMN_CONTROLS = 1,
    /// Signal tracks, (n, signal channels, out_window).
    ATEMOYA_COLUMN_SIGNAL = 2,
    /// 1 for a peak and 0 for a negative: int64_t, (n,).
    ATEMOYA_COLUMN_LABELS = 3,
    /// The number of the locus among the kept peaks or negatives: int64_t, (n,).
    ATEMOYA_COLUMN_SOURCES = 4,
    /// Jitter: int64_t, (n,). A peak's windows are shifted by `offset - max_jitter` bases. It is 0
    /// for a negative.
    ATEMOYA_COLUMN_OFFSETS = 5,
    /// 1 where the example is reverse-complemented, and 0 elsewhere: uint8_t, (n,).
    ATEMOYA_COLUMN_REVERSE_COMPLEMENT = 6,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_column atemoya_column;
#else
typedef int32_t atemoya_column;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// Where an array lies. The numbers are those of DLPack.
enum atemoya_device_type
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /// In the memory of the host.
    ATEMOYA_DEVICE_CPU = 1,
    /// In the memory of a CUDA device.
    ATEMOYA_DEVICE_CUDA = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum atemoya_device_type atemoya_device_type;
#else
typedef int32_t atemoya_device_type;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/// A column of a batch: an array in C order, in the memory of the batch. It is valid until the
/// batch is freed. On a device it also stays valid for the work that streams were given before.
/// Memory of the host must not be written to. Memory of a device may be, when nothing else uses the
/// batch.
typedef struct atemoya_tensor {
    /// The address of the first value, a multiple of 256. On a device it is an address of the
    /// device. NULL where there is no value.
    const void *data;
    /// The type of the values, an `atemoya_dtype`.
    int32_t dtype;
    /// The number of axes: 3, or 1 for columns with one number an example.
    int32_t ndim;
    /// The sizes of the axes: examples, channels, positions. From `ndim` on they are 1.
    int64_t shape[3];
    /// The distance between neighbours along each axis, in values.
    int64_t strides[3];
    /// The bytes of all values.
    size_t bytes;
    /// Where the array lies, an `atemoya_device_type`.
    int32_t device_type;
    /// The number of the device. 0 on the host.
    int32_t device;
} atemoya_tensor;

/* ---- batch ---- */

/// A batch of examples, in the memory of the host or a device. It holds a slot of its loader until
/// it is freed with `atemoya_batch_free`. Its memory does not change until then, also when the
/// loader is freed before. Any thread may use and free it.
typedef struct atemoya_batch atemoya_batch;

/// Frees a batch. Its slot is filled again when no DLPack tensor needs it any more. The memory of
/// all slots of a loader is freed with the loader and the last of its batches.
///
/// A batch on a device may be freed as soon as the last work that uses it was given to its streams,
/// but not in a function that a stream calls on the host (`cuLaunchHostFunc`). On a device without
/// memory pools, freeing the last batch of a loader that was freed before waits for that work.
atemoya_status atemoya_batch_free(atemoya_batch *batch);

/// Writes how many examples a batch has: this process's part of the batch size. The last batch of
/// an epoch may have fewer, and none in the last processes.
atemoya_status atemoya_batch_length(const atemoya_batch *batch, size_t *length, atemoya_error **error);

/// Writes the epoch of a batch. It is 0 for batches of validation and of the caller's draws.
atemoya_status atemoya_batch_epoch(const atemoya_batch *batch, uint64_t *epoch, atemoya_error **error);

/// Writes the number of a batch in its epoch, the same in every process. It is 0 for a fetched
/// batch.
atemoya_status atemoya_batch_index(const atemoya_batch *batch, uint64_t *index, atemoya_error **error);

/// Writes the tensor of an `atemoya_column` of a batch. A column that the batches do not have is an
/// error: `atemoya_loader_column` tells which they have.
atemoya_status atemoya_batch_column(const atemoya_batch *batch,
                                    int32_t column,
                                    atemoya_tensor *tensor,
                                    atemoya_error **error);

/// Writes the address and size in bytes of the memory that all columns of a batch share, for
/// copying the whole batch at once. It begins at a multiple of 256 bytes. The offset of a column is
/// its `data` from `atemoya_batch_column` minus this address. In a short batch, the bytes after the
/// examples of a column are those of an earlier batch. A batch on a device is an error.
atemoya_status atemoya_batch_memory(const atemoya_batch *batch,
                                    const void **data,
                                    size_t *bytes,
                                    atemoya_error **error);

/// Copies the values of an `atemoya_column` to `out`, which is memory of the host of exactly the
/// column's size, `bytes`. From a device it copies after the work that the batch's stream was
/// given, and waits for both: use it to look at batches, not to train.
atemoya_status atemoya_batch_read(const atemoya_batch *batch,
                                  int32_t column,
                                  void *out,
                                  size_t bytes,
                                  atemoya_error **error);

/* ---- stream ---- */

/// Begins to stream one epoch. A stream that was begun before ends: a thread that waits for its
/// next batch gets `ATEMOYA_END`.
atemoya_status atemoya_loader_set_epoch(atemoya_loader *loader, uint64_t epoch, atemoya_error **error);

/// Begins to stream `count` consecutive epochs, from `first` on. While the last batches of an epoch
/// are consumed, the first ones of the next are gathered. `atemoya_batch_epoch` tells the epochs
/// apart. After epoch UINT64_MAX comes epoch 0. A stream that was begun before ends.
atemoya_status atemoya_loader_stream_epochs(atemoya_loader *loader,
                                            uint64_t first,
                                            uint64_t count,
                                            atemoya_error **error);

/// Begins to stream every kept peak, or negative, or both (peaks first), for validation: once and
/// in order, neither shifted nor reverse-complemented, with the short batch at the end. A stream
/// that was begun before ends. The state of the loader stays as it is.
atemoya_status atemoya_loader_stream_validation(atemoya_loader *loader,
                                                bool peaks,
                                                bool negatives,
                                                atemoya_error **error);

/// Ends what the loader streams, if anything. A thread that waits for its next batch gets
/// `ATEMOYA_END`. Batches that were delivered stay valid, and another stream can be begun.
atemoya_status atemoya_loader_stop(atemoya_loader *loader, atemoya_error **error);

/// Writes the next batch of what the loader streams, after waiting until it is gathered. Free it
/// with `atemoya_batch_free`. At the end of the stream it returns `ATEMOYA_END` and writes NULL.
///
/// When the caller holds all slots, it is `ATEMOYA_ERROR_ALL_LEASED`: free a batch and call it
/// again. Any other error of the stream ends the stream, and every further call returns that error
/// until another stream is begun. Before the first stream is begun, it is `ATEMOYA_ERROR_ARGUMENT`.
/// A call that fails to begin a stream leaves the one before as it is.
///
/// Any number of threads may take batches of one loader. Each batch is given to one of them.
///
/// On a device, the batch is delivered to the stream of the options: work that this stream is given
/// from then on begins when the batch is complete. The calling thread does not wait for the device.
atemoya_status atemoya_loader_next(atemoya_loader *loader, atemoya_batch **batch, atemoya_error **error);

/// Writes the next batch as `atemoya_loader_next`, but also waits while all slots are held: for
/// callers that free batches on another thread. On a device it is the same as
/// `atemoya_loader_next`.
atemoya_status atemoya_loader_next_waiting(atemoya_loader *loader, atemoya_batch **batch, atemoya_error **error);

/// Writes the next batch as `atemoya_loader_next`, but never waits for workers: while the batch is
/// not gathered, it returns `ATEMOYA_PENDING` and writes NULL. Without workers, the calling thread
/// gathers the batch. When the caller holds all slots, it is `ATEMOYA_ERROR_ALL_LEASED`.
atemoya_status atemoya_loader_next_if_ready(atemoya_loader *loader, atemoya_batch **batch, atemoya_error **error);

/* ---- plan ---- */

/// One example of an epoch. It means the same example to every loader that keeps the same loci.
typedef struct atemoya_draw {
    /// The number of the locus among the kept peaks, or among the kept negatives.
    uint32_t source;
    /// Jitter, 0 to 2 max_jitter: a peak's windows are shifted by `offset - max_jitter` bases. 0
    /// for a negative.
    uint32_t offset;
    /// 0 for a negative, and any other value for a peak.
    uint32_t is_peak;
    /// 0 for the forward strand, and any other value for the reverse complement.
    uint32_t reverse_complement;
} atemoya_draw;

/// A locus that a loader has kept.
typedef struct atemoya_kept_locus {
    /// The base that windows are centred on, 0-based. They begin `width / 2` bases before it.
    int64_t centre;
    /// The number of the contig in the store.
    uint32_t contig;
    /// The row of the locus index.
    uint32_t row;
} atemoya_kept_locus;

/// Writes the draws of `count` examples of an epoch, from the index `first` on, to `out`: their
/// locus, shift and orientation. Indices count the examples of all processes.
atemoya_status atemoya_loader_plan(const atemoya_loader *loader,
                                   uint64_t epoch,
                                   size_t first,
                                   size_t count,
                                   atemoya_draw *out,
                                   atemoya_error **error);

/// Begins to stream `count` draws of the caller's own, in their order, once, with the short batch
/// at the end. There must be at least one. The draws are copied. A stream that was begun before
/// ends. The state of the loader stays as it is.
atemoya_status atemoya_loader_stream_draws(atemoya_loader *loader,
                                           const atemoya_draw *draws,
                                           size_t count,
                                           atemoya_error **error);

/// Gathers the examples at `count` indices of an epoch, in any order, each any number of times. The
/// batch is made in this thread, in memory of the host, and takes no slot. What the loader streams
/// goes on. Free the batch with `atemoya_batch_free`.
atemoya_status atemoya_loader_fetch(const atemoya_loader *loader,
                                    uint64_t epoch,
                                    const size_t *indices,
                                    size_t count,
                                    atemoya_batch **batch,
                                    atemoya_error **error);

/// Writes the draws of all examples of a batch to `out`. `count` must be the number of examples.
/// `atemoya_loader_stream_draws` streams them again. From a device they are copied as by
/// `atemoya_batch_read`.
atemoya_status atemoya_batch_draws(const atemoya_batch *batch, atemoya_draw *out, size_t count, atemoya_error **error);

/// Writes how many peaks and how many negatives a loader has kept. Either may be NULL.
atemoya_status atemoya_loader_kept_count(const atemoya_loader *loader,
                                         size_t *peaks,
                                         size_t *negatives,
                                         atemoya_error **error);

/// Writes `count` of the kept peaks (or negatives, where `is_peak` is false), from `first` on, to
/// `out`. Their number is the `source` of draws.
atemoya_status atemoya_loader_kept(const atemoya_loader *loader,
                                   bool is_peak,
                                   size_t first,
                                   size_t count,
                                   atemoya_kept_locus *out,
                                   atemoya_error **error);

/* ---- state ---- */

/// Bytes that are enough for any state of this version, with the zero at the end.
#define ATEMOYA_STATE_CAPACITY 512

/// Writes the state of a loader, after the batch that was delivered last or where its stream
/// begins, to `buffer` of `capacity` bytes: JSON text that ends with a zero.
/// `ATEMOYA_STATE_CAPACITY` bytes are enough. A state counts the batches of all processes together,
/// so that one process saves it for all. `length`, which may be NULL, is set to the bytes without
/// the zero. A buffer that is too small is an error: it is not changed, and `length` is set.
atemoya_status atemoya_loader_state(const atemoya_loader *loader,
                                    char *buffer,
                                    size_t capacity,
                                    size_t *length,
                                    atemoya_error **error);

/// Writes the epoch of the next batch after a state, and the step of it: the number of batches
/// before it in the epoch. After the last batch of an epoch they are the next epoch and 0. To train
/// for N epochs in all, those from 0 on, resume with `N - 1 - epoch` as `further_epochs`. Either
/// may be NULL.
atemoya_status atemoya_state_position(const char *state, uint64_t *epoch, uint64_t *step, atemoya_error **error);

/// Resumes from a state, which is text from `atemoya_loader_state`: begins to stream the rest of
/// its epoch, from the very next batch on, and then `further_epochs` whole epochs. It counts
/// neither the state's own epoch nor those before it: with 0, the stream ends with the state's
/// epoch. The state may be that of a loader with other workers, slots or processes, or on a device.
/// Other loci, another seed, or another option that decides which example has which index, are an
/// error.
atemoya_status atemoya_loader_resume(atemoya_loader *loader,
                                     const char *state,
                                     uint64_t further_epochs,
                                     atemoya_error **error);

/* ---- dlpack ---- */

/// Writes an `atemoya_column` of a batch as a tensor of DLPack 1.0, with the flag that it is
/// read-only. The consumer calls its deleter once. The memory is valid until then, also when the
/// batch and its loader are freed before. A deleter of a tensor on a device may be called wherever
/// `atemoya_batch_free` may be.
///
/// `stream` is the stream that DLPack's protocol passes to the producer. On the host it is NULL. On
/// a device it is the consumer's stream, which is made to wait for the batch. NULL and 1 are the
/// legacy default stream, and 2 is an error. -1, cast to a pointer, is for a consumer that waits by
/// itself for the work of `atemoya_batch_stream`. A stream must exist until the batch and all its
/// tensors are freed, or until `atemoya_batch_done_on` is called for it.
atemoya_status atemoya_batch_dlpack(const atemoya_batch *batch,
                                    int32_t column,
                                    void *stream,
                                    struct DLManagedTensorVersioned **tensor,
                                    atemoya_error **error);

/* ---- device ---- */

/// Writes how many CUDA devices the driver shows to this process. Without a driver it is an error.
atemoya_status atemoya_device_count(size_t *count, atemoya_error **error);

/// Writes the next batch, as `atemoya_loader_next`, but delivers it to `stream`: a `CUstream` or
/// `cudaStream_t` of the device's primary context that exists as long as the batch. NULL and 1 are
/// the legacy default stream. 2, the default stream of each thread, is an error.
atemoya_status atemoya_loader_next_on(atemoya_loader *loader,
                                      void *stream,
                                      atemoya_batch **batch,
                                      atemoya_error **error);

/// Writes the stream that a batch was delivered to, a `CUstream`. A stream of the loader's is valid
/// until the batch is freed.
atemoya_status atemoya_batch_stream(const atemoya_batch *batch, void **stream, atemoya_error **error);

/// Lets another stream use a batch. Work that the stream is given from now on begins when the batch
/// is complete. The memory of the batch is not filled again before the work that the stream is
/// given until the batch is freed. Streams are passed as to `atemoya_loader_next_on`.
atemoya_status atemoya_batch_wait_on(const atemoya_batch *batch, void *stream, atemoya_error **error);

/// Declares that a stream is done with a batch: work that it is given from now on does not use the
/// batch, and the stream may be destroyed. All other streams are done when the batch is freed.
atemoya_status atemoya_batch_done_on(const atemoya_batch *batch, void *stream, atemoya_error **error);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* ATEMOYA_H */
