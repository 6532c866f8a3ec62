/* Every function with NULL for each of its pointers, and with handles that were freed, are of another kind, or never were any.
 *
 *     wrong_handles STORE */

#include "wrong.h"

enum { MANY = 32 };

/* Handles that are wrong for some function, and their kinds; the kind of none is "". */
static void *handles[MANY];
static const char *kinds[MANY];
static int count = 0;

static void add(const char *kind, void *handle) {
    CHECK(count < MANY);
    handles[count] = handle;
    kinds[count++] = kind;
}

/* Makes a call, in which the handle is h, with all that is no live handle of the kind. */
#define EACH(type, kind, call) \
    for (int at = 0; at < count; at++) { \
        type *h = (type *)handles[at]; \
        if (strcmp(kinds[at], kind) == 0) continue; \
        WRONG(call, h == NULL ? ARGUMENT : HANDLE, kind); \
    }

/* The same of a call that was to make something. */
#define EACH_MAKES_NONE(type, kind, call, made) \
    for (int at = 0; at < count; at++) { \
        type *h = (type *)handles[at]; \
        if (strcmp(kinds[at], kind) == 0) continue; \
        MAKES_NONE(call, made, h == NULL ? ARGUMENT : HANDLE, kind); \
    }

/* Frees all that is not to be freed with this function. */
#define EACH_FREES_NONE(type, kind, function) \
    for (int at = 0; at < count; at++) { \
        if (strcmp(kinds[at], kind) == 0) continue; \
        CHECK(function((type *)handles[at]) == (handles[at] == NULL ? ATEMOYA_OK : ATEMOYA_ERROR_HANDLE)); \
    }

/* One of each kind. */
typedef struct {
    atemoya_store *store;
    atemoya_options *options;
    atemoya_loader *loader;
    atemoya_batch *batch;
    atemoya_gatherer *gatherer;
    atemoya_loci *loci;
    atemoya_error *error;
} All;

static All make(const char *path) {
    All all;
    atemoya_store *none;
    all.store = open_store(path);
    all.options = plain_options(all.store);
    DO(atemoya_loader_new(all.options, &all.loader, E));
    DO(atemoya_loader_set_epoch(all.loader, 0, E));
    all.batch = next(all.loader);
    DO(atemoya_gatherer_of_sequence(all.store, ATEMOYA_DTYPE_I8, &all.gatherer, E));
    DO(atemoya_loci_open(all.store, "default", &all.loci, E));
    CHECK(atemoya_store_open("/nowhere", &none, &all.error) == ATEMOYA_ERROR_NOT_A_STORE);
    return all;
}

static void free_all(All all) {
    DO(atemoya_error_free(all.error));
    DO(atemoya_loci_free(all.loci));
    DO(atemoya_gatherer_free(all.gatherer));
    DO(atemoya_batch_free(all.batch));
    DO(atemoya_loader_free(all.loader));
    DO(atemoya_options_free(all.options));
    DO(atemoya_store_free(all.store));
}

static void add_all(All all, bool live) {
    add(live ? "store" : "", all.store);
    add(live ? "options" : "", all.options);
    add(live ? "loader" : "", all.loader);
    add(live ? "batch" : "", all.batch);
    add(live ? "gatherer" : "", all.gatherer);
    add(live ? "loci" : "", all.loci);
    add(live ? "error" : "", all.error);
}

static void errors(void) {
    uint64_t number = 5;
    uint32_t code = 5;
    for (int at = 0; at < count; at++) {
        const atemoya_error *h = (const atemoya_error *)handles[at];
        if (strcmp(kinds[at], "error") == 0) continue;
        CHECK(atemoya_error_status(h) == (h == NULL ? ATEMOYA_OK : ATEMOYA_ERROR_HANDLE));
        CHECK(strstr(atemoya_error_message(h), "no error") != NULL && atemoya_error_path(h) == NULL);
        CHECK(!atemoya_error_offset(h, &number) && !atemoya_error_line(h, &number) && !atemoya_error_driver_code(h, &code));
        CHECK(!atemoya_error_offset(h, NULL) && !atemoya_error_line(h, NULL) && !atemoya_error_driver_code(h, NULL));
    }
    CHECK(number == 5 && code == 5);
    EACH_FREES_NONE(atemoya_error, "error", atemoya_error_free);
}

