/* Numbers out of their range, sizes that no memory has, and text that is none.
 *
 *     wrong_values STORE */

#include "wrong.h"

#include <math.h>

#define NOT_UTF8 "chr\xff\xfe"

/* No dtype, nor another enumeration, has these numbers. */
static const int32_t nothing[] = {-1, 12, 99, INT32_MAX, INT32_MIN};
static const size_t huge[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 16, SIZE_MAX / 16 + 1, (size_t)1 << 63, ((size_t)1 << 63) - 1};

#define EACH_OF(array) size_t at = 0; at < sizeof(array) / sizeof *(array); at++

static void names_of_types(void) {
    size_t size;
    for (EACH_OF(nothing)) {
        CHECK(atemoya_dtype_name(nothing[at]) == NULL);
        WRONG(atemoya_dtype_size(nothing[at], &size, O), ARGUMENT, "dtype");
    }
}

static void stores(const atemoya_store *store) {
    const char *text;
    uint64_t length;
    size_t number;
    int32_t role;
    atemoya_track track;
    atemoya_loci *loci;
    static const size_t past[] = {3, SIZE_MAX};
    static const char *const names[] = {"", "nothing", "..", "../loci/default", "default/", "default\n", "/"};
    for (EACH_OF(past)) {
        WRONG(atemoya_store_contig_name(store, past[at], &text, O), ARGUMENT, "contig");
        WRONG(atemoya_store_contig_length(store, past[at], &length, O), ARGUMENT, "contig");
        WRONG(atemoya_store_group_name(store, past[at], &text, O), ARGUMENT, "group");
        WRONG(atemoya_store_group_role(store, past[at], &role, O), ARGUMENT, "group");
        WRONG(atemoya_store_track_count(store, past[at], &number, O), ARGUMENT, "group");
        WRONG(atemoya_store_track(store, past[at], 0, &track, O), ARGUMENT, "group");
        WRONG(atemoya_store_track(store, 0, past[at], &track, O), ARGUMENT, "track");
        WRONG(atemoya_store_loci_name(store, past[at], &text, O), ARGUMENT, "index");
    }
    WRONG(atemoya_store_find_contig(store, "", &number, O), ARGUMENT, "name");
    WRONG(atemoya_store_find_contig(store, "chrA\n\033[31m", &number, O), ARGUMENT, "name");
    WRONG(atemoya_store_find_contig(store, NOT_UTF8, &number, O), ARGUMENT, "name");
    MAKES_NONE(atemoya_loci_open(store, NULL, &loci, O), loci, ARGUMENT, ANY); /* there are two */
    MAKES_NONE(atemoya_loci_open(store, NOT_UTF8, &loci, O), loci, ARGUMENT, "name");
    for (EACH_OF(names)) MAKES_NONE(atemoya_loci_open(store, names[at], &loci, O), loci, ARGUMENT, ANY);
}

static void loci(const atemoya_store *store) {
    atemoya_loci *loci;
    atemoya_locus row;
    const char *text;
    double sum;
    size_t count;
    DO(atemoya_loci_open(store, "default", &loci, E));
    DO(atemoya_loci_count(loci, &count, NULL, E));
    WRONG(atemoya_loci_rows(loci, count, 1, &row, O), ARGUMENT, "first");
    WRONG(atemoya_loci_rows(loci, count + 1, 0, &row, O), ARGUMENT, "first");
    WRONG(atemoya_loci_counts(loci, 0, count, 1, &sum, O), ARGUMENT, "first");
    for (EACH_OF(huge)) {
        WRONG(atemoya_loci_rows(loci, 0, huge[at], &row, O), ARGUMENT, "first");
        WRONG(atemoya_loci_rows(loci, 1, huge[at], &row, O), ARGUMENT, "first");
        WRONG(atemoya_loci_rows(loci, huge[at], 1, &row, O), ARGUMENT, "first");
        WRONG(atemoya_loci_counts(loci, 0, 1, huge[at], &sum, O), ARGUMENT, "first");
        WRONG(atemoya_loci_counts(loci, huge[at], 0, 1, &sum, O), ARGUMENT, "group");
        WRONG(atemoya_loci_group_name(loci, huge[at], &text, O), ARGUMENT, "group");
    }
    DO(atemoya_loci_free(loci));
}

