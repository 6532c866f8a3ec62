/* Parameters of a loader out of their range, unknown names, sizes that no memory has, and text that
 * is not UTF-8.
 *
 *     wrong_options STORE */

#include "values.h"

#include <math.h>

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

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 2);
    store = open_store(argv[1]);
    parameters(store);
    setters(store);
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