static void stores(const atemoya_store *store) {
    const char *text;
    size_t number;
    uint64_t length;
    int32_t role;
    bool flag;
    atemoya_track track;
    atemoya_store *opened;
    EACH_FREES_NONE(atemoya_store, "store", atemoya_store_free);
    MAKES_NONE(atemoya_store_open(NULL, &opened, O), opened, ARGUMENT, "path");
    WRONG(atemoya_store_open("/", NULL, O), ARGUMENT, "store");
    EACH(atemoya_store, "store", atemoya_store_verify(h, NULL, NULL, O));
    EACH(atemoya_store, "store", atemoya_store_verify_once(h, NULL, NULL, NULL, O));
    EACH(atemoya_store, "store", atemoya_store_path(h, &text, O));
    WRONG(atemoya_store_path(store, NULL, O), ARGUMENT, "path");
    EACH(atemoya_store, "store", atemoya_store_checksum(h, &text, O));
    WRONG(atemoya_store_checksum(store, NULL, O), ARGUMENT, "checksum");
    EACH(atemoya_store, "store", atemoya_store_warnings(h, &text, O));
    WRONG(atemoya_store_warnings(store, NULL, O), ARGUMENT, "warnings");
    EACH(atemoya_store, "store", atemoya_store_has_sequence(h, &flag, O));
    WRONG(atemoya_store_has_sequence(store, NULL, O), ARGUMENT, "has_sequence");
    EACH(atemoya_store, "store", atemoya_store_contig_count(h, &number, O));
    WRONG(atemoya_store_contig_count(store, NULL, O), ARGUMENT, "count");
    EACH(atemoya_store, "store", atemoya_store_contig_name(h, 0, &text, O));
    WRONG(atemoya_store_contig_name(store, 0, NULL, O), ARGUMENT, "name");
    EACH(atemoya_store, "store", atemoya_store_contig_length(h, 0, &length, O));
    WRONG(atemoya_store_contig_length(store, 0, NULL, O), ARGUMENT, "length");
    EACH(atemoya_store, "store", atemoya_store_find_contig(h, "chrA", &number, O));
    WRONG(atemoya_store_find_contig(store, NULL, &number, O), ARGUMENT, "name");
    WRONG(atemoya_store_find_contig(store, "chrA", NULL, O), ARGUMENT, "contig");
    EACH(atemoya_store, "store", atemoya_store_group_count(h, &number, O));
    WRONG(atemoya_store_group_count(store, NULL, O), ARGUMENT, "count");
    EACH(atemoya_store, "store", atemoya_store_group_name(h, 0, &text, O));
    WRONG(atemoya_store_group_name(store, 0, NULL, O), ARGUMENT, "name");
    EACH(atemoya_store, "store", atemoya_store_group_role(h, 0, &role, O));
    WRONG(atemoya_store_group_role(store, 0, NULL, O), ARGUMENT, "role");
    EACH(atemoya_store, "store", atemoya_store_track_count(h, 0, &number, O));
    WRONG(atemoya_store_track_count(store, 0, NULL, O), ARGUMENT, "count");
    EACH(atemoya_store, "store", atemoya_store_track(h, 0, 0, &track, O));
    WRONG(atemoya_store_track(store, 0, 0, NULL, O), ARGUMENT, "out");
    EACH(atemoya_store, "store", atemoya_store_loci_count(h, &number, O));
    WRONG(atemoya_store_loci_count(store, NULL, O), ARGUMENT, "count");
    EACH(atemoya_store, "store", atemoya_store_loci_name(h, 0, &text, O));
    WRONG(atemoya_store_loci_name(store, 0, NULL, O), ARGUMENT, "name");
    WRONG(atemoya_dtype_size(ATEMOYA_DTYPE_F32, NULL, O), ARGUMENT, "size");
}