static void gatherers(const atemoya_store *store) {
    static const char *const unknown[] = {"stranded", "nothing"}, *const not_utf8[] = {NOT_UTF8};
    static const int32_t no_sequence[] = {ATEMOYA_DTYPE_I16, ATEMOYA_DTYPE_U16, ATEMOYA_DTYPE_I32, ATEMOYA_DTYPE_U32, ATEMOYA_DTYPE_I64, ATEMOYA_DTYPE_F64};
    static const size_t no_width[] = {0, ((size_t)1 << 30) + 1, SIZE_MAX};
    atemoya_gatherer *gatherer;
    atemoya_window window = {0, 0, 0};
    uint16_t out[9];
    size_t number;
    for (EACH_OF(nothing)) {
        MAKES_NONE(atemoya_gatherer_of_sequence(store, nothing[at], &gatherer, O), gatherer, ARGUMENT, "dtype");
        MAKES_NONE(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, nothing[at], &gatherer, O), gatherer, ARGUMENT, "dtype");
    }
    for (EACH_OF(no_sequence))
        MAKES_NONE(atemoya_gatherer_of_sequence(store, no_sequence[at], &gatherer, O), gatherer, ARGUMENT, "dtype");
    for (int32_t dtype = ATEMOYA_DTYPE_I8; dtype <= ATEMOYA_DTYPE_F64; dtype++)
        if (dtype != ATEMOYA_DTYPE_F32) MAKES_NONE(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, dtype, &gatherer, O), gatherer, ARGUMENT, "dtype");
    MAKES_NONE(atemoya_gatherer_of_tracks(store, unknown, 2, ATEMOYA_DTYPE_F32, &gatherer, O), gatherer, ARGUMENT, "groups");
    MAKES_NONE(atemoya_gatherer_of_tracks(store, not_utf8, 1, ATEMOYA_DTYPE_F32, &gatherer, O), gatherer, ARGUMENT, "groups");
    for (EACH_OF(huge)) {
        if (huge[at] == ATEMOYA_ALL) continue;
        MAKES_NONE(atemoya_gatherer_of_tracks(store, unknown, huge[at], ATEMOYA_DTYPE_F32, &gatherer, O), gatherer, ARGUMENT, "groups");
    }

    DO(atemoya_gatherer_of_sequence(store, ATEMOYA_DTYPE_F16, &gatherer, E));
    for (EACH_OF(no_width)) {
        WRONG(atemoya_gatherer_shape(gatherer, no_width[at], 1, &number, &number, &number, O), ARGUMENT, "width");
        WRONG(atemoya_gather(gatherer, &window, 1, no_width[at], out, sizeof out, O), ARGUMENT, "width");
    }
    for (EACH_OF(huge)) {
        WRONG(atemoya_gatherer_shape(gatherer, 4, huge[at], &number, &number, &number, O), ARGUMENT, "windows");
        WRONG(atemoya_gather(gatherer, &window, huge[at], 1, out, 8, O), ARGUMENT, "windows");
        WRONG(atemoya_gather(gatherer, &window, 1, 1, out, huge[at], O), ARGUMENT, ANY);
    }
    WRONG(atemoya_gather(gatherer, &window, 1, 1, out, 7, O), ARGUMENT, ANY);
    WRONG(atemoya_gather(gatherer, &window, 1, 1, out, 0, O), ARGUMENT, ANY);
    WRONG(atemoya_gather(gatherer, &window, 1, 1, (char *)out + 1, 8, O), ARGUMENT, "out");
    WRONG(atemoya_gather(gatherer, (const atemoya_window *)((const char *)&window + 1), 1, 1, out, 8, O), ARGUMENT, "windows");
    window.contig = 3;
    WRONG(atemoya_gather(gatherer, &window, 1, 1, out, 8, O), ARGUMENT, ANY);
    window.contig = UINT32_MAX;
    WRONG(atemoya_gather(gatherer, &window, 1, 1, out, 8, O), ARGUMENT, ANY);
    /* Outside of its contig, however far, a window is 0. */
    for (int way = 0; way < 4; way++) {
        window.contig = 0;
        window.start = way / 2 ? INT64_MAX : INT64_MIN;
        window.reverse_complement = way % 2;
        memset(out, 255, sizeof out);
        DO(atemoya_gather(gatherer, &window, 1, 2, out, 16, E));
        for (int i = 0; i < 8; i++) CHECK(out[i] == 0);
        CHECK(out[8] == UINT16_MAX);
    }
    DO(atemoya_gatherer_free(gatherer));
}

