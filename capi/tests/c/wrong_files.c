/* Files that cannot be used: paths of no store, damaged stores, and lists of loci that are wrong or
 * of another genome.
 *
 *     wrong_files STORE DAMAGED BROKEN BAD_LIST
 *
 * DAMAGED is a copy of the store with a changed byte in a panel's tiles, BROKEN one without a whole
 * manifest, and BAD_LIST a BED file whose second line is wrong. */

#include "failed.h"

/* The message is one line. */
static void one_line(const atemoya_error *error) {
    CHECK(atemoya_error_message(error)[0] != 0 && strpbrk(atemoya_error_message(error), "\n\r\033") == NULL);
}

/* An error of a file: its path ends so, and the message names it. */
static void names_path(atemoya_error *error, const char *end) {
    const char *path = atemoya_error_path(error);
    CHECK(path != NULL && strlen(path) >= strlen(end) && strcmp(path + strlen(path) - strlen(end), end) == 0);
    CHECK(strstr(atemoya_error_message(error), end) != NULL);
    one_line(error);
    DO(atemoya_error_free(error));
}

static void paths(const char *store) {
    atemoya_store *opened;
    atemoya_error *error;
    char path[9000];
    static const char *const odd[] = {"", " ", ".", "/", "/dev/null", "/nowhere\xff\xfe", "/nowhere\nat all\033[31m",
                                      "/dev/null/x", "\x80"};
    for (size_t at = 0; at < sizeof odd / sizeof *odd; at++) {
        opened = (atemoya_store *)&error;
        CHECK(atemoya_store_open(odd[at], &opened, &error) < 0 && opened == NULL && error != NULL);
        CHECK(strncmp(atemoya_error_path(error), odd[at], strlen(odd[at])) == 0);
        one_line(error);
        DO(atemoya_error_free(error));
    }
    memset(path, 'a', sizeof path);
    path[sizeof path - 1] = 0;
    names_path(FAILED(atemoya_store_open(path, &opened, E), ATEMOYA_ERROR_NOT_A_STORE), "aaa");
    snprintf(path, sizeof path, "%s/manifest.json", store);
    CHECK(atemoya_store_open(path, &opened, NULL) < 0 && opened == NULL);
}

/* Damage is found where it is read, with its file and place, and by verifying. */
static void damage(const char *damaged, const char *broken) {
    atemoya_store *store;
    atemoya_error *error;
    atemoya_gatherer *gatherer;
    atemoya_window window = {0, 0, 0};
    uint64_t offset = UINT64_MAX, line;
    size_t bytes;
    float *out;
    bool found = false;
    char cache[4096];
    error = FAILED(atemoya_store_open(broken, &store, E), ATEMOYA_ERROR_CORRUPT);
    CHECK(store == NULL && atemoya_error_offset(error, &offset) && !atemoya_error_line(error, &line));
    names_path(error, "manifest.json");
    store = open_store(damaged);
    error = FAILED(atemoya_store_verify(store, NULL, NULL, E), ATEMOYA_ERROR_CORRUPT);
    CHECK(atemoya_error_offset(error, &offset) && offset > 0 && offset < UINT64_MAX);
    CHECK(atemoya_error_offset(error, NULL));
    names_path(error, "panel-0.atm");
    /* A damaged store is not remembered as whole. Where nothing can be remembered, the damage is
     * found all the same. */
    for (int i = 0; i < 3; i++) {
        snprintf(cache, sizeof cache, "%s%s", i < 2 ? damaged : "/dev/null", i < 2 ? ".cache" : "");
        error = FAILED(atemoya_store_verify_once(store, cache, NULL, NULL, E), ATEMOYA_ERROR_CORRUPT);
        names_path(error, "panel-0.atm");
    }
    /* Gathering may find it, and then goes on elsewhere. */
    DO(atemoya_gatherer_of_tracks(store, NULL, ATEMOYA_ALL, ATEMOYA_DTYPE_F32, &gatherer, E));
    DO(atemoya_gatherer_shape(gatherer, 512, 1, NULL, NULL, &bytes, E));
    out = (float *)memory(bytes);
    for (window.start = 0; window.start < 8192; window.start += 512) {
        atemoya_status status = atemoya_gather(gatherer, &window, 1, 512, out, bytes, NULL);
        CHECK(status == ATEMOYA_OK || status == ATEMOYA_ERROR_CORRUPT);
        found = found || status == ATEMOYA_ERROR_CORRUPT;
    }
    CHECK(found);
    free(out);
    DO(atemoya_gatherer_free(gatherer));
    DO(atemoya_store_free(store));
}