static void loci(const All *all) {
    atemoya_loci *opened;
    atemoya_locus row;
    const char *text;
    double sum;
    size_t number;
    EACH_FREES_NONE(atemoya_loci, "loci", atemoya_loci_free);
    EACH_MAKES_NONE(atemoya_store, "store", atemoya_loci_open(h, "default", &opened, O), opened);
    WRONG(atemoya_loci_open(all->store, "default", NULL, O), ARGUMENT, "loci");
    EACH(atemoya_loci, "loci", atemoya_loci_count(h, &number, &number, O));
    WRONG(atemoya_loci_count(all->loci, NULL, &number, O), ARGUMENT, "count");
    EACH(atemoya_loci, "loci", atemoya_loci_rows(h, 0, 1, &row, O));
    WRONG(atemoya_loci_rows(all->loci, 0, 1, NULL, O), ARGUMENT, "out");
    EACH(atemoya_loci, "loci", atemoya_loci_group_count(h, &number, O));
    WRONG(atemoya_loci_group_count(all->loci, NULL, O), ARGUMENT, "count");
    EACH(atemoya_loci, "loci", atemoya_loci_group_name(h, 0, &text, O));
    WRONG(atemoya_loci_group_name(all->loci, 0, NULL, O), ARGUMENT, "name");
    EACH(atemoya_loci, "loci", atemoya_loci_counts(h, 0, 0, 1, &sum, O));
    WRONG(atemoya_loci_counts(all->loci, 0, 0, 1, NULL, O), ARGUMENT, "out");
}

static void gatherers(const All *all) {
    atemoya_gatherer *made;
    atemoya_window window = {0, 0, 0};
    char out[4];
    size_t number;
    EACH_FREES_NONE(atemoya_gatherer, "gatherer", atemoya_gatherer_free);
    EACH_MAKES_NONE(atemoya_store, "store", atemoya_gatherer_of_sequence(h, ATEMOYA_DTYPE_I8, &made, O), made);
    WRONG(atemoya_gatherer_of_sequence(all->store, ATEMOYA_DTYPE_I8, NULL, O), ARGUMENT, "gatherer");
    EACH_MAKES_NONE(atemoya_store, "store", atemoya_gatherer_of_tracks(h, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, &made, O), made);
    MAKES_NONE(atemoya_gatherer_of_tracks(all->store, NULL, 1, ATEMOYA_DTYPE_F32, &made, O), made, ARGUMENT, "groups");
    WRONG(atemoya_gatherer_of_tracks(all->store, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, NULL, O), ARGUMENT, "gatherer");
    EACH(atemoya_gatherer, "gatherer", atemoya_gatherer_shape(h, 1, 1, &number, &number, &number, O));
    EACH(atemoya_gatherer, "gatherer", atemoya_gather(h, &window, 1, 1, out, 4, O));
    WRONG(atemoya_gather(all->gatherer, NULL, 1, 1, out, 4, O), ARGUMENT, "windows");
    WRONG(atemoya_gather(all->gatherer, &window, 1, 1, NULL, 4, O), ARGUMENT, "out");
}