/* A loader of the plain options with one that is wrong cannot be made; the error names it. */
#define NO_LOADER(set, name) \
    do { \
        atemoya_options *options = plain_options(store); \
        atemoya_loader *loader; \
        DO(set); \
        MAKES_NONE(atemoya_loader_new(options, &loader, O), loader, ARGUMENT, name); \
        DO(atemoya_options_free(options)); \
    } while (0)

static void parameters(const atemoya_store *store) {
    static const char *const unknown[] = {"nothing"}, *const twice[] = {"runs", "runs"};
    static const double no_ratio[] = {-0.1, NAN, INFINITY, -INFINITY, 1e300};
    static const size_t too_many[] = {SIZE_MAX, (size_t)1 << 62, (size_t)1 << 45};
    NO_LOADER(atemoya_options_set_signals(options, unknown, 1, E), "signals");
    NO_LOADER(atemoya_options_set_signals(options, twice, 2, E), "signals");
    NO_LOADER(atemoya_options_set_controls(options, unknown, 1, E), "controls");
    NO_LOADER(atemoya_options_set_controls(options, twice, 1, E), "controls");
    NO_LOADER(atemoya_options_set_counts_tracks(options, unknown, 1, E), "counts_tracks");
    NO_LOADER(atemoya_options_set_loci(options, "nothing", E), "loci");
    NO_LOADER(atemoya_options_set_chroms(options, unknown, 1, E), ANY);
    NO_LOADER(atemoya_options_set_chroms(options, unknown, 0, E), ANY);
    NO_LOADER(atemoya_options_set_sequence_type(options, ATEMOYA_DTYPE_F64, E), "sequence_type");
    NO_LOADER(atemoya_options_set_controls_type(options, ATEMOYA_DTYPE_U8, E), "controls_type");
    NO_LOADER(atemoya_options_set_signal_type(options, ATEMOYA_DTYPE_I8, E), "signal_type");
    NO_LOADER(atemoya_options_set_min_counts(options, INFINITY, E), ANY);
    NO_LOADER(atemoya_options_set_max_counts(options, -1, E), ANY);
    NO_LOADER(atemoya_options_set_batch_size(options, 0, E), "batch_size");
    NO_LOADER(atemoya_options_set_in_window(options, 0, E), "in_window");
    NO_LOADER(atemoya_options_set_out_window(options, 0, E), "out_window");
    NO_LOADER(atemoya_options_set_rank(options, 1, E), "rank");
    NO_LOADER(atemoya_options_set_world_size(options, 0, E), "world_size");
    NO_LOADER(atemoya_options_set_world_size(options, 3, E), ANY);
    for (EACH_OF(no_ratio)) NO_LOADER(atemoya_options_set_negative_ratio(options, no_ratio[at], E), "negative_ratio");
    for (EACH_OF(too_many)) {
        NO_LOADER(atemoya_options_set_in_window(options, too_many[at], E), "in_window");
        NO_LOADER(atemoya_options_set_out_window(options, too_many[at], E), "out_window");
        NO_LOADER(atemoya_options_set_max_jitter(options, too_many[at], E), "max_jitter");
        NO_LOADER(atemoya_options_set_batch_size(options, too_many[at], E), "batch_size");
        NO_LOADER(atemoya_options_set_num_workers(options, too_many[at], E), "num_workers");
        NO_LOADER(atemoya_options_set_slots(options, too_many[at], E), "slots");
        NO_LOADER(atemoya_options_set_rank(options, too_many[at], E), "rank");
        NO_LOADER(atemoya_options_set_world_size(options, too_many[at], E), ANY);
    }
}

