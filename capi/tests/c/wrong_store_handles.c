/* The functions of errors, stores, loci and gatherers with NULL for each of their pointers,
 * and with handles that were freed, are of another kind, or never were any.
 *
 *     wrong_store_handles STORE */

#include "handles.h"

static void errors(void) {
    uint64_t number = 5;
    uint32_t code = 5;
    for (int at = 0; at < count; at++) {
        const atemoya_error *h = (const atemoya_error *)handles[at];
        if (strcmp(kinds[at], "error") == 0) continue;
        CHECK(atemoya_error_status(h) == (h == NULL ? ATEMOYA_OK : ATEMOYA_ERROR_HANDLE));
        CHECK(strstr(atemoya_error_message(h), "no error") != NULL && atemoya_error_path(h) == NULL);
        CHECK(!atemoya_error_offset(h, &number) && !atemoya_error_line(h, &number));
        CHECK(!atemoya_error_driver_code(h, &code));
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
    EACH_MAKES_NONE(atemoya_store, "store",
                    atemoya_gatherer_of_tracks(h, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, &made, O), made);
    MAKES_NONE(atemoya_gatherer_of_tracks(all->store, NULL, 1, ATEMOYA_DTYPE_F32, &made, O), made, ARGUMENT, "groups");
    WRONG(atemoya_gatherer_of_tracks(all->store, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, NULL, O), ARGUMENT, "gatherer");
    EACH(atemoya_gatherer, "gatherer", atemoya_gatherer_shape(h, 1, 1, &number, &number, &number, O));
    EACH(atemoya_gatherer, "gatherer", atemoya_gather(h, &window, 1, 1, out, 4, O));
    WRONG(atemoya_gather(all->gatherer, NULL, 1, 1, out, 4, O), ARGUMENT, "windows");
    WRONG(atemoya_gather(all->gatherer, &window, 1, 1, NULL, 4, O), ARGUMENT, "out");
}

int main(int argc, char **argv) {
    All all;
    uint64_t before;
    CHECK(argc == 2);
    all = make_table(argv[1]);
    before = digest_batch(all.batch);
    errors();
    stores(all.store);
    loci(&all);
    gatherers(&all);
    /* All is as it was. */
    CHECK(digest_batch(all.batch) == before);
    DO(atemoya_batch_free(next(all.loader)));
    free_all(all);
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
