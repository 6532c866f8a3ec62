/* What a store and its loaders are, with every parameter of a loader, in right use. It is printed,
 * to be compared with what the library gives in Rust; all else is checked here.
 *
 *     right_use STORE EXCLUSION_LIST */

#include <unistd.h>
#include "feed.h"

static void about(void) {
    size_t size;
    CHECK(atemoya_abi_version() == ATEMOYA_ABI_VERSION && atemoya_abi_revision() == ATEMOYA_ABI_REVISION);
    CHECK(atemoya_live_handles() == 0);
    CHECK(atemoya_error_status(NULL) == ATEMOYA_OK);
    CHECK(strcmp(atemoya_error_message(NULL), "no error") == 0);
    printf("version %s\ncuda %d\n", atemoya_version(), atemoya_has_cuda());
    for (int32_t dtype = ATEMOYA_DTYPE_I8; dtype <= ATEMOYA_DTYPE_F64; dtype++) {
        DO(atemoya_dtype_size(dtype, &size, E));
        printf("dtype %d %s %zu\n", (int)dtype, atemoya_dtype_name(dtype), size);
    }
}

/* An error from one end to the other. */
static void error(void) {
    atemoya_error *error = NULL;
    atemoya_store *store = (atemoya_store *)&error;
    uint64_t number = 5;
    uint32_t code = 5;
    CHECK(atemoya_store_open("/nowhere/of all", &store, &error) == ATEMOYA_ERROR_NOT_A_STORE);
    CHECK(store == NULL && error != NULL && atemoya_live_handles() == 1);
    CHECK(atemoya_error_status(error) == ATEMOYA_ERROR_NOT_A_STORE);
    CHECK(strstr(atemoya_error_message(error), "/nowhere/of all") != NULL);
    CHECK(strcmp(atemoya_error_path(error), "/nowhere/of all") == 0);
    CHECK(!atemoya_error_offset(error, &number) && !atemoya_error_line(error, &number) && number == 5);
    CHECK(!atemoya_error_driver_code(error, &code) && code == 5);
    CHECK(atemoya_error_free(error) == ATEMOYA_OK && atemoya_live_handles() == 0);
}

typedef struct {
    uint64_t calls, last, enough;
} Watch;

static bool watch(void *context, const char *phase, uint64_t done, uint64_t total) {
    Watch *seen = (Watch *)context;
    CHECK(phase[0] != 0 && done <= total);
    seen->calls++;
    seen->last = total - done;
    return seen->calls < seen->enough;
}

static void verify(const atemoya_store *store) {
    Watch all = {0, 1, UINT64_MAX}, some = {0, 0, 2}, once = {0, 1, UINT64_MAX}, again = {0, 1, UINT64_MAX};
    const char *path;
    char cache[4096];
    DO(atemoya_store_path(store, &path, E));
    CHECK((size_t)snprintf(cache, sizeof cache, "%s.cache-%d", path, (int)getpid()) < sizeof cache);
    DO(atemoya_store_verify_once(store, cache, watch, &once, E));
    CHECK(once.calls > 2 && once.last == 0);
    DO(atemoya_store_verify_once(store, cache, watch, &again, E));
    CHECK(again.calls == 0);
    DO(atemoya_store_verify_once(store, cache, NULL, NULL, E));
    DO(atemoya_store_verify(store, NULL, NULL, E));
    DO(atemoya_store_verify(store, watch, &all, E));
    CHECK(all.calls > 2 && all.last == 0);
    CHECK(atemoya_store_verify(store, watch, &some, NULL) == ATEMOYA_ERROR_INTERRUPTED);
    CHECK(some.calls == 2);
}