/* What a setter refuses changes nothing. */
static void setters(const atemoya_store *store) {
    static const char *const not_utf8[] = {"runs", NOT_UTF8}, *const none[] = {"runs"};
    atemoya_options *options = plain_options(store);
    atemoya_loader *loader, *other;
    atemoya_batch *a, *b;
    static const int32_t no_choice[] = {-2, 2, INT32_MAX, INT32_MIN};
    for (EACH_OF(nothing)) {
        WRONG(atemoya_options_set_sequence_type(options, nothing[at], O), ARGUMENT, "sequence_type");
        WRONG(atemoya_options_set_controls_type(options, nothing[at], O), ARGUMENT, "controls_type");
        WRONG(atemoya_options_set_signal_type(options, nothing[at], O), ARGUMENT, "signal_type");
        WRONG(atemoya_options_set_access(options, nothing[at], O), ARGUMENT, "access");
        WRONG(atemoya_options_set_order(options, nothing[at], O), ARGUMENT, "order");
        WRONG(atemoya_options_set_transfer(options, nothing[at], O), ARGUMENT, "transfer");
    }
    for (EACH_OF(no_choice)) {
        WRONG(atemoya_options_set_summits(options, no_choice[at], O), ARGUMENT, "summits");
        WRONG(atemoya_options_set_outlier_filter(options, no_choice[at], O), ARGUMENT, "outlier_filter");
    }
    WRONG(atemoya_options_set_device(options, -2, O), ARGUMENT, "device");
    WRONG(atemoya_options_set_device(options, INT32_MIN, O), ARGUMENT, "device");
    WRONG(atemoya_options_set_loci(options, NOT_UTF8, O), ARGUMENT, "loci");
    WRONG(atemoya_options_set_signals(options, not_utf8, 2, O), ARGUMENT, "signals");
    WRONG(atemoya_options_set_controls(options, not_utf8, 2, O), ARGUMENT, "controls");
    WRONG(atemoya_options_set_chroms(options, not_utf8, 2, O), ARGUMENT, "chroms");
    WRONG(atemoya_options_set_counts_tracks(options, not_utf8, 2, O), ARGUMENT, "counts_tracks");
    for (EACH_OF(huge)) {
        if (huge[at] == ATEMOYA_ALL) continue;
        WRONG(atemoya_options_set_signals(options, none, huge[at], O), ARGUMENT, "signals");
        WRONG(atemoya_options_set_controls(options, none, huge[at], O), ARGUMENT, "controls");
        WRONG(atemoya_options_set_chroms(options, none, huge[at], O), ARGUMENT, "chroms");
        WRONG(atemoya_options_set_counts_tracks(options, none, huge[at], O), ARGUMENT, "counts_tracks");
        WRONG(atemoya_options_set_exclusion_lists(options, none, huge[at], O), ARGUMENT, "paths");
    }
    loader = make_loader(options);
    other = plain_loader(store, 1);
    DO(atemoya_loader_set_epoch(loader, 0, E));
    DO(atemoya_loader_set_epoch(other, 0, E));
    a = next(loader);
    b = next(other);
    CHECK(digest_batch(a) == digest_batch(b));
    DO(atemoya_batch_free(a));
    DO(atemoya_batch_free(b));
    DO(atemoya_loader_free(loader));
    DO(atemoya_loader_free(other));
    /* A device that was set stays set. */
    options = plain_options(store);
    DO(atemoya_options_set_device(options, 1000, E));
    WRONG(atemoya_options_set_device(options, -2, O), ARGUMENT, "device");
    CHECK(atemoya_loader_new(options, &loader, NULL) < 0);
    DO(atemoya_options_free(options));
}