static void options(const All *all) {
    static const char *const names[] = {"default", NULL};
    atemoya_options *o = all->options, *made;
    EACH_FREES_NONE(atemoya_options, "options", atemoya_options_free);
    EACH_MAKES_NONE(atemoya_store, "store", atemoya_options_new(h, &made, O), made);
    WRONG(atemoya_options_new(all->store, NULL, O), ARGUMENT, "options");
    EACH(atemoya_options, "options", atemoya_options_set_signals(h, names, 1, O));
    WRONG(atemoya_options_set_signals(o, names, 2, O), ARGUMENT, "signals");
    WRONG(atemoya_options_set_signals(o, NULL, 1, O), ARGUMENT, "signals");
    EACH(atemoya_options, "options", atemoya_options_set_controls(h, names, 1, O));
    WRONG(atemoya_options_set_controls(o, names, 2, O), ARGUMENT, "controls");
    WRONG(atemoya_options_set_controls(o, NULL, 1, O), ARGUMENT, "controls");
    EACH(atemoya_options, "options", atemoya_options_set_chroms(h, names, 1, O));
    WRONG(atemoya_options_set_chroms(o, names, 2, O), ARGUMENT, "chroms");
    WRONG(atemoya_options_set_chroms(o, NULL, 1, O), ARGUMENT, "chroms");
    EACH(atemoya_options, "options", atemoya_options_set_counts_tracks(h, names, 1, O));
    WRONG(atemoya_options_set_counts_tracks(o, names, 2, O), ARGUMENT, "counts_tracks");
    WRONG(atemoya_options_set_counts_tracks(o, NULL, 1, O), ARGUMENT, "counts_tracks");
    EACH(atemoya_options, "options", atemoya_options_set_exclusion_lists(h, names, 1, O));
    WRONG(atemoya_options_set_exclusion_lists(o, names, 2, O), ARGUMENT, "paths");
    WRONG(atemoya_options_set_exclusion_lists(o, NULL, 1, O), ARGUMENT, "paths");
    EACH(atemoya_options, "options", atemoya_options_set_alias(h, "chr", O));
    WRONG(atemoya_options_set_alias(o, "/nowhere/at/all", O), ATEMOYA_ERROR_IO, "");
    EACH(atemoya_options, "options", atemoya_options_set_allow_empty(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_loci(h, "default", O));
    DO(atemoya_options_set_loci(o, NULL, E));
    EACH(atemoya_options, "options", atemoya_options_set_device(h, -1, O));
    EACH(atemoya_options, "options", atemoya_options_set_transfer(h, ATEMOYA_TRANSFER_DENSE, O));
    EACH(atemoya_options, "options", atemoya_options_set_prefetch_to_device(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_device_slots(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_stream(h, NULL, O));
    EACH(atemoya_options, "options", atemoya_options_set_write_combined(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_sequence_type(h, ATEMOYA_DTYPE_U8, O));
    EACH(atemoya_options, "options", atemoya_options_set_controls_type(h, ATEMOYA_DTYPE_F32, O));
    EACH(atemoya_options, "options", atemoya_options_set_signal_type(h, ATEMOYA_DTYPE_F32, O));
    EACH(atemoya_options, "options", atemoya_options_set_in_window(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_out_window(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_max_jitter(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_reverse_complement(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_summits(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_min_counts(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_max_counts(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_outlier_filter(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_num_workers(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_slots(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_access(h, ATEMOYA_ACCESS_MAP, O));
    EACH(atemoya_options, "options", atemoya_options_set_ask_ahead(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_order(h, ATEMOYA_ORDER_NATIVE, O));
    EACH(atemoya_options, "options", atemoya_options_set_random_state(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_negative_ratio(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_shuffle(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_batch_size(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_drop_last(h, true, O));
    EACH(atemoya_options, "options", atemoya_options_set_rank(h, 1, O));
    EACH(atemoya_options, "options", atemoya_options_set_world_size(h, 1, O));
}

static void loaders(const All *all) {
    atemoya_loader *l = all->loader, *made;
    atemoya_batch *batch;
    atemoya_draw draw = {0, 0, 1, 0};
    atemoya_kept_locus kept;
    char state[ATEMOYA_STATE_CAPACITY];
    const char *text;
    size_t number = 0;
    uint64_t value;
    int32_t dtype;
    EACH_FREES_NONE(atemoya_loader, "loader", atemoya_loader_free);
    EACH_MAKES_NONE(atemoya_options, "options", atemoya_loader_new(h, &made, O), made);
    WRONG(atemoya_loader_new(all->options, NULL, O), ARGUMENT, "loader");
    EACH(atemoya_loader, "loader", atemoya_loader_length(h, &number, O));
    WRONG(atemoya_loader_length(l, NULL, O), ARGUMENT, "length");
    EACH(atemoya_loader, "loader", atemoya_loader_batches_per_epoch(h, &number, O));
    WRONG(atemoya_loader_batches_per_epoch(l, NULL, O), ARGUMENT, "batches");
    EACH(atemoya_loader, "loader", atemoya_loader_slots(h, &number, O));
    WRONG(atemoya_loader_slots(l, NULL, O), ARGUMENT, "slots");
    EACH(atemoya_loader, "loader", atemoya_loader_column(h, 0, &number, &number, &dtype, O));
    EACH(atemoya_loader, "loader", atemoya_loader_ledger(h, &text, O));
    WRONG(atemoya_loader_ledger(l, NULL, O), ARGUMENT, "ledger");
    EACH(atemoya_loader, "loader", atemoya_loader_warnings(h, &text, O));
    WRONG(atemoya_loader_warnings(l, NULL, O), ARGUMENT, "warnings");
    EACH(atemoya_loader, "loader", atemoya_loader_counter(h, 0, &value, O));
    WRONG(atemoya_loader_counter(l, 0, NULL, O), ARGUMENT, "value");
    EACH(atemoya_loader, "loader", atemoya_loader_set_epoch(h, 0, O));
    EACH(atemoya_loader, "loader", atemoya_loader_stream_epochs(h, 0, 1, O));
    EACH(atemoya_loader, "loader", atemoya_loader_stream_validation(h, true, true, O));
    EACH(atemoya_loader, "loader", atemoya_loader_stop(h, O));
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next(h, &batch, O), batch);
    WRONG(atemoya_loader_next(l, NULL, O), ARGUMENT, "batch");
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next_waiting(h, &batch, O), batch);
    WRONG(atemoya_loader_next_waiting(l, NULL, O), ARGUMENT, "batch");
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next_if_ready(h, &batch, O), batch);
    WRONG(atemoya_loader_next_if_ready(l, NULL, O), ARGUMENT, "batch");
    EACH(atemoya_loader, "loader", atemoya_loader_plan(h, 0, 0, 1, &draw, O));
    WRONG(atemoya_loader_plan(l, 0, 0, 1, NULL, O), ARGUMENT, "out");
    EACH(atemoya_loader, "loader", atemoya_loader_stream_draws(h, &draw, 1, O));
    WRONG(atemoya_loader_stream_draws(l, NULL, 1, O), ARGUMENT, "draws");
    number = 0;
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_fetch(h, 0, &number, 1, &batch, O), batch);
    MAKES_NONE(atemoya_loader_fetch(l, 0, NULL, 1, &batch, O), batch, ARGUMENT, "indices");
    WRONG(atemoya_loader_fetch(l, 0, &number, 1, NULL, O), ARGUMENT, "batch");
    EACH(atemoya_loader, "loader", atemoya_loader_kept_count(h, &number, &number, O));
    EACH(atemoya_loader, "loader", atemoya_loader_kept(h, true, 0, 1, &kept, O));
    WRONG(atemoya_loader_kept(l, true, 0, 1, NULL, O), ARGUMENT, "out");
    WRONG(atemoya_state_position(NULL, NULL, NULL, O), ARGUMENT, "state");
    WRONG(atemoya_state_position("{}", NULL, NULL, O), ARGUMENT, "state");
    EACH(atemoya_loader, "loader", atemoya_loader_state(h, state, sizeof state, &number, O));
    WRONG(atemoya_loader_state(l, NULL, sizeof state, &number, O), ARGUMENT, "buffer");
    EACH(atemoya_loader, "loader", atemoya_loader_resume(h, "{}", 0, O));
    WRONG(atemoya_loader_resume(l, NULL, 0, O), ARGUMENT, "state");
}

static void batches(const All *all) {
    const atemoya_batch *b = all->batch;
    struct DLManagedTensorVersioned *managed;
    atemoya_tensor tensor;
    atemoya_draw draws[16];
    int64_t labels[16];
    uint64_t value;
    size_t number, bytes;
    const void *data;
    EACH_FREES_NONE(atemoya_batch, "batch", atemoya_batch_free);
    EACH(atemoya_batch, "batch", atemoya_batch_length(h, &number, O));
    WRONG(atemoya_batch_length(b, NULL, O), ARGUMENT, "length");
    EACH(atemoya_batch, "batch", atemoya_batch_epoch(h, &value, O));
    WRONG(atemoya_batch_epoch(b, NULL, O), ARGUMENT, "epoch");
    EACH(atemoya_batch, "batch", atemoya_batch_index(h, &value, O));
    WRONG(atemoya_batch_index(b, NULL, O), ARGUMENT, "index");
    EACH(atemoya_batch, "batch", atemoya_batch_column(h, 0, &tensor, O));
    WRONG(atemoya_batch_column(b, 0, NULL, O), ARGUMENT, "tensor");
    EACH(atemoya_batch, "batch", atemoya_batch_memory(h, &data, &bytes, O));
    WRONG(atemoya_batch_memory(b, NULL, &bytes, O), ARGUMENT, "data");
    WRONG(atemoya_batch_memory(b, &data, NULL, O), ARGUMENT, "bytes");
    EACH(atemoya_batch, "batch", atemoya_batch_read(h, ATEMOYA_COLUMN_LABELS, labels, sizeof labels, O));
    WRONG(atemoya_batch_read(b, ATEMOYA_COLUMN_LABELS, NULL, sizeof labels, O), ARGUMENT, "out");
    EACH(atemoya_batch, "batch", atemoya_batch_draws(h, draws, 16, O));
    WRONG(atemoya_batch_draws(b, NULL, 16, O), ARGUMENT, "out");
    EACH_MAKES_NONE(atemoya_batch, "batch", atemoya_batch_dlpack(h, 0, NULL, &managed, O), managed);
    WRONG(atemoya_batch_dlpack(b, 0, NULL, NULL, O), ARGUMENT, "tensor");
}

/* What is for devices alone, of what is on the host. */
static void devices(const All *all) {
    atemoya_batch *batch;
    void *stream;
    WRONG(atemoya_device_count(NULL, O), ARGUMENT, "count");
    WRONG(atemoya_loader_next_on(all->loader, NULL, NULL, O), ARGUMENT, "batch");
    MAKES_NONE(atemoya_loader_next_on(all->loader, NULL, &batch, O), batch, ARGUMENT, "loader");
    WRONG(atemoya_batch_stream(all->batch, NULL, O), ARGUMENT, "stream");
    WRONG(atemoya_batch_stream(all->batch, &stream, O), ARGUMENT, "batch");
    WRONG(atemoya_batch_wait_on(all->batch, NULL, O), ARGUMENT, "batch");
    WRONG(atemoya_batch_done_on(all->batch, NULL, O), ARGUMENT, "batch");
    EACH_MAKES_NONE(atemoya_loader, "loader", atemoya_loader_next_on(h, NULL, &batch, O), batch);
    EACH(atemoya_batch, "batch", atemoya_batch_stream(h, &stream, O));
    EACH(atemoya_batch, "batch", atemoya_batch_wait_on(h, NULL, O));
    EACH(atemoya_batch, "batch", atemoya_batch_done_on(h, NULL, O));
}

int main(int argc, char **argv) {
    All all, gone;
    uint64_t before;
    CHECK(argc == 2);
    gone = make(argv[1]);
    free_all(gone);
    all = make(argv[1]);
    before = digest_batch(all.batch);
    add("", NULL);
    add("", (void *)(uintptr_t)1);
    add("", (void *)UINTPTR_MAX);
    add("", &all);
    add_all(gone, false);
    add_all(all, true);
    errors();
    stores(all.store);
    loci(&all);
    gatherers(&all);
    options(&all);
    loaders(&all);
    batches(&all);
    devices(&all);
    /* All is as it was. */
    CHECK(digest_batch(all.batch) == before);
    DO(atemoya_batch_free(next(all.loader)));
    free_all(all);
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
