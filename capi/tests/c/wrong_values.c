/* Numbers out of their range, sizes that no memory has, and text that is not UTF-8, in calls that
 * read a store or stream it.
 *
 *     wrong_values STORE */

#include "values.h"

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
    static const int32_t no_sequence[] = {ATEMOYA_DTYPE_I16, ATEMOYA_DTYPE_U16, ATEMOYA_DTYPE_I32,
                                          ATEMOYA_DTYPE_U32, ATEMOYA_DTYPE_I64, ATEMOYA_DTYPE_F64};
    static const size_t no_width[] = {0, ((size_t)1 << 30) + 1, SIZE_MAX};
    atemoya_gatherer *none, *gatherer;
    atemoya_window window = {0, 0, 0};
    uint16_t out[9];
    size_t number;
    for (EACH_OF(nothing)) {
        MAKES_NONE(atemoya_gatherer_of_sequence(store, nothing[at], &none, O), none, ARGUMENT, "dtype");
        MAKES_NONE(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, nothing[at], &none, O), none, ARGUMENT,
                   "dtype");
    }
    for (EACH_OF(no_sequence))
        MAKES_NONE(atemoya_gatherer_of_sequence(store, no_sequence[at], &none, O), none, ARGUMENT, "dtype");
    for (int32_t dtype = ATEMOYA_DTYPE_I8; dtype <= ATEMOYA_DTYPE_F64; dtype++) {
        if (dtype == ATEMOYA_DTYPE_F32) continue;
        MAKES_NONE(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, dtype, &none, O), none, ARGUMENT, "dtype");
    }
    MAKES_NONE(atemoya_gatherer_of_tracks(store, unknown, 2, ATEMOYA_DTYPE_F32, &none, O), none, ARGUMENT, "groups");
    MAKES_NONE(atemoya_gatherer_of_tracks(store, not_utf8, 1, ATEMOYA_DTYPE_F32, &none, O), none, ARGUMENT, "groups");
    for (EACH_OF(huge)) {
        if (huge[at] == ATEMOYA_ALL) continue;
        MAKES_NONE(atemoya_gatherer_of_tracks(store, unknown, huge[at], ATEMOYA_DTYPE_F32, &none, O), none, ARGUMENT,
                   "groups");
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
    WRONG(atemoya_gather(gatherer, (const atemoya_window *)((const char *)&window + 1), 1, 1, out, 8, O), ARGUMENT,
          "windows");
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
    loaders(store);
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