static void loaders(const atemoya_store *store) {
    atemoya_loader *loader = plain_loader(store, 1);
    atemoya_batch *batch, *none;
    atemoya_draw draw = {0, 0, 1, 0}, wrong;
    atemoya_kept_locus kept;
    atemoya_tensor tensor;
    struct DLManagedTensorVersioned *managed;
    size_t number, length, peaks, negatives, index;
    int32_t dtype;
    uint64_t value;
    int64_t labels[16];
    DO(atemoya_loader_length(loader, &length, E));
    DO(atemoya_loader_kept_count(loader, &peaks, &negatives, E));
    DO(atemoya_loader_set_epoch(loader, 0, E));
    batch = next(loader);
    for (EACH_OF(nothing)) {
        WRONG(atemoya_loader_column(loader, nothing[at], &number, &number, &dtype, O), ARGUMENT, "column");
        WRONG(atemoya_loader_counter(loader, nothing[at], &value, O), ARGUMENT, "counter");
        WRONG(atemoya_batch_column(batch, nothing[at], &tensor, O), ARGUMENT, "column");
        WRONG(atemoya_batch_read(batch, nothing[at], labels, sizeof labels, O), ARGUMENT, "column");
        MAKES_NONE(atemoya_batch_dlpack(batch, nothing[at], NULL, &managed, O), managed, ARGUMENT, "column");
    }
    for (uintptr_t stream = 1; stream < 4; stream++)
        MAKES_NONE(atemoya_batch_dlpack(batch, 0, (void *)stream, &managed, O), managed, ARGUMENT, "stream");
    MAKES_NONE(atemoya_batch_dlpack(batch, 0, (void *)UINTPTR_MAX, &managed, O), managed, ARGUMENT, "stream");
    for (size_t bytes = 0; bytes < sizeof labels; bytes += sizeof labels - 1)
        WRONG(atemoya_batch_read(batch, ATEMOYA_COLUMN_LABELS, labels, bytes, O), ARGUMENT, "bytes");
    WRONG(atemoya_batch_draws(batch, &draw, 15, O), ARGUMENT, "count");
    WRONG(atemoya_batch_draws(batch, &draw, 0, O), ARGUMENT, "count");
    for (EACH_OF(huge)) {
        WRONG(atemoya_batch_read(batch, ATEMOYA_COLUMN_LABELS, labels, huge[at], O), ARGUMENT, "bytes");
        WRONG(atemoya_batch_draws(batch, &draw, huge[at], O), ARGUMENT, "count");
        WRONG(atemoya_loader_plan(loader, 0, huge[at], 1, &draw, O), ARGUMENT, "first");
        WRONG(atemoya_loader_plan(loader, 0, 1, huge[at], &draw, O), ARGUMENT, "first");
        WRONG(atemoya_loader_kept(loader, true, 1, huge[at], &kept, O), ARGUMENT, "first");
        WRONG(atemoya_loader_kept(loader, false, huge[at], 1, &kept, O), ARGUMENT, "first");
        WRONG(atemoya_loader_stream_draws(loader, &draw, huge[at], O), ARGUMENT, "draws");
        MAKES_NONE(atemoya_loader_fetch(loader, 0, &number, huge[at], &none, O), none, ARGUMENT, "indices");
        index = huge[at];
        MAKES_NONE(atemoya_loader_fetch(loader, 0, &index, 1, &none, O), none, ARGUMENT, ANY);
    }
    WRONG(atemoya_loader_plan(loader, UINT64_MAX, length, 1, &draw, O), ARGUMENT, "first");
    WRONG(atemoya_loader_kept(loader, true, peaks, 1, &kept, O), ARGUMENT, "first");
    WRONG(atemoya_loader_kept(loader, false, negatives, 1, &kept, O), ARGUMENT, "first");
    index = length;
    MAKES_NONE(atemoya_loader_fetch(loader, 0, &index, 1, &none, O), none, ARGUMENT, ANY);
    for (int way = 0; way < 6; way++) {
        wrong = draw;
        if (way == 0) wrong.source = (uint32_t)peaks;
        if (way == 1) wrong.source = UINT32_MAX;
        if (way == 2) wrong.offset = 2 * MAX_JITTER + 1;
        if (way == 3) wrong.offset = UINT32_MAX;
        if (way >= 4) wrong.is_peak = 0;
        if (way == 4) wrong.source = (uint32_t)negatives;
        if (way == 5) wrong.offset = 1;
        WRONG(atemoya_loader_stream_draws(loader, &wrong, 1, O), ARGUMENT, ANY);
    }
    WRONG(atemoya_loader_stream_validation(loader, false, false, O), ARGUMENT, ANY);
    DO(atemoya_batch_free(batch));
    /* What was refused changed nothing of what is streamed. */
    batch = next(loader);
    DO(atemoya_batch_index(batch, &value, E));
    CHECK(value == 1);
    DO(atemoya_batch_free(batch));
    DO(atemoya_loader_free(loader));
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    names_of_types();
    stores(store);
    loci(store);
    gatherers(store);
    parameters(store);
    setters(store);
    loaders(store);
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