/* The bits of a number, which are the same in every language. */
static uint64_t bits(double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void contigs_and_tracks(const atemoya_store *store) {
    const char *text;
    size_t count, tracks, found;
    uint64_t length;
    int32_t role;
    bool has_sequence;
    DO(atemoya_store_checksum(store, &text, E));
    printf("checksum %s\n", text);
    DO(atemoya_store_warnings(store, &text, E));
    printf("warnings %s\n", text);
    DO(atemoya_store_has_sequence(store, &has_sequence, E));
    CHECK(has_sequence);
    DO(atemoya_store_contig_count(store, &count, E));
    for (size_t contig = 0; contig < count; contig++) {
        DO(atemoya_store_contig_name(store, contig, &text, E));
        DO(atemoya_store_contig_length(store, contig, &length, E));
        DO(atemoya_store_find_contig(store, text, &found, E));
        CHECK(found == contig);
        printf("contig %s %" PRIu64 "\n", text, length);
    }
    DO(atemoya_store_group_count(store, &count, E));
    for (size_t group = 0; group < count; group++) {
        DO(atemoya_store_group_name(store, group, &text, E));
        DO(atemoya_store_group_role(store, group, &role, E));
        DO(atemoya_store_track_count(store, group, &tracks, E));
        CHECK(role == ATEMOYA_GROUP_SIGNAL || role == ATEMOYA_GROUP_CONTROL);
        printf("group %s %s\n", text, role == ATEMOYA_GROUP_SIGNAL ? "signal" : "control");
        for (size_t at = 0; at < tracks; at++) {
            atemoya_track track;
            DO(atemoya_store_track(store, group, at, &track, E));
            printf("track %s %s %016" PRIx64 " %016" PRIx64 " %" PRIu64 " %016" PRIx64 "\n", track.name,
                   atemoya_dtype_name(track.dtype), bits(track.min), bits(track.max), track.nonzero, bits(track.sum));
        }
    }
}

static void print_loci(const atemoya_store *store, const char *name) {
    atemoya_loci *loci = NULL;
    atemoya_locus *rows;
    const char *group;
    size_t count, peaks, groups;
    DO(atemoya_loci_open(store, name, &loci, E));
    DO(atemoya_loci_count(loci, &count, NULL, E));
    DO(atemoya_loci_count(loci, &count, &peaks, E));
    printf("loci %s %zu %zu\n", name, count, peaks);
    rows = (atemoya_locus *)memory(count * sizeof *rows);
    /* In two pieces, and none. */
    DO(atemoya_loci_rows(loci, 0, 1, rows, E));
    DO(atemoya_loci_rows(loci, 1, count - 1, rows + 1, E));
    DO(atemoya_loci_rows(loci, count, 0, NULL, E));
    for (const atemoya_locus *row = rows; row < rows + count; row++)
        printf("locus %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " line %" PRIu64 " contig %" PRIu32
               " file %" PRIu32 " peak %" PRIu32 "\n",
               row->start, row->end, row->centre, row->summit, row->line, row->contig, row->file, row->is_peak);
    free(rows);
    DO(atemoya_loci_group_count(loci, &groups, E));
    for (size_t at = 0; at < groups; at++) {
        double *counts = (double *)memory(count * sizeof *counts);
        DO(atemoya_loci_group_name(loci, at, &group, E));
        DO(atemoya_loci_counts(loci, at, 0, count, counts, E));
        printf("counts %s", group);
        for (size_t i = 0; i < count; i++) printf(" %016" PRIx64, bits(counts[i]));
        printf("\n");
        free(counts);
    }
    DO(atemoya_loci_free(loci));
}

static void all_loci(const atemoya_store *store) {
    size_t count;
    const char *name;
    DO(atemoya_store_loci_count(store, &count, E));
    for (size_t index = 0; index < count; index++) {
        DO(atemoya_store_loci_name(store, index, &name, E));
        print_loci(store, name);
    }
}

/* What is known of a loader before it streams. */
static void print_loader(const char *name, const atemoya_loader *loader) {
    size_t length, batches, slots, channels, positions, kept[2];
    int32_t dtype;
    const char *ledger, *warnings;
    DO(atemoya_loader_length(loader, &length, E));
    DO(atemoya_loader_batches_per_epoch(loader, &batches, E));
    DO(atemoya_loader_slots(loader, &slots, E));
    DO(atemoya_loader_ledger(loader, &ledger, E));
    DO(atemoya_loader_warnings(loader, &warnings, E));
    CHECK(warnings != NULL);
    printf("%s: %zu examples in %zu batches, %zu slots\n%s\n", name, length, batches, slots, ledger);
    for (int32_t column = ATEMOYA_COLUMN_SEQUENCE; column <= ATEMOYA_COLUMN_REVERSE_COMPLEMENT; column++) {
        DO(atemoya_loader_column(loader, column, NULL, NULL, NULL, E));
        DO(atemoya_loader_column(loader, column, &channels, &positions, &dtype, E));
        printf("%s: column %d %zu %zu %s\n", name, (int)column, channels, positions, atemoya_dtype_name(dtype));
    }
    DO(atemoya_loader_kept_count(loader, NULL, NULL, E));
    DO(atemoya_loader_kept_count(loader, &kept[1], &kept[0], E));
    for (int is_peak = 0; is_peak < 2; is_peak++) {
        atemoya_kept_locus *loci = (atemoya_kept_locus *)memory(kept[is_peak] * sizeof *loci);
        DO(atemoya_loader_kept(loader, is_peak != 0, 0, kept[is_peak], loci, E));
        for (size_t i = 0; i < kept[is_peak]; i++)
            printf("%s: kept %d %" PRIu32 ":%" PRId64 " %" PRIu32 "\n", name, is_peak, loci[i].contig, loci[i].centre,
                   loci[i].row);
        free(loci);
    }
}

/* Every option, with another value than the default. */
static atemoya_loader *other_loader(const atemoya_store *store, const char *exclusion_list) {
    static const char *const signals[] = {"runs", "stranded"}, *const controls[] = {"input"};
    static const char *const chroms[] = {"chrA", "chrZ"}, *const counts_tracks[] = {"stranded.0", "runs"};
    atemoya_options *options = plain_options(store);
    DO(atemoya_options_set_loci(options, "other", E));
    DO(atemoya_options_set_signals(options, signals, 2, E));
    DO(atemoya_options_set_controls(options, controls, 1, E));
    DO(atemoya_options_set_sequence_type(options, ATEMOYA_DTYPE_U64, E));
    DO(atemoya_options_set_controls_type(options, ATEMOYA_DTYPE_F32, E));
    DO(atemoya_options_set_signal_type(options, ATEMOYA_DTYPE_F32, E));
    DO(atemoya_options_set_in_window(options, 131, E));
    DO(atemoya_options_set_out_window(options, 33, E));
    DO(atemoya_options_set_max_jitter(options, 3, E));
    DO(atemoya_options_set_reverse_complement(options, false, E));
    DO(atemoya_options_set_chroms(options, chroms, 2, E));
    DO(atemoya_options_set_summits(options, 0, E));
    DO(atemoya_options_set_min_counts(options, 12, E));
    DO(atemoya_options_set_max_counts(options, 30, E));
    DO(atemoya_options_set_counts_tracks(options, counts_tracks, 2, E));
    DO(atemoya_options_set_outlier_filter(options, 1, E));
    DO(atemoya_options_set_exclusion_lists(options, NULL, ATEMOYA_ALL, E));
    DO(atemoya_options_set_exclusion_lists(options, &exclusion_list, 1, E));
    DO(atemoya_options_set_alias(options, NULL, E));
    DO(atemoya_options_set_alias(options, "chr", E));
    DO(atemoya_options_set_allow_empty(options, true, E));
    DO(atemoya_options_set_num_workers(options, 0, E));
    DO(atemoya_options_set_slots(options, 5, E));
    DO(atemoya_options_set_access(options, ATEMOYA_ACCESS_READ, E));
    DO(atemoya_options_set_ask_ahead(options, false, E));
    DO(atemoya_options_set_order(options, ATEMOYA_ORDER_NATIVE, E));
    DO(atemoya_options_set_random_state(options, UINT64_MAX, E));
    DO(atemoya_options_set_negative_ratio(options, 0.75, E));
    DO(atemoya_options_set_shuffle(options, false, E));
    DO(atemoya_options_set_batch_size(options, 6, E));
    DO(atemoya_options_set_drop_last(options, true, E));
    DO(atemoya_options_set_rank(options, 1, E));
    DO(atemoya_options_set_world_size(options, 2, E));
    /* On the host, what is set for a device changes nothing. */
    DO(atemoya_options_set_device(options, 0, E));
    DO(atemoya_options_set_device(options, -1, E));
    DO(atemoya_options_set_transfer(options, ATEMOYA_TRANSFER_DENSE, E));
    DO(atemoya_options_set_prefetch_to_device(options, 3, E));
    DO(atemoya_options_set_device_slots(options, 6, E));
    DO(atemoya_options_set_stream(options, NULL, E));
    DO(atemoya_options_set_write_combined(options, true, E));
    return make_loader(options);
}

/* Cherimoya's order, and types that are narrow. */
static atemoya_loader *cherimoya_loader(const atemoya_store *store) {
    static const char *const signals[] = {"stranded"};
    atemoya_options *options = plain_options(store);
    DO(atemoya_options_set_order(options, ATEMOYA_ORDER_CHERIMOYA, E));
    DO(atemoya_options_set_signals(options, signals, 1, E));
    DO(atemoya_options_set_controls(options, NULL, ATEMOYA_ALL, E));
    DO(atemoya_options_set_sequence_type(options, ATEMOYA_DTYPE_BF16, E));
    DO(atemoya_options_set_signal_type(options, ATEMOYA_DTYPE_U16, E));
    return make_loader(options);
}

int main(int argc, char **argv) {
    atemoya_store *store;
    atemoya_loader *loaders[3];
    static const char *const names[] = {"plain", "other", "cherimoya"};
    const char *path;
    CHECK(argc == 3);
    about();
    error();
    store = open_store(argv[1]);
    DO(atemoya_store_path(store, &path, E));
    CHECK(strcmp(path, argv[1]) == 0);
    verify(store);
    contigs_and_tracks(store);
    all_loci(store);
    loaders[0] = plain_loader(store, 2);
    loaders[1] = other_loader(store, argv[2]);
    loaders[2] = cherimoya_loader(store);
    DO(atemoya_store_free(store)); /* loaders need it no longer */
    for (int i = 0; i < 3; i++) {
        print_loader(names[i], loaders[i]);
        DO(atemoya_loader_set_epoch(loaders[i], 3, E));
        print_rest(names[i], loaders[i]);
        DO(atemoya_loader_stream_epochs(loaders[i], 0, 2, E));
        print_rest(names[i], loaders[i]);
        DO(atemoya_loader_free(loaders[i]));
    }
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