/* A loader over damage says so, ends, and can be used again. */
static void damaged_stream(const char *damaged) {
    atemoya_store *store = open_store(damaged);
    for (size_t num_workers = 0; num_workers < 2; num_workers++) {
        atemoya_loader *loader = plain_loader(store, num_workers);
        atemoya_batch *batch;
        for (int round = 0; round < 2; round++) {
            atemoya_status status;
            DO(atemoya_loader_stream_validation(loader, true, true, E));
            while ((status = atemoya_loader_next(loader, &batch, E)) == ATEMOYA_OK) DO(atemoya_batch_free(batch));
            CHECK(batch == NULL);
            names_path(FAILED(status, ATEMOYA_ERROR_CORRUPT), "panel-0.atm");
            /* Every call gets the error, until the stream is stopped or another one is begun. */
            names_path(FAILED(atemoya_loader_next(loader, &batch, E), ATEMOYA_ERROR_CORRUPT), "panel-0.atm");
            names_path(FAILED(atemoya_loader_next_if_ready(loader, &batch, E), ATEMOYA_ERROR_CORRUPT), "panel-0.atm");
            if (round == 0) continue;
            DO(atemoya_loader_stop(loader, E));
            CHECK(next(loader) == NULL);
        }
        DO(atemoya_loader_free(loader));
    }
    DO(atemoya_store_free(store));
}

static void exclusion_lists(const atemoya_store *store, const char *bad_list) {
    static const char *const missing = "/nowhere\xff\n.bed";
    atemoya_options *options = plain_options(store);
    atemoya_loader *loader;
    atemoya_error *error;
    uint64_t line = 0;
    DO(atemoya_options_set_exclusion_lists(options, &bad_list, 1, E));
    error = FAILED(atemoya_loader_new(options, &loader, E), ATEMOYA_ERROR_INPUT);
    CHECK(loader == NULL && atemoya_error_line(error, &line) && line == 2 && atemoya_error_line(error, NULL));
    CHECK(!atemoya_error_offset(error, &line) && !atemoya_error_driver_code(error, NULL));
    names_path(error, "bad.bed");
    DO(atemoya_options_set_exclusion_lists(options, &missing, 1, E));
    error = FAILED(atemoya_loader_new(options, &loader, E), ATEMOYA_ERROR_IO);
    CHECK(strcmp(atemoya_error_path(error), missing) == 0);
    one_line(error);
    DO(atemoya_error_free(error));
    DO(atemoya_options_set_exclusion_lists(options, NULL, 0, E));
    DO(atemoya_loader_free(make_loader(options)));
}

/* Names of contigs that are not the store's: all of them are an error, some of them a warning. */
static void foreign_names(const atemoya_store *store) {
    static const char *const names[] = {"nowhere", NULL};
    const char *known[2] = {NULL, "nowhere"};
    const char *warnings;
    atemoya_options *options = plain_options(store);
    atemoya_loader *loader;
    DO(atemoya_options_set_chroms(options, names, 1, E));
    DO(atemoya_error_free(FAILED(atemoya_loader_new(options, &loader, E), ATEMOYA_ERROR_ARGUMENT)));
    DO(atemoya_store_contig_name(store, 0, &known[0], E));
    DO(atemoya_options_set_chroms(options, known, 2, E));
    DO(atemoya_loader_new(options, &loader, E));
    DO(atemoya_loader_warnings(loader, &warnings, E));
    CHECK(strstr(warnings, "no \"nowhere\"") != NULL && strchr(warnings, '\n') == NULL);
    DO(atemoya_loader_free(loader));
    DO(atemoya_options_free(options));
}

int main(int argc, char **argv) {
    atemoya_store *store;
    CHECK(argc == 5);
    paths(argv[1]);
    damage(argv[2], argv[3]);
    damaged_stream(argv[2]);
    store = open_store(argv[1]);
    exclusion_lists(store, argv[4]);
    foreign_names(store);
    DO(atemoya_store_free(store));
    CHECK(atemoya_live_handles() == 0);
    return 0;
}
